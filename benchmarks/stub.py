"""A stub of the upstream services that costs next to nothing, answers after a set time, and counts its answers.

``python -m benchmarks.stub PORT``. ``GET /_set?latency_ms=200`` sets the time, ``GET /_calls`` gives the count.
"""

import asyncio
import json
import sys
from urllib.parse import parse_qsl, urlsplit

from benchmarks.catalogs import CATALOGS


def body_for(target: str) -> bytes:
    """Return the JSON body of the service whose path this is."""
    return next(each.service(target) for each in CATALOGS if target.startswith(each.paths))


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
        body = body_for(target)
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
