"""What callers saw of a server while something happened to it, phase by phase."""

from collections.abc import Callable
from typing import NamedTuple, Self

from tests.operations.programs import Answer, Load, Server, until

ENOUGH = 10


class Seen(NamedTuple):
    """An answer: who got it, and in which phases it was asked for and given."""

    who: str
    asked: str
    given: str
    answer: Answer


class Watch:
    """People who ask again and again, each in a thread, and whatever they are answered."""

    def __init__(self, server: Server, **people: Callable[[], Answer]) -> None:
        self.server = server
        self.phase = "before"
        self.seen: list[Seen] = []
        self._load = Load(*(self._watched(who, call) for who, call in people.items()))
        self._people = set(people)

    def _watched(self, who: str, call: Callable[[], Answer]) -> Callable[[], None]:
        def look() -> None:
            asked = self.phase
            answer = call()
            self.seen.append(Seen(who, asked, self.phase, answer))

        return look

    def until_all_have_seen(self, phase: str, *, times: int = ENOUGH) -> None:
        """Begin a phase, and stay until everybody was answered a few times in it."""
        self.phase = phase
        until(
            lambda: all(len(self.during(phase, who)) >= times for who in self._people),
            what=f"answers while {phase}",
        )

    def until_all_are_served(self, *, times: int = 3 * ENOUGH) -> None:
        """Stay in this phase until everybody was answered without a failure so often in a row that each worker took part."""

        def is_served(who: str) -> bool:
            last = self.during(self.phase, who)[-times:]
            return len(last) == times and all(answer.status < 500 for answer in last)

        until(lambda: all(map(is_served, self._people)), what=f"recovery while {self.phase}")

    def during(self, phase: str, *who: str) -> list[Answer]:
        """Return what these people saw from beginning to end in a phase."""
        return [
            answer
            for name, asked, given, answer in list(self.seen)
            if asked == given == phase and name in who
        ]

    def __enter__(self) -> Self:
        self._load.__enter__()
        return self

    def __exit__(self, *reason: object) -> None:
        self._load.__exit__(*reason)
        broken = self._load.broken
        assert not broken, f"connections broke: {broken[:3]}"
