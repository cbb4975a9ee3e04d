"""The knobs with which a developer makes a service slow, failing or different."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from email.utils import parsedate_to_datetime
from random import Random
from threading import Event, Lock
from typing import Annotated, Any, Self, TypeVar, get_type_hints

from mock_upstream.readers import BadValueError, one_of, plain, read_number, read_text, read_whole, read_yes

MODES = (
    "ok",  # as the contract says
    "down",  # 503 without Retry-After
    "maintenance",  # 503 with Retry-After
    "throttled",  # 429 with Retry-After
    "hang",  # no answer until the mode changes, the caller leaves or a minute has passed
    "garbage",  # 200, said to be JSON, and it is not
    "html",  # 200 with a web page
    "huge",  # 200 with 4 MB of JSON
    "refused",  # 200 with the body of an error
    "redirect",  # 302 to another host
    "cut",  # the connection ends in the middle of the body
    "reset",  # the connection is reset instead of an answer
    "drip_headers",  # a byte of the answer every 0.1 s, from the first
    "drip_body",  # the headers at once, then a byte of the body every 0.1 s
)
MAX_MILLISECONDS = 60_000

Reader = Callable[[str, object], Any]


def _milliseconds(name: str, value: object) -> int:
    return read_whole(name, value, 0, MAX_MILLISECONDS)


def _retry_after(name: str, value: object) -> int | str | None:
    """Read seconds, an HTTP date, or null for an answer without the header."""
    if isinstance(value, str):
        try:
            parsedate_to_datetime(read_text(name, value, 60))
        except ValueError:
            raise BadValueError(
                f"{name} must be seconds, null or a date such as Wed, 21 Oct 2026 07:28:00 GMT"
            ) from None
        return value
    return None if value is None else read_whole(name, value, 0, 86_400)


def _only(name: str, value: object) -> str:
    prefix = read_text(name, value, 200)
    if prefix and not prefix.startswith("/"):
        raise BadValueError(f"{name} must be the beginning of a path, such as /api/v1/users/")
    return prefix


@dataclass(frozen=True, slots=True)
class Knobs:
    """How a service behaves, and who reads each knob; a service with knobs of its own adds them.

    What makes it slow, failing or packed can be limited to the paths that begin with ``only``.
    """

    latency_ms: Annotated[int, _milliseconds] = 0
    jitter_ms: Annotated[int, _milliseconds] = 0
    error_rate: Annotated[float, lambda name, value: read_number(name, value, 0, 1)] = 0.0
    fail_next: Annotated[int, lambda name, value: read_whole(name, value, 0, 1_000_000)] = 0
    mode: Annotated[str, one_of(MODES)] = "ok"
    retry_after: Annotated[int | str | None, _retry_after] = 5
    gzip: Annotated[bool, read_yes] = False  # every answer packed, whether that was asked for or not
    only: Annotated[str, _only] = ""

    @classmethod
    def readers(cls) -> dict[str, Reader]:
        hints = get_type_hints(cls, include_extras=True)
        return {field.name: hints[field.name].__metadata__[0] for field in fields(cls)}

    def turned(self, changes: Mapping[str, object]) -> Self:
        """Return these knobs with some of them turned; ``BadValueError`` if any can't be, and then none is."""
        readers = self.readers()
        if unknown := sorted(changes.keys() - readers.keys()):
            raise BadValueError(f"no such knob: {', '.join(unknown)}; there are {', '.join(readers)}"[:400])
        values: dict[str, Any] = {name: readers[name](name, value) for name, value in changes.items()}
        return replace(self, **values)

    def as_json(self) -> dict[str, Any]:
        """Return every knob as it would be given."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


K = TypeVar("K", bound=Knobs)


class Board:
    """The knobs of a running service, turned by any thread. ``changed`` is set, and replaced, at every change."""

    def __init__(self, start: Knobs) -> None:
        self._start = self.now = start
        self._lock = Lock()
        self._chance = Random(0)
        self.changed = Event()

    def turn(self, changes: Mapping[str, object]) -> Knobs:
        """Turn some knobs, all or none, and return them; ``BadValueError`` if they can't be turned so."""
        with self._lock:
            return self._set(self.now.turned(changes))

    def reset(self) -> Knobs:
        """Go back to how the service was started."""
        with self._lock:
            return self._set(self._start)

    def delay(self) -> float:
        """Return the seconds that the next answer takes."""
        knobs = self.now
        return (knobs.latency_ms + self._chance.uniform(0, knobs.jitter_ms)) / 1000

    def fails(self) -> bool:
        """Return whether the next answer is an error, and count it: the first ``fail_next``, then by chance.

        The chance is the same after every turn of a knob, so that a test sees the same failures every time.
        """
        with self._lock:
            if self.now.fail_next:
                self.now = replace(self.now, fail_next=self.now.fail_next - 1)
                return True
            return self._chance.random() < self.now.error_rate

    def _set(self, knobs: Knobs) -> Knobs:
        self.now, self._chance = knobs, Random(0)
        self.changed.set()
        self.changed = Event()
        return knobs


def knobs_from(environ: Mapping[str, str], knobs: K) -> K:
    """Return these knobs as MOCK_LATENCY_MS, MOCK_MODE ... turn them; ``BadValueError`` names the variable."""
    for name in knobs.readers():
        variable = f"MOCK_{name.upper()}"
        if text := environ.get(variable, "").strip():
            try:
                knobs = knobs.turned({name: plain(text)})
            except BadValueError as wrong:
                raise BadValueError(f"{variable}: {wrong}") from None
    return knobs
