"""Registration, sign-in, profiles, passwords and the removal of accounts.

E-mail addresses are stored in lower case; the database decides whether one is taken.
"""

import re

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Count, Q

from accounts import mail
from accounts.models import User
from accounts.sessions import Tokens, end_sessions, open_session
from accounts.throttles import TooManyCallsError, hit_rate_limit
from accounts.tokens import InvalidTokenError

# Mails to one address, and the seconds of the window. Its scope on /metrics is "letters".
RESET_MAIL_RATE = (5, 3_600)

_RESET_TOKEN = re.compile(r"([1-9][0-9]{0,18})\.([0-9a-z]{1,13}-[0-9a-f]{1,64})")

# As the databases name them; SQLite knows a constraint on a plain column by its column.
_CONSTRAINTS = {
    "one_person_per_email": "email",
    "one_person_per_username": "username",
    "one_person_per_creator": "creator_id",
    "accounts_user.creator_id": "creator_id",
}


class InvalidCredentialsError(Exception):
    """No active person has this e-mail address and this password."""


class FieldRefusedError(Exception):
    """A rule refuses a field's value; ``details`` maps the field to messages."""

    message = ""

    def __init__(self, field: str, *messages: str) -> None:
        super().__init__(field)
        self.details = {field: list(messages) or [self.message]}


class AlreadyTakenError(FieldRefusedError):
    """Another person has this value."""

    message = "This field must be unique."


class WrongPasswordError(FieldRefusedError):
    """It is not the caller's password."""

    message = "This is not your password."


class InvalidResetTokenError(FieldRefusedError):
    """The token is not ours, has expired, or was used."""

    message = "This link is not valid any more. Ask for a new one."


def register(
    *, email: str, password: str, username: str | None = None, first_name: str = "", last_name: str = ""
) -> User:
    """Store a new person; raise ``FieldRefusedError`` (weak password) or ``AlreadyTakenError``."""
    user = User(email=email.lower(), username=username, first_name=first_name, last_name=last_name)
    user.password = _hashed(password, user=user, field="password")
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise _taken(error) from error
    return user


def sign_in(*, email: str, password: str, user_agent: str = "") -> Tokens:
    """Open a session; raise ``InvalidCredentialsError``, at the same cost whatever is wrong."""
    user = find_person(email)
    # An empty User has no password that could be right, and checking one costs as much.
    is_right = (user or User()).check_password(password)
    if user is None or not is_right or not user.is_active:
        raise InvalidCredentialsError
    try:
        return open_session(user=user, user_agent=user_agent)
    except User.DoesNotExist:  # Removed, deactivated or given another password while this one was checked.
        raise InvalidCredentialsError from None


def find_person(email: str) -> User | None:
    """Return the person with this e-mail address, in whatever case, active or not."""
    try:
        return User.objects.get_by_natural_key(email)
    except User.DoesNotExist:
        return None


def update_profile(*, user: User, changes: dict[str, str | None]) -> User:
    """Change ``username``, ``first_name`` or ``last_name``; raise ``AlreadyTakenError``."""
    if changes:
        _update(user, **changes)
    return user


def change_password(*, user: User, session_id: int, current: str, new: str) -> None:
    """Set a new password and end every session but this one; raise ``WrongPasswordError`` or ``FieldRefusedError``."""
    is_right = user.check_password(current)
    if not is_right or not _set_password(user, _hashed(new, user=user, field="new"), but=session_id):
        raise WrongPasswordError("current")


def request_password_reset(*, email: str) -> None:
    """Send a link that sets a new password, if an active person has this address; by ``RESET_MAIL_RATE`` at most."""
    try:
        hit_rate_limit("letters", email.lower(), RESET_MAIL_RATE)
    except TooManyCallsError:
        return
    user = find_person(email)
    if user is not None and user.is_active:
        token = f"{user.pk}.{default_token_generator.make_token(user)}"
        mail.send_password_reset(email=user.email, token=token)


def reset_password(*, token: str, new: str) -> None:
    """Set a new password by a link's token and end all sessions.

    Raises ``InvalidResetTokenError`` or, for a weak password, ``FieldRefusedError``. The token depends on the old
    password's hash, so a new password invalidates it.
    """
    found = _RESET_TOKEN.fullmatch(token)
    user = User.objects.filter(pk=int(found[1]), is_active=True).first() if found else None
    if found is None or user is None or not default_token_generator.check_token(user, found[2]):
        raise InvalidResetTokenError("token")
    if not _set_password(user, _hashed(new, user=user, field="new")):
        raise InvalidResetTokenError("token")


def link_creator(*, user: User, creator_id: int) -> None:
    """Store which creator of the flyer service a person is; raise ``AlreadyTakenError``."""
    _update(user, creator_id=creator_id)


def user_counts() -> dict[str, int]:
    """Return how many people there are of each role."""
    return User.objects.aggregate(
        user=Count("pk", filter=Q(is_staff=False)), admin=Count("pk", filter=Q(is_staff=True))
    )


def delete_account(*, user: User, password: str) -> None:
    """Delete a person with all that belongs to them; raise ``WrongPasswordError``."""
    if not user.check_password(password):
        raise WrongPasswordError("password")
    with transaction.atomic():
        # Locked first, so that nothing new of theirs is stored while the old is collected.
        current = User.objects.select_for_update().filter(pk=user.pk, password=user.password).first()
        if current is None:
            raise WrongPasswordError("password")
        current.delete()


def _hashed(password: str, *, user: User, field: str) -> str:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise FieldRefusedError(field, *error.messages) from error
    return make_password(password)


def _set_password(user: User, hashed: str, *, but: int | None = None) -> bool:
    """Replace the password that ``user`` was read with; return whether it was still that one."""
    with transaction.atomic():
        if not User.objects.filter(pk=user.pk, password=user.password).update(password=hashed):
            return False
        end_sessions(user, but=but)
        return True


def _update(user: User, **changes: str | int | None) -> None:
    try:
        with transaction.atomic():
            found = User.objects.filter(pk=user.pk).update(**changes)
    except IntegrityError as error:
        raise _taken(error) from error
    if not found:
        raise InvalidTokenError  # The account was removed at this very moment.
    for name, value in changes.items():
        setattr(user, name, value)


def _taken(error: IntegrityError) -> Exception:
    """Return the error for the field whose constraint is violated; the original one if it is another."""
    return next(
        (AlreadyTakenError(field) for name, field in _CONSTRAINTS.items() if name in str(error)), error
    )
