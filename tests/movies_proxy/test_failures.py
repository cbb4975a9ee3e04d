"""TMDb's own errors: each has one answer, which names the movie service and repeats nothing that TMDb said."""

import gzip
import json
import logging

import pytest
import requests

from tests import payloads_tmdb as payloads
from tests.hostile import HostileServer
from tests.movies_proxy.faulty_tmdb import PAGE
from tests.movies_proxy.titles import TMDB, give_genres, give_page

BUSY = "The movie service is busy. Try again soon."
DOWN = "The movie service is not available."
BAD = "The movie service gave an answer that can't be used."
REFUSED = "The movie service refused the request."
LATE = "The movie service did not answer in time."


def said(status, code, **headers):
    return {"status": status, "json": payloads.error(code), "headers": headers}


FAILURES = {
    "401/7": (said(401, 7), 502, "UPSTREAM_ERROR", REFUSED, None),
    "403/45": (said(403, 45), 502, "UPSTREAM_ERROR", REFUSED, None),
    "429/25": (said(429, 25), 503, "UPSTREAM_UNAVAILABLE", BUSY, "1"),
    "429/25, Retry-After": (said(429, 25, **{"Retry-After": "7"}), 503, "UPSTREAM_UNAVAILABLE", BUSY, "7"),
    "400/22": (said(400, 22), 502, "UPSTREAM_BAD_RESPONSE", BAD, None),
    "422/5": (said(422, 5), 502, "UPSTREAM_BAD_RESPONSE", BAD, None),
    "500/44": (said(500, 44), 503, "UPSTREAM_UNAVAILABLE", DOWN, "2"),
    "503/46": (said(503, 46, **{"Retry-After": "9999"}), 503, "UPSTREAM_UNAVAILABLE", DOWN, "60"),
    "504/24": (said(504, 24), 503, "UPSTREAM_UNAVAILABLE", DOWN, "2"),
    "200/7": (said(200, 7), 502, "UPSTREAM_ERROR", REFUSED, None),
    "200/25": (said(200, 25), 503, "UPSTREAM_UNAVAILABLE", BUSY, "1"),
    "200/11": (said(200, 11), 502, "UPSTREAM_BAD_RESPONSE", BAD, None),
    "no success, no code": ({"json": {"success": False}}, 502, "UPSTREAM_BAD_RESPONSE", BAD, None),
    "late": ({"body": requests.Timeout(TMDB)}, 504, "UPSTREAM_TIMEOUT", LATE, None),
    "a page": ({"body": "<html>the-tmdb-token-of-the-tests</html>"}, 502, "UPSTREAM_BAD_RESPONSE", BAD, None),
}
ROUTES = {"discover/": "discover/{}", "605/": "{}/605"}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("route", ROUTES)
def test_each_error_of_tmdb_has_one_answer(anyone, tmdb, kind, route, failure):
    answer, status, code, sentence, retry_after = FAILURES[failure]
    if route == "discover/":
        give_genres(tmdb, kind)
    tmdb.get(f"{TMDB}/{ROUTES[route].format(kind.name)}", **answer)

    response = anyone.get(kind.route(route))

    error = response.json()["error"]
    assert (response.status_code, error["code"], error["message"]) == (status, code, sentence)
    assert response.get("Retry-After") == retry_after
    for secret in ("tmdb.test", "the-tmdb-token", "secret"):
        assert secret not in response.text


@pytest.mark.parametrize("status", [404, 200])
def test_a_title_that_tmdb_does_not_know_is_a_404(anyone, tmdb, kind, status):
    tmdb.get(f"{TMDB}/{kind.name}/605", **said(status, 34))

    response = anyone.get(kind.route("605/"))

    assert (response.status_code, response.json()["error"]["code"]) == (404, "NOT_FOUND")


@pytest.mark.usefixtures("genres")
@pytest.mark.parametrize(("route", "of"), [("discover/", "discover/{}"), ("search/?query=x", "search/{}")])
def test_a_list_that_is_not_there_is_no_404_but_a_failure(anyone, tmdb, kind, route, of):
    tmdb.get(f"{TMDB}/{of.format(kind.name)}", **said(404, 34))

    response = anyone.get(kind.route(route))

    assert (response.status_code, response.json()["error"]["message"]) == (502, BAD)


@pytest.mark.parametrize("status", [401, 200])
def test_a_key_that_tmdb_refuses_is_an_error_in_the_log(anyone, tmdb, kind, caplog, status):
    tmdb.get(f"{TMDB}/{kind.name}/605", **said(status, 7))

    anyone.get(kind.route("605/"))

    (record,) = [record for record in caplog.records if record.name == "clients"]
    assert (record.levelno, record.upstream, record.outcome) == (logging.ERROR, "movies", "refused")
    assert record.path == f"/3/{kind.name}/605"
    assert "the-tmdb-token" not in str(vars(record))


def test_a_limit_that_tmdb_sets_is_kept(anyone, tmdb, kind):
    give_page(tmdb, kind, kind.item(605))
    tmdb.get(f"{TMDB}/{kind.name}/605", **said(429, 25, **{"Retry-After": "30"}))
    give_genres(tmdb, kind)
    anyone.get(kind.route("discover/"))
    anyone.get(kind.route("605/"))

    asked_again = [anyone.get(kind.route(route)) for route in ("605/", "trending/")]

    assert [answer.status_code for answer in asked_again] == [503, 503]
    assert all(29 <= int(answer["Retry-After"]) <= 30 for answer in asked_again)
    assert len(tmdb.calls) == 3
    assert anyone.get(kind.route("discover/"))["X-Cache"] == "HIT"


def test_titles_that_are_not_there_are_no_failures(anyone, tmdb, kind):
    for number in range(1, 21):
        tmdb.get(f"{TMDB}/{kind.name}/{number}", **said(404, 34))
    tmdb.get(f"{TMDB}/{kind.name}/21", json=kind.detail(21))

    answers = [anyone.get(kind.route(f"{number}/")).status_code for number in range(1, 22)]

    assert answers == [404] * 20 + [200]


@pytest.mark.django_db
def test_an_answer_in_gzip_is_read_though_it_was_not_asked_for(anyone, settings):
    def gzipped(exchange):
        body = json.dumps(PAGE.document(exchange.path)).encode()
        exchange.answer(gzip.compress(body), Content_Encoding="gzip")

    with HostileServer(gzipped) as server:
        settings.TMDB_API_URL = server.url

        page = anyone.get("/api/v1/movies/discover/").json()

    assert [movie["id"] for movie in page["results"]] == [7, 8]
    assert page["results"][0]["genres"][0]["name"] == "Action"
