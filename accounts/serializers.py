"""The bodies of requests and answers about accounts."""

from functools import partial
from typing import Any

from django.core.validators import RegexValidator
from rest_framework import serializers

from accounts.bodies import Body
from accounts.models import User, one_line, plain_username
from accounts.passwords import MAX_PASSWORD_LENGTH
from clients.values import MAX_ID


class Text(serializers.CharField):
    """A JSON string; a number is refused."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


# One pattern, so that the schema can show it: no quoted names, and of machines localhost alone.
_ADDRESS = RegexValidator(
    r"\A[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(localhost|([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+([A-Za-z]{2,63}|[Xx][Nn]--[A-Za-z0-9]{1,59}))\Z",
    "Enter a valid email address.",
)


class EmailText(Text):
    """Spaces around an e-mail address are removed; a line break is an error."""

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(data.strip(" ") if isinstance(data, str) else data)


class Username(Text):
    """A username or None, which an empty text is, too."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        return super().run_validation(data) or None


AnyEmail = partial(EmailText, max_length=254, trim_whitespace=False)
Email = partial(AnyEmail, validators=[_ADDRESS])
Name = partial(Text, max_length=150, required=False, allow_blank=True, validators=[one_line])
Password = partial(Text, max_length=MAX_PASSWORD_LENGTH, trim_whitespace=False, write_only=True)
OptionalUsername = partial(
    Username, max_length=50, required=False, allow_null=True, allow_blank=True, validators=[plain_username]
)


class RegistrationSerializer(Body):
    email = Email()
    password = Password()
    username = OptionalUsername()
    first_name = Name()
    last_name = Name()


class CredentialsSerializer(Body):
    # An address that nobody can have is no error of form here, only unknown.
    email = AnyEmail()
    password = Password()


class ProfileSerializer(Body):
    username = OptionalUsername()
    first_name = Name()
    last_name = Name()


class NewPasswordSerializer(Body):
    current = Password()
    new = Password()


class PasswordConfirmationSerializer(Body):
    password = Password()


class PasswordResetSerializer(Body):
    email = Email()


class PasswordResetConfirmationSerializer(Body):
    token = serializers.CharField(max_length=200)
    new = Password()


class UserSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(min_value=1, max_value=MAX_ID)
    email = serializers.CharField()
    username = serializers.CharField(allow_null=True)
    first_name = serializers.CharField(allow_blank=True)
    last_name = serializers.CharField(allow_blank=True)
    role = serializers.ChoiceField(choices=["user", "admin"])


_SHOWN = tuple(UserSerializer().fields)


def shown(user: User) -> dict[str, Any]:
    """Return a person as they see themselves: attributes that JSON has, which need no serializer's work."""
    return {name: getattr(user, name) for name in _SHOWN}


class AccessSerializer(serializers.Serializer[Any]):
    access = serializers.CharField(help_text="For `Authorization: Bearer …`. Keep it in memory only.")
    expires_in = serializers.IntegerField(help_text="Seconds.")


class SignedInSerializer(serializers.Serializer[Any]):
    message = serializers.CharField(help_text="A short sentence: `Signed in.`")
    tokens = AccessSerializer()
    user = UserSerializer()


class SessionSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(min_value=1, max_value=MAX_ID)
    user_agent = serializers.CharField(
        allow_blank=True, help_text="What the device called itself at sign-in."
    )
    created_at = serializers.DateTimeField(help_text="When it signed in.")
    last_used_at = serializers.DateTimeField(help_text="When it last signed in or refreshed.")
    expires_at = serializers.DateTimeField(help_text="When it has to sign in again, whatever happens.")
    is_current = serializers.SerializerMethodField(help_text="Whether it is the one that asks.")

    def get_is_current(self, session: Any) -> bool:
        return bool(session.pk == self.context["current_id"])


class SessionListMetaSerializer(serializers.Serializer[Any]):
    as_of = serializers.DateTimeField()
    stale = serializers.BooleanField()


class SessionListSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField(min_value=0)
    next = serializers.CharField(allow_null=True, help_text="Always null: there are at most 20.")
    previous = serializers.CharField(allow_null=True, help_text="Always null.")
    results = SessionSerializer(many=True)
    meta = SessionListMetaSerializer()


class RoleCountsSerializer(serializers.Serializer[Any]):
    user = serializers.IntegerField(min_value=0)
    admin = serializers.IntegerField(min_value=0)


class UserCountsSerializer(serializers.Serializer[Any]):
    total_users = serializers.IntegerField(min_value=0)
    by_role = RoleCountsSerializer()
