"""What is shown of movies and shows, in lists and in full, and how it is made of what TMDb gives."""

from datetime import date
from typing import Annotated, Any, Final, Literal

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from msgspec import Meta, Struct

from clients import tmdb_titles as tmdb
from proxy.rendering import Summary
from proxy.shapes import ListEnvelope, Shape, WebUrl, mark

# What TMDb's terms demand to be shown, and what they demand of whoever shows its providers.
TMDB_NOTICE: Final = (
    "This product uses TMDB and the TMDB APIs but is not endorsed, certified, or otherwise approved by TMDB."
)
JUSTWATCH_NOTICE: Final = "Data on where a title can be watched: JustWatch."

# --- Parts -------------------------------------------------------------------------------------------


class Poster(Struct, frozen=True):
    """A poster by its widths in pixels."""

    w185: WebUrl
    w342: WebUrl
    w500: WebUrl
    original: WebUrl


class Backdrop(Struct, frozen=True):
    """A wide picture by its widths in pixels."""

    w300: WebUrl
    w780: WebUrl
    w1280: WebUrl
    original: WebUrl


class Company(Struct, frozen=True):
    """Who shows or offers a title."""

    id: tmdb.Id
    name: str
    logo: WebUrl | None


class Providers(Struct, frozen=True):
    """Who offers a title in the region that was asked for, by JustWatch; `link` is a page about it."""

    region: str
    link: WebUrl | None
    stream: tuple[Company, ...]
    rent: tuple[Company, ...]
    buy: tuple[Company, ...]


class CastMember(tmdb.CastMember, frozen=True):
    """Who plays whom."""

    picture: WebUrl | None


class CrewMember(tmdb.CrewMember, frozen=True):
    """Who did what."""

    picture: WebUrl | None


class Credits(Struct, frozen=True):
    """The cast, at most 20 people in its order, and at most 20 of the crew, those first who are asked for most."""

    cast: tuple[CastMember, ...]
    crew: tuple[CrewMember, ...]


class Attribution(Struct, frozen=True):
    """What has to be shown beside the title."""

    attribution: tuple[str, ...]


# --- Titles ------------------------------------------------------------------------------------------


class Title(Struct, frozen=True, kw_only=True):
    """A movie or a show as lists give it."""

    kind: tmdb.Kind
    id: tmdb.Id
    title: str
    original_title: str
    is_translated: Annotated[
        bool,
        Meta(
            description="False if there is no title or overview in the language that was asked for, which is not the "
            "original one either: then `title` is the original title."
        ),
    ]
    overview: Annotated[str, Meta(description="Empty if there is none in that language.")]
    release_date: Annotated[date | None, Meta(description="Of a show: of its first episode.")]
    poster: Poster | None
    backdrop: Backdrop | None
    genres: tuple[tmdb.Genre, ...]
    vote: Annotated[tmdb.Vote, Meta(description="Of TMDb's users: 0 of 0 if nobody has voted.")]
    language: Annotated[str, Meta(description="Of the original, two letters; empty if unknown.")]


class FullTitle(Title, frozen=True, kw_only=True):
    """All that a movie and a show have in common."""

    tagline: str
    status: Annotated[str, Meta(description="TMDb's word, such as `Released` or `Returning Series`.")]
    runtime_minutes: Annotated[int | None, Meta(description="Of a show: of an episode.")]
    countries: Annotated[tuple[str, ...], Meta(description="Where it was made, ISO 3166-1.")]
    videos: Annotated[
        tuple[tmdb.Video, ...],
        Meta(description="Trailers first; in the language asked for, then in English."),
    ]
    providers: Annotated[
        Providers | None, Meta(description="For `region`; null without one, or if none is known.")
    ]
    credits: Credits
    imdb_id: str | None
    meta: Attribution


class FullShow(FullTitle, frozen=True, kw_only=True):
    """What a show has besides."""

    seasons: int
    episodes: int
    in_production: bool
    next_episode: tmdb.Episode | None
    networks: tuple[Company, ...]


_FAVORITE: Final = Meta(
    description="Whether the caller has it among their favorites; null for an anonymous caller."
)
_ON_WATCHLIST: Final = Meta(
    description="Whether the caller has it on their watchlist; null for an anonymous caller."
)
MovieFavorite = Annotated[bool | None, mark("favorites", "movie"), _FAVORITE]
MovieOnWatchlist = Annotated[bool | None, mark("watchlist", "movie"), _ON_WATCHLIST]
ShowFavorite = Annotated[bool | None, mark("favorites", "tv"), _FAVORITE]
ShowOnWatchlist = Annotated[bool | None, mark("watchlist", "tv"), _ON_WATCHLIST]

