"""A made-up catalog of a service that gives its whole list and nothing else: not a line of the engine knows of records."""

import json

import pytest

from proxy.batches import confirm, confirm_many, get_many
from tests.favorites.keeping import keep, kept
from tests.proxy import records
from tests.proxy.recordshop import ALL, record, records_of
from tests.proxy.test_hit_path_signed_in import bearer
from tests.proxy.wsgi_client import alike

pytestmark = pytest.mark.usefixtures("records_on")

HERE = "/api/v1"
LIST, DETAIL = f"{HERE}/records/", f"{HERE}/records/7/"


def ids(answer):
    return [shown["id"] for shown in answer.json()["results"]]


def test_pages_filters_and_items_are_answered_from_one_call(anyone, upstream):
    upstream.get(ALL, json=[*records_of(*range(1, 31)), record(31, artist="Bo")])

    pages = [
        anyone.get(LIST, query) for query in ({}, {"page": 4, "limit": 9}, {"artist": "Bo"}, {"page": 99})
    ]
    item = anyone.get(DETAIL)

    assert [ids(page) for page in pages] == [[*range(1, 11)], [28, 29, 30, 31], [31], []]
    assert [page.json()["count"] for page in pages] == [31, 31, 1, 31]
    assert pages[0].json()["next"] == "https://flyers.test/api/v1/records/?page=2"
    assert "partial" not in pages[0].json()["meta"]
    assert item.json() == {
        "id": 7,
        "title": "Record 7",
        "artist": "Ana",
        "price": "19.5",
        "is_favorited": None,
    }
    assert [answer["X-Cache"] for answer in (*pages, item)] == ["MISS", "HIT", "HIT", "HIT", "HIT"]
    assert len(upstream.calls) == 1


@pytest.mark.parametrize("price", ["109.950", "0.10", "12", "123456789.1234"])
def test_money_keeps_the_digits_that_the_service_wrote(anyone, upstream, price):
    upstream.get(ALL, body=f'[{{"id": 7, "title": "Blue", "artist": "Ana", "price": {price}}}]')

    shown = [anyone.get(DETAIL).json(), anyone.get(LIST).json()["results"][0]]

    assert [each["price"] for each in shown] == [price, price]


