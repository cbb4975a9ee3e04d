"""accounts: the HTTP of signing up, signing in and leaving. It knows requests, the cookie's place, and no rule."""

from typing import Any, cast

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import NotAuthenticated, NotFound
from rest_framework.permissions import IsAdminUser, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import serializers, services, sessions
from accounts.authentication import FromOurPages, shown_token
from accounts.devices import shown_device, with_device, without_person
from accounts.models import Session, User
from accounts.throttles import AttemptThrottle, SignInThrottle
from accounts.tokens import ACCESS_SECONDS

# Which tokens a route takes, where that is not the access token; drf-spectacular's types know names alone.
BY_COOKIE: Any = [{"refreshCookie": []}]
BY_ANY_TOKEN: Any = [{"refreshCookie": []}, {"accessToken": []}, {}]

COOKIE_IS_SET = OpenApiParameter(
    "Set-Cookie",
    location=OpenApiParameter.HEADER,
    response=[200],
    description="`refresh_token=…; HttpOnly; Secure; SameSite=Strict; Path=/api/; Max-Age=…`",
)
COOKIES_ARE_SET = OpenApiParameter(
    "Set-Cookie",
    location=OpenApiParameter.HEADER,
    response=[200],
    description=(
        f"{COOKIE_IS_SET.description}, and with the same attributes `known_device=…`, by which this device keeps its "
        "own tries to sign in when strangers use up those of the account."
    ),
)
NO_CONTENT = OpenApiResponse(description="Done.")
WRONG_ORIGIN = OpenApiResponse(description="`ORIGIN_NOT_ALLOWED`: a page of another site asks.")
TOO_MANY = OpenApiResponse(description="`THROTTLED`: wait for `Retry-After` seconds.")


class AccountRoute(APIView):
    """What all these routes share: nobody keeps a copy of an answer."""

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response


class Register(AccountRoute):
    authentication_classes = []
    throttle_classes = [AttemptThrottle]
    throttle_scope = "register"

    @extend_schema(
        operation_id="auth_register",
        tags=["accounts"],
        request=serializers.RegistrationSerializer,
        responses={201: serializers.UserSerializer, 429: TOO_MANY},
    )
    def post(self, request: Request) -> Response:
        """Sign up. It does not sign in: that is `POST auth/login/`."""
        user = services.register(**serializers.RegistrationSerializer.read(request.data))
        return Response(serializers.UserSerializer(user).data, status=201)


class Login(AccountRoute):
    authentication_classes = []
    permission_classes = [FromOurPages]

    def get_throttles(self) -> list[Any]:
        self._tries = SignInThrottle()
        return [self._tries]

    @extend_schema(
        operation_id="auth_login",
        tags=["accounts"],
        parameters=[COOKIES_ARE_SET],
        request=serializers.CredentialsSerializer,
        responses={
            200: serializers.SignedInSerializer,
            401: OpenApiResponse(description="`INVALID_CREDENTIALS`, whatever of them is wrong."),
            403: WRONG_ORIGIN,
            429: TOO_MANY,
        },
    )
    def post(self, request: Request) -> Response:
        """Sign this device in. The refresh token comes in the cookie `refresh_token`, never in the body."""
        credentials = serializers.CredentialsSerializer.read(request.data)
        tokens = services.sign_in(**credentials, user_agent=request.headers.get("User-Agent", ""))
        self._tries.succeeded()
        user = tokens.session.user
        body = {"message": "Signed in.", "tokens": _access(tokens), "user": user}
        response = Response(serializers.SignedInSerializer(body).data)
        with_device(response, shown=shown_device(request.COOKIES), user=user)
        return sessions.with_refresh_token(response, tokens)


class Refresh(AccountRoute):
    authentication_classes = []
    permission_classes = [FromOurPages]

    @extend_schema(
        operation_id="auth_refresh",
        tags=["accounts"],
        parameters=[COOKIE_IS_SET],
        auth=BY_COOKIE,
        request=None,
        responses={
            200: serializers.AccessSerializer,
            401: OpenApiResponse(
                description=(
                    "`NOT_AUTHENTICATED`: no cookie. `TOKEN_EXPIRED`, `TOKEN_REUSED`, `INVALID_TOKEN`: sign in again. "
                    "`TOKEN_SUPERSEDED`: another tab has just refreshed; ask once more."
                )
            ),
            403: WRONG_ORIGIN,
        },
    )
    def post(self, request: Request) -> Response:
        """Trade the cookie for a new access token and the next cookie; each cookie is good for one time."""
        cookie = request.COOKIES.get(sessions.COOKIE)
        if not cookie:
            raise NotAuthenticated
        tokens = sessions.rotate(cookie)
        return sessions.with_refresh_token(
            Response(serializers.AccessSerializer(_access(tokens)).data), tokens
        )


class Logout(AccountRoute):
    authentication_classes = []
    permission_classes = [FromOurPages]

    @extend_schema(
        operation_id="auth_logout",
        tags=["accounts"],
        auth=BY_ANY_TOKEN,
        request=None,
        responses={204: NO_CONTENT, 403: WRONG_ORIGIN},
    )
    def post(self, request: Request) -> Response:
        """Sign this device out, be its tokens over or not. Its access token is worth nothing from now on."""
        sessions.end_session_of(
            refresh_token=request.COOKIES.get(sessions.COOKIE), access_token=shown_token(request)
        )
        return sessions.without_refresh_token(Response(status=204))


