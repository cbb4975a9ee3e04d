"""Client of TMDb, the service of movies and shows: one method per endpoint, for both kinds, and its queries.

Parameters that have a value are always sent, the service's own defaults too: those may change. Languages are ``xx`` or
``xx-XX``, regions ISO 3166-1; whoever asks has checked them, and calls with ``page`` from 1 to ``MAX_PAGE``.
"""

from functools import partial
from typing import Any, Final, Literal, Unpack

from msgspec import Struct
from msgspec.structs import force_setattr

from clients import tmdb_details, tmdb_documents, values
from clients.errors import UpstreamNotFoundError
from clients.tmdb_documents import MAX_PAGE
from clients.tmdb_titles import MAX_TMDB_ID, Genre, Kind, ShowDetail, Title, TitleDetail
from clients.transport import CallOptions, Fetched, ListPage, Transport

Window = Literal["day", "week"]
TitlePage = ListPage[Title]
Params = dict[str, str | int]

_APPENDED: Final = "videos,credits,watch/providers"
# The year of the first release, or of the first episode.
_YEAR: Final = {"movie": "primary_release_year", "tv": "first_air_date_year"}


class DiscoverQuery(Struct, frozen=True, kw_only=True):
    """Filters and order of titles, ANDed; ``None`` does not filter. ``sort_by`` is one of the service's own values.

    ``genres`` are ids, of which a title has all. ``region`` and ``include_video`` are of movies, and not sent for shows.
    """

    language: str = "en-US"
    sort_by: str = "popularity.desc"
    genres: tuple[int, ...] = ()
    year: int | None = None
    min_rating: float | None = None
    min_votes: int | None = None
    original_language: str | None = None
    region: str | None = None
    include_adult: bool = False
    include_video: bool = False

    def __post_init__(self) -> None:
        force_setattr(self, "genres", tuple(sorted(set(self.genres))))


class SearchQuery(Struct, frozen=True, kw_only=True):
    """A text that titles have in any language; ``region`` is of movies, and not sent for shows."""

    text: str
    language: str = "en-US"
    year: int | None = None
    region: str | None = None
    include_adult: bool = False


class TrendingQuery(Struct, frozen=True, kw_only=True):
    """What many look at, today or this week."""

    window: Window = "day"
    language: str = "en-US"


class RecommendationsQuery(Struct, frozen=True, kw_only=True):
    """Titles for who likes this one."""

    title_id: int
    language: str = "en-US"


class TMDbClient:
    """TMDb. Each method raises ``UpstreamError`` if the service fails; all lists are pages of 20 titles."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def discover(
        self, kind: Kind, query: DiscoverQuery, page: int, **call: Unpack[CallOptions]
    ) -> Fetched[TitlePage]:
        """Return one page of the titles that the filters leave."""
        params = {
            "sort_by": query.sort_by,
            "with_genres": ",".join(map(str, query.genres)) or None,
            _YEAR[kind]: query.year,
            "vote_average.gte": None if query.min_rating is None else values.decimal(query.min_rating),
            "vote_count.gte": query.min_votes,
            "with_original_language": query.original_language,
            "include_adult": _flag(query.include_adult),
        }
        if kind == "movie":
            params |= {"region": query.region, "include_video": _flag(query.include_video)}
        return self._list(f"/3/discover/{kind}", kind, params, query.language, page, call)

    def search(
        self, kind: Kind, query: SearchQuery, page: int, **call: Unpack[CallOptions]
    ) -> Fetched[TitlePage]:
        """Return one page of the titles that a search finds."""
        params = {
            "query": query.text,
            _YEAR[kind]: query.year,
            "include_adult": _flag(query.include_adult),
        }
        if kind == "movie":
            params["region"] = query.region
        return self._list(f"/3/search/{kind}", kind, params, query.language, page, call)

    def list_trending(
        self, kind: Kind, query: TrendingQuery, page: int, **call: Unpack[CallOptions]
    ) -> Fetched[TitlePage]:
        """Return one page of the titles of the day or of the week."""
        return self._list(f"/3/trending/{kind}/{query.window}", kind, {}, query.language, page, call)

    def list_recommendations(
        self, kind: Kind, query: RecommendationsQuery, page: int, **call: Unpack[CallOptions]
    ) -> Fetched[TitlePage]:
        """Return one page of titles for who likes this one. Raises ``UpstreamNotFoundError`` if there is none."""
        raise_for_impossible(query.title_id)
        path = f"/3/{kind}/{query.title_id}/recommendations"
        return self._list(path, kind, {}, query.language, page, call)

    def get_movie(
        self, movie_id: int, language: str = "en-US", *, in_full: bool = True, **call: Unpack[CallOptions]
    ) -> Fetched[TitleDetail]:
        """Return one movie, by one call. Raises ``UpstreamNotFoundError`` if there is none.

        Not ``in_full`` it comes without videos, providers and credits, which are most of the answer.
        """
        raise_for_impossible(movie_id)
        decode = partial(tmdb_details.read_movie, movie_id, language)
        params = _detail(language, _APPENDED if in_full else "")
        return self._transport.get(f"/3/movie/{movie_id}", decode, params=params, **call)

    def get_show(
        self, show_id: int, language: str = "en-US", *, in_full: bool = True, **call: Unpack[CallOptions]
    ) -> Fetched[ShowDetail]:
        """Return one show, by one call. Raises ``UpstreamNotFoundError`` if there is none.

        Not ``in_full`` it comes without videos, providers, credits and imdb_id, which are most of the answer.
        """
        raise_for_impossible(show_id)
        decode = partial(tmdb_details.read_show, show_id, language)
        params = _detail(language, f"{_APPENDED},external_ids" if in_full else "")
        return self._transport.get(f"/3/tv/{show_id}", decode, params=params, **call)

    def list_genres(
        self, kind: Kind, language: str = "en-US", **call: Unpack[CallOptions]
    ) -> Fetched[tuple[Genre, ...]]:
        """Return the genres of a kind that have a name in this language."""
        params: Params = {"language": language}
        return self._transport.get(f"/3/genre/{kind}/list", tmdb_documents.read_genres, params=params, **call)

    def _list(
        self, path: str, kind: Kind, filters: dict[str, Any], language: str, page: int, call: CallOptions
    ) -> Fetched[TitlePage]:
        if not 1 <= page <= MAX_PAGE:
            raise ValueError(f"the service has no page {page}")
        params = {name: value for name, value in filters.items() if value is not None}
        params |= {"language": language, "page": page}
        decode = partial(tmdb_documents.read_page, kind, page, language)
        return self._transport.get(path, decode, params=params, **call)


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _detail(language: str, appended: str) -> Params:
    """Return the parameters of one title; videos are wanted in other languages, too, which the service's own filter drops."""
    if not appended:
        return {"language": language}
    spoken = dict.fromkeys((language[:2], "en", "null"))
    return {
        "language": language,
        "append_to_response": appended,
        "include_video_language": ",".join(spoken),
    }


def raise_for_impossible(title_id: int) -> None:
    """Raise ``UpstreamNotFoundError`` for an id that the service would fail at, which its breaker would count."""
    if not 1 <= title_id <= MAX_TMDB_ID:
        raise UpstreamNotFoundError("no title can have this id")
