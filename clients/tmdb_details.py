"""TMDb's documents of one title, and our details made of them.

A part that is broken or missing hides no title: a video, a person, a provider or a whole list of them is left out.
"""

import re
from operator import attrgetter
from typing import Any, Final

from msgspec import Struct, field, structs

from clients import values
from clients.decoding import convert, prepare
from clients.errors import UpstreamMalformedError
from clients.tmdb_documents import (
    MAX_GENRES_OF_TITLE,
    day,
    each,
    first_of_each,
    genre,
    line,
    picture,
    positive,
    raise_for_code,
    required_line,
    title_fields,
)
from clients.tmdb_titles import (
    MAX_TMDB_ID,
    CastMember,
    Company,
    Count,
    Credits,
    CrewMember,
    Episode,
    Genre,
    Id,
    Kind,
    Offers,
    ShowDetail,
    TitleDetail,
    Video,
)

MAX_PEOPLE: Final = 20  # of the cast, and of the crew
MAX_VIDEOS: Final = 20
MAX_COMPANIES: Final = 30
MAX_COUNTRIES: Final = 20

# Jobs of the crew, those first that people ask for.
JOBS: Final = (
    *("Creator", "Director", "Writer", "Screenplay", "Story", "Novel", "Producer", "Executive Producer"),
    *("Director of Photography", "Original Music Composer", "Editor"),
)

_SITES: Final = {
    "YouTube": (re.compile(r"[A-Za-z0-9_-]{11}"), "https://www.youtube.com/watch?v="),
    "Vimeo": (re.compile(r"[0-9]{1,12}"), "https://vimeo.com/"),
}
_REGION = re.compile(r"[A-Z]{2}")
_IMDB_ID = re.compile(r"tt[0-9]{7,10}")


# --- As the service sends them; ``Any`` where a wrong value is taken as missing ------------------------


class _Detail(Struct):
    genres: Any = None
    tagline: Any = None
    status: Any = None
    runtime: Any = None
    episode_run_time: Any = None
    production_countries: Any = None
    imdb_id: Any = None
    external_ids: Any = None
    videos: Any = None
    credits: Any = None
    providers: Any = field(name="watch/providers", default=None)
    created_by: Any = None
    number_of_seasons: Any = None
    number_of_episodes: Any = None
    in_production: Any = None
    next_episode_to_air: Any = None
    networks: Any = None


class _Video(Struct):
    key: str
    site: str
    type: str = ""
    name: str = ""
    official: bool = False
    iso_639_1: str | None = None
    published_at: str = ""


class _Person(Struct):
    id: Id
    name: str
    character: str = ""
    job: str = ""
    order: int = MAX_TMDB_ID
    profile_path: Any = None

    def __post_init__(self) -> None:
        self.name = required_line(self.name)


class _Provider(Struct):
    provider_id: Id
    provider_name: str
    display_priority: int = MAX_TMDB_ID
    logo_path: Any = None

    def __post_init__(self) -> None:
        self.provider_name = required_line(self.provider_name)


class _Network(Struct):
    id: Id
    name: str
    logo_path: Any = None


class _Episode(Struct):
    season_number: Count
    episode_number: Count
    name: str = ""
    air_date: Any = None


# --- Details ---------------------------------------------------------------------------------------


def read_movie(expected_id: int, language: str, document: object) -> TitleDetail:
    """Return a movie in full, which must be the one of this id."""
    return TitleDetail(**_detail_fields("movie", expected_id, language, document))


def read_show(expected_id: int, language: str, document: object) -> ShowDetail:
    """Return a show in full, which must be the one of this id."""
    fields = _detail_fields("tv", expected_id, language, document)
    detail = convert(document, _Detail)
    (next_episode,) = each([detail.next_episode_to_air], _episode) or (None,)
    return ShowDetail(
        **fields,
        seasons=positive(detail.number_of_seasons),
        episodes=positive(detail.number_of_episodes),
        in_production=detail.in_production is True,
        next_episode=next_episode,
        networks=each(detail.networks, _network)[:MAX_COMPANIES],
    )


def _detail_fields(kind: Kind, expected_id: int, language: str, document: object) -> dict[str, Any]:
    raise_for_code(document)
    fields = title_fields(kind, language, document)
    if fields["id"] != expected_id:
        raise UpstreamMalformedError("an answer to another question")
    detail = convert(document, _Detail)
    genres: tuple[Genre, ...] = each(detail.genres, genre)[:MAX_GENRES_OF_TITLE]
    runtimes = [detail.runtime, *each(detail.episode_run_time, positive)]
    imdb_id = detail.imdb_id or _inside(detail.external_ids, "imdb_id")
    return fields | {
        "genre_ids": tuple(genre.id for genre in genres),
        "genres": genres,
        "tagline": line(detail.tagline, 500),
        "status": line(detail.status, 50),
        "runtime_minutes": next(filter(None, map(positive, runtimes)), None),
        "countries": each(detail.production_countries, _country)[:MAX_COUNTRIES],
        "videos": _videos(_inside(detail.videos, "results"), language[:2]),
        "providers": _providers(_inside(detail.providers, "results")),
        "credits": _credits(detail),
        "imdb_id": imdb_id if isinstance(imdb_id, str) and _IMDB_ID.fullmatch(imdb_id) else None,
    }


