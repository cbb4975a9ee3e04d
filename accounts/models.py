"""The tables of people, of their sessions (signed-in devices), and of writes that they may send again."""

from typing import Any, ClassVar, Final, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password, make_password
from django.core.validators import MinValueValidator, RegexValidator
from django.db import connection, models
from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from django.utils import timezone

from accounts.sql import fetch_rows, moment

# In ASCII alone "the same address" means the same to every database, every mail server and every eye.
ascii_address = RegexValidator(r"\A[\x21-\x7e]+\Z", "Enter a valid email address.")
# No @: a name that is shown to others can't be an e-mail address.
plain_username = RegexValidator(
    r"\A[A-Za-z0-9._-]+\Z", "Use only letters from A to Z, digits, dots, hyphens and underscores."
)
one_line = RegexValidator(
    r"\A[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]*\Z",
    "Enter a single line of text without control characters.",
)


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the person with this e-mail address in any case; raise ``User.DoesNotExist``."""
        return self.get(Exact(Lower("email"), (username or "").lower()))

    def create_user(self, *, email: str, password: str | None, **fields: Any) -> "User":
        """Store a new person; raise ``IntegrityError`` if the address is taken."""
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, *, email: str, password: str | None, **fields: Any) -> "User":
        """Store a new administrator, for ``manage.py createsuperuser``."""
        return self.create_user(email=email, password=password, **fields, is_staff=True)


class User(AbstractBaseUser):
    """A person, who signs in with their e-mail address; an administrator if ``is_staff``."""

    email = models.EmailField(validators=[ascii_address])
    username = models.CharField(max_length=50, null=True, blank=True, validators=[plain_username])  # noqa: DJ001 - no two people share "no name"
    first_name = models.CharField(max_length=150, blank=True, validators=[one_line])
    last_name = models.CharField(max_length=150, blank=True, validators=[one_line])
    creator_id = models.BigIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="The creator that this person is at the flyer service.",
    )
    library_version = models.PositiveBigIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="Counts the changes of what this person saves; raised in the transaction of each.",
    )
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("administrator", default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    last_login = None  # Session.created_at has it for each device.

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="one_person_per_email"),
            models.UniqueConstraint(Lower("username"), name="one_person_per_username"),
            models.UniqueConstraint(fields=["creator_id"], name="one_person_per_creator"),
            models.CheckConstraint(condition=models.Q(creator_id__gte=1), name="creator_id_is_positive"),
        ]

    def __str__(self) -> str:
        return self.email

    def save(self, *args: Any, **options: Any) -> None:
        """Save what was loaded, but never the library version: it may have been raised since this person was read."""
        if not self._state.adding and options.get("update_fields") is None:
            unchanged = self.get_deferred_fields() | {"id", "library_version"}
            fields = [field.attname for field in self._meta.concrete_fields if field.attname not in unchanged]
            options["update_fields"] = fields
        super().save(*args, **options)

    def check_password(self, raw_password: str | None) -> bool:
        """Return whether this is the password; if so, renew a hash that was made at another cost.

        Unlike Django's, it never overwrites a password that was set in the meantime.
        """

        def renew(password: str) -> None:
            renewed = make_password(password)
            if User.objects.filter(pk=self.pk, password=self.password).update(password=renewed):
                self.password = renewed

        return check_password(raw_password, self.password, renew)

    def clean(self) -> None:
        """Normalize the values of a form to the one way they are stored."""
        self.email = self.email.lower()
        self.username = self.username or None

    @property
    def role(self) -> str:
        return "admin" if self.is_staff else "user"

    @property
    def display_name(self) -> str:
        """The name that others may see; never the e-mail address."""
        return f"{self.first_name} {self.last_name}".strip() or self.username or "Someone"

    # For Django's admin site: administrators may do everything there, and nobody else anything.

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_active and self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_staff


class SessionQuerySet(models.QuerySet["Session"]):
    def live(self) -> Self:
        """Return those that are not revoked, not expired and of an active person, as ``live_session_sql`` does."""
        # No join: Django's UPDATE with one selects its rows beforehand, and on PostgreSQL two refreshes at once with
        # one token could then both succeed.
        active = User.objects.filter(pk=models.OuterRef("user_id"), is_active=True)
        return self.filter(models.Exists(active), revoked_at=None, expires_at__gt=timezone.now())

    def end(self) -> int:
        """Revoke those that are not revoked yet; return how many."""
        return self.filter(revoked_at=None).update(revoked_at=timezone.now())


def live_session_sql(*, session_id: int, user_id: int) -> tuple[str, list[Any]]:
    """Return the ``FROM … WHERE …`` of a statement about one session if it is live, and its parameters.

    Its tables are ``session`` and ``person``; it yields one row, or none unless the session belongs to ``user_id`` and
    is live by the rule of ``SessionQuerySet.live``. SQL, because every signed-in request executes it and the ORM takes
    ten times as long to compile it as the database to answer; and a part, so that it can share a statement with others.
    """
    sql = (
        "FROM accounts_session session JOIN accounts_user person ON person.id = session.user_id "
        "WHERE session.id = %s AND session.user_id = %s "
        "AND session.revoked_at IS NULL AND session.expires_at > %s AND person.is_active"
    )
    return sql, [session_id, user_id, moment(timezone.now())]


# A table of one row: the library version of the person whose id is its parameter. A statement that reads it with what
# it is the version of can't find the two apart.
LIBRARY_VERSION_SQL: Final = "(SELECT library_version FROM accounts_user WHERE id = %s)"


class AccountRemovedError(Exception):
    """The person was deleted during the call."""


def lock_library(user_id: int) -> int | None:
    """Lock a person's row until the transaction ends, on SQLite with everybody else's; return their library version.

    None if there is no such person. SQL, here and below, because while it is locked the ORM's time to compile a statement
    is time that others wait.
    """
    lock = " FOR NO KEY UPDATE" if connection.features.has_select_for_no_key_update else ""
    rows = fetch_rows(f"SELECT library_version FROM accounts_user WHERE id = %s{lock}", [user_id])  # noqa: S608 - our own words
    return int(rows[0][0]) if rows else None


def lock_person(user_id: int) -> bool:
    """Lock a person's row until the transaction ends; return whether there is such a person.

    For what is theirs and no part of the library. Who locks several people does so in the order of their ids.
    """
    return lock_library(user_id) is not None


def hold_person(user_id: int) -> None:
    """Keep a person from being deleted until the transaction ends, and nobody from anything else.

    Raises ``AccountRemovedError`` if there is no such person.
    """
    lock = " FOR KEY SHARE" if connection.features.has_select_for_no_key_update else ""
    if not fetch_rows(f"SELECT 1 FROM accounts_user WHERE id = %s{lock}", [user_id]):  # noqa: S608 - our own words
        raise AccountRemovedError


def raise_library_version(*, user_id: int, to: int) -> None:
    """Set a person's library version; call it in the transaction that holds ``lock_library`` and changes the library."""
    fetch_rows("UPDATE accounts_user SET library_version = %s WHERE id = %s", [to, user_id])


