"""TMDb's lists, and our titles made of them.

The service promises little: a text that is missing is ``""``, a picture null, an empty list sometimes ``{}``. What names
a title must be right; of the rest, what is not is taken as missing.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date
from operator import attrgetter
from typing import Any, Final, TypeVar

from msgspec import Struct, field

from clients import values
from clients.decoding import convert, prepare
from clients.errors import (
    UpstreamMalformedError,
    UpstreamNotFoundError,
    UpstreamRefusedError,
    UpstreamThrottledError,
)
from clients.tmdb_titles import MAX_TMDB_ID, Average, Count, Genre, Id, Kind, Title, Vote
from clients.transport import ListPage

PAGE_SIZE: Final = 20
MAX_PAGE: Final = 500
MAX_GENRES: Final = 100
MAX_GENRES_OF_TITLE: Final = 20

_PICTURE = re.compile(r"/[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LANGUAGE = re.compile(r"[a-z]{2}")

# What the codes mean that the service has for its statuses, should one come with a 200.
_NOT_FOUND_CODES: Final = frozenset({6, 34})
_THROTTLED_CODES: Final = frozenset({25})
_REFUSED_CODES: Final = frozenset({3, 7, 10, 14, 16, 17, 26, 30, 31, 32, 33, 35, 36, 38, 39, 45})

T = TypeVar("T")


class Item(Struct, kw_only=True):
    """A movie as the service sends it; ``Any`` where a wrong value is taken as missing."""

    id: Id
    title: str = ""
    original_title: str = ""
    original_language: str = ""
    overview: str = ""
    release_date: Any = None
    poster_path: Any = None
    backdrop_path: Any = None
    genre_ids: Any = None
    vote_average: Average = 0.0
    vote_count: Count = 0
    media_type: str | None = None  # in some lists


class ShowItem(Item, kw_only=True):
    """A show as the service sends it."""

    title: str = field(name="name", default="")
    original_title: str = field(name="original_name", default="")
    release_date: Any = field(name="first_air_date", default=None)


class _Page(Struct):
    page: Count
    results: list[object]
    total_pages: Count
    total_results: Count


class _Genres(Struct):
    genres: list[object]


class _Genre(Struct):
    id: Id
    name: str = ""  # null in languages that the service lacks


def read_page(kind: Kind, number: int, language: str, document: object) -> ListPage[Title]:
    """Return the titles of the page of this number, each once; what is no title of this kind is left out and counted.

    ``count`` is how many can be paged through: 10,000 at most. A page of nothing but unfit items is a failure.
    """
    raise_for_code(document)
    page = convert(document, _Page)
    if len(page.results) > PAGE_SIZE:
        raise UpstreamMalformedError("more titles than a page holds")
    if page.results and page.page != number:
        raise UpstreamMalformedError("an answer to another question")
    fit = each(page.results, lambda item: Title(**title_fields(kind, language, item)))
    if page.results and not fit:
        raise UpstreamMalformedError("no title of the page is fit to show")
    return ListPage(
        count=min(page.total_results, PAGE_SIZE * min(page.total_pages, MAX_PAGE)),
        results=first_of_each(fit, attrgetter("id")),
        left_out=len(page.results) - len(fit),
    )


def title_fields(kind: Kind, language: str, document: object) -> dict[str, Any]:
    """Return the fields of a ``Title``; ``UpstreamMalformedError`` for one of another kind, or without any title."""
    item = convert(document, Item if kind == "movie" else ShowItem)
    if item.media_type not in {kind, None}:
        raise UpstreamMalformedError("a title of another kind")
    title, original = values.line(item.title, 300).strip(), values.line(item.original_title, 300).strip()
    if not (title or original):
        raise UpstreamMalformedError("a title without a name")
    original_language = item.original_language if _LANGUAGE.fullmatch(item.original_language) else ""
    overview = values.text(item.overview, 5000).strip()
    return {
        "kind": kind,
        "id": item.id,
        "title": title or original,
        "original_title": original or title,
        "original_language": original_language,
        "is_translated": original_language == language[:2] or bool(title and overview),
        "overview": overview,
        "release_date": day(item.release_date),
        "poster": picture(item.poster_path),
        "backdrop": picture(item.backdrop_path),
        "genre_ids": tuple(filter(None, dict.fromkeys(each(item.genre_ids, positive))))[:MAX_GENRES_OF_TITLE],
        "vote": Vote(item.vote_average, item.vote_count),
    }


def read_genres(document: object) -> tuple[Genre, ...]:
    """Return the genres that have a name in the language asked for."""
    raise_for_code(document)
    items = convert(document, _Genres).genres
    if len(items) > MAX_GENRES:
        raise UpstreamMalformedError("more genres than anyone can choose from")
    found = each(items, lambda item: convert(item, _Genre))
    if items and not found:
        raise UpstreamMalformedError("no genre is fit to show")
    return each(items, genre)


def genre(document: object) -> Genre:
    """Return a genre; ``UpstreamMalformedError`` for one without a name."""
    found = convert(document, _Genre)
    return Genre(found.id, required_line(found.name))


def raise_for_code(document: object) -> None:
    """Raise what an error of the service means that came as if it were none, with status 200."""
    code = document.get("status_code") if isinstance(document, dict) else None
    if code is None:
        return
    reason = "an error with status 200"
    if not isinstance(code, int):
        raise UpstreamMalformedError(reason)
    if code in _NOT_FOUND_CODES:
        raise UpstreamNotFoundError(reason)
    if code in _THROTTLED_CODES:
        raise UpstreamThrottledError(reason, retry_after=1.0)
    if code in _REFUSED_CODES:
        raise UpstreamRefusedError(reason)
    raise UpstreamMalformedError(reason)


# --- Values ------------------------------------------------------------------------------------------


def each(items: object, read: Callable[[Any], T]) -> tuple[T, ...]:
    """Return what ``read`` makes of each item, without those it finds malformed; nothing if they are no list."""
    found = []
    for item in items if isinstance(items, list) else ():
        try:
            found.append(read(item))
        except UpstreamMalformedError:
            continue
    return tuple(found)


def first_of_each(items: Iterable[T], key: Callable[[T], object]) -> tuple[T, ...]:
    """Return the items without those whose key an earlier one has."""
    found: dict[object, T] = {}
    for item in items:
        found.setdefault(key(item), item)
    return tuple(found.values())


def required_line(value: str) -> str:
    """Return a name on one line; ``UpstreamMalformedError`` for an empty one."""
    found = values.line(value, 200).strip()
    if not found:
        raise UpstreamMalformedError("no name")
    return found


def line(value: object, longest: int = 200) -> str:
    """Return a text on one line, empty for whatever else."""
    return values.line(value, longest).strip() if isinstance(value, str) else ""


def day(value: object) -> date | None:
    """Return the day of ``2026-05-01``; the service sends ``""`` for one that it does not know."""
    if not (isinstance(value, str) and _DAY.fullmatch(value)):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def picture(value: object) -> str | None:
    """Return the file name of a picture, begun by a slash, if it is one and nothing more."""
    return value if isinstance(value, str) and _PICTURE.fullmatch(value) else None


def positive(value: object) -> int:
    """Return a number above 0 of reasonable size, else 0: to the service both say that it does not know."""
    if not isinstance(value, int) or isinstance(value, bool):
        return 0
    return value if 0 < value <= MAX_TMDB_ID else 0


prepare(Item, ShowItem, _Page, _Genres, _Genre)