MOVIE_EXAMPLE: dict[str, Any] = {
    "kind": "movie",
    "id": 605,
    "title": "The Night Clerk's Arithmetic",
    "original_title": "L'Arithmétique du veilleur",
    "is_translated": True,
    "overview": "In Lisbon, a night porter is handed the wrong suitcase, and then the right corpse.",
    "release_date": "2021-03-05",
    "poster": {size: f"https://img.example/{size}/605.jpg" for size in Poster.__struct_fields__},
    "backdrop": None,
    "genres": [{"id": 80, "name": "Crime"}],
    "vote": {"average": 7.4, "count": 812},
    "language": "fr",
    "is_favorited": None,
    "is_on_watchlist": None,
}
_SHOW = {"kind": "tv", "title": "Harbour Division", "original_title": "Harbour Division", "language": "en"}
SHOW_EXAMPLE: dict[str, Any] = MOVIE_EXAMPLE | _SHOW | {"overview": "Two inspectors share one desk."}
_TRAILER = {"name": "Trailer", "site": "Vimeo", "key": "123456", "url": "https://vimeo.com/123456"}
_IN_FULL: dict[str, Any] = {
    "tagline": "It all adds up, at night.",
    "status": "Released",
    "runtime_minutes": 104,
    "countries": ["FR"],
    "videos": [_TRAILER | {"type": "Trailer", "is_official": True}],
    "providers": {
        "region": "FR",
        "link": "https://www.themoviedb.org/movie/605/watch?locale=FR",
        "stream": [{"id": 8, "name": "Lumen", "logo": "https://img.example/w92/8.png"}],
        "rent": [],
        "buy": [],
    },
    "credits": {
        "cast": [{"id": 5001, "name": "Ana Prado", "character": "The porter", "picture": None}],
        "crew": [{"id": 5002, "name": "Jean Roux", "job": "Director", "picture": None}],
    },
    "imdb_id": "tt1234567",
    "meta": {"attribution": [TMDB_NOTICE, JUSTWATCH_NOTICE]},
}
MOVIE_DETAIL_EXAMPLE = MOVIE_EXAMPLE | _IN_FULL
SHOW_DETAIL_EXAMPLE = {
    **SHOW_EXAMPLE,
    **_IN_FULL,
    "status": "Returning Series",
    "seasons": 2,
    "episodes": 16,
    "in_production": True,
    "next_episode": {"season": 3, "number": 1, "name": "Low water", "air_date": "2099-01-04"},
    "networks": [{"id": 49, "name": "Canal Norte", "logo": None}],
}


def _page_example(path: str, example: dict[str, Any]) -> dict[str, Any]:
    return {
        "count": 10_000,
        "next": f"http://localhost:8000/api/v1/{path}?page=2",
        "previous": None,
        "results": [example],
        "meta": {"as_of": "2026-05-01T12:00:00Z", "stale": False, "attribution": [TMDB_NOTICE]},
    }


@extend_schema_serializer(examples=[OpenApiExample("A movie", value=MOVIE_EXAMPLE)])
class Movie(Title, frozen=True, kw_only=True):
    """A movie."""

    kind: Literal["movie"]
    is_favorited: MovieFavorite
    is_on_watchlist: MovieOnWatchlist


@extend_schema_serializer(examples=[OpenApiExample("A show", value=SHOW_EXAMPLE)])
class Show(Title, frozen=True, kw_only=True):
    """A show."""

    kind: Literal["tv"]
    is_favorited: ShowFavorite
    is_on_watchlist: ShowOnWatchlist


@extend_schema_serializer(examples=[OpenApiExample("A movie in full", value=MOVIE_DETAIL_EXAMPLE)])
class MovieDetail(FullTitle, frozen=True, kw_only=True):
    """A movie in full."""

    kind: Literal["movie"]
    is_favorited: MovieFavorite
    is_on_watchlist: MovieOnWatchlist


@extend_schema_serializer(examples=[OpenApiExample("A show in full", value=SHOW_DETAIL_EXAMPLE)])
class ShowDetail(FullShow, frozen=True, kw_only=True):
    """A show in full."""

    kind: Literal["tv"]
    is_favorited: ShowFavorite
    is_on_watchlist: ShowOnWatchlist


_MOVIES = OpenApiExample("A page of movies", value=_page_example("movies/discover/", MOVIE_EXAMPLE))
_SHOWS = OpenApiExample("A page of shows", value=_page_example("tv/discover/", SHOW_EXAMPLE))


@extend_schema_serializer(examples=[_MOVIES])
class MoviePage(ListEnvelope, kw_only=True):
    results: list[Movie]


@extend_schema_serializer(examples=[_SHOWS])
class ShowPage(ListEnvelope, kw_only=True):
    results: list[Show]


class GenrePage(ListEnvelope, kw_only=True):
    """Every genre that has a name in the language asked for."""

    results: list[tmdb.Genre]


def _summary(title: Title) -> Summary:
    return Summary(title.title[:200], title.poster.w342 if title.poster else None)


MOVIE: Shape[Title] = Shape(Movie, kind="movie", summarize=_summary)
SHOW: Shape[Title] = Shape(Show, kind="tv", summarize=_summary)
MOVIE_DETAIL: Shape[FullTitle] = Shape(MovieDetail, kind="movie-detail")
SHOW_DETAIL: Shape[FullTitle] = Shape(ShowDetail, kind="tv-detail")
GENRE: Shape[tmdb.Genre] = Shape(tmdb.Genre, kind="genre")
