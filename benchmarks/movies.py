"""The catalog of movies, as the benchmark asks it; and its service, TMDb, as the stub plays it."""

import json
from functools import cache
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from benchmarks.catalog import Catalog, Person

_GENRES: Final = [{"id": number, "name": f"Genre {number}"} for number in range(10, 29)]


def _movie(movie_id: int) -> dict[str, Any]:
    """Return a movie of about a kilobyte, as lists give it."""
    return {
        "adult": False,
        "backdrop_path": f"/backdrop{movie_id}.jpg",
        "genre_ids": [genre["id"] for genre in _GENRES[movie_id % 16 :][:3]],
        "id": movie_id,
        "original_language": "pt",
        "original_title": f"Filme {movie_id}: uma noite à beira do rio",
        "overview": "Three bands, one bridge, and a blanket each. " * 10,
        "popularity": 45.2,
        "poster_path": f"/poster{movie_id}.jpg",
        "release_date": "2020-01-01",
        "title": f"Movie {movie_id}: an evening by the river",
        "video": False,
        "vote_average": 7.4,
        "vote_count": 812,
    }


@cache
def _list(number: int) -> bytes:
    """Return one page of a list; filters and words make no difference to it."""
    movies = [_movie(each) for each in range((number - 1) * 20 + 1, number * 20 + 1)]
    return json.dumps(
        {"page": number, "results": movies, "total_pages": 500, "total_results": 10_000}
    ).encode()


def _service(target: str) -> bytes:
    """Return TMDb's JSON body for a request target."""
    address, params = urlsplit(target).path, dict(parse_qsl(urlsplit(target).query))
    if address == "/3/genre/movie/list":
        return json.dumps({"genres": _GENRES}).encode()
    if address in {"/3/discover/movie", "/3/search/movie"}:
        return _list(int(params["page"]))
    movie = _movie(int(address.removeprefix("/3/movie/")))
    return json.dumps(movie | {"genres": _GENRES[:3]}).encode()


def _has_own_marks(body: bytes, person: Person) -> bool:
    favorites, watchlist = set(person["favorites"]), set(person["watchlist"])
    return all(
        movie["is_favorited"] == (movie["id"] in favorites)
        and movie["is_on_watchlist"] == (movie["id"] in watchlist)
        for movie in json.loads(body)["results"]
    )


MOVIES: Final = Catalog(
    label=" movies",
    upstream="TMDB",
    paths="/3/",
    service=_service,
    kind="movie",
    page="/api/v1/movies/discover/?limit=20",
    pages="/api/v1/movies/search/?limit=20&query=p%d",
    misses="/api/v1/movies/search/?query=w%d",
    item="/api/v1/movies/%d/",
    favorite="/api/v1/movies/%d/favorite/",
    has_own_marks=_has_own_marks,
    rows=("hot", "misses"),
)
