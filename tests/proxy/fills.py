"""Made-up fills of a cache: a clock, and an upstream that answers, fails or delays its answer."""

import threading
import time
from collections.abc import Callable
from typing import Any

import msgspec
from prometheus_client import REGISTRY

from clients.flyers import Flyer
from clients.transport import Fetched
from flyers_proxy import shapes
from proxy.cache import Cache
from proxy.rendering import Body, Item, Page
from tests import payloads


class Clock:
    """Unix seconds, advanced by a test."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Crowd:
    """A gate that opens when ``number`` threads more than now wait for a fill."""

    def __init__(self, number: int, upstream: str = "flyers") -> None:
        self.upstream = upstream
        self.full = _have_waited(upstream) + number

    def wait(self, timeout: float) -> bool:
        return eventually(lambda: _have_waited(self.upstream) >= self.full, timeout)


def eventually(condition: Callable[[], bool], timeout: float = 10) -> bool:
    """Wait until it holds; say whether it came to that."""
    ends_at = time.monotonic() + timeout
    while not condition() and time.monotonic() < ends_at:
        time.sleep(0.005)
    return condition()


def _have_waited(upstream: str) -> float:
    return REGISTRY.get_sample_value("flyers_bff_cache_total", {"upstream": upstream, "event": "wait"}) or 0


class Fill:
    """Gives or raises the answers in turn, the last one for ever; waits for ``gate`` first; records the ETags it was called with."""

    def __init__(
        self, *answers: Body | Fetched[Body] | Exception, gate: threading.Event | Crowd | None = None
    ) -> None:
        self.answers = list(answers)
        self.gate = gate
        self.etags: list[str | None] = []

    @property
    def calls(self) -> int:
        return len(self.etags)

    def __call__(self, etag: str | None, ends_at: float) -> Fetched[Body]:
        self.etags.append(etag)
        if self.gate:
            assert self.gate.wait(10)
        answer = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Fetched) else Fetched(answer)


def flyer(flyer_id: int = 7, **changes: Any) -> Item:
    return shapes.FLYER.render(msgspec.convert(payloads.flyer(flyer_id, **changes), Flyer))


def page(*flyer_ids: int, **changes: Any) -> Page:
    flyers = [msgspec.convert(payloads.flyer(flyer_id, **changes), Flyer) for flyer_id in flyer_ids]
    return shapes.FLYER.render_page(len(flyer_ids), flyers)


def new_cache(clock: Clock | None = None, **changes: Any) -> Cache:
    options = {"fresh_seconds": 60, "stale_seconds": 86_400, "deadline": 2.5}
    return Cache("flyers", clock=clock or Clock(), **(options | changes))


def together(number: int, work: Any) -> list[Any]:
    """Do the work in that many threads at the same moment; return what came of each, failures too."""
    outcomes: list[Any] = []
    start = threading.Barrier(number)

    def run() -> None:
        start.wait(10)
        try:
            outcomes.append(work())
        except Exception as failure:  # noqa: BLE001 - the outcome is looked at
            outcomes.append(failure)

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return outcomes
