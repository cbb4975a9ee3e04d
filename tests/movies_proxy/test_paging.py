"""Pages of any size over TMDb's pages of 20, of which 500 can be reached."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from tests import payloads_tmdb as payloads
from tests.movies_proxy.titles import MOVIE, TMDB, give_genres

DISCOVER = MOVIE.route("discover/")


def a_list_of(wire, total, kind=MOVIE, shown=None, **changes):
    """Let TMDb have a list of so many titles, numbered from 1, with its rules of paging."""

    def answer(request):
        number = int(request.params["page"])
        if not 1 <= number <= 500:
            return 400, {}, json.dumps(payloads.error(22))
        ids = range(1, total + 1)[(number - 1) * 20 : number * 20]
        titles = [kind.item(shown(id_) if shown else id_) for id_ in ids]
        page = payloads.page(*titles, number=number, total_pages=-(-total // 20), total_results=total)
        return 200, {}, json.dumps(page | changes)

    wire.add_callback("GET", re.compile(f"{TMDB}/(discover|search|trending|{kind.name}/7)/"), answer)
    give_genres(wire, kind)


def pages_asked(wire):
    """Return the numbers of the pages that TMDb was asked for."""
    return sorted(int(call.request.params["page"]) for call in wire.calls if "page" in call.request.params)


def ids(response):
    return [title["id"] for title in response.json()["results"]]


@pytest.mark.parametrize("limit", [1, 7, 10, 20, 21, 50, 60])
def test_pages_of_any_size_show_every_title_once_and_in_order(anyone, tmdb, limit):
    a_list_of(tmdb, 130)
    pages = min(-(-130 // limit), 13)

    seen = []
    for page in range(1, pages + 1):
        before = len(pages_asked(tmdb))
        response = anyone.get(DISCOVER, {"limit": limit, "page": page})
        seen += ids(response)
        assert response.json()["count"] == 130
        assert len(pages_asked(tmdb)) - before <= 4

    assert seen == list(range(1, min(130, pages * limit) + 1))


@pytest.mark.parametrize(
    ("limit", "page", "asked"),
    [
        (1, 41, [3]),
        (10, 2, [1]),
        (20, 2, [2]),
        (50, 1, [1, 2, 3]),
        (50, 2, [3, 4, 5]),
        (59, 2, [3, 4, 5, 6]),
        (60, 2, [4, 5, 6]),
    ],
)
def test_a_page_asks_for_the_pages_it_is_made_of_and_no_other(anyone, tmdb, limit, page, asked):
    a_list_of(tmdb, 400)

    response = anyone.get(DISCOVER, {"limit": limit, "page": page})

    assert ids(response) == list(range((page - 1) * limit + 1, page * limit + 1))
    assert pages_asked(tmdb) == asked


@pytest.mark.parametrize("route", ["discover/", "search/?query=x", "trending/", "7/recommendations/"])
def test_every_list_has_the_same_rules(anyone, tmdb, kind, route):
    a_list_of(tmdb, 200, kind)
    joined = "&" if "?" in route else "?"

    usual = anyone.get(kind.route(route))
    large = anyone.get(kind.route(f"{route}{joined}limit=5000"))

    assert (len(ids(usual)), len(ids(large))) == (20, 60)
    assert large.json()["next"].endswith(f"{route}{joined}limit=5000&page=2")


def test_a_larger_limit_gives_sixty(anyone, tmdb):
    a_list_of(tmdb, 200)

    answers = [anyone.get(DISCOVER, {"limit": limit}) for limit in (60, 61, 2**31 - 1)]

    assert [len(ids(answer)) for answer in answers] == [60] * 3
    assert [answer["X-Cache"] for answer in answers] == ["MISS", "HIT", "HIT"]


def test_a_title_on_two_of_tmdbs_pages_is_shown_once_within_a_page_of_ours(anyone, tmdb):
    a_list_of(tmdb, 60, shown=lambda id_: 20 if id_ == 21 else id_)

    response = anyone.get(DISCOVER, {"limit": 60})

    assert ids(response) == [*range(1, 21), *range(22, 61)]
    assert response.json()["count"] == 60


def test_what_can_be_counted_is_what_can_be_reached(anyone, tmdb):
    a_list_of(tmdb, 40, total_pages=38_020, total_results=760_392)

    assert anyone.get(DISCOVER).json()["count"] == 10_000


LAST = [
    (20, 500, [500]),
    (60, 167, [499, 500]),
    (50, 200, [498, 499, 500]),
    (1, 10_000, [500]),
    (7, 1429, [500]),
]


@pytest.mark.parametrize(("limit", "page", "asked"), LAST)
def test_the_last_page_that_can_be_reached_asks_for_no_page_that_is_not_there(
    anyone, tmdb, limit, page, asked
):
    a_list_of(tmdb, 760_392)

    response = anyone.get(DISCOVER, {"limit": limit, "page": page})

    body = response.json()
    assert response.status_code == 200, body
    assert pages_asked(tmdb) == asked
    assert ids(response) == list(range((page - 1) * limit + 1, 10_001))
    assert (body["count"], body["next"]) == (10_000, None)
    assert body["previous"].endswith(f"page={page - 1}")


@pytest.mark.parametrize(
    ("limit", "page"), [(limit, page + 1) for limit, page, _ in LAST] + [(60, 2**31 - 1)]
)
@pytest.mark.parametrize("route", ["discover/", "search/?query=x", "trending/", "7/recommendations/"])
def test_a_page_that_cannot_be_reached_is_refused_by_name_and_tmdb_is_not_asked(
    anyone, upstream, kind, route, limit, page
):
    joined = "&" if "?" in route else "?"

    response = anyone.get(kind.route(f"{route}{joined}limit={limit}&page={page}"))

    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (400, "VALIDATION_ERROR")
    assert error["details"] == {"page": ["Only the first 10,000 titles of a list can be shown."]}


@pytest.mark.parametrize(("limit", "page"), [(20, 40), (60, 9), (10, 999)])
def test_a_page_past_the_end_is_empty_and_still_counts_how_many_there_are(anyone, tmdb, limit, page):
    a_list_of(tmdb, 130)

    response = anyone.get(DISCOVER, {"limit": limit, "page": page})

    body = response.json()
    assert response.status_code == 200
    assert (body["count"], body["results"], body["next"]) == (130, [], None)
    last = -(-130 // limit)
    assert parse_qs(urlsplit(body["previous"]).query)["page"] == [str(last)]


def test_a_page_past_the_end_is_empty_too_where_tmdb_has_no_such_page(anyone, tmdb):
    def answer(request):
        if request.params["page"] != "1":
            return 404, {}, json.dumps(payloads.error(34))
        return 200, {}, json.dumps(payloads.page(MOVIE.item(1)))

    tmdb.add_callback("GET", f"{TMDB}/discover/movie", answer)
    give_genres(tmdb, MOVIE)

    response = anyone.get(DISCOVER, {"page": 3})

    assert (response.status_code, ids(response), response.json()["count"]) == (200, [], 1)


def test_there_is_no_next_page_at_the_end_and_links_keep_the_filters(anyone, tmdb):
    a_list_of(tmdb, 40)

    first, last = (anyone.get(f"{DISCOVER}?genres=28&genres=878&page={page}").json() for page in (1, 2))

    address = f"https://flyers.test{DISCOVER}?genres=28&genres=878&page="
    assert (first["previous"], first["next"]) == (None, f"{address}2")
    assert (last["previous"], last["next"]) == (f"{address}1", None)


def test_following_the_links_visits_every_title(anyone, tmdb):
    a_list_of(tmdb, 130)
    seen, address = [], f"{DISCOVER}?limit=45"

    while address:
        response = anyone.get(address.removeprefix("https://flyers.test"))
        seen += ids(response)
        address = response.json()["next"]

    assert seen == list(range(1, 131))


def test_a_malformed_title_is_left_out_and_its_neighbours_stay_on_their_pages(anyone, tmdb):
    def answer(request):
        number = int(request.params["page"])
        titles = [MOVIE.item(id_) for id_ in range(1, 61)[(number - 1) * 20 : number * 20]]
        if number == 2:
            titles[3] = {"id": 24}
        return 200, {}, json.dumps(payloads.page(*titles, number=number, total_pages=3, total_results=60))

    tmdb.add_callback("GET", f"{TMDB}/discover/movie", answer)
    give_genres(tmdb, MOVIE)

    seen = [id_ for page in (1, 2, 3, 4) for id_ in ids(anyone.get(DISCOVER, {"limit": 17, "page": page}))]

    assert seen == [id_ for id_ in range(1, 61) if id_ != 24]
