"""A stub of the upstream services that costs next to nothing, answers after a set time, and counts its answers.

``python -m benchmarks.stub PORT``. ``GET /_set?latency_ms=200`` sets the time, ``GET /_calls`` gives the count.
"""

import asyncio
import json
import sys
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

FLYERS = 2_000


def flyer(flyer_id: int) -> dict[str, Any]:
    """Return a flyer of about a kilobyte, as services of this kind send them."""
    creator = flyer_id % 40 + 1
    return {
        "id": flyer_id,
        "title": f"Flyer {flyer_id}: an evening by the river",
        "description": "Three bands, one bridge, and a blanket each. " * 10,
        "categories": ["events", "nightlife"],
        "creator": {"id": creator, "username": f"creator-{creator}", "profile_picture": None},
        "images": [{"url": f"https://img.example/flyers/{flyer_id}.svg", "order": 0}],
        "location": {
            "address": f"Calle Mayor {flyer_id}, Madrid",
            "lat": 40.41,
            "lng": -3.7,
            "distance_km": 1.0,
        },
        "validity": {
            "valid_from": "2020-01-01T00:00:00Z",
            "valid_until": "2099-01-01T00:00:00Z",
            "is_valid": True,
        },
        "created_at": "2026-01-01T00:00:00Z",
    }


@cache
def feed(page: int, size: int, ids: str) -> bytes:
    """Return one page of the feed; filters make no difference to it."""
    shown = map(int, ids.split(",")) if ids else range((page - 1) * size + 1, page * size + 1)
    flyers = [flyer(each) for each in shown]
    return json.dumps({"count": FLYERS, "next": None, "previous": None, "results": flyers}).encode()


def flyer_service(target: str) -> bytes:
    """Return the flyer service's JSON body for a request target."""
    address, params = urlsplit(target).path, dict(parse_qsl(urlsplit(target).query))
    body: Any
    if address == "/api/v1/flyers/feed/":
        return feed(int(params["page"]), int(params["page_size"]), params.get("ids", ""))
    if address.startswith("/api/v1/users/"):
        body = {"id": int(address.split("/")[4]), "username": "creator"}
    elif address == "/api/v1/categories/":
        body = [{"slug": "events", "name": "Events", "flyer_count": FLYERS}]
    else:
        body = flyer(int(address.split("/")[4]))
    return json.dumps(body).encode()


# By the prefix of its settings: how its paths begin, and what gives the body. A later upstream service adds its own.
SERVICES = {"FLYERS": ("/api/v1/", flyer_service)}


class Stub(asyncio.Protocol):
    """One connection; requests come one after the other, as from a pool."""

    latency = 0.0
    calls = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a TCP server's are
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
            self.take(head.split(b" ", 2)[1].decode())

    def take(self, target: str) -> None:
        if target.startswith("/_"):
            self.send(self.control(target))
            return
        Stub.calls += 1
        body = next(answer(target) for start, answer in SERVICES.values() if target.startswith(start))
        if Stub.latency:
            asyncio.get_running_loop().call_later(Stub.latency, self.send, body)
        else:
            self.send(body)

    def control(self, target: str) -> bytes:
        params = dict(parse_qsl(urlsplit(target).query))
        if "latency_ms" in params:
            Stub.latency = float(params["latency_ms"]) / 1000
        return json.dumps({"calls": Stub.calls, "latency_ms": Stub.latency * 1000}).encode()

    def send(self, body: bytes) -> None:
        if self.transport.is_closing():
            return
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        self.transport.write(head + body)


async def serve(port: int) -> None:
    """Serve until the process is ended."""
    server = await asyncio.get_running_loop().create_server(Stub, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
