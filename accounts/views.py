"""The routes of accounts: registration, sign-in, sessions, profile and passwords."""

from functools import partial
from typing import Any, cast

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import NotAuthenticated, NotFound
from rest_framework.permissions import IsAdminUser, IsAuthenticated
from rest_framework.request import Request

from accounts import cookies, serializers, services, sessions
from accounts.api import ApiView, Response
from accounts.authentication import FromOurPages, shown_token
from accounts.cookies import shown_device
from accounts.models import User
from accounts.throttles import AttemptThrottle, SignInThrottle
from accounts.tokens import Claims

# Which tokens a route takes, where that is not the access token; drf-spectacular's types know names alone.
BY_COOKIE: Any = [{"refreshCookie": []}]
BY_ANY_TOKEN: Any = [{"refreshCookie": []}, {"accessToken": []}, {}]

SetCookie = partial(OpenApiParameter, "Set-Cookie", location=OpenApiParameter.HEADER, response=[200])
REFRESH_COOKIE_SET = "`refresh_token=…; HttpOnly; Secure; SameSite=Strict; Path=/api/; Max-Age=…`"
BOTH_COOKIES_SET = (
    f"{REFRESH_COOKIE_SET}, and with the same attributes `known_device=…`, by which this device keeps its "
    "own tries to sign in when strangers use up those of the account."
)
WRONG_ORIGIN = OpenApiResponse(description="`ORIGIN_NOT_ALLOWED`: a page of another site asks.")
DONE = {204: OpenApiResponse(description="Done.")}
TOO_MANY = {429: OpenApiResponse(description="`THROTTLED`: wait for `Retry-After` seconds.")}

operation = partial(extend_schema, tags=["accounts"])


class AccountView(ApiView):
    """A route whose answers are never cached."""

    @property
    def person(self) -> User:
        """The caller, where the route asks for a token."""
        return cast("User", self.request.user)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response


class AttemptView(AccountView):
    """A route that anybody may try, so often."""

    authentication_classes = []
    throttle_classes = [AttemptThrottle]


class CookieView(AccountView):
    """A route that reads or sets the refresh cookie, and takes no access token."""

    authentication_classes = []
    permission_classes = [FromOurPages]


class PersonalView(AccountView):
    permission_classes = [IsAuthenticated]

    @property
    def session_id(self) -> int:
        """The session of the device that asks."""
        return cast("Claims", self.request.auth).session_id


class Register(AttemptView):
    throttle_scope = "register"

    @operation(
        "auth_register",
        request=serializers.RegistrationSerializer,
        responses={201: serializers.UserSerializer, **TOO_MANY},
    )
    def post(self, request: Request) -> Response:
        """Sign up. It does not sign in: that is `POST auth/login/`."""
        user = services.register(**serializers.RegistrationSerializer.read(request.data))
        return Response(serializers.shown(user), status=201)


class Login(CookieView):
    def get_throttles(self) -> list[Any]:
        self._throttle = SignInThrottle()
        return [self._throttle]

    @operation(
        "auth_login",
        parameters=[SetCookie(description=BOTH_COOKIES_SET)],
        request=serializers.CredentialsSerializer,
        responses={
            200: serializers.SignedInSerializer,
            401: OpenApiResponse(description="`INVALID_CREDENTIALS`, whatever of them is wrong."),
            403: WRONG_ORIGIN,
            **TOO_MANY,
        },
    )
    def post(self, request: Request) -> Response:
        """Sign this device in. The refresh token comes in the cookie `refresh_token`, never in the body."""
        credentials = serializers.CredentialsSerializer.read(request.data)
        tokens = services.sign_in(**credentials, user_agent=request.headers.get("User-Agent", ""))
        self._throttle.succeeded()
        user = tokens.session.user
        body = {"message": "Signed in.", "tokens": tokens, "user": user}
        response = Response(serializers.SignedInSerializer(body).data)
        cookies.with_person(response, shown=shown_device(request.COOKIES), user=user)
        return cookies.with_refresh_token(response, tokens)


