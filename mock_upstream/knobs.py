"""The knobs with which a developer makes a service slow, failing or different."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from email.utils import parsedate_to_datetime
from random import Random
from threading import Event, Lock
from typing import Annotated, Any, Self, get_type_hints

from mock_upstream.readers import (
    BadValueError,
    Reader,
    number,
    one_of,
    plain,
    read_data,
    reader,
    text,
    whole,
    yes,
)

MODES = read_data("modes")
WAIT = "seconds up to a day, null or a date such as Wed, 21 Oct 2026 07:28:00 GMT"

_milliseconds = whole(0, 60_000)
_prefix = text(200, "(/.*)?", "the beginning of a path such as /api/v1/users/")


def _is_wait(value: object) -> bool:
    """Judge what comes after ``Retry-After:``, or null for an answer without the header."""
    if not isinstance(value, str):
        return value is None or (type(value) is int and 0 <= value <= 86_400)
    try:
        return bool(value.isprintable() and parsedate_to_datetime(value))
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Knobs:
    """How a service behaves, and who reads each knob; a service with knobs of its own adds them.

    What makes it slow, failing or packed can be limited to the paths that begin with ``only``.
    """

    latency_ms: Annotated[int, _milliseconds] = 0
    jitter_ms: Annotated[int, _milliseconds] = 0
    error_rate: Annotated[float, number(0, 1)] = 0.0
    fail_next: Annotated[int, whole(0, 1_000_000)] = 0
    mode: Annotated[str, one_of(tuple(MODES))] = "ok"
    retry_after: Annotated[int | str | None, reader(WAIT, _is_wait)] = 5
    gzip: Annotated[bool, yes] = False  # every answer packed, whether that was asked for or not
    only: Annotated[str, _prefix] = ""

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

    def turned_by(self, environ: Mapping[str, str]) -> Self:
        """Return these knobs as MOCK_LATENCY_MS, MOCK_MODE ... turn them; ``BadValueError`` names the variable."""
        values = {}
        for name, read in self.readers().items():
            variable = f"MOCK_{name.upper()}"
            if text := environ.get(variable, "").strip():
                values[name] = read(f"{variable}: {name}", plain(text))
        return replace(self, **values)

    def as_json(self) -> dict[str, Any]:
        """Return every knob as it would be given."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


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
