"""TMDb on the wire: it holds the movies and shows that a test gives it, and has lists of them."""

import json
import re
import threading
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings

from movies_proxy.catalog import MOVIES
from proxy import redis_level
from tests import payloads_tmdb as payloads

SERVICE = "http://tmdb.test/3"
NAMES = {"movie": "title", "tv": "name"}
GENRES = [{"id": 18, "name": "Drama"}, {"id": 28, "name": "Action"}]


@dataclass(frozen=True)
class Way:
    """One of the two kinds: where its titles are, and what one is called."""

    kind: str
    path: str
    noun: str
    title: str

    def url(self, id_: int, word: str = "") -> str:
        return f"/api/v1/{self.path}/{id_}/{word and word + '/'}"


MOVIE = Way("movie", "movies", "movie", "Movie {}")
SHOW = Way("tv", "tv", "show", "Show {}")


class TitleService:
    """Put titles into it; set ``status`` to let every call fail; ``received`` lists the requests for titles.

    ``held`` lets calls for single titles wait for whatever it is: a barrier, or an event.
    """

    def __init__(self, wire: Any) -> None:
        self.titles: dict[str, dict[int, dict[str, Any]]] = {"movie": {}, "tv": {}}
        self.status: int | None = None
        self.received: list[str] = []
        self.held: threading.Barrier | threading.Event | None = None
        for path, answer in {
            r"/(movie|tv)/\d+\?": self._title,
            r"/(discover|trending|search)/(movie|tv)": self._list,
            r"/genre/(movie|tv)/list": lambda *_: (200, {"genres": GENRES}),
        }.items():
            wire.add_callback("GET", re.compile(re.escape(SERVICE) + path), callback=self._answering(answer))

    def has(self, way: Way, *ids: int, **changes: Any) -> None:
        """Give it titles, all alike but for their ids; ``title`` is what each is called."""
        make = payloads.movie_detail if way is MOVIE else payloads.show_detail
        if "title" in changes:
            changes[NAMES[way.kind]] = changes.pop("title")
        self.titles[way.kind] |= {id_: make(id_, **changes) for id_ in ids}

    def lacks(self, way: Way, *ids: int) -> None:
        """Take titles away from it."""
        for id_ in ids:
            del self.titles[way.kind][id_]

    def asked(self) -> list[int]:
        """Return the ids of the titles that were asked for since the last call, in order."""
        ids = sorted(int(path.rpartition("/")[2]) for path in self.received)
        self.received.clear()
        return ids

    def forget_caches(self) -> None:
        """Let nothing of what it said be remembered on our side."""
        MOVIES.stop()
        if settings.CACHE_URL:
            redis_level.clear(settings.CACHE_URL)

    def _answering(self, answer: Any) -> Any:
        def callback(request: Any) -> tuple[int, dict[str, str], str]:
            address = urlsplit(request.url)
            if self.status:
                self.received.append(address.path.removeprefix("/3/"))
                return self.status, {}, json.dumps(payloads.error(11))
            status, body = answer(address.path.removeprefix("/3/").split("/"), address)
            return status, {"Content-Type": "application/json"}, json.dumps(body)

        return callback

    def _title(self, words: list[str], _: Any) -> tuple[int, Any]:
        kind, id_ = words
        self.received.append(f"{kind}/{id_}")
        if self.held is not None:
            self.held.wait(10)
        found = self.titles[kind].get(int(id_))
        return (200, found) if found else (404, payloads.error(34))

    def _list(self, words: list[str], address: Any) -> tuple[int, Any]:
        number = int(parse_qs(address.query)["page"][0])
        found = [self._in_a_list(title) for title in self.titles[words[1]].values()]
        shown = found[(number - 1) * 20 : number * 20]
        pages = -(-len(found) // 20)
        return 200, payloads.page(*shown, number=number, total_pages=pages, total_results=len(found))

    @staticmethod
    def _in_a_list(title: dict[str, Any]) -> dict[str, Any]:
        ids = [genre["id"] for genre in title["genres"]]
        return {**{name: value for name, value in title.items() if name != "genres"}, "genre_ids": ids}
