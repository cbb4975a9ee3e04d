"""One movie or show on each shelf: kept, rated and dropped, for whom, and what of that goes on in an outage."""

import pytest

from favorites.models import Entry
from tests.favorites.keeping import keep, kept, row_of
from tests.favorites.title_service import MOVIE

NOON = "2026-05-01T12:00:00Z"
PICTURE = "http://pictures.test/t/p/w342/poster605.jpg"
SHELVES = {"favorite": ("favorites", "Favorite"), "watchlist": ("watchlist", "Watchlist item")}
WORDS = [*SHELVES, "rating"]
# TMDb's ids have 31 bits, ours 63.
IMPOSSIBLE = [2**31, 2**63 - 1]
NO_IDS = ["0", "-1", "1.0", "x", str(2**63), "0605", "\u0666"]


def put(caller, way, id_, word, rating=4):
    return caller.put(way.url(id_, word), {"rating": rating} if word == "rating" else None)


# --- Kept and dropped ------------------------------------------------------------------------------


@pytest.mark.parametrize("word", SHELVES)
def test_a_title_is_kept_once_and_dropped_once(clock, as_alice, alice, titles, way, word):
    titles.has(way, 605)
    shelf, noun = SHELVES[word]
    url = way.url(605, word)

    answers = [as_alice.get(url), as_alice.put(url), as_alice.post(url), as_alice.get(url)]
    there = kept(alice, shelf, way.kind)
    dropped = [as_alice.delete(url), as_alice.delete(url), as_alice.get(url)]

    assert [answer.status_code for answer in answers] == [404, 201, 200, 200]
    for answer in answers[1:]:
        assert answer.json() == {
            "kind": way.kind,
            "id": 605,
            "created_at": NOON,
            "title": way.title.format(605),
            "image_url": PICTURE,
            "valid_until": None,
        }
    assert there == [605]
    assert [answer.status_code for answer in dropped] == [204, 404, 404]
    assert dropped[1].json()["error"]["message"] == f"{noun} not found"
    assert titles.received == [f"{way.kind}/605"], "one call, for the first that kept it"


def test_a_title_is_rated_by_each_person_and_the_last_rating_counts(as_alice, as_bob, anyone, titles, way):
    titles.has(way, 605)
    url = way.url(605, "rating")

    answers = [
        anyone.get(url),
        as_alice.put(url, {"rating": 2}),
        as_bob.post(url, {"rating": 5}),
        as_alice.put(url, {"rating": 4}),
        as_bob.get(url),
        anyone.get(url),
    ]
    dropped = [as_bob.delete(url), as_bob.delete(url)]

    assert [answer.status_code for answer in answers] == [200, 201, 201, 200, 200, 200]
    assert [tuple(answer.json().values()) for answer in answers] == [
        (None, 0, None),
        (2.0, 1, 2),
        (3.5, 2, 5),
        (4.5, 2, 4),
        (4.5, 2, 5),
        (4.5, 2, None),
    ]
    assert [answer.status_code for answer in dropped] == [204, 404]
    assert as_bob.get(url).json() == {"average": 4.0, "count": 1, "mine": None}


def test_a_rating_that_is_none_is_a_400(as_alice, titles, way):
    titles.has(way, 605)

    for rating in (0, 6, 4.5, "4", True, None):
        answer = as_alice.put(way.url(605, "rating"), {"rating": rating})

        assert (answer.status_code, list(answer.json()["error"]["details"])) == (400, ["rating"]), rating
    assert not Entry.objects.exists()


# --- For whom --------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", WORDS)
def test_only_who_is_signed_in_keeps_and_rates(anyone, titles, db, way, word):
    titles.has(way, 605)
    url = way.url(605, word)
    methods = ["put", "post", "delete"] + ["get"] * (word != "rating")

    answers = [getattr(anyone, method)(url) for method in methods]

    assert {answer.status_code for answer in answers} == {401}
    assert {answer.json()["error"]["code"] for answer in answers} == {"NOT_AUTHENTICATED"}
    assert titles.received == []
    assert not Entry.objects.exists()


