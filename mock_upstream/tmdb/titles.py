"""Movies, shows and people as values, and what they are called in a language."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

Providers = Mapping[
    str, Mapping[str, tuple[int, ...]]
]  # by region, and by how it is watched: numbers in PROVIDERS, from 1


class Person(NamedTuple):
    """Who plays or makes; gender as TMDb numbers it, 0 to 3."""

    id: int
    name: str
    gender: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """A movie or a show. Texts are by language, and None is sent as null; ``date`` is "" or None (not sent) if unknown.

    ``only_in`` are the regions in which a movie was released; empty: in all.
    """

    kind: str
    id: int
    motif: str
    language: str
    names: Mapping[str, str]
    overviews: Mapping[str, str] | None
    taglines: Mapping[str, str]
    date: date | str | None
    genres: tuple[int, ...]
    countries: tuple[str, ...]
    popularity: float
    vote_average: float
    vote_count: int
    runtime: int | None
    revenue: int
    cast: tuple[tuple[Person, str], ...]
    crew: tuple[tuple[Person, str, str], ...]
    providers: Providers
    only_in: tuple[str, ...] = ()
    adult: bool = False
    video: bool = False
    poster: bool = True
    backdrop: bool = True

    @property
    def original_name(self) -> str:
        return self.names[self.language]

    @property
    def iso_date(self) -> str:
        return self.date.isoformat() if isinstance(self.date, date) else ""

    def name(self, language: str) -> str:
        return self.names.get(language, self.original_name)

    def says(self, words: str) -> bool:
        """Return whether these folded words are part of its name in any language."""
        return any(words in folded(name) for name in self.names.values())


Titles = Mapping[str, Mapping[int, Title]]  # by kind and id


def folded(text: str) -> str:
    """Return text without case and accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
