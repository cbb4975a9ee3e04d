"""Every route of the published schema, ready to be called: what comes to the API later is attacked by itself.

A parameter that is new here has to be given a value; without one the tests do not begin.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import yaml

from tests.deploy.files import ROOT

SCHEMA = yaml.safe_load((ROOT / "tests" / "openapi.yaml").read_text())
# Of each path parameter a value that means something: the services have such items (`conftest.py` says of which titles).
IDS = {
    "flyer_id": 5,
    "creator_id": 3,
    "followed_id": 3,
    "movie_id": 650,
    "tv_id": 650,
    "product_id": 5,
    "cart_id": 1,
    "user_id": 987654321,
    "session_id": 987654321,
    "reservation_id": 1,
    "trade_id": 1,
    "primetime_id": 1,
    "slug": "mine",
}
# One name for two things.
IDS_OF_PATHS = {"/api/v1/categories/{slug}/": {"slug": "gardeners-corner"}}
QUERIES = {
    "query": "a",
    "user_id": 3,
    "categoryIds": "gardeners-corner",
    "start_date": "2026-05-01",
    "end_date": "2026-05-02",
}


# What can be booked, whatever day it is.
TIME = {
    "date": (datetime.now(UTC) + timedelta(days=3)).date().isoformat(),
    "start_time": "12:00:00",
    "end_time": "13:00:00",
}


class Route(NamedTuple):
    """An operation; ``path`` has its ids, ``query`` what it requires."""

    operation: str
    method: str
    template: str
    path: str
    query: str
    is_private: bool
    has_body: bool
    is_list: bool
    is_of_a_service: bool

    @property
    def address(self) -> str:
        """Return path and query."""
        return self.path + (self.query and f"?{self.query}")


def _route(template: str, method: str, operation: dict[str, Any]) -> Route:
    parameters = {each["name"]: each for each in operation.get("parameters", ()) if each["in"] == "query"}
    required = [name for name, each in parameters.items() if each.get("required")]
    return Route(
        operation["operationId"],
        method.upper(),
        template,
        template.format(**IDS | IDS_OF_PATHS.get(template, {})),
        "&".join(f"{name}={QUERIES[name]}" for name in required),
        is_private=operation.get("security", [{}]) == [{"accessToken": []}],
        has_body="requestBody" in operation,
        is_list="page" in parameters,
        is_of_a_service="502" in operation["responses"],
    )


ROUTES = [
    _route(template, method, operation)
    for template, methods in SCHEMA["paths"].items()
    for method, operation in methods.items()
]
READS = [route for route in ROUTES if route.method == "GET"]
WRITES = {route.operation: route for route in ROUTES if route.method != "GET"}
# Reads of what the services behind have, which anybody may do, and shared caches may store; and those not of one item.
PUBLIC = [route for route in READS if route.is_of_a_service and not route.is_private]
COMMON = [route for route in PUBLIC if "{" not in route.template]
# Items that people keep, by the path of their detail: each has shelves below it.
KEPT = sorted({route.path.removesuffix("favorite/") for route in ROUTES if route.path.endswith("/favorite/")})
SHELVES = [
    route.path
    for route in ROUTES
    if route.method == "DELETE" and route.path.startswith(tuple(KEPT)) and route.path not in KEPT
]


# What can be kept.
KINDS: list[str] = SCHEMA["components"]["schemas"]["FavoritesKind"]["enum"]
