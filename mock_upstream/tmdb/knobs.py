"""The knobs of the stand-in for TMDb."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from mock_upstream.knob_readers import read_ids
from mock_upstream.knobs import Knobs, Reader
from mock_upstream.tmdb.titles import Titles


@dataclass(frozen=True, slots=True)
class TmdbKnobs(Knobs):
    """What can be different about TMDb: titles that it has no longer."""

    gone_movies: tuple[int, ...] = ()
    gone_shows: tuple[int, ...] = ()

    readers: ClassVar[Mapping[str, Reader]] = {
        **Knobs.readers,
        "gone_movies": read_ids,
        "gone_shows": read_ids,
    }

    def left_of(self, titles: Titles) -> Titles:
        gone = {"movie": frozenset(self.gone_movies), "tv": frozenset(self.gone_shows)}
        return {
            kind: {id_: title for id_, title in every.items() if id_ not in gone[kind]}
            for kind, every in titles.items()
        }
