"""The knobs of the stand-in for TMDb."""

from dataclasses import dataclass
from typing import Annotated

from mock_upstream.knobs import Knobs
from mock_upstream.readers import read_ids
from mock_upstream.tmdb.titles import Titles


@dataclass(frozen=True, slots=True)
class TmdbKnobs(Knobs):
    """What can be different about TMDb: titles that it has no longer."""

    gone_movies: Annotated[tuple[int, ...], read_ids] = ()
    gone_shows: Annotated[tuple[int, ...], read_ids] = ()

    def left_of(self, titles: Titles) -> Titles:
        gone = {"movie": frozenset(self.gone_movies), "tv": frozenset(self.gone_shows)}
        return {
            kind: {id_: title for id_, title in every.items() if id_ not in gone[kind]}
            for kind, every in titles.items()
        }
