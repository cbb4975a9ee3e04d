"""The type of the sample's words: a family of titles with what they tell, in English and Spanish."""

from typing import NamedTuple


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


def words(table: str) -> tuple[Words, ...]:
    """Read lines of ``English | Spanish`` or ``English | Spanish | language | original title``."""
    rows = (line.split("|") for line in table.strip().splitlines())
    return tuple(Words(*(cell.strip() for cell in row)) for row in rows)
