"""The two kinds of titles, as TMDb gives them and as we show them: what a test of both kinds is about."""

from collections.abc import Callable
from typing import Any, NamedTuple

from responses import RequestsMock, matchers

from tests import payloads_tmdb as payloads

TMDB = "http://tmdb.test/3"
API = "/api/v1"
PICTURES = "http://pictures.test/t/p"
NOTICE = (
    "This product uses TMDB and the TMDB APIs but is not endorsed, certified, or otherwise approved by TMDB."
)
JUSTWATCH = "Data on where a title can be watched: JustWatch."
GENRES = {
    "movie": {28: "Action", 878: "Science Fiction", 12: "Adventure"},
    "tv": {18: "Drama", 10765: "Sci-Fi & Fantasy", 16: "Animation"},
}


class Kind(NamedTuple):
    """A kind of titles: TMDb's word, where it is in our API, and how TMDb writes one in a list and in full."""

    name: str
    at: str
    item: Callable[..., dict[str, Any]]
    detail: Callable[..., dict[str, Any]]
    title: str  # TMDb's names of the fields in which the kinds differ
    original_title: str

    def route(self, rest: str) -> str:
        """Return an address of ours."""
        return f"{API}/{self.at}/{rest}"

    def named(
        self, title_id: int = 605, title: str = "", original: str = "", **changes: Any
    ) -> dict[str, Any]:
        """Return a title of a list with this title, and this one in the original."""
        return self.item(title_id, **self.names(title, original), **changes)

    def names(self, title: str, original: str) -> dict[str, str]:
        return {self.title: title, self.original_title: original}


MOVIE = Kind("movie", "movies", payloads.movie, payloads.movie_detail, "title", "original_title")
SHOW = Kind("tv", "tv", payloads.show, payloads.show_detail, "name", "original_name")
KINDS = [MOVIE, SHOW]


def only(**params: Any) -> list[Any]:
    """Match a request with these parameters and no other."""
    return [matchers.query_param_matcher({name: str(value) for name, value in params.items()})]


def give_genres(
    wire: RequestsMock, kind: Kind, language: str = "en-US", names: dict[int, str] | None = None
) -> None:
    """Let TMDb have these names of genres in a language; the usual ones unless told otherwise."""
    found = GENRES[kind.name] if names is None else names
    genres = [{"id": id_, "name": name} for id_, name in found.items()]
    wire.get(f"{TMDB}/genre/{kind.name}/list", json={"genres": genres}, match=only(language=language))


def give_page(wire: RequestsMock, kind: Kind, *titles: Any, of: str = "discover/{}", **changes: Any) -> None:
    """Let TMDb have this page of a list, to whatever question."""
    wire.get(f"{TMDB}/{of.format(kind.name)}", json=payloads.page(*titles, **changes))