def test_what_is_missing_is_named_without_another_call(anyone, upstream):
    upstream.get(ALL, json=records_of(1))

    answers = [anyone.get(DETAIL) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json()["error"]["message"] == "There is no such record."
    assert len(upstream.calls) == 1


def test_a_hit_wakes_no_django_and_carries_the_marks_of_whoever_asks(
    hit_path, full_stack, application, alice, upstream, clock
):
    upstream.get(ALL, json=records_of(7, 8))
    keep(alice, 7, kind="record")
    token = bearer(alice)
    full_stack.request(DETAIL)
    addresses = [
        (path, headers) for path in (LIST, DETAIL) for headers in ({}, {"HTTP_AUTHORIZATION": token})
    ]
    full_stack.request(LIST)
    expected = [full_stack.request(path, **headers) for path, headers in addresses]
    for path, headers in addresses:
        hit_path.request(path, **headers)  # learns
    woken = application.calls

    answers = [hit_path.request(path, **headers) for path, headers in addresses]

    assert application.calls == woken
    assert list(map(alike, answers)) == list(map(alike, expected))
    assert [json.loads(body)["is_favorited"] for _, _, body in answers[2:]] == [None, True]


def test_when_the_list_is_fetched_again_the_hit_path_shows_the_new_one(
    hit_path, application, upstream, clock
):
    upstream.get(ALL, json=[record(7, title="old")])
    upstream.get(ALL, json=[record(7, title="new")])
    for _ in range(2):
        hit_path.request(DETAIL)
    clock.shift(70)
    hit_path.request(DETAIL)  # the last time, and has it fetched
    records.RECORDS.settle()

    after = [hit_path.request(DETAIL) for _ in range(2)]
    woken = application.calls
    hit = hit_path.request(DETAIL)

    assert [json.loads(body)["title"] for _, _, body in (*after, hit)] == ["new"] * 3
    assert application.calls == woken


def test_in_an_outage_all_that_was_in_the_list_is_served(anyone, upstream, clock):
    upstream.get(ALL, json=records_of(7, 8))
    anyone.get(DETAIL)
    upstream.replace("GET", ALL, status=504)
    clock.shift(70)

    never_seen, page, absent = (
        anyone.get(f"{HERE}/records/8/"),
        anyone.get(LIST),
        anyone.get(f"{HERE}/records/9/"),
    )

    assert [(answer.status_code, answer["X-Cache"], answer["Age"]) for answer in (never_seen, page)] == [
        (200, "STALE", "70")
    ] * 2
    assert page.json()["meta"]["stale"] is True
    assert (absent.status_code, absent.json()["error"]["message"]) == (
        503,
        "The record shop is not available.",
    )


@pytest.mark.parametrize("status", [404, 410])
def test_a_list_that_is_not_there_is_a_fault_and_no_item_is_missing_for_that(anyone, upstream, status):
    upstream.get(ALL, status=status)

    answers = [anyone.get(DETAIL), anyone.get(LIST)]

    assert [answer.status_code for answer in answers] == [502, 502]
    assert answers[0].json()["error"]["message"].startswith("The record shop")


@pytest.mark.parametrize(
    ("bound", "answer"),
    [(2, records_of(1, 2, 7)), (99, [*records_of(1, 2), record(7, title=None)])],
    ids=["more than are read", "not fit to show"],
)
def test_of_what_a_list_lacks_nobody_says_that_it_is_not_there(anyone, upstream, settings, bound, answer):
    settings.RECORDS_SNAPSHOT_MAX_ITEMS = bound
    upstream.get(ALL, json=answer)

    page, absent = anyone.get(LIST), anyone.get(DETAIL)
    batch = get_many("record", [1, 7], caller="alice")

    assert ids(page) == [1, 2]
    assert page.json()["meta"]["partial"] is True
    assert absent.status_code == 503
    assert (set(batch.found), batch.absent, batch.unknown) == ({1}, set(), {7})


def test_what_favorites_ask_of_a_kind_is_answered_from_the_list_however_much_it_is(upstream, clock):
    upstream.get(ALL, json=records_of(*range(1, 101)))
    upstream.get(ALL, json=records_of(*range(1, 102)))

    shown = get_many("record", range(1, 201), caller="alice")
    confirmed = confirm_many("record", range(50, 151), caller="alice")
    clock.shift(70)
    summary = confirm("record", 101)
    again = confirm_many("record", range(50, 151), caller="alice")

    assert (set(shown.found), shown.absent, shown.unknown) == ({*range(1, 101)}, {*range(101, 201)}, set())
    assert (set(confirmed.found), confirmed.absent) == ({*range(50, 101)}, {*range(101, 151)})
    assert summary.title == "Record 101"
    assert set(again.found) == {*range(50, 102)}
    assert len(upstream.calls) == 2


def test_in_an_outage_nobody_can_say_of_an_item_that_it_is_not_there(upstream, clock):
    upstream.get(ALL, json=records_of(1))
    get_many("record", [1], caller="alice")
    upstream.replace("GET", ALL, status=504)
    clock.shift(70)

    batches = [get_many("record", [1, 9], caller="alice"), confirm_many("record", [1, 9], caller="alice")]

    for batch in batches:
        assert (set(batch.found), batch.absent, batch.unknown) == ({1}, set(), {9})
        assert batch.failure is not None


def test_a_record_is_kept_rated_listed_and_shared_like_anything_else(
    clock, as_alice, as_bob, anyone, alice, bob, upstream
):
    upstream.get(ALL, json=records_of(7, 8))
    keep(alice, 99, kind="record", title="Sold out")

    added = as_alice.put(f"{HERE}/users/me/favorites/", {"kind": "record", "ids": [7, 98]}).json()
    rated = as_bob.put(f"{DETAIL}rating/", {"rating": 5})
    rows = as_alice.get(f"{HERE}/users/me/favorites/", {"kind": "record"}).json()["results"]
    url = as_alice.post(f"{HERE}/favorites/share/", {"list_name": "Records", "kind": "record"}).json()["url"]
    link = url.removeprefix("https://flyers.test")
    shared = anyone.get(link).json()["results"]
    copied = as_bob.post(f"{link}copy/").json()

    assert added == {"added": [7], "existing": [], "not_found": [98], "unknown": []}
    assert (rated.status_code, as_alice.put(f"{HERE}/records/98/favorite/").status_code) == (201, 404)
    assert [(row["id"], row["availability"], row["title"]) for row in rows] == [
        (7, "live", "Record 7"),
        (99, "gone", "Sold out"),
    ]
    assert rows[0]["item"]["is_favorited"] is True
    assert [(row["id"], row["availability"]) for row in shared] == [(7, "live"), (99, "gone")]
    assert (copied["added"], kept(bob, kind="record")) == ([7], [7])
    assert len(upstream.calls) == 1


def test_after_a_write_the_very_next_read_of_anything_shows_it(anyone, hit_path, upstream, clock):
    upstream.get(ALL, json=[record(7, title="old")])
    upstream.get(ALL, json=[record(7, title="new"), record(8)])
    for path in (LIST, DETAIL, f"{HERE}/records/8/"):
        for _ in range(2):
            hit_path.request(path)
    clock.shift(1)
    records.RECORDS.announce_write()

    item, page, new = (hit_path.request(path) for path in (DETAIL, LIST, f"{HERE}/records/8/"))

    assert json.loads(item[2])["title"] == "new"
    assert [shown["title"] for shown in json.loads(page[2])["results"]] == ["new", "Record 8"]
    assert new[0] == "200 OK"
    assert len(upstream.calls) == 2


def test_an_answer_is_as_old_as_the_beginning_of_the_fetch(anyone, upstream, clock):
    def slow(request):
        clock.shift(3)
        return 200, {}, json.dumps(records_of(7))

    upstream.add_callback("GET", ALL, slow)

    assert anyone.get(DETAIL)["Age"] == "3"