class Refresh(CookieView):
    @operation(
        "auth_refresh",
        parameters=[SetCookie(description=REFRESH_COOKIE_SET)],
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
        cookie = request.COOKIES.get(cookies.REFRESH_COOKIE)
        if not cookie:
            raise NotAuthenticated
        tokens = sessions.rotate(cookie)
        return cookies.with_refresh_token(Response(serializers.AccessSerializer(tokens).data), tokens)


class Logout(CookieView):
    @operation("auth_logout", auth=BY_ANY_TOKEN, request=None, responses={**DONE, 403: WRONG_ORIGIN})
    def post(self, request: Request) -> Response:
        """Sign this device out, be its tokens over or not. Its access token is worth nothing from now on."""
        refresh_token = request.COOKIES.get(cookies.REFRESH_COOKIE)
        sessions.end_session_of(refresh_token=refresh_token, access_token=shown_token(request))
        return cookies.without_refresh_token(Response(status=204))


class LogoutAll(PersonalView):
    @operation("auth_logout_all", request=None, responses=DONE)
    def post(self, request: Request) -> Response:
        """Sign all of the caller's devices out, this one too."""
        sessions.end_sessions(self.person)
        return cookies.without_refresh_token(Response(status=204))


class Me(PersonalView):
    throttle_scope = "delete-account"

    def get_throttles(self) -> list[Any]:
        return [AttemptThrottle()] if self.request.method == "DELETE" else super().get_throttles()

    @operation("auth_me", responses=serializers.UserSerializer)
    def get(self, request: Request) -> Response:
        """The caller."""
        return Response(serializers.shown(self.person))

    @operation("auth_me_update", request=serializers.ProfileSerializer, responses=serializers.UserSerializer)
    def patch(self, request: Request) -> Response:
        """Change the caller's names; what is left out stays."""
        changes = serializers.ProfileSerializer.read(request.data)
        user = services.update_profile(user=self.person, changes=changes)
        return Response(serializers.shown(user))

    @operation(
        "auth_me_delete", request=serializers.PasswordConfirmationSerializer, responses=DONE | TOO_MANY
    )
    def delete(self, request: Request) -> Response:
        """Remove the caller's account and all that they keep here, for good."""
        confirmation = serializers.PasswordConfirmationSerializer.read(request.data)
        services.delete_account(user=self.person, **confirmation)
        response = cookies.without_refresh_token(Response(status=204))
        return cookies.without_person(response, shown=shown_device(request.COOKIES), user=self.person)


class Password(PersonalView):
    throttle_classes = [AttemptThrottle]
    throttle_scope = "password"

    @operation("auth_password", request=serializers.NewPasswordSerializer, responses=DONE | TOO_MANY)
    def post(self, request: Request) -> Response:
        """Set a new password; every other device is signed out."""
        passwords = serializers.NewPasswordSerializer.read(request.data)
        services.change_password(user=self.person, session_id=self.session_id, **passwords)
        return Response(status=204)


class PasswordReset(AttemptView):
    throttle_scope = "password-reset"

    @operation("auth_password_reset", request=serializers.PasswordResetSerializer, responses=DONE | TOO_MANY)
    def post(self, request: Request) -> Response:
        """Send a link that sets a new password, good for 30 minutes and once. 204 whether or not anybody is known."""
        services.request_password_reset(**serializers.PasswordResetSerializer.read(request.data))
        return Response(status=204)


class PasswordResetConfirm(AttemptView):
    throttle_scope = "password-reset-confirm"

    @operation(
        "auth_password_reset_confirm",
        request=serializers.PasswordResetConfirmationSerializer,
        responses=DONE | TOO_MANY,
    )
    def post(self, request: Request) -> Response:
        """Set a new password by the token of the link; every device is signed out."""
        services.reset_password(**serializers.PasswordResetConfirmationSerializer.read(request.data))
        return Response(status=204)


class SessionList(PersonalView):
    @operation("auth_sessions", responses=serializers.SessionListSerializer)
    def get(self, request: Request) -> Response:
        """The caller's signed-in devices, newest first, on one page: there are at most 20."""
        found = list(sessions.sessions_of(self.person))
        meta = {"as_of": timezone.now().replace(microsecond=0), "stale": False}
        page = {"count": len(found), "next": None, "previous": None, "results": found, "meta": meta}
        return Response(serializers.SessionListSerializer(page, context={"current_id": self.session_id}).data)


class SessionDetail(PersonalView):
    @operation("auth_session_end", responses=DONE)
    def delete(self, request: Request, session_id: int) -> Response:
        """Sign one of the caller's devices out."""
        if not sessions.sessions_of(self.person).filter(pk=session_id).end():
            raise NotFound
        return Response(status=204)


class UserCounts(AccountView):
    permission_classes = [IsAuthenticated, IsAdminUser]

    @operation(
        "user_counts",
        responses={
            200: serializers.UserCountsSerializer,
            403: OpenApiResponse(description="`PERMISSION_DENIED`: the caller is no administrator."),
        },
    )
    def get(self, request: Request) -> Response:
        """How many people there are, by role; for administrators."""
        by_role = services.user_counts()
        return Response({"total_users": sum(by_role.values()), "by_role": by_role})
