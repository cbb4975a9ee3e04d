"""Marks of whoever asks, in lists and in full: among their favorites, on their watchlist."""

import json

import pytest

from tests import payloads_tmdb as payloads
from tests.favorites.keeping import drop, keep
from tests.movies_proxy.titles import MOVIE, SHOW, TMDB, give_genres
from tests.proxy.test_hit_path_signed_in import bearer
from tests.proxy.wsgi_client import alike

NUMBERS = (604, 605, 606)
LISTS = ["discover/", "search/?query=x", "trending/", "7/recommendations/", "discover/?language=es"]


@pytest.fixture
def service(tmdb):
    """TMDb has three titles of either kind, with the same numbers, in every list."""
    tmdb.assert_all_requests_are_fired = False
    for kind in (MOVIE, SHOW):
        for language in ("en-US", "es"):
            give_genres(tmdb, kind, language)
        for of in ("discover/{}", "search/{}", "trending/{}/day", "{}/7/recommendations"):
            page = payloads.page(*map(kind.item, NUMBERS))
            tmdb.get(f"{TMDB}/{of.format(kind.name)}", json=page)
        for number in NUMBERS:
            tmdb.get(f"{TMDB}/{kind.name}/{number}", json=kind.detail(number))
    return tmdb


@pytest.fixture
def alices(alice):
    """Of Alice's favorites are movie 604 and show 606, on her watchlist movie 606 and show 605."""
    keep(alice, 604, kind="movie")
    keep(alice, 606, kind="tv")
    keep(alice, 606, kind="movie", shelf="watchlist")
    keep(alice, 605, kind="tv", shelf="watchlist")
    return {
        "movie": {604: (True, False), 605: (False, False), 606: (False, True)},
        "tv": {604: (False, False), 605: (False, True), 606: (True, False)},
    }


def marks_on(titles):
    return {title["id"]: (title["is_favorited"], title["is_on_watchlist"]) for title in titles}


@pytest.mark.parametrize("route", LISTS)
def test_a_list_carries_the_marks_of_whoever_asks(anyone, as_alice, as_bob, service, alices, kind, route):
    pages = [client.get(kind.route(route)) for client in (as_alice, as_bob, anyone)]

    hers, his, nobodys = (marks_on(page.json()["results"]) for page in pages)
    assert hers == alices[kind.name]
    assert his == dict.fromkeys(NUMBERS, (False, False))
    assert nobodys == dict.fromkeys(NUMBERS, (None, None))
    assert [page["X-Cache"] for page in pages] == ["MISS", "HIT", "HIT"]
    assert [page["Cache-Control"].partition(",")[0] for page in pages] == ["private", "private", "public"]


@pytest.mark.parametrize("query", ["", "?region=BR", "?language=es"])
def test_a_title_in_full_carries_them_too(anyone, as_alice, as_bob, service, alices, kind, query):
    def marks_for(client):
        return marks_on(client.get(kind.route(f"{number}/{query}")).json() for number in NUMBERS)

    assert marks_for(as_alice) == alices[kind.name]
    assert marks_for(as_bob) == dict.fromkeys(NUMBERS, (False, False))
    assert marks_for(anyone) == dict.fromkeys(NUMBERS, (None, None))


def test_a_mark_is_there_with_the_next_answer_and_gone_with_the_one_after(as_alice, alice, service, kind):
    before = as_alice.get(kind.route("605/")).json()
    as_alice.put(kind.route("605/favorite/"))
    as_alice.put(kind.route("605/watchlist/"))
    kept = as_alice.get(kind.route("605/")).json(), as_alice.get(kind.route("discover/")).json()["results"][1]
    drop(alice, 605, kind=kind.name)
    dropped = as_alice.get(kind.route("605/")).json()

    seen = [marks_on([title])[605] for title in (before, *kept, dropped)]
    assert seen == [(False, False), (True, True), (True, True), (False, True)]


def test_the_other_kind_of_the_same_number_stays_as_it_is(as_alice, service):
    as_alice.put(MOVIE.route("605/favorite/"))

    movie, show = (as_alice.get(kind.route("605/")).json() for kind in (MOVIE, SHOW))

    assert (movie["is_favorited"], show["is_favorited"]) == (True, False)
    assert [title["is_favorited"] for title in as_alice.get(SHOW.route("discover/")).json()["results"]] == [
        False
    ] * 3


def test_genres_are_the_same_for_all(anyone, as_alice, service, kind):
    assert as_alice.get(kind.route("genres/")).json() == anyone.get(kind.route("genres/")).json()


@pytest.mark.parametrize("route", ["discover/", "605/", "605/?region=BR", "discover/?language=es&limit=1"])
@pytest.mark.usefixtures("clock", "service", "alices")
def test_the_hit_path_answers_as_django_does(hit_path, full_stack, application, alice, kind, route):
    address, token = kind.route(route), bearer(alice)
    callers = [{}, {"HTTP_AUTHORIZATION": token}]
    full_stack.request(address)
    expected = [full_stack.request(address, **caller) for caller in callers]
    for caller in callers:
        hit_path.request(address, **caller)  # learns
    woken = application.calls

    answers = [hit_path.request(address, **caller) for caller in callers]

    assert application.calls == woken
    assert list(map(alike, answers)) == list(map(alike, expected))
    assert {headers["x-cache"] for _, headers, _ in answers} == {"HIT"}
    for _, _, body in answers:
        assert json.loads(body)["meta"]["attribution"]


@pytest.mark.parametrize(("route", "queries"), [("discover/", 2), ("605/", 2)])
def test_marks_of_both_relations_cost_one_query_and_the_session_another(
    as_alice, service, kind, route, queries, django_assert_num_queries
):
    as_alice.get(kind.route(route))
    as_alice.put(kind.route("604/favorite/"))

    with django_assert_num_queries(queries):
        as_alice.get(kind.route(route))
