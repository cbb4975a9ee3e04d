"""The fuzzer's extension: how to sign in, and what the schema can't say. The fuzzer loads it."""

import json
import os
import unicodedata
import urllib.request
from http.cookies import SimpleCookie
from typing import Any, NamedTuple

import schemathesis

SERVICE = os.environ["FUZZED_SERVICE"]
PASSWORD = os.environ["FUZZED_PASSWORD"]

# One whose session lasts, and one who signs in for each call of what may end it.
KEEPER, LEAVER = "keeper@flyers.test", "leaver@flyers.test"
ENDS_ITS_SESSION = {"auth_refresh", "auth_logout", "auth_logout_all", "auth_session_end", "auth_me_delete"}

# What any route may answer, whatever it does; OpenAPI has `default` for that.
OF_ANY_ROUTE = {405, 406}


# A flyer service that offers its feed alone names no categories: to filter by them is a 400.
HAS_CATEGORIES = os.environ.get("TEST_FLYERS_OFFERS") != "feed"

# Of a list of titles.
MAX_TITLES, TITLES_A_PAGE, MAX_TITLES_A_PAGE = 10_000, 20, 60


class Tokens(NamedTuple):
    access: str
    refresh: str


def sign_in(email: str) -> Tokens:
    request = urllib.request.Request(
        f"{SERVICE}/api/v1/auth/login/",
        data=json.dumps({"email": email, "password": PASSWORD}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        cookies = SimpleCookie()
        for header in answer.headers.get_all("Set-Cookie", []):
            cookies.load(header)
        return Tokens(json.load(answer)["tokens"]["access"], cookies["refresh_token"].value)


if "FUZZED_SIGNED_IN" in os.environ:

    @schemathesis.auth(refresh_interval=None)
    class SignedIn:
        """Somebody with a session that lives."""

        def __init__(self) -> None:
            self.tokens: Tokens | None = None

        def get(self, case: Any, context: Any) -> Tokens:
            if context.operation.definition.raw["operationId"] in ENDS_ITS_SESSION:
                return sign_in(LEAVER)
            self.tokens = self.tokens or sign_in(KEEPER)
            return self.tokens

        def set(self, case: Any, data: Tokens, context: Any) -> None:
            case.headers["Authorization"] = f"Bearer {data.access}"
            case.cookies["refresh_token"] = data.refresh


@schemathesis.hook
def filter_case(context: Any, case: Any) -> bool:
    """OpenAPI can't say which parameters need others: `lat` and `lng` come together, and what is near needs both.

    `ids` are of a `kind`, too; and the more titles are on a page, the fewer pages can be reached. Nor does a pattern say that a
    name needs something to see.
    """
    query = case.query or {}
    if not HAS_CATEGORIES and "categories" in query and "flyers" in case.operation.definition.raw["tags"]:
        return False
    if case.operation.definition.raw["operationId"] == "share" and _is_unseen(case.body):
        return False
    if not {"movies", "tv"}.isdisjoint(case.operation.definition.raw["tags"]) and not _is_reachable(query):
        return False
    is_near = bool({"near_me", "radius"} & query.keys())
    is_whole = ("lat" in query) == ("lng" in query) and ("lat" in query or not is_near)
    if case.operation.definition.raw["operationId"] == "library_contains":
        return is_whole and ("ids" in query) == ("kind" in query)
    return is_whole


def _is_unseen(body: Any) -> bool:
    """Say whether the name of a list is a text without a letter, number, mark of punctuation or symbol."""
    name = body.get("list_name") if isinstance(body, dict) else None
    return (
        isinstance(name, str)
        and name != ""
        and not any(unicodedata.category(sign)[0] in "LNPS" for sign in name)
    )


def _is_reachable(query: dict[str, Any]) -> bool:
    """Say whether a page of titles has rows among those that can be shown; what is no number is the service's to judge."""
    try:
        page, limit = int(query.get("page", 1)), int(query.get("limit", TITLES_A_PAGE))
    except (TypeError, ValueError):
        return True
    return page > MAX_TITLES or (page - 1) * min(limit, MAX_TITLES_A_PAGE) < MAX_TITLES


@schemathesis.check
def every_status_is_named(ctx: Any, response: Any, case: Any) -> None:
    """Our own, stricter check: `default` is no excuse for a status that the operation does not name."""
    named = {int(status) for status in case.operation.definition.raw["responses"] if status != "default"}
    assert response.status_code in named | OF_ANY_ROUTE, f"{response.status_code} is not named"
