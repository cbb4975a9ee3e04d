"""A flyer service on a real socket, healthy or with faults that depend on the request."""

from typing import Any

from flyers_proxy.catalog import FLYERS as CATALOG
from flyers_proxy.lists import offers_feed_alone
from tests import payloads
from tests.faulty_service import FaultyRead, FaultyService
from tests.hostile import Behaviour

FLYERS = [payloads.flyer(7), payloads.flyer(8)]
FAR_AWAY = {"address": "Gran Via 1, Bilbao", "lat": 43.2627, "lng": -2.9253}
DISCOVER = "/api/v1/flyers/discover/"
CATEGORIES = "/api/v1/flyers/categories/"
# Each fault is about a page of flyers, but for these.
ROUTES = {
    **dict.fromkeys(("404", "410", "another flyer's id"), "/api/v1/flyers/7/"),
    "categories ignored": f"{DISCOVER}?categories=events",
    "creators ignored": "/api/v1/creators/3/flyers/",
    "near_me ignored": f"{DISCOVER}?lat=40.4168&lng=-3.7038&radius=2",
}


def document(path: str) -> Any:
    """Return what a healthy service has at a path."""
    if "/feed/" in path:
        return payloads.page(*FLYERS)
    number = int(path.rstrip("/").rpartition("/")[2]) if path.rstrip("/")[-1].isdigit() else 0
    if "/flyers/" in path:
        return payloads.flyer(number)
    if "/users/" in path:
        return payloads.creator(number)
    return [payloads.category()]


def _page(**changes: Any) -> Behaviour:
    page = payloads.page(*FLYERS) | changes
    return lambda exchange: exchange.answer_json(page)


def _flyers(**changes: Any) -> Behaviour:
    return _page(results=[flyer | changes for flyer in FLYERS])


def _without(*names: str) -> list[dict[str, Any]]:
    return [{name: value for name, value in flyer.items() if name not in names} for flyer in FLYERS]


OWN_FAULTS: dict[str, Behaviour] = {
    "another root": lambda exchange: exchange.answer_json(FLYERS),
    "required fields missing": _page(results=_without("title", "creator")),
    "null where a value must be": _flyers(title=None, validity=None),
    "values of another type": _page(count="two", results={}),
    "every flyer unfit": _flyers(id="7", location={"lat": 400}),
    "more flyers than asked for": _page(results=[payloads.flyer(number) for number in range(1, 40)]),
    "categories ignored": _page(results=[FLYERS[0], payloads.flyer(8, categories=["food"])]),
    "creators ignored": _page(results=[FLYERS[0], payloads.flyer(8, creator=payloads.creator(4))]),
    "near_me ignored": _page(results=[FLYERS[0], payloads.flyer(8, location=FAR_AWAY)]),
    "another flyer's id": lambda exchange: exchange.answer_json(payloads.flyer(666)),
    "one flyer unfit": _page(results=[*_without("title")[:1], *FLYERS]),
    "only required fields": _page(
        results=[
            {name: flyer[name] for name in ("id", "title", "creator", "location", "validity")}
            for flyer in FLYERS
        ]
    ),
    "unknown fields": _flyers(secret="for the service alone", rank=0.97),
    "next to another host": _page(next="http://169.254.169.254/latest/", previous="https://evil.example/"),
}
# What can't happen where the feed alone is asked, for pages of fifty, and with no filters.
NOT_OF_THE_FEED = {
    *("404", "410", "another flyer's id", "more flyers than asked for"),
    *("categories ignored", "creators ignored", "near_me ignored"),
}
SERVICE = FaultyService(document, OWN_FAULTS)
healthy, healthy_but_never_fresh = SERVICE.healthy, SERVICE.healthy_but_never_fresh
inject_fault, clear_fault = SERVICE.inject_fault, SERVICE.clear_fault


def _address_of(fault: str) -> str | None:
    return None if offers_feed_alone() and fault in NOT_OF_THE_FEED else ROUTES.get(fault, DISCOVER)


def _shows_both(body: Any) -> bool:
    ids = [flyer["id"] for flyer in body["results"]]
    return (ids, body["next"], body["previous"]) == ([7, 8], None, None)


READ = FaultyRead(
    CATALOG,
    SERVICE,
    address_of=_address_of,
    unconcerned=CATEGORIES,
    shows=_shows_both,
)
