"""TMDb's routes: key, parameters, answers, pictures."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from hmac import compare_digest
from http import HTTPStatus
from math import ceil
from typing import Any
from urllib.parse import parse_qsl

from mock_upstream.messages import Answer, Request, answer_json, cacheable, picture
from mock_upstream.tmdb import discovery, payloads
from mock_upstream.tmdb.families import LISTS
from mock_upstream.tmdb.knobs import TmdbKnobs
from mock_upstream.tmdb.parts import PARTS
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
CODES = {status: code for code, status, _ in reversed(LISTS.errors)}
NOT_FOUND = 34


class TmdbError(Exception):
    """A request that is answered with an error: TMDb's own code, which has an HTTP status."""

    def __init__(self, code: int) -> None:
        self.code = code
        self.status, self.message = ERRORS[code]

    def as_answer(self) -> Answer:
        body = {"success": False, "status_code": self.code, "status_message": self.message}
        return answer_json(body, self.status)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it is answered; ``language`` has two letters."""

    request: Request
    fields: Mapping[str, str]
    language: str
    titles: Titles
    today: date

    def title(self, kind: str, text: str) -> Title:
        """Return a title; 500 for an id that can't be, as TMDb does, and 404 for one that is not."""
        if not 0 < int(text) < NO_MORE_IDS:
            raise TmdbError(44)
        if (title := self.titles[kind].get(int(text))) is None:
            raise TmdbError(NOT_FOUND)
        return title

    def page_of(self, rows: list[Title], *, claimed_pages: int = 0, mixed: bool = False) -> Any:
        """Return one page of 20; ``mixed``: each item says what kind it is of."""
        text = self.fields.get("page", "1")
        if not re.fullmatch("[0-9]{1,3}", text) or not 1 <= (page := int(text)) <= LAST_PAGE:
            raise TmdbError(22)
        results = [
            payloads.item(title, self.language) | ({"media_type": title.kind} if mixed else {})
            for title in rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
        ]
        pages = claimed_pages or max(1, ceil(len(rows) / PAGE_SIZE))
        total = claimed_pages * PAGE_SIZE or len(rows)
        return {"page": page, "results": results, "total_pages": pages, "total_results": total}


class TmdbService:
    """The API and the pictures, with any bearer token that is its key."""

    name = "movie service"
    media = "/t/p/"

    def __init__(self, *, key: str, clock: Callable[[], datetime]) -> None:
        self.knobs = TmdbKnobs()
        self._key = key.encode()
        self._clock = clock

    def answer(self, request: Request, knobs: TmdbKnobs) -> Answer:
        """Answer any request; what breaks the contract is answered with an error."""
        today = self._clock().astimezone(UTC).date()
        titles = knobs.left_of(compose(today))
        try:
            if request.path.startswith(self.media):
                svg = drawn(request.path, titles)
                return picture(svg, request) if svg else TmdbError(NOT_FOUND).as_answer()
            return cacheable(answer_json(self._routed(request, titles, today)), request, None)
        except TmdbError as refused:
            return refused.as_answer()

    def error(self, status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Return an error as TMDb words it."""
        answer = TmdbError(CODES.get(status, 11)).as_answer()
        return replace(answer, status=status, headers={**answer.headers, **(headers or {})})

    def _routed(self, request: Request, titles: Titles, today: date) -> Any:
        for pattern, handle in _ROUTES:
            if found := pattern.fullmatch(request.path):
                if request.method not in {"GET", "HEAD"}:
                    raise TmdbError(42)
                scheme, _, key = request.headers.get("authorization", "").partition(" ")
                if scheme.lower() != "bearer" or not compare_digest(key.strip().encode(), self._key):
                    raise TmdbError(7)
                fields = dict(parse_qsl(request.query))
                language = fields.get("language", "en-US")[:2]
                try:
                    return handle(Asked(request, fields, language, titles, today), *found.groups())
                except ValueError:  # a filter that wants a number
                    raise TmdbError(5) from None
        raise TmdbError(NOT_FOUND)


def authentication(_: Asked) -> Any:
    """Answer that the key is right."""
    return {"success": True, "status_code": 1, "status_message": "Success."}


def configuration(asked: Asked) -> Any:
    """Answer where pictures are, and their sizes."""
    base = f"{asked.request.site}{TmdbService.media}"
    return {
        "images": {"base_url": base, "secure_base_url": base, **LISTS.image_sizes},
        "change_keys": ["images", "overview", "title"],
    }


def genre_list(asked: Asked, kind: str) -> Any:
    """Answer every genre of a kind."""
    return {"genres": payloads.genres(kind, asked.language)}


def discover(asked: Asked, kind: str) -> Any:
    """Answer what passes the filters; without filters it claims to be more than it is."""
    rows = discovery.discover(asked.titles[kind].values(), asked.fields)
    claimed = 0 if discovery.is_narrowed(asked.fields) else CLAIMED_PAGES["discover"]
    return asked.page_of(_moving(rows), claimed_pages=claimed)


def search(asked: Asked, kind: str) -> Any:
    """Answer titles by their words; none without words."""
    return asked.page_of(discovery.search(asked.titles[kind].values(), asked.fields))


def trending(asked: Asked, kind: str, window: str) -> Any:
    """Answer what is talked about; it claims to be more than it is."""
    kinds = asked.titles if kind == "all" else (kind,)
    rows = discovery.trending((title for one in kinds for title in asked.titles[one].values()), window)
    return asked.page_of(_moving(rows), claimed_pages=CLAIMED_PAGES["trending"], mixed=True)


def recommendations(asked: Asked, kind: str, text: str) -> Any:
    """Answer what is like a title."""
    rows = discovery.recommended(asked.titles[kind].values(), asked.title(kind, text))
    return asked.page_of(rows, mixed=True)


def details(asked: Asked, kind: str, text: str) -> Any:
    """Answer one title, with what is to be appended; names of parts that there are none of are passed over."""
    names = [name for name in asked.fields.get("append_to_response", "").split(",") if name]
    if len(names) > MOST_APPENDED:
        raise TmdbError(27)
    title, site = asked.title(kind, text), asked.request.site
    appended = {
        name: PARTS[name](title, asked.language, asked.fields, site) for name in names if name in PARTS
    }
    return payloads.details(title, asked.language, asked.today, site) | appended


def part(asked: Asked, kind: str, text: str, name: str) -> Any:
    """Answer alone what can be appended."""
    title = asked.title(kind, text)
    return {"id": title.id, **PARTS[name](title, asked.language, asked.fields, asked.request.site)}


def _moving(rows: list[Title]) -> list[Title]:
    """Have the last of the first page on the second again, as when ranks change between two calls."""
    return rows[:PAGE_SIZE] + rows[PAGE_SIZE - 1 :] if len(rows) > PAGE_SIZE else rows


_TITLE = "/3/(movie|tv)/(-?[0-9]{1,30})"
_ROUTES: tuple[tuple[re.Pattern[str], Callable[..., Any]], ...] = (
    (re.compile("/3/authentication"), authentication),
    (re.compile("/3/configuration"), configuration),
    (re.compile("/3/genre/(movie|tv)/list"), genre_list),
    (re.compile("/3/discover/(movie|tv)"), discover),
    (re.compile("/3/search/(movie|tv)"), search),
    (re.compile("/3/trending/(all|movie|tv)/(day|week)"), trending),
    (re.compile(f"{_TITLE}/recommendations"), recommendations),
    (re.compile(_TITLE), details),
    (re.compile(f"{_TITLE}/({'|'.join(PARTS)})"), part),
)
