"""The fuzzer's extension: how to sign in, and what the schema can't say. The fuzzer loads it."""

import json
import os
import re
import unicodedata
import urllib.request
from decimal import Decimal
from http.cookies import SimpleCookie
from typing import Any, NamedTuple

import schemathesis

SERVICE = os.environ["FUZZED_SERVICE"]
PASSWORD = os.environ["FUZZED_PASSWORD"]

# One whose session lasts, and one who signs in for each call of what may end it.
KEEPER, LEAVER = f"{os.environ.get('FUZZED_SIGNED_IN')}@flyers.test", "leaver@flyers.test"
# Of reservations, swaps and primetime there are those with ids from 1 to this.
BOOKED, MAX_ID = int(os.environ.get("FUZZED_BOOKED", "0")), 2**63 - 1
BOOKED_IDS = {
    *("reservation_id", "trade_id", "primetime_id"),
    *("requester_reservation_id", "target_reservation_id", "ids"),
}
CATEGORY, MAX_CATEGORIES = "gardeners-corner", 20
ENDS_ITS_SESSION = {"auth_refresh", "auth_logout", "auth_logout_all", "auth_session_end", "auth_me_delete"}

# What any route may answer, whatever it does; OpenAPI has `default` for that.
OF_ANY_ROUTE = {405, 406}


# A flyer service that offers its feed alone names no categories: to filter by them is a 400.
HAS_CATEGORIES = os.environ.get("TEST_FLYERS_OFFERS") != "feed"

# What is called by a name, and the field that has it.
NAMED = {
    "share": "list_name",
    **dict.fromkeys(("product_create", "product_replace", "product_change"), "title"),
}
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

    `ids` are of a `kind`, too; and the more titles are on a page, the fewer pages can be reached; products are of one
    `category` or of several, no price is below the lowest, and one that is a number has few digits. Nor does a pattern say
    that a name needs something to see.
    """
    query = case.query or {}
    if not HAS_CATEGORIES and "categories" in query and "flyers" in case.operation.definition.raw["tags"]:
        return False
    if case.operation.definition.raw["operationId"] in NAMED and (_is_unseen(case) or _is_too_fine(case)):
        return False
    if {"category", "categories"} <= query.keys() or not _is_a_range(query):
        return False
    if not {"movies", "tv"}.isdisjoint(case.operation.definition.raw["tags"]) and not _is_reachable(query):
        return False
    is_near = bool({"near_me", "radius"} & query.keys())
    is_whole = ("lat" in query) == ("lng" in query) and ("lat" in query or not is_near)
    if case.operation.definition.raw["operationId"] == "library_contains":
        return is_whole and ("ids" in query) == ("kind" in query)
    return is_whole


@schemathesis.hook
def map_case(context: Any, case: Any) -> Any:
    """Let slugs of categories be of one that there is: which these are is known to the store alone; and ids of reservations."""
    if BOOKED and "/reservations/" in case.operation.path:
        for place in (case.path_parameters, case.body):
            for name in BOOKED_IDS.intersection(place if isinstance(place, dict) else ()):
                place[name] = _booked(place[name])
    if isinstance(case.body, dict) and _are_slugs(slugs := case.body.get("categories")):
        case.body["categories"] = [CATEGORY] * len(slugs)
    given = (case.query or {}).get("categoryIds", [])
    if _are_slugs(given.split(",") if isinstance(given, str) else given):
        case.query["categoryIds"] = CATEGORY
    return case


def _booked(value: Any) -> Any:
    """Return an id of something that there is instead of one that could be."""
    if isinstance(value, list):
        return [_booked(each) for each in value]
    is_id = not isinstance(value, bool) and re.fullmatch(r"[0-9]{1,19}", str(value))
    return type(value)(1 + int(value) % BOOKED) if is_id and 1 <= int(value) <= MAX_ID else value


def _are_slugs(values: Any) -> bool:
    return (
        isinstance(values, list)
        and 1 <= len(values) <= MAX_CATEGORIES
        and all(isinstance(value, str) and re.fullmatch("[a-z0-9_-]{1,100}", value) for value in values)
    )


def _is_a_range(query: dict[str, Any]) -> bool:
    try:
        return Decimal(query.get("min_price", 0)) <= Decimal(query.get("max_price", "Infinity"))
    except (ArithmeticError, TypeError, ValueError):  # What is no price is the service's to judge.
        return True


def _is_too_fine(case: Any) -> bool:
    """Say whether a price is a number with more digits after the point than are taken, which `multipleOf` can't say of floats."""
    price = case.body.get("price") if isinstance(case.body, dict) else None
    return isinstance(price, float) and re.fullmatch(r"[0-9]{1,9}\.[0-9]{1,4}", repr(price)) is None


def _is_unseen(case: Any) -> bool:
    """Say whether the name of a thing is a text without a letter, number, mark of punctuation or symbol."""
    field = NAMED[case.operation.definition.raw["operationId"]]
    name = case.body.get(field) if isinstance(case.body, dict) else None
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