class LogoutAll(AccountRoute):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="auth_logout_all", tags=["accounts"], request=None, responses={204: NO_CONTENT}
    )
    def post(self, request: Request) -> Response:
        """Sign all of the caller's devices out, this one too."""
        sessions.end_sessions(_person(request))
        return sessions.without_refresh_token(Response(status=204))


class Me(AccountRoute):
    permission_classes = [IsAuthenticated]
    throttle_scope = "delete-account"

    def get_throttles(self) -> list[Any]:
        return [AttemptThrottle()] if self.request.method == "DELETE" else super().get_throttles()

    @extend_schema(operation_id="auth_me", tags=["accounts"], responses=serializers.UserSerializer)
    def get(self, request: Request) -> Response:
        """The caller."""
        return Response(serializers.UserSerializer(_person(request)).data)

    @extend_schema(
        operation_id="auth_me_update",
        tags=["accounts"],
        request=serializers.ProfileSerializer,
        responses=serializers.UserSerializer,
    )
    def patch(self, request: Request) -> Response:
        """Change the caller's names; what is left out stays."""
        changes = serializers.ProfileSerializer.read(request.data)
        user = services.update_profile(user=_person(request), changes=changes)
        return Response(serializers.UserSerializer(user).data)

    @extend_schema(
        operation_id="auth_me_delete",
        tags=["accounts"],
        request=serializers.PasswordConfirmationSerializer,
        responses={204: NO_CONTENT, 429: TOO_MANY},
    )
    def delete(self, request: Request) -> Response:
        """Remove the caller's account and all that they keep here, for good."""
        services.delete_account(
            user=_person(request), **serializers.PasswordConfirmationSerializer.read(request.data)
        )
        response = sessions.without_refresh_token(Response(status=204))
        return without_person(response, shown=shown_device(request.COOKIES), user=_person(request))


class Password(AccountRoute):
    permission_classes = [IsAuthenticated]
    throttle_classes = [AttemptThrottle]
    throttle_scope = "password"

    @extend_schema(
        operation_id="auth_password",
        tags=["accounts"],
        request=serializers.NewPasswordSerializer,
        responses={204: NO_CONTENT, 429: TOO_MANY},
    )
    def post(self, request: Request) -> Response:
        """Set a new password; every other device is signed out."""
        passwords = serializers.NewPasswordSerializer.read(request.data)
        services.change_password(user=_person(request), session=cast("Session", request.auth), **passwords)
        return Response(status=204)


class PasswordReset(AccountRoute):
    authentication_classes = []
    throttle_classes = [AttemptThrottle]
    throttle_scope = "password-reset"

    @extend_schema(
        operation_id="auth_password_reset",
        tags=["accounts"],
        request=serializers.PasswordResetSerializer,
        responses={204: NO_CONTENT, 429: TOO_MANY},
    )
    def post(self, request: Request) -> Response:
        """Send a link that sets a new password, good for 30 minutes and once. 204 whether or not anybody is known."""
        services.request_password_reset(**serializers.PasswordResetSerializer.read(request.data))
        return Response(status=204)


class PasswordResetConfirm(AccountRoute):
    authentication_classes = []
    throttle_classes = [AttemptThrottle]
    throttle_scope = "password-reset-confirm"

    @extend_schema(
        operation_id="auth_password_reset_confirm",
        tags=["accounts"],
        request=serializers.PasswordResetConfirmationSerializer,
        responses={204: NO_CONTENT, 429: TOO_MANY},
    )
    def post(self, request: Request) -> Response:
        """Set a new password by the token of the link; every device is signed out."""
        services.reset_password(**serializers.PasswordResetConfirmationSerializer.read(request.data))
        return Response(status=204)


class SessionList(AccountRoute):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="auth_sessions", tags=["accounts"], responses=serializers.SessionListSerializer
    )
    def get(self, request: Request) -> Response:
        """The caller's signed-in devices, newest first, on one page: there are at most 20."""
        found = list(sessions.sessions_of(_person(request)))
        page = {
            "count": len(found),
            "next": None,
            "previous": None,
            "results": found,
            "meta": {"as_of": timezone.now().replace(microsecond=0), "stale": False},
        }
        return Response(serializers.SessionListSerializer(page, context={"current": request.auth}).data)


class SessionDetail(AccountRoute):
    permission_classes = [IsAuthenticated]

    @extend_schema(operation_id="auth_session_end", tags=["accounts"], responses={204: NO_CONTENT})
    def delete(self, request: Request, session_id: int) -> Response:
        """Sign one of the caller's devices out."""
        session = sessions.sessions_of(_person(request)).filter(pk=session_id).first()
        if session is None:
            raise NotFound
        sessions.end_session(session)
        return Response(status=204)


class UserCounts(AccountRoute):
    permission_classes = [IsAuthenticated, IsAdminUser]

    @extend_schema(
        operation_id="user_counts",
        tags=["accounts"],
        responses={
            200: serializers.UserCountsSerializer,
            403: OpenApiResponse(description="`PERMISSION_DENIED`: the caller is no administrator."),
        },
    )
    def get(self, request: Request) -> Response:
        """How many people there are, by role; for administrators."""
        return Response(serializers.UserCountsSerializer(services.user_counts()._asdict()).data)


def _person(request: Request) -> User:
    return cast("User", request.user)


def _access(tokens: sessions.Tokens) -> dict[str, Any]:
    return {"access": tokens.access, "expires_in": ACCESS_SECONDS}
