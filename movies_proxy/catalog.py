"""The catalog of movies and shows: its kinds, lists and details, and how TMDb is asked for them."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any, Final, NamedTuple, Unpack

from django.conf import settings
from msgspec import Struct
from msgspec.structs import replace

from clients import tmdb_titles as tmdb
from clients.errors import UpstreamNotFoundError
from clients.tmdb import DiscoverQuery, SearchQuery, TitlePage, TMDbClient, Window
from clients.tmdb_documents import MAX_PAGE, PAGE_SIZE
from clients.transport import CallOptions, Fetched, ListPage
from movies_proxy import shapes
from proxy import pages
from proxy.catalog import Catalog
from proxy.kinds import Detail, Kind, Listing
from proxy.store import Answer

# Names of genres hardly ever change. Half a day, so that a copy outlives a day on which they can't be fetched again.
GENRES_FRESH_SECONDS: Final = 43_200
# TMDb allows six months for what is copied.
REMEMBERED_FOR: Final = timedelta(days=150)
_ENGLISH: Final = "en-US"


class Trending(Struct, frozen=True):
    """The titles of the day or of the week."""

    window: Window
    language: str


class Recommended(Struct, frozen=True):
    """Titles for who likes this one."""

    title_id: int
    language: str


class TitleList(Struct, frozen=True):
    """Which page of which titles, normalised: equal questions are equal values, and none knows its caller."""

    titles: DiscoverQuery | SearchQuery | Trending | Recommended
    page: int
    limit: int


class Genres(Struct, frozen=True):
    """The genres by their names in a language."""

    language: str


class InFull(Struct, frozen=True):
    """A title in full: its texts in a language, and who offers it in a region."""

    language: str
    region: str | None


# --- How TMDb is asked -------------------------------------------------------------------------------

# Asks the client for a page, given the kind, the query and the page's number.
Ask = Callable[..., Fetched[TitlePage]]


def _fetch_titles(
    kind: tmdb.Kind, ask: Ask, client: TMDbClient, query: TitleList, **call: Unpack[CallOptions]
) -> Fetched[ListPage[shapes.Title]]:
    etag = call.pop("etag", None)
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
        of_item=isinstance(query.titles, Recommended),
        etag=etag,
    )

    def shown(page: TitlePage) -> ListPage[shapes.Title]:
        titles = tuple(shapes.title_of(title, genres) for title in page.results)
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
    fetched = client.list_genres(kind, query.language, **call)
    page = fetched.mapped(lambda genres: ListPage(len(genres), genres))
    return replace(page, fresh_seconds=GENRES_FRESH_SECONDS)


def _ask_trending(
    client: TMDbClient, kind: tmdb.Kind, query: Trending, number: int, **call: Unpack[CallOptions]
) -> Fetched[TitlePage]:
    return client.list_trending(kind, query.window, query.language, number, **call)


def _ask_recommended(
    client: TMDbClient, kind: tmdb.Kind, query: Recommended, number: int, **call: Unpack[CallOptions]
) -> Fetched[TitlePage]:
    return client.list_recommendations(kind, query.title_id, query.language, number, **call)


# Fetches a title, given the client, its id and a language.
Get = Callable[..., Fetched[Any]]


def _fetch_title(
    get: Get, client: TMDbClient, title_id: int, **call: Unpack[CallOptions]
) -> Fetched[shapes.Title]:
    fetched = get(client, title_id, settings.TMDB_LANGUAGE, in_full=False, **call)
    return fetched.mapped(shapes.title_of_detail)


def _fetch_in_full(
    get: Get, client: TMDbClient, title_id: int, query: InFull, **call: Unpack[CallOptions]
) -> Fetched[shapes.FullTitle]:
    fetched = get(client, title_id, query.language, **call)
    return fetched.mapped(partial(shapes.detail_of, region=query.region))


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
        trending=listing("trending", _ask_trending),
        recommendations=listing("recommendations", _ask_recommended),
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
