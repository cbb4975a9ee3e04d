"""Which titles a list holds: the filters and orders of discover, the words of search, and recommendations."""

from collections.abc import Callable, Collection, Iterable, Mapping
from random import Random
from typing import Any

from mock_upstream.tmdb.families import LISTS
from mock_upstream.tmdb.titles import Title, folded

Fields = Mapping[str, str]
Filter = Callable[[Title, str, Fields], bool]
MOST_RECOMMENDED = 40
# These hide what is left out unless it is asked for; they narrow no list.
SWITCHES = {"include_adult": "adult", "include_video": "video"}
YEARS = ("year", "primary_release_year", "first_air_date_year")


def _among(
    name: str, values: Callable[[Title, Fields], Collection[Any]], read: type = int
) -> dict[str, Filter]:
    """Return the filters of what has ``a,b`` (all of them) or ``a|b`` (any of them), and of what has none of them."""

    def has(title: Title, text: str, fields: Fields) -> bool:
        judge, mark = (all, ",") if "," in text else (any, "|")
        return judge(read(one) in values(title, fields) for one in text.split(mark))

    def lacks(title: Title, text: str, fields: Fields) -> bool:
        return not has(title, text.replace(",", "|"), fields)

    return {f"with_{name}": has, f"without_{name}": lacks}


def _between(name: str, value: Callable[[Title], Any], read: Callable[[str], Any]) -> dict[str, Filter]:
    """Return the filters of what is not less, and of what is not more; a date that is unknown is never early."""
    return {
        f"{name}.gte": lambda title, text, _: value(title) >= read(text),
        f"{name}.lte": lambda title, text, _: "" != value(title) <= read(text),
    }


def _offers(title: Title, fields: Fields) -> Mapping[str, tuple[int, ...]]:
    return title.providers.get(fields.get("watch_region", ""), {})


FILTERS: dict[str, Filter] = {
    **_among("genres", lambda title, _: title.facts["genre_ids"]),
    **_among("cast", lambda title, _: [person.id for person, _ in title.cast]),
    **_among("crew", lambda title, _: [person.id for person, _, _ in title.crew]),
    **_among("people", lambda title, _: [person.id for person in title.people]),
    **_among("companies", lambda title, _: [title.company]),
    **_among("networks", lambda title, _: [title.network]),
    **_among("keywords", lambda *_: ()),  # nothing has any
    **_among("status", lambda title, _: LISTS.statuses.get(title.facts["status"], ())),
    **_among("watch_providers", lambda title, fields: sum(_offers(title, fields).values(), ())),
    **_among("watch_monetization_types", _offers, str),
    **_among("original_language", lambda title, _: [title.facts["original_language"]], str),
    **_among("origin_country", lambda title, _: title.facts["origin_country"], str),
    **dict.fromkeys(YEARS, lambda title, text, _: int(title.day[:4] or 0) == int(text)),
    **_between("primary_release_date", lambda title: title.day, str),
    **_between("release_date", lambda title: title.day, str),
    **_between("first_air_date", lambda title: title.day, str),
    **_between("vote_average", lambda title: title.facts["vote_average"], float),
    **_between("vote_count", lambda title: title.facts["vote_count"], float),
    **_between("with_runtime", lambda title: title.facts["runtime"] or 0, float),
    "region": lambda title, text, _: not title.only_in or text in title.only_in,
}
ORDERS: dict[str, Callable[[Title], Any]] = {
    **dict.fromkeys(("title", "name"), lambda title: folded(title.name("en"))),
    **dict.fromkeys(("original_title", "original_name"), lambda title: folded(title.names[0])),
    **dict.fromkeys(("primary_release_date", "first_air_date"), lambda title: title.day),
    "vote_average": lambda title: title.facts["vote_average"],
    "vote_count": lambda title: title.facts["vote_count"],
    "revenue": lambda title: title.facts["revenue"],
    "popularity": lambda title: title.facts["popularity"],
}


def is_narrowed(fields: Fields) -> bool:
    return bool(FILTERS.keys() & fields.keys())


def discover(titles: Iterable[Title], fields: Fields) -> list[Title]:
    """Return what passes every filter, in the order of ``sort_by``; ValueError if a number is none."""
    undated = fields.get("include_null_first_air_dates") == "true"
    filters = [(keep, fields[name]) for name, keep in FILTERS.items() if fields.get(name)]
    kept = [
        title
        for title in titles
        if _is_shown(title, fields)
        and (undated or title.kind == "movie" or title.facts.get("first_air_date") is not None)
        and all(keep(title, text, fields) for keep, text in filters)
    ]
    name, _, direction = fields.get("sort_by", "popularity.desc").partition(".")
    kept.sort(key=lambda title: title.id)
    kept.sort(key=ORDERS.get(name, ORDERS["popularity"]), reverse=direction != "asc")
    return kept


def search(titles: Iterable[Title], fields: Fields) -> list[Title]:
    """Return what has the words in its name in any language: whole names first, then by popularity."""
    words = folded(fields.get("query", "").strip())
    shown = {"include_video": "true", **fields}
    years = [(FILTERS[name], fields[name]) for name in YEARS if fields.get(name)]
    found = [
        title
        for title in titles
        if words
        and any(words in name for name in map(folded, title.names))
        and _is_shown(title, shown)
        and all(keep(title, text, fields) for keep, text in years)
    ]
    found.sort(key=lambda it: (words not in map(folded, it.names), -it.facts["popularity"], it.id))
    return found


def trending(titles: Iterable[Title], window: str) -> list[Title]:
    """Return everything in the order of a day or of a week: popularity and luck."""

    def talked_about(title: Title) -> Any:
        return title.facts["popularity"] * Random(f"{window} {title.kind} {title.id}").uniform(0.2, 5)

    return sorted((title for title in titles if _is_shown(title, {})), key=talked_about, reverse=True)


def alike(titles: Iterable[Title], title: Title) -> list[Title]:
    """Return others of the same kind that share the first genre, the best known first."""
    first = title.facts["genre_ids"][:1]
    others = (it for it in titles if it.id != title.id and it.facts["genre_ids"][:1] == first)
    shown = (it for it in others if _is_shown(it, {}))
    return sorted(shown, key=lambda it: (-it.facts["popularity"], it.id))[:MOST_RECOMMENDED]


def _is_shown(title: Title, fields: Fields) -> bool:
    return all(fields.get(name) == "true" or not title.facts[flag] for name, flag in SWITCHES.items())