def raised_library_version_sql(*, user_id: int, since: int, to: int) -> tuple[str, list[Any]]:
    """Return an ``UPDATE … WHERE …`` that raises a person's library version if it is still ``since``, and its parameters.

    A part, so that it can share a statement or a transaction with a change that was judged by what the library was then.
    It locks the person's row.
    """
    sql = "UPDATE accounts_user SET library_version = %s WHERE id = %s AND library_version = %s"
    return sql, [to, user_id, since]


class Session(models.Model):
    """A signed-in device. It is live until it is revoked or ``expires_at``, which no refresh moves."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions", db_index=False)
    token_hash = models.CharField(max_length=64, help_text="SHA-256 of the refresh token that is good now.")
    spent = models.JSONField(
        default=list, help_text="Those before it: hash and when it was spent (Unix seconds)."
    )
    rotated_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    user_agent = models.CharField(max_length=200, blank=True)
    revoked_at = models.DateTimeField(null=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token_hash"], name="one_session_per_refresh_token")]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="sessions_of_a_person"),
            models.Index(fields=["expires_at"], name="sessions_by_end"),
        ]

    def __str__(self) -> str:
        return f"session {self.pk}"


class IdempotencyKey(models.Model):
    """A write that its caller may send again, and what it was answered; without a status it is under way."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="idempotency_keys", db_index=False)
    key = models.CharField(max_length=255)
    digest = models.CharField(
        max_length=32, help_text="Of method, path and body; other requests have others."
    )
    status = models.PositiveSmallIntegerField(null=True)
    body = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="one_request_per_idempotency_key")
        ]
        indexes = [
            models.Index(fields=["created_at"], name="idempotency_keys_by_age"),
            models.Index(fields=["user", "-created_at", "-id"], name="idempotency_keys_of_a_person"),
        ]

    def __str__(self) -> str:
        return f"idempotency key {self.pk}"
