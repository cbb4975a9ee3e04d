"""accounts: the rules of signing up, signing in and leaving. It knows no HTTP and no token's inside.

E-mail addresses come in any case and are kept in lower case; who has one already is for the database to say.
"""

import re
from typing import NamedTuple

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Count, Q

from accounts import mail
from accounts.models import Session, User
from accounts.sessions import Tokens, end_sessions, open_session
from accounts.throttles import TooManyCallsError, spend
from accounts.tokens import InvalidTokenError

# To one address, in so many seconds.
LETTERS = (5, 3_600)

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
    """A rule says no to what a field holds; ``details`` maps the field to messages."""

    def __init__(self, field: str, *messages: str) -> None:
        super().__init__(field)
        self.details = {field: list(messages)}


class AlreadyTakenError(FieldRefusedError):
    """Somebody else has it."""

    def __init__(self, field: str) -> None:
        super().__init__(field, "This field must be unique.")


class WrongPasswordError(FieldRefusedError):
    """It is not the caller's password."""

    def __init__(self, field: str) -> None:
        super().__init__(field, "This is not your password.")


class WeakPasswordError(FieldRefusedError):
    """Django's validators advise against it."""


class InvalidResetTokenError(FieldRefusedError):
    """It is not ours, is over, or was used."""

    def __init__(self) -> None:
        super().__init__("token", "This link is not valid any more. Ask for a new one.")


class UserCounts(NamedTuple):
    """How many people there are, and of which role."""

    total_users: int
    by_role: dict[str, int]


# --- Coming ---------------------------------------------------------------------------------------


def register(
    *, email: str, password: str, username: str | None = None, first_name: str = "", last_name: str = ""
) -> User:
    """Store a new person; raise ``WeakPasswordError`` or ``AlreadyTakenError``."""
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


# --- Staying --------------------------------------------------------------------------------------


def update_profile(*, user: User, changes: dict[str, str | None]) -> User:
    """Change ``username``, ``first_name`` or ``last_name``; raise ``AlreadyTakenError``."""
    if changes:
        _update(user, **changes)
    return user


def change_password(*, user: User, session: Session, current: str, new: str) -> None:
    """Set a new password and end every other session; raise ``WrongPasswordError`` or ``WeakPasswordError``."""
    if not user.check_password(current):
        raise WrongPasswordError("current")
    if not _set_password(user, _hashed(new, user=user, field="new"), keep=session):
        raise WrongPasswordError("current")


def request_password_reset(*, email: str) -> None:
    """Send a link that sets a new password, if an active person has this address; a few an hour, to bury nobody."""
    try:
        spend("letters", email.lower(), LETTERS)
    except TooManyCallsError:
        return
    user = find_person(email)
    if user is not None and user.is_active:
        token = f"{user.pk}.{default_token_generator.make_token(user)}"
        mail.send_password_reset(email=user.email, token=token)


def reset_password(*, token: str, new: str) -> None:
    """Set a new password by a link's token and end all sessions; raise ``InvalidResetTokenError`` or ``WeakPasswordError``.

    The token hangs on the old password's hash: setting a new one spends it, whoever else has it.
    """
    found = _RESET_TOKEN.fullmatch(token)
    user = User.objects.filter(pk=int(found[1]), is_active=True).first() if found else None
    if found is None or user is None or not default_token_generator.check_token(user, found[2]):
        raise InvalidResetTokenError
    if not _set_password(user, _hashed(new, user=user, field="new")):
        raise InvalidResetTokenError


def link_creator(*, user: User, creator_id: int | None) -> None:
    """Say which creator of the flyer service a person is; raise ``AlreadyTakenError``."""
    _update(user, creator_id=creator_id)


def user_counts() -> UserCounts:
    """Return how many people there are."""
    counts = User.objects.aggregate(all=Count("pk"), admins=Count("pk", filter=Q(is_staff=True)))
    return UserCounts(
        total_users=counts["all"],
        by_role={"user": counts["all"] - counts["admins"], "admin": counts["admins"]},
    )


# --- Leaving --------------------------------------------------------------------------------------


def delete_account(*, user: User, password: str) -> None:
    """Remove a person and all that is theirs, at once; raise ``WrongPasswordError``."""
    if not user.check_password(password):
        raise WrongPasswordError("password")
    with transaction.atomic():
        # Locked first, so that nothing new of theirs is stored while the old is collected.
        still_theirs = User.objects.select_for_update().filter(pk=user.pk, password=user.password).first()
        if still_theirs is None:
            raise WrongPasswordError("password")
        still_theirs.delete()


# --- Inside ---------------------------------------------------------------------------------------


def _hashed(password: str, *, user: User, field: str) -> str:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WeakPasswordError(field, *error.messages) from error
    return make_password(password)


def _set_password(user: User, hashed: str, *, keep: Session | None = None) -> bool:
    """Replace the password that ``user`` was read with; say whether it was still that one."""
    with transaction.atomic():
        if not User.objects.filter(pk=user.pk, password=user.password).update(password=hashed):
            return False
        end_sessions(user, but=keep)
        return True


def _update(user: User, **changes: str | int | None) -> None:
    try:
        with transaction.atomic():
            found = User.objects.filter(pk=user.pk).update(**changes)
    except IntegrityError as error:
        raise _taken(error) from error
    if not found:
        raise InvalidTokenError  # The account was removed in this very moment.
    for name, value in changes.items():
        setattr(user, name, value)


def _taken(error: IntegrityError) -> Exception:
    """Return what a broken constraint means to the caller."""
    return next(
        (AlreadyTakenError(field) for name, field in _CONSTRAINTS.items() if name in str(error)), error
    )
