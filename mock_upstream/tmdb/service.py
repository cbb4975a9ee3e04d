"""TMDb's routes: parameters, documents, pictures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from itertools import chain
from math import ceil
from typing import Annotated, Any
from urllib.parse import parse_qsl

from mock_upstream.knobs import Knobs
from mock_upstream.readers import ids, plain, whole
from mock_upstream.service import Answer, Headers, RefusedRequestError, Request, Service, answer_json
from mock_upstream.tmdb import discovery
from mock_upstream.tmdb.documents import PARTS, Documents
from mock_upstream.tmdb.families import LISTS
from mock_upstream.tmdb.pictures import drawn
from mock_upstream.tmdb.sample import compose
from mock_upstream.tmdb.titles import Title, Titles

PAGE_SIZE = 20
LAST_PAGE = 500
MOST_APPENDED = 20
NO_MORE_IDS = 2**31
# What unfiltered lists claim to hold, as TMDb's own do; pages past the sample are empty.
CLAIMED_PAGES = {"discover": 38_020, "trending": 1_000}
ERRORS = {code: (status, message) for code, status, message in LISTS.errors}
# Codes by their message, and the first one of each status.
CODES = {key: code for code, *keys in reversed(LISTS.errors) for key in keys}
NOT_FOUND = 34


@dataclass(frozen=True, slots=True)
class TmdbKnobs(Knobs):
    """What can be different about TMDb: titles that it has no longer."""

    gone_movies: Annotated[tuple[int, ...], ids] = ()
    gone_shows: Annotated[tuple[int, ...], ids] = ()


def refused(code: int) -> RefusedRequestError:
    """Return the error of one of TMDb's own codes."""
    return RefusedRequestError(*ERRORS[code])


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, and how it is answered; every method that a route names returns a document."""

    request: Request
    fields: Mapping[str, str]
    titles: Titles
    documents: Documents

    def authentication(self) -> Any:
        return {"success": True, "status_code": 1, "status_message": "Success."}

    def configuration(self) -> Any:
        """Return where pictures are, and their sizes."""
        base = f"{self.request.site}{TmdbService.media}"
        images = {"base_url": base, "secure_base_url": base, **LISTS.image_sizes}
        return {"images": images, "change_keys": ["images", "overview", "title"]}

    def genres(self, kind: str) -> Any:
        return {"genres": self.documents.genres(kind)}

    def discover(self, kind: str) -> Any:
        """Return what passes the filters; without filters it claims to be more than it is."""
        try:
            rows = discovery.discover(self._all(kind), self.fields)
        except ValueError:  # a filter that wants a number
            raise refused(5) from None
        claimed = 0 if discovery.is_narrowed(self.fields) else CLAIMED_PAGES["discover"]
        page = self._page(_moving(rows), claimed_pages=claimed)
        for item in page["results"] if kind == "tv" else ():
            del item["adult"]
        return page

    def search(self, kind: str) -> Any:
        """Return titles by their words; none without words."""
        return self._page(discovery.search(self._all(kind), self.fields), mixed=kind == "multi")

    def trending(self, kind: str, window: str) -> Any:
        """Return what is talked about; it claims to be more than it is."""
        rows = discovery.trending(self._all(kind), window)
        return self._page(_moving(rows), claimed_pages=CLAIMED_PAGES["trending"], mixed=True)

    def recommendations(self, kind: str, number: str) -> Any:
        return self._page(discovery.alike(self._all(kind), self._title(kind, number)), mixed=True)

    def similar(self, kind: str, number: str) -> Any:
        return self._page(discovery.alike(self._all(kind), self._title(kind, number)))

    def details(self, kind: str, number: str) -> Any:
        """Return one title, with what is to be appended; names of parts that there are none of are passed over."""
        names = [name for name in self.fields.get("append_to_response", "").split(",") if name]
        if len(names) > MOST_APPENDED:
            raise refused(27)
        title = self._title(kind, number)
        appended = {name: PARTS[name](self.documents, title) for name in names if name in PARTS}
        return self.documents.details(title) | appended

    def part(self, kind: str, number: str, name: str) -> Any:
        """Return alone what can be appended."""
        title = self._title(kind, number)
        return {"id": title.id, **PARTS[name](self.documents, title)}

    def picture(self) -> str:
        if (svg := drawn(self.request.path, self.titles)) is None:
            raise refused(NOT_FOUND)
        return svg

    def _all(self, kind: str) -> Iterable[Title]:
        kinds = [kind] if kind in self.titles else list(self.titles)
        return chain.from_iterable(self.titles[one].values() for one in kinds)

    def _title(self, kind: str, number: str) -> Title:
        """Return a title; 500 for an id that can't be, as TMDb does, and 404 for one that is not."""
        if not 0 < int(number) < NO_MORE_IDS:
            raise refused(44)
        if (title := self.titles[kind].get(int(number))) is None:
            raise refused(NOT_FOUND)
        return title

    def _page(self, rows: list[Title], *, claimed_pages: int = 0, mixed: bool = False) -> Any:
        """Return one page of 20; ``mixed``: each item says what kind it is of."""
        page = whole(1, LAST_PAGE)("page", plain(self.fields.get("page", "1")))
        results = [
            self.documents.item(title) | ({"media_type": title.kind} if mixed else {})
            for title in rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
        ]
        pages = claimed_pages or max(1, ceil(len(rows) / PAGE_SIZE))
        total = claimed_pages * PAGE_SIZE or len(rows)
        return {"page": page, "results": results, "total_pages": pages, "total_results": total}


def _moving(rows: list[Title]) -> list[Title]:
    """Have the last of the first page on the second again, as when ranks change between two calls."""
    return rows[:PAGE_SIZE] + rows[PAGE_SIZE - 1 :] if len(rows) > PAGE_SIZE else rows


_TITLE = "/3/(movie|tv)/(-?[0-9]{1,30})"


class TmdbService(Service):
    """The API and the pictures, with any bearer token that is its key."""

    name = "movie service"
    media = "/t/p/"
    knobs = TmdbKnobs()
    routes = (
        ("/3/authentication", Asked.authentication),
        ("/3/configuration", Asked.configuration),
        ("/3/genre/(movie|tv)/list", Asked.genres),
        ("/3/discover/(movie|tv)", Asked.discover),
        ("/3/search/(movie|tv|multi)", Asked.search),
        ("/3/trending/(all|movie|tv)/(day|week)", Asked.trending),
        (f"{_TITLE}/recommendations", Asked.recommendations),
        (f"{_TITLE}/similar", Asked.similar),
        (_TITLE, Asked.details),
        (f"{_TITLE}/({'|'.join(PARTS)})", Asked.part),
        ("/t/p/.*", Asked.picture),
    )

    def asked(self, request: Request, knobs: TmdbKnobs) -> Asked:
        fields = dict(parse_qsl(request.query))
        today = self._clock().astimezone(UTC).date()
        gone = {"movie": set(knobs.gone_movies), "tv": set(knobs.gone_shows)}
        left = {
            kind: {number: title for number, title in every.items() if number not in gone[kind]}
            for kind, every in compose(today).items()
        }
        documents = Documents(fields.get("language", "en-US")[:2], today, request.site, fields)
        return Asked(request, fields, left, documents)

    def error(self, status: int, detail: str, headers: Headers | None = None) -> Answer:
        """Return an error as TMDb words it; where there are too many requests it does not say ``success``."""
        code = CODES.get(detail) or CODES.get(status, 11)
        body = {"status_code": code, "status_message": ERRORS[code][1]}
        return answer_json(body if status == 429 else {"success": False, **body}, status, headers)
