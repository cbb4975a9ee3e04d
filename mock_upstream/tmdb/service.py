"""TMDb's routes: parameters, answers, pictures."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date
from math import ceil
from typing import Any
from urllib.parse import parse_qsl

from mock_upstream.messages import Answer, Headers, RefusedRequestError, Request, answer_json
from mock_upstream.service import Service
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
CODES = {
    key: code for code, *keys in reversed(LISTS.errors) for key in keys
}  # by message, and the first by status
NOT_FOUND = 34


def refused(code: int) -> RefusedRequestError:
    """Return the error of one of TMDb's own codes."""
    return RefusedRequestError(*ERRORS[code])


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
            raise refused(44)
        if (title := self.titles[kind].get(int(text))) is None:
            raise refused(NOT_FOUND)
        return title

    def page_of(self, rows: list[Title], *, claimed_pages: int = 0, mixed: bool = False) -> Any:
        """Return one page of 20; ``mixed``: each item says what kind it is of."""
        text = self.fields.get("page", "1")
        if not re.fullmatch("[0-9]{1,3}", text) or not 1 <= (page := int(text)) <= LAST_PAGE:
            raise refused(22)
        results = [
            payloads.item(title, self.language) | ({"media_type": title.kind} if mixed else {})
            for title in rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
        ]
        pages = claimed_pages or max(1, ceil(len(rows) / PAGE_SIZE))
        total = claimed_pages * PAGE_SIZE or len(rows)
        return {"page": page, "results": results, "total_pages": pages, "total_results": total}


def authentication(_: Asked) -> Any:
    """Answer that the key is right."""
    return {"success": True, "status_code": 1, "status_message": "Success."}


def configuration(asked: Asked) -> Any:
    """Answer where pictures are, and their sizes."""
    base = f"{asked.request.site}/t/p/"
    return {
        "images": {"base_url": base, "secure_base_url": base, **LISTS.image_sizes},
        "change_keys": ["images", "overview", "title"],
    }


def genre_list(asked: Asked, kind: str) -> Any:
    """Answer every genre of a kind."""
    return {"genres": payloads.genres(kind, asked.language)}


def discover(asked: Asked, kind: str) -> Any:
    """Answer what passes the filters; without filters it claims to be more than it is."""
    try:
        rows = discovery.discover(asked.titles[kind].values(), asked.fields)
    except ValueError:  # a filter that wants a number
        raise refused(5) from None
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
        raise refused(27)
    title, site = asked.title(kind, text), asked.request.site
    appended = {
        name: PARTS[name](title, asked.language, asked.fields, site) for name in names if name in PARTS
    }
    return payloads.details(title, asked.language, asked.today, site) | appended


def part(asked: Asked, kind: str, text: str, name: str) -> Any:
    """Answer alone what can be appended."""
    title = asked.title(kind, text)
    return {"id": title.id, **PARTS[name](title, asked.language, asked.fields, asked.request.site)}


def image(asked: Asked) -> str:
    """Answer a picture; public."""
    if (svg := drawn(asked.request.path, asked.titles)) is None:
        raise refused(NOT_FOUND)
    return svg


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
        ("/3/authentication", authentication),
        ("/3/configuration", configuration),
        ("/3/genre/(movie|tv)/list", genre_list),
        ("/3/discover/(movie|tv)", discover),
        ("/3/search/(movie|tv)", search),
        ("/3/trending/(all|movie|tv)/(day|week)", trending),
        (f"{_TITLE}/recommendations", recommendations),
        (_TITLE, details),
        (f"{_TITLE}/({'|'.join(PARTS)})", part),
        ("/t/p/.*", image),
    )

    def asked(self, request: Request, knobs: TmdbKnobs) -> Asked:
        fields = dict(parse_qsl(request.query))
        language = fields.get("language", "en-US")[:2]
        today = self._clock().astimezone(UTC).date()
        return Asked(request, fields, language, knobs.left_of(compose(today)), today)

    def error(self, status: int, detail: str, headers: Headers | None = None) -> Answer:
        """Return an error as TMDb words it."""
        code = CODES.get(detail) or CODES.get(status, 11)
        body = {"success": False, "status_code": code, "status_message": ERRORS[code][1]}
        return answer_json(body, status, headers)
