"""A flyer service on a real socket, healthy or with faults that depend on the request."""

from typing import Any

from tests import payloads
from tests.hostile import FAULTS, Behaviour, Exchange, HostileServer, in_turn

FLYERS = [payloads.flyer(7), payloads.flyer(8)]
FAR_AWAY = {"address": "Gran Via 1, Bilbao", "lat": 43.2627, "lng": -2.9253}
NOT_FRESH = "max-age=0"


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


def healthy(exchange: Exchange) -> None:
    """Answer as a healthy service."""
    exchange.answer_json(document(exchange.path))


def healthy_but_never_fresh(exchange: Exchange) -> None:
    """Answer as a healthy service whose answers are never fresh."""
    exchange.answer_json(document(exchange.path), Cache_Control=NOT_FRESH)


def _page(**changes: Any) -> Behaviour:
    page = payloads.page(*FLYERS) | changes
    return lambda exchange: exchange.answer_json(page)


def _flyers(**changes: Any) -> Behaviour:
    return _page(results=[flyer | changes for flyer in FLYERS])


def _without(*names: str) -> list[dict[str, Any]]:
    return [{name: value for name, value in flyer.items() if name not in names} for flyer in FLYERS]


def _rude(exchange: Exchange) -> None:
    exchange.answer_json(
        document(exchange.path),
        Set_Cookie="session=stolen; Domain=flyers.test",
        Access_Control_Allow_Origin="*",
        Location="https://evil.example/",
        Content_Security_Policy="default-src *",
        X_Request_ID="theirs",
        Refresh="0; url=https://evil.example/",
        Server="secret/1.2.3",
        Vary="*",
    )


REFUSED, DROPPED, ONCE = "refused", "idle connection dropped", "one failure, then well"

# Each of these is about a page of flyers, but for the one that is about a flyer.
ALL_FAULTS: dict[str, Behaviour] = FAULTS | {
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
    "rude headers": _rude,
}
NAMES = ALL_FAULTS.keys() | {REFUSED, DROPPED, ONCE}


def inject_fault(service: HostileServer, name: str) -> None:
    """Let the service behave like a fault, and clear its request log."""
    service.received.clear()
    if name == REFUSED:
        service.refuse()
    elif name == DROPPED:
        service.drop_connections()
    else:
        service.behaviour = in_turn(FAULTS["500"], healthy) if name == ONCE else ALL_FAULTS[name]


def clear_fault(service: HostileServer, name: str) -> None:
    """End the fault."""
    service.behaviour = healthy
    if name == REFUSED:
        service.listen()


def leaks(response: Any) -> list[str]:
    """Return what of the service stands in an answer of ours, and must not."""
    said = f"{response.headers}{response.content.decode()}"
    secrets = (
        "upstream-key",
        "169.254",
        "evil.example",
        "theirs",
        "secret",
        "stolen",
        "127.0.0.1",
        "Traceback",
    )
    return [secret for secret in secrets if secret in said]
