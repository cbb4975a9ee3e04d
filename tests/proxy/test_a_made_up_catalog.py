"""A made-up catalog walked through everything that the engine does for any: not a line of the engine knows of books."""

import json

import pytest
import responses
from django.core.exceptions import ImproperlyConfigured
from drf_spectacular.generators import SchemaGenerator

from flyers_proxy import catalog as flyers
from proxy import marks
from proxy.batches import confirm, confirm_many, get_many
from tests import payloads
from tests.conftest import UPSTREAM
from tests.favorites.keeping import keep
from tests.proxy import books
from tests.proxy.bookshop import NOON, SERVICE, book, urlpatterns
from tests.proxy.test_hit_path_signed_in import bearer
from tests.proxy.wsgi_client import alike

pytestmark = pytest.mark.usefixtures("books_on")

DETAIL, LIST = "/api/v1/books/7/", "/api/v1/books/"


def test_an_item_is_shown_by_its_shape_and_asked_for_once(anyone, upstream, clock):
    upstream.get(f"{SERVICE}/books/7", json=book())

    first, again = anyone.get(DETAIL), anyone.get(DETAIL)

    assert (first["X-Cache"], again["X-Cache"]) == ("MISS", "HIT")
    assert first.json() == {
        "id": 7,
        "title": "Book 7",
        "author": {"id": 3, "name": "Ana", "is_following": None},
        "cover": None,
        "due_at": NOON + 30.0,
        "is_overdue": False,
        "is_favorited": None,
    }
    assert "Authorization" not in upstream.calls[0].request.headers
    assert anyone.get(DETAIL, headers={"If-None-Match": first["ETag"]}).status_code == 304


def test_a_page_is_assembled_linked_and_cut_into_its_items(anyone, upstream, clock):
    for page in (1, 2):
        numbers = range(page * 3 - 2, page * 3 + 1)
        upstream.get(
            f"{SERVICE}/books",
            match=[responses.matchers.query_param_matcher({"page": page, "per_page": 3})],
            json={"count": 9, "results": [book(number) for number in numbers]},
        )

    answer = anyone.get(LIST, {"limit": 5}).json()

    assert [shown["id"] for shown in answer["results"]] == [1, 2, 3, 4, 5]
    assert answer["count"] == 9
    assert answer["next"] == "https://flyers.test/api/v1/books/?limit=5&page=2"
    assert anyone.get("/api/v1/books/4/")["X-Cache"] == "HIT"
    assert anyone.get(LIST, {"pgae": 2}).json()["error"]["details"] == {
        "pgae": ["There is no such parameter."]
    }


def test_in_an_outage_the_stale_copy_is_served_and_failures_name_the_service(anyone, upstream, clock):
    upstream.get(f"{SERVICE}/books/7", json=book())
    anyone.get(DETAIL)
    upstream.replace("GET", f"{SERVICE}/books/7", status=504)
    upstream.get(f"{SERVICE}/books/8", status=504)
    clock.shift(70)

    stale, failed = anyone.get(DETAIL), anyone.get("/api/v1/books/8/")
    books.BOOKS.cache.settle()

    assert (stale.status_code, stale["X-Cache"], stale["Age"]) == (200, "STALE", "70")
    assert failed.status_code == 503
    assert failed.json()["error"]["message"] == "The book service is not available."


def test_what_is_missing_is_named_and_remembered(anyone, upstream):
    upstream.get(f"{SERVICE}/books/9", status=404)

    answers = [anyone.get("/api/v1/books/9/") for _ in range(2)]

    assert [answer.json()["error"]["message"] for answer in answers] == ["There is no such book."] * 2
    assert len(upstream.calls) == 1


def test_a_hit_wakes_no_django_and_carries_the_marks_of_whoever_asks(
    hit_path, full_stack, application, alice, upstream, clock
):
    upstream.get(f"{SERVICE}/books/7", json=book())
    keep(alice, 7, kind="book")
    token = bearer(alice)
    full_stack.request(DETAIL)
    expected = [full_stack.request(DETAIL), full_stack.request(DETAIL, HTTP_AUTHORIZATION=token)]
    for headers in ({}, {"HTTP_AUTHORIZATION": token}):
        hit_path.request(DETAIL, **headers)  # learns
    woken = application.calls

    answers = [hit_path.request(DETAIL), hit_path.request(DETAIL, HTTP_AUTHORIZATION=token)]

    assert application.calls == woken
    assert list(map(alike, answers)) == list(map(alike, expected))
    assert [json.loads(body)["is_favorited"] for _, _, body in answers] == [None, True]
    clock.shift(29)
    assert json.loads(hit_path.request(DETAIL)[2])["is_overdue"] is False
    clock.shift(1)
    assert json.loads(hit_path.request(DETAIL)[2])["is_overdue"] is True
    assert application.calls == woken


def test_what_favorites_ask_of_a_kind_works_for_this_one(upstream, clock):
    for number in (1, 2):
        upstream.get(f"{SERVICE}/books/{number}", json=book(number, cover=f"https://img.test/{number}.svg"))
    upstream.get(f"{SERVICE}/books/9", status=404)

    shown = get_many("book", [1, 2, 9], caller="alice")
    confirmed = confirm_many("book", [1, 9], caller="alice")
    summary = confirm("book", 2)

    assert (set(shown.found), shown.absent, shown.unknown) == ({1, 2}, {9}, set())
    assert (set(confirmed.found), confirmed.absent) == ({1}, {9})
    assert (summary.title, summary.image_url) == ("Book 2", "https://img.test/2.svg")


def test_a_mark_that_no_room_offers_stops_the_start(monkeypatch):
    relations = books.BOOK.relations
    marks.require_offers(relations)
    monkeypatch.delitem(marks._OFFERS, "follows")

    assert relations == {("favorites", "book"), ("follows", "author")}
    assert relations < books.BOOKS.relations
    with pytest.raises(ImproperlyConfigured, match="'follows' of the kind 'author'"):
        marks.require_offers(relations)


def test_the_schema_says_what_is_shown():
    schema = SchemaGenerator(patterns=urlpatterns).get_schema(public=True)

    shown = schema["components"]["schemas"]["ShownBook"]
    assert list(shown["properties"]) == [
        *("id", "title", "author", "cover", "due_at", "is_overdue", "is_favorited")
    ]
    assert shown["properties"]["is_overdue"] == {
        "type": "boolean",
        "description": "Whether it should be back by now.",
    }
    assert "/api/v1/books/{book_id}/" in schema["paths"]


def test_it_fails_alone_and_has_a_row_in_health_and_metrics(anyone, upstream, db):
    upstream.get(f"{SERVICE}/books/7", status=504)
    upstream.get(f"{UPSTREAM}/flyers/7/", json=payloads.flyer(7))
    for _ in range(5):
        anyone.get(DETAIL)

    rows = anyone.get("/health/ready").json()["upstreams"]
    flyer = anyone.get("/api/v1/flyers/7/")
    shown = anyone.get("/metrics").content.decode()

    statuses = {name: row["status"] for name, row in rows.items()}
    assert statuses == {"flyers": "ok", "movies": "ok", "products": "ok", "books": "down"}
    assert flyer.status_code == 200
    assert 'flyers_bff_upstream_breaker_open{upstream="books"} 1.0' in shown
    assert flyers.FLYERS.transport.health().state == "closed"
