"""The catalog of movies and shows: its kinds, lists and details, and how TMDb is asked for them."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any, Final, NamedTuple, TypeVar, Unpack

from django.conf import settings
from msgspec import Struct
from msgspec.structs import replace

from clients import tmdb_titles as tmdb
from clients.errors import UpstreamMalformedError, UpstreamNotFoundError
from clients.tmdb import (
    DiscoverQuery,
    RecommendationsQuery,
    SearchQuery,
    TitlePage,
    TMDbClient,
    TrendingQuery,
    raise_for_impossible,
)
from clients.tmdb_documents import MAX_PAGE, PAGE_SIZE
from clients.transport import CallOptions, Fetched, ListPage
from movies_proxy import shapes
from proxy import pages
from proxy.catalog import Catalog
from proxy.kinds import Detail, Kind, Listing
from proxy.store import Answer

S = TypeVar("S", bound=Struct)

# Names of genres hardly ever change. Half a day, so that a copy outlives a day on which they can't be fetched again.
GENRES_FRESH_SECONDS: Final = 43_200
# TMDb allows six months for what is copied.
REMEMBERED_FOR: Final = timedelta(days=150)
_ENGLISH: Final = "en-US"


class TitleList(Struct, frozen=True):
    """Which page of which titles, normalised: equal questions are equal values, and none knows its caller."""

    titles: DiscoverQuery | SearchQuery | TrendingQuery | RecommendationsQuery
    page: int
    limit: int


class Genres(Struct, frozen=True):
    """The genres by their names in a language."""

    language: str


class InFull(Struct, frozen=True):
    """A title in full: its texts in a language, and who offers it in a region."""

    language: str
    region: str | None


# --- Made of what TMDb gives -------------------------------------------------------------------------


def title_of(title: tmdb.Title, genres: Mapping[int, str]) -> shapes.Title:
    """Return a title of a list as it is shown; ``genres`` are the names by id, and a genre without one is left out."""
    named = (tmdb.Genre(id_, genres[id_]) for id_ in title.genre_ids if id_ in genres)
    return _shown(shapes.Title, title, genres=tuple(named), **_of_any(title))


def title_of_detail(detail: tmdb.TitleDetail) -> shapes.Title:
    """Return a title in full as lists show it."""
    return _shown(shapes.Title, detail, **_of_any(detail))


def detail_of(detail: tmdb.TitleDetail, region: str | None) -> shapes.FullTitle:
    """Return a title in full as it is shown; ``region`` is where it is to be watched, None if that was not asked."""
    offers = detail.providers.get(region) if region else None
    cast = [
        _shown(shapes.CastMember, each, picture=_address("w185", each.picture))
        for each in detail.credits.cast
    ]
    crew = [
        _shown(shapes.CrewMember, each, picture=_address("w185", each.picture))
        for each in detail.credits.crew
    ]
    parts = _of_any(detail) | {
        "credits": shapes.Credits(tuple(cast), tuple(crew)),
        "providers": offers and _providers(region, offers),
        "meta": shapes.Attribution(
            (shapes.TMDB_NOTICE, shapes.JUSTWATCH_NOTICE) if offers else (shapes.TMDB_NOTICE,)
        ),
    }
    if isinstance(detail, tmdb.ShowDetail):
        return _shown(shapes.FullShow, detail, networks=_companies(detail.networks), **parts)
    return _shown(shapes.FullTitle, detail, **parts)


def _shown(into: type[S], source: Struct, **changed: Any) -> S:
    """Return what is shown: fields of the same name as they are, and those that are ``changed``."""
    kept = (name for name in into.__struct_fields__ if name not in changed)
    return into(**changed, **{name: getattr(source, name) for name in kept})


def _of_any(title: tmdb.Title) -> dict[str, Any]:
    return {
        "poster": _picture(shapes.Poster, title.poster),
        "backdrop": _picture(shapes.Backdrop, title.backdrop),
        "language": title.original_language,
    }


def _providers(region: str | None, offers: tmdb.Offers) -> shapes.Providers:
    ways = {way: _companies(getattr(offers, way)) for way in ("stream", "rent", "buy")}
    return _shown(shapes.Providers, offers, region=region, **ways)


def _companies(companies: tuple[tmdb.Company, ...]) -> tuple[shapes.Company, ...]:
    return tuple(_shown(shapes.Company, each, logo=_address("w92", each.logo)) for each in companies)


def _picture(sizes: type[S], name: str | None) -> S | None:
    """Return the addresses of a picture in each of its sizes."""
    if not name:
        return None
    host = settings.TMDB_IMAGE_URL  # looked up once, as pages have 160 such addresses
    return sizes(*[f"{host}/{size}{name}" for size in sizes.__struct_fields__])


def _address(size: str, name: str | None) -> str | None:
    return f"{settings.TMDB_IMAGE_URL}/{size}{name}" if name else None


# --- How TMDb is asked -------------------------------------------------------------------------------

# Asks the client for a page, given the kind, the query and the page's number.
Ask = Callable[..., Fetched[TitlePage]]


def _fetch_titles(
    kind: tmdb.Kind, ask: Ask, client: TMDbClient, query: TitleList, **call: Unpack[CallOptions]
) -> Fetched[ListPage[shapes.Title]]:
    etag = call.pop("etag", None)
    if isinstance(query.titles, RecommendationsQuery):
        raise_for_impossible(query.titles.title_id)
    # These first: if a slow service leaves no time for the titles, the next try has the names, and all its time for them.
    genres = _genre_names(kind, query.titles.language, call)

    def fetch(number: int, size: int, etag: str | None) -> Fetched[TitlePage]:
        if number > MAX_PAGE:
            raise UpstreamNotFoundError("past the last page that can be reached")
        return ask(client, kind, query.titles, number, **(call | {"etag": etag}))

    fetched = pages.assemble(
        fetch,
        upstream="movies",
        page=query.page,
        limit=query.limit,
        max_size=PAGE_SIZE,
        min_size=PAGE_SIZE,
        of_item=isinstance(query.titles, RecommendationsQuery),
        etag=etag,
    )

    def shown(page: TitlePage) -> ListPage[shapes.Title]:
        titles = tuple(title_of(title, genres) for title in page.results)
        return ListPage(page.count, titles, page.left_out)

    return fetched.mapped(shown)


def _genre_names(kind: tmdb.Kind, language: str, call: CallOptions) -> Mapping[int, str]:
    """Return the names of genres by id in a language, and in English those that TMDb lacks in it."""
    names: dict[int, str] = {}
    for each in dict.fromkeys((_ENGLISH, language)):
        answer = MOVIES.get_page(TITLES[kind].genres, Genres(each), ends_at=call["ends_at"])
        found = (item.read(tmdb.Genre) for item in answer.body.items)
        names |= {genre.id: genre.name for genre in found}
    return names


def _fetch_genres(
    kind: tmdb.Kind, client: TMDbClient, query: Genres, **call: Unpack[CallOptions]
) -> Fetched[ListPage[tmdb.Genre]]:
    try:
        fetched = client.list_genres(kind, query.language, **call)
    except UpstreamNotFoundError:
        # There are always some: to callers it must not mean that a title is not there.
        raise UpstreamMalformedError("the list of genres was not found") from None
    page = fetched.mapped(lambda genres: ListPage(len(genres), genres))
    return replace(page, fresh_seconds=GENRES_FRESH_SECONDS)


# Fetches a title, given the client, its id and a language.
Get = Callable[..., Fetched[Any]]


def _fetch_title(
    get: Get, client: TMDbClient, title_id: int, **call: Unpack[CallOptions]
) -> Fetched[shapes.Title]:
    fetched = get(client, title_id, settings.TMDB_LANGUAGE, in_full=False, **call)
    return fetched.mapped(title_of_detail)


def _fetch_in_full(
    get: Get, client: TMDbClient, title_id: int, query: InFull, **call: Unpack[CallOptions]
) -> Fetched[shapes.FullTitle]:
    fetched = get(client, title_id, query.language, **call)
    return fetched.mapped(partial(detail_of, region=query.region))


# --- The catalog -------------------------------------------------------------------------------------


class Titles(NamedTuple):
    """What there is of one kind."""

    kind: Kind[shapes.Title]
    discover: Listing[TitleList, shapes.Title]
    search: Listing[TitleList, shapes.Title]
    trending: Listing[TitleList, shapes.Title]
    recommendations: Listing[TitleList, shapes.Title]
    genres: Listing[Genres, tmdb.Genre]
    detail: Detail[InFull, shapes.FullTitle]

    @property
    def listings(self) -> list[Listing[Any, Any]]:
        """Return all its lists."""
        return [self.discover, self.search, self.trending, self.recommendations, self.genres]


def _is_usual(language: str) -> bool:
    """Say whether titles are kept and shown in lists of favorites in this language."""
    return bool(language == settings.TMDB_LANGUAGE)


def _titles(name: tmdb.Kind, shape: Any, detail_shape: Any, get: Get, *, path: str, noun: str) -> Titles:
    def listing(word: str, ask: Ask) -> Listing[TitleList, shapes.Title]:
        fetch = partial(_fetch_titles, name, ask)
        return Listing(f"{name}-{word}", shape, fetch, lambda query: _is_usual(query.titles.language))

    relations = ("favorites", "watchlist", "ratings")
    kind = Kind(shape, partial(_fetch_title, get), relations=relations, path=path, noun=noun)
    return Titles(
        kind,
        discover=listing("discover", TMDbClient.discover),
        search=listing("search", TMDbClient.search),
        trending=listing("trending", TMDbClient.list_trending),
        recommendations=listing("recommendations", TMDbClient.list_recommendations),
        genres=Listing(f"{name}-genres", shapes.GENRE, partial(_fetch_genres, name), lambda _: False),
        detail=Detail(
            f"{name}-detail",
            kind,
            detail_shape,
            partial(_fetch_in_full, get),
            lambda query, full: full if _is_usual(query.language) else None,
        ),
    )


TITLES: Final = {
    "movie": _titles(
        "movie", shapes.MOVIE, shapes.MOVIE_DETAIL, TMDbClient.get_movie, path="movies", noun="movie"
    ),
    "tv": _titles("tv", shapes.SHOW, shapes.SHOW_DETAIL, TMDbClient.get_show, path="tv", noun="show"),
}


def _warm(number: int) -> Iterator[tuple[str, Callable[[], Answer]]]:
    """Give what whoever opens the app asks first: genres, and the first pages of either kind."""
    language = settings.TMDB_LANGUAGE
    for name, titles in TITLES.items():
        yield f"genres of {name}", partial(MOVIES.get_page, titles.genres, Genres(language))
        for page in range(1, number + 1):
            query = TitleList(DiscoverQuery(language=language), page, PAGE_SIZE)
            yield f"{name} page {page}", partial(MOVIES.get_page, titles.discover, query)


MOVIES: Final = Catalog(
    "movies",
    service="movie service",
    prefix="TMDB",
    client=TMDbClient,
    kinds=[titles.kind for titles in TITLES.values()],
    listings=[listing for titles in TITLES.values() for listing in titles.listings],
    details=[titles.detail for titles in TITLES.values()],
    attribution=[shapes.TMDB_NOTICE],
    remembered_for=REMEMBERED_FOR,
    warm=_warm,
)
