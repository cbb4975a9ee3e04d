"""Which titles a list holds: the filters and orders of discover, the words of search, and recommendations."""

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from random import Random
from typing import Any

from mock_upstream.tmdb.titles import Title, folded

Fields = Mapping[str, str]
Filter = Callable[[Title, str, Fields], bool]
MOST_RECOMMENDED = 40
# These hide what is left out unless it is asked for; they narrow no list.
SWITCHES = {"include_adult": "adult", "include_video": "video"}


def several(text: str, has: Callable[[str], bool]) -> bool:
    """Judge ``a,b`` (all of them) or ``a|b`` (any of them)."""
    return all(map(has, text.split(","))) if "," in text else any(map(has, text.split("|")))


def _genres(title: Title, text: str, fields: Fields) -> bool:
    return several(text, lambda one: int(one) in title.genres)


def _watchable(title: Title, text: str, fields: Fields) -> bool:
    there = title.providers.get(fields.get("watch_region", ""), {})
    numbers = {number for way in there.values() for number in way}
    return several(text, lambda one: int(one) in numbers)


def _year(title: Title, text: str, _: Fields) -> bool:
    return int(title.iso_date[:4] or 0) == int(text)


def _bounds(
    name: str, value: Callable[[Title], float], read: Callable[[str], float] = float
) -> dict[str, Filter]:
    return {
        f"{name}.gte": lambda title, text, _: value(title) >= read(text),
        f"{name}.lte": lambda title, text, _: value(title) <= read(text),
    }


def _dates(name: str) -> dict[str, Filter]:
    return {
        f"{name}.gte": lambda title, text, _: title.iso_date >= text,
        f"{name}.lte": lambda title, text, _: "" < title.iso_date <= text,
    }


FILTERS: dict[str, Filter] = {
    "with_genres": _genres,
    "without_genres": lambda title, text, fields: not _genres(title, text.replace(",", "|"), fields),
    "year": _year,
    "primary_release_year": _year,
    "first_air_date_year": _year,
    **_dates("primary_release_date"),
    **_dates("release_date"),
    **_dates("first_air_date"),
    **_bounds("vote_average", lambda title: title.vote_average),
    **_bounds("vote_count", lambda title: title.vote_count),
    **_bounds("with_runtime", lambda title: title.runtime or 0),
    "with_original_language": lambda title, text, _: several(text, title.language.__eq__),
    "with_origin_country": lambda title, text, _: several(text, title.countries.__contains__),
    "region": lambda title, text, _: not title.only_in or text in title.only_in,
    "with_watch_providers": _watchable,
}
ORDERS: dict[str, Callable[[Title], Any]] = {
    **{name: attrgetter(name) for name in ("popularity", "vote_average", "vote_count", "revenue")},
    **dict.fromkeys(("title", "name"), lambda title: folded(title.name("en"))),
    **dict.fromkeys(("original_title", "original_name"), lambda title: folded(title.original_name)),
    **dict.fromkeys(("primary_release_date", "release_date", "first_air_date"), attrgetter("iso_date")),
}


def is_narrowed(fields: Fields) -> bool:
    return bool(FILTERS.keys() & fields.keys())


def discover(titles: Iterable[Title], fields: Fields) -> list[Title]:
    """Return what passes every filter, in the order of ``sort_by``; ValueError if a number is none."""
    kept = [
        title
        for title in titles
        if _is_shown(title, fields)
        and (
            title.date is not None
            or title.kind == "movie"
            or fields.get("include_null_first_air_dates") == "true"
        )
        and all(keep(title, fields[name], fields) for name, keep in FILTERS.items() if fields.get(name))
    ]
    name, _, direction = fields.get("sort_by", "popularity.desc").partition(".")
    kept.sort(key=lambda title: title.id)
    kept.sort(key=ORDERS.get(name, ORDERS["popularity"]), reverse=direction != "asc")
    return kept


def search(titles: Iterable[Title], fields: Fields) -> list[Title]:
    """Return what has the words in its name in any language: whole names first, then by popularity."""
    words = folded(fields.get("query", "").strip())
    years = [name for name in ("year", "primary_release_year", "first_air_date_year") if fields.get(name)]
    found = [
        title
        for title in titles
        if words
        and title.says(words)
        and _is_shown(title, {"include_video": "true", **fields})
        and all(_year(title, fields[name], fields) for name in years)
    ]
    return sorted(found, key=lambda it: (words not in map(folded, it.names.values()), -it.popularity, it.id))


def trending(titles: Iterable[Title], window: str) -> list[Title]:
    """Return everything in the order of a day or of a week: popularity and luck."""

    def talked_about(title: Title) -> float:
        return title.popularity * Random(f"{window} {title.kind} {title.id}").uniform(0.2, 5)

    return sorted((title for title in titles if _is_shown(title, {})), key=talked_about, reverse=True)


def recommended(titles: Iterable[Title], title: Title) -> list[Title]:
    """Return others of the same kind that share the first genre, the best known first."""
    alike = (
        it for it in titles if it.id != title.id and it.genres[:1] == title.genres[:1] and _is_shown(it, {})
    )
    return sorted(alike, key=lambda it: (-it.popularity, it.id))[:MOST_RECOMMENDED]


def _is_shown(title: Title, fields: Fields) -> bool:
    return all(fields.get(name) == "true" or not getattr(title, flag) for name, flag in SWITCHES.items())