@pytest.mark.parametrize("word", WORDS)
def test_a_title_that_tmdb_lacks_is_named_in_a_404(as_alice, titles, way, word):
    answer = put(as_alice, way, 99, word)

    assert answer.status_code == 404
    error = answer.json()["error"]
    assert (error["code"], error["message"]) == ("NOT_FOUND", f"There is no such {way.noun}.")
    assert error["details"] == {"id": ["99"]}
    assert not Entry.objects.exists()


@pytest.mark.parametrize("id_", IMPOSSIBLE)
@pytest.mark.parametrize("word", WORDS)
def test_an_id_that_no_title_can_have_is_a_404_and_nobody_is_asked(as_alice, titles, way, word, id_):
    answer = put(as_alice, way, id_, word)
    rating = as_alice.get(way.url(id_, "rating"))
    batch = as_alice.put("/api/v1/users/me/favorites/", {"kind": way.kind, "ids": [id_]})

    assert (answer.status_code, rating.status_code) == (404, 404)
    assert answer.json()["error"]["message"] == f"There is no such {way.noun}."
    assert batch.json() == {"added": [], "existing": [], "not_found": [id_], "unknown": []}
    assert titles.received == []
    assert not Entry.objects.exists()


@pytest.mark.parametrize("word", WORDS)
def test_what_is_no_id_is_a_404(as_alice, titles, way, word):
    answers = [put(as_alice, way, id_, word) for id_ in NO_IDS]

    assert {answer.status_code for answer in answers} == {404}
    assert titles.received == []


# --- In an outage ----------------------------------------------------------------------------------


@pytest.mark.parametrize("word", WORDS)
def test_in_an_outage_what_is_kept_stays_kept_and_can_be_dropped(as_alice, alice, titles, way, word):
    shelf = SHELVES[word][0] if word in SHELVES else "ratings"
    keep(alice, 605, shelf=shelf, kind=way.kind, title="Kept", value=3 if word == "rating" else None)
    titles.status = 503

    answers = [put(as_alice, way, 605, word), as_alice.get(way.url(605, word))]
    dropped = as_alice.delete(way.url(605, word))

    assert [answer.status_code for answer in answers] == [200, 200]
    assert dropped.status_code == 204
    assert row_of(alice, 605, shelf, way.kind).title == "Kept"


@pytest.mark.parametrize("word", WORDS)
def test_in_an_outage_a_title_of_which_there_is_a_copy_is_kept(clock, as_alice, titles, way, word):
    titles.has(way, 605)
    as_alice.get(way.url(605))
    titles.status = 503
    clock.shift(120)

    answer = put(as_alice, way, 605, word)

    assert answer.status_code == 201
    assert Entry.objects.get().title == way.title.format(605)


@pytest.mark.parametrize("word", WORDS)
def test_in_an_outage_a_title_of_which_nothing_is_known_is_not_kept(as_alice, titles, way, word):
    titles.has(way, 605)
    titles.status = 503

    answer = put(as_alice, way, 605, word)

    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "UPSTREAM_UNAVAILABLE"
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert not Entry.objects.exists()
    assert answer["X-Library-Version"] == "0"


def test_a_rating_is_answered_in_an_outage_by_what_is_stored(anyone, alice, titles, way):
    keep(alice, 605, shelf="ratings", kind=way.kind, value=3)
    titles.status = 503

    answer = anyone.get(way.url(605, "rating"))

    assert (answer.status_code, answer.json()) == (200, {"average": 3.0, "count": 1, "mine": None})


def test_an_outage_of_the_flyer_service_is_none_of_movies(as_alice, alice, service, titles):
    titles.has(MOVIE, 605)
    service.status = 503

    answers = [as_alice.put("/api/v1/flyers/605/favorite/"), as_alice.put(MOVIE.url(605, "favorite"))]

    assert [answer.status_code for answer in answers] == [503, 201]
    assert (kept(alice), kept(alice, kind="movie")) == ([], [605])
