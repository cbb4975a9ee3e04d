"""TMDb on a real socket, healthy or with faults."""

from typing import Any

from movies_proxy.catalog import MOVIES as CATALOG
from tests import payloads_tmdb as payloads
from tests.faulty_service import FaultyRead, FaultyService
from tests.hostile import Behaviour

MOVIES = [payloads.movie(7), payloads.movie(8)]
GENRES = "/api/v1/movies/genres/"


def document(path: str) -> Any:
    """Return what TMDb has at a path."""
    if "/genre/" in path:
        return {"genres": [{"id": 28, "name": "Action"}, {"id": 878, "name": "Science Fiction"}]}
    if path.rpartition("/")[2].isdigit():
        return payloads.movie_detail(int(path.rpartition("/")[2]))
    return payloads.page(*MOVIES)


def _page(**changes: Any) -> Behaviour:
    page = payloads.page(*MOVIES) | changes
    return lambda exchange: exchange.answer_json(page)


def _movies(**changes: Any) -> Behaviour:
    return _page(results=[movie | changes for movie in MOVIES])


def _movie(movie: Any) -> Behaviour:
    return lambda exchange: exchange.answer_json(movie)


# By the names of the document, whose words are of flyers.
OF_A_PAGE: dict[str, Behaviour] = {
    "another root": lambda exchange: exchange.answer_json(MOVIES),
    "required fields missing": _page(results=[{"id": 7}, {"title": "Jazz"}]),
    "null where a value must be": _movies(id=None),
    "values of another type": _page(total_results="two", results={}),
    "every flyer unfit": _movies(id="7", vote_average=400),
    "more flyers than asked for": _page(results=[payloads.movie(number) for number in range(1, 40)]),
    "one flyer unfit": _page(results=[{"id": 6}, *MOVIES]),
    "only required fields": _page(results=[{"id": 7, "title": "Jazz"}, {"id": 8, "title": "Folk"}]),
    "unknown fields": _movies(secret="for the service alone", rank=0.97),
}
OF_A_MOVIE: dict[str, Behaviour] = {
    "another root": _movie([payloads.movie_detail(7)]),
    "required fields missing": _movie({"id": 7}),
    "null where a value must be": _movie(payloads.movie_detail(7, id=None)),
    "values of another type": _movie(payloads.movie_detail(7, title=["Jazz"])),
    "another flyer's id": _movie(payloads.movie_detail(666)),
    "only required fields": _movie({"id": 7, "title": "Jazz"}),
    "unknown fields": _movie(payloads.movie_detail(7, secret="for the service alone")),
}
# What no page shows, and one of each way to fail: a detail is asked for as a page is.
_ASKED_OF_A_MOVIE = {
    *OF_A_MOVIE,
    "404",
    "410",
    "429",
    "401",
    "500",
    "hang",
    "null",
    "gzip bomb",
    "rude headers",
}


# That a page is not there is no fault; the others are of any service's bytes, and take all of the deadline.
_NOT_OF_A_PAGE = {
    *("404", "410", "drip of headers", "drip of one endless header", "drip of chunks", "chunks without end"),
    "100 Continue without end",
}


def _discover(fault: str) -> str | None:
    return None if fault in _NOT_OF_A_PAGE else "/api/v1/movies/discover/"


def _shows_both(body: Any) -> bool:
    ids = [movie["id"] for movie in body["results"]]
    return (ids, body["next"], body["previous"]) == ([7, 8], None, None)


PAGE = FaultyService(document, OF_A_PAGE, lasting="/genre/")
MOVIE = FaultyService(document, OF_A_MOVIE, lasting="/genre/")
READS = {
    "movies": FaultyRead(CATALOG, PAGE, _discover, unconcerned=GENRES, shows=_shows_both),
    "a movie": FaultyRead(
        CATALOG,
        MOVIE,
        address_of=lambda fault: "/api/v1/movies/7/" if fault in _ASKED_OF_A_MOVIE else None,
        unconcerned=GENRES,
        shows=lambda body: body["id"] == 7,
    ),
}
