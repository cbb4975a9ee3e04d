"""Movies, shows and people as values, and what they are called in a language."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from mock_upstream.tmdb.families import WORLD

FIRST_COMPANY = 40  # and the first network
# By region, and by how it is watched: numbers of providers, from 1.
Providers = Mapping[str, Mapping[str, tuple[int, ...]]]


class Person(NamedTuple):
    """Who plays or makes; gender as TMDb numbers it, 0 to 3."""

    id: int
    name: str
    gender: int

    @property
    def profile_path(self) -> str | None:
        return path_of("person", self.id, "profile") if self.id % 4 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """A movie or a show: ``facts`` are sent in every language, by TMDb's own names; ``texts`` are by language.

    ``only_in`` are the regions in which a movie was released; empty: in all.
    """

    kind: str
    id: int
    motif: str
    texts: Mapping[str, Mapping[str, str]]  # its name, and if they are translated, its overview and tagline
    facts: Mapping[str, Any]
    cast: tuple[tuple[Person, str], ...]
    crew: tuple[tuple[Person, str, str], ...]
    providers: Providers
    only_in: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """Return its name in every language; the first is the original one."""
        original = self.facts["original_language"]
        return [self.texts[original]["name"], *(texts["name"] for texts in self.texts.values())]

    @property
    def day(self) -> str:
        """Return the day of its release or first episode; "" if it is unknown."""
        return self.facts.get("release_date" if self.kind == "movie" else "first_air_date") or ""

    @property
    def people(self) -> list[Person]:
        return [*(member[0] for member in self.cast), *(member[0] for member in self.crew)]

    @property
    def company(self) -> int:
        return FIRST_COMPANY + self.id % len(WORLD.companies)

    @property
    def network(self) -> int:
        return FIRST_COMPANY + self.id % len(WORLD.networks)

    def name(self, language: str) -> str:
        return self.texts[language]["name"] if language in self.texts else self.names[0]


Titles = Mapping[str, Mapping[int, Title]]  # by kind and id


def path_of(kind: str, number: int, role: str) -> str:
    """Return what follows the size in a picture's address, such as ``/movie605poster.jpg``."""
    return f"/{kind}{number}{role}.{'png' if role == 'logo' else 'jpg'}"


def folded(text: str) -> str:
    """Return text without case and accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
