"""The service of a catalog on a real socket, healthy or with faults; and the table of docs/faults.md, which says what they become."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from proxy.catalog import Catalog
from tests.hostile import FAULTS, Behaviour, Exchange, HostileServer, in_turn

PROMISES = (Path(__file__).parent.parent / "docs" / "faults.md").read_text()
REFUSED, DROPPED, ONCE = "refused", "idle connection dropped", "one failure, then well"


class Row(NamedTuple):
    """A fault of the document, and what is promised of it without a copy and with one."""

    fault: str
    without_a_copy: str
    with_a_copy: str


def _rows() -> Iterator[Row]:
    for line in PROMISES.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("| `") and len(cells) == 3:
            for name in re.findall("`([^`]+)`", cells[0]):
                yield Row(name, cells[1], cells[2])


ROWS = {row.fault: row for row in _rows()}


class FaultyService:
    """How the service of a catalog behaves: ``document`` is what a healthy one has at a path."""

    def __init__(
        self, document: Callable[[str], Any], own_faults: Mapping[str, Behaviour], *, lasting: str = "nothing"
    ) -> None:
        """``own_faults``: those that need to know the service. At paths with ``lasting`` in them answers stay fresh."""
        self.document = document
        self.faults = {**FAULTS, **own_faults, "rude headers": self._rude}
        self.names = self.faults.keys() | {REFUSED, DROPPED, ONCE}
        self._lasting = lasting

    def healthy(self, exchange: Exchange) -> None:
        """Answer as a healthy service."""
        exchange.answer_json(self.document(exchange.path))

    def healthy_but_never_fresh(self, exchange: Exchange) -> None:
        """Answer as a healthy service whose answers are never fresh."""
        if self._lasting in exchange.path:
            return self.healthy(exchange)
        return exchange.answer_json(self.document(exchange.path), Cache_Control="max-age=0")

    def inject_fault(self, server: HostileServer, name: str) -> None:
        """Let the service behave like a fault, and clear its request log."""
        server.received.clear()
        if name == REFUSED:
            server.refuse()
        elif name == DROPPED:
            server.drop_connections()
        else:
            server.behaviour = in_turn(FAULTS["500"], self.healthy) if name == ONCE else self.faults[name]

    def clear_fault(self, server: HostileServer, name: str) -> None:
        """End the fault."""
        server.behaviour = self.healthy
        if name == REFUSED:
            server.listen()

    def _rude(self, exchange: Exchange) -> None:
        exchange.answer_json(
            self.document(exchange.path),
            Set_Cookie="session=stolen; Domain=flyers.test",
            Access_Control_Allow_Origin="*",
            Location="https://evil.example/",
            Content_Security_Policy="default-src *",
            X_Request_ID="theirs",
            Refresh="0; url=https://evil.example/",
            Server="secret/1.2.3",
            Vary="*",
        )


class FaultyRead(NamedTuple):
    """Reads of a catalog whose service has faults.

    ``address_of`` gives the one that a fault is about, None where it can't happen; ``unconcerned`` is asked before, and
    answers all the while. ``shows`` says of an answer whether it is all that the service has.
    """

    catalog: Catalog[Any]
    service: FaultyService
    address_of: Callable[[str], str | None]
    unconcerned: str
    shows: Callable[[Any], bool]


def leaks(response: Any) -> list[str]:
    """Return what of the service stands in an answer of ours, and must not."""
    said = f"{response.headers}{response.content.decode()}"
    secrets = (
        *("upstream-key", "tmdb-token", "169.254", "evil.example", "theirs", "secret", "stolen", "127.0.0.1"),
        "Traceback",
    )
    return [secret for secret in secrets if secret in said]