def _inside(document: object, key: str) -> object:
    return document.get(key) if isinstance(document, dict) else None


def _country(document: object) -> str:
    code = line(_inside(document, "iso_3166_1"))
    if not _REGION.fullmatch(code):
        raise UpstreamMalformedError("no country")
    return code


def _episode(document: object) -> Episode:
    found = convert(document, _Episode)
    return Episode(found.season_number, found.episode_number, line(found.name), day(found.air_date))


def _network(document: object) -> Company:
    found = convert(document, _Network)
    return Company(found.id, required_line(found.name), picture(found.logo_path))


# --- Videos ----------------------------------------------------------------------------------------


def _videos(items: object, language: str) -> tuple[Video, ...]:
    """Return the videos to offer: trailers first, then teasers, then the others.

    Among these come those in the language asked for, then English ones, then others; of these official ones; of these
    the newest. One that no browser could be sent to is left out.
    """
    found = sorted(each(items, _playable), key=_moment, reverse=True)
    found.sort(
        key=lambda video: (
            _rank(video.type, ("Trailer", "Teaser")),
            _rank(video.iso_639_1, (language, "en")),
            not video.official,
        )
    )
    return tuple(map(_video, first_of_each(found, attrgetter("site", "key"))[:MAX_VIDEOS]))


def _playable(document: object) -> _Video:
    found = convert(document, _Video)
    pattern, _ = _SITES.get(found.site, (None, ""))
    if pattern is None or not pattern.fullmatch(found.key):
        raise UpstreamMalformedError("no video that can be played")
    return found


def _moment(video: _Video) -> str:
    """Return what compares of both forms that come: 2016-03-05T02:03:14.000Z and 2016-03-05 02:03:14 UTC."""
    return video.published_at[:19].replace("T", " ")


def _rank(value: str | None, order: tuple[str, ...]) -> int:
    return order.index(value) if value in order else len(order)


def _video(found: _Video) -> Video:
    url = _SITES[found.site][1] + found.key
    return Video(line(found.name), found.site, found.key, url, line(found.type, 50), found.official)


# --- Providers ---------------------------------------------------------------------------------------


def _providers(regions: object) -> dict[str, Offers]:
    """Return who offers the title by region, without regions where nobody streams, rents or sells it."""
    found = {}
    for region, document in sorted(regions.items()) if isinstance(regions, dict) else ():
        stream, rent, buy = (_companies(_inside(document, word)) for word in ("flatrate", "rent", "buy"))
        if _REGION.fullmatch(region) and (stream or rent or buy):
            link = _inside(document, "link")
            found[region] = Offers(values.web_url(link if isinstance(link, str) else None), stream, rent, buy)
    return found


def _companies(items: object) -> tuple[Company, ...]:
    found = sorted(each(items, lambda item: convert(item, _Provider)), key=attrgetter("display_priority"))
    return tuple(map(_provider, first_of_each(found, attrgetter("provider_id"))[:MAX_COMPANIES]))


def _provider(found: _Provider) -> Company:
    return Company(found.provider_id, found.provider_name, picture(found.logo_path))


# --- Credits -----------------------------------------------------------------------------------------


def _credits(detail: _Detail) -> Credits:
    """Return the first of the cast, each person once, and of the crew by ``JOBS``; creators of a show are of its crew."""
    cast = sorted(_people(_inside(detail.credits, "cast")), key=attrgetter("order"))
    crew = [person for person in _people(_inside(detail.credits, "crew")) if person.job]
    crew += [structs.replace(person, job="Creator") for person in _people(detail.created_by)]
    crew.sort(key=lambda person: _rank(person.job, JOBS))
    return Credits(
        cast=tuple(map(_cast_member, first_of_each(cast, attrgetter("id"))[:MAX_PEOPLE])),
        crew=tuple(map(_crew_member, first_of_each(crew, attrgetter("id", "job"))[:MAX_PEOPLE])),
    )


def _people(items: object) -> tuple[_Person, ...]:
    return each(items, lambda item: convert(item, _Person))


def _cast_member(found: _Person) -> CastMember:
    return CastMember(found.id, found.name, line(found.character), picture(found.profile_path))


def _crew_member(found: _Person) -> CrewMember:
    return CrewMember(found.id, found.name, line(found.job), picture(found.profile_path))


prepare(_Detail, _Video, _Person, _Provider, _Network, _Episode)
