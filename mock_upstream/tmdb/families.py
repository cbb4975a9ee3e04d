"""The words that the sample is composed of, read from ``words/*.toml``: families of titles, and their world."""

from types import SimpleNamespace
from typing import NamedTuple

from mock_upstream.readers import read_data

NAMES = (
    *("drama", "comedy", "crime", "science", "horror"),
    *("romance", "household", "adventure", "history", "stage"),
)


class Words(NamedTuple):
    """The same words in two languages, and the title in the language it was made in, if that is a third."""

    en: str
    es: str
    language: str = ""
    original: str = ""


class Family(NamedTuple):
    """What is alike in a group of titles. In a pattern ``{}`` is a place; the first genre is that of all of them."""

    motif: str
    movie_genres: tuple[int, ...]
    tv_genres: tuple[int, ...]
    movies: tuple[Words, ...]
    movie_patterns: tuple[Words, ...]
    shows: tuple[Words, ...]
    show_patterns: tuple[Words, ...]
    heroes: tuple[Words, ...]
    turns: tuple[Words, ...]
    stakes: tuple[Words, ...]


def _family(name: str) -> Family:
    words = read_data(f"tmdb/words/{name}")
    texts = (tuple(Words(*row) for row in words[table]) for table in Family._fields[3:])
    return Family(words["motif"], tuple(words["movie_genres"]), tuple(words["tv_genres"]), *texts)


FAMILIES = tuple(map(_family, NAMES))
WORLD, LISTS = (SimpleNamespace(**read_data(f"tmdb/words/{name}")) for name in ("world", "lists"))
TRAPS = read_data("tmdb/words/traps")
