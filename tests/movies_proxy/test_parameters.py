"""Invalid parameters and ids: the answer names them, and TMDb is never asked."""

import pytest

from tests.movies_proxy.titles import MOVIE, SHOW

# A call that no test expects fails the test.
pytestmark = pytest.mark.usefixtures("upstream")

READS = ["discover/", "search/?query=x", "trending/", "7/recommendations/", "7/", "genres/"]
BAD_NUMBERS = ["", " ", "x", "nan", "1e3", "٣", "9" * 400, "\0", "+1"]


def asked(client, kind, route, params):
    path, _, query = route.partition("?")
    params = {
        name: value for name, _, value in [pair.partition("=") for pair in query.split("&") if pair]
    } | params
    return client.get(kind.route(path), params)


def named(response):
    """Return which parameters a 400 names."""
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (400, "VALIDATION_ERROR"), response.content
    return list(error["details"])


@pytest.mark.parametrize("value", [*BAD_NUMBERS, "0", "-1", "1.5"])
@pytest.mark.parametrize("name", ["page", "limit", "year"])
def test_a_bad_whole_number_is_named(anyone, kind, name, value):
    assert named(anyone.get(kind.route("discover/"), {name: value})) == [name]


@pytest.mark.parametrize("value", ["", "EN", "eng", "xx-", "pt-br", "pt_BR", "ёж"])
@pytest.mark.parametrize("route", READS)
def test_a_bad_language_is_named(anyone, kind, route, value):
    response = asked(anyone, kind, route, {"language": value})

    assert named(response) == ["language"]


@pytest.mark.parametrize("value", ["", "brazil", "br", "B", "BRA", "B R", "76"])
@pytest.mark.parametrize(
    ("kind", "route"),
    [(MOVIE, "discover/"), (MOVIE, "search/?query=x"), (MOVIE, "7/"), (SHOW, "7/")],
    indirect=["kind"],
)
def test_a_bad_region_is_named(anyone, kind, route, value):
    assert named(asked(anyone, kind, route, {"region": value})) == ["region"]


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ({"genres": ""}, "genres"),
        ({"genres": "28|12"}, "genres"),
        ({"genres": "28,,12"}, "genres"),
        ({"genres": "28;12"}, "genres"),
        ({"genres": "action"}, "genres"),
        ({"genres": "0"}, "genres"),
        ({"genres": str(2**31)}, "genres"),
        ({"genres": "-28"}, "genres"),
        ({"genres": ",".join(map(str, range(1, 22)))}, "genres"),
        ({"genres": list(range(1, 22))}, "genres"),
        ({"genres": ["28", ""]}, "genres"),
        ({"year": "99999"}, "year"),
        ({"year": "999"}, "year"),
        ({"min_rating": "11"}, "min_rating"),
        ({"min_rating": "10.01"}, "min_rating"),
        ({"min_rating": "-1"}, "min_rating"),
        ({"min_rating": "nan"}, "min_rating"),
        ({"min_rating": "1e999"}, "min_rating"),
        ({"min_votes": "-1"}, "min_votes"),
        ({"min_votes": str(2**31)}, "min_votes"),
        ({"original_language": "pt-BR"}, "original_language"),
        ({"original_language": "PT"}, "original_language"),
        ({"include_adult": "maybe"}, "include_adult"),
        ({"include_adult": ""}, "include_adult"),
        ({"sort_by": "popularity"}, "sort_by"),
        ({"sort_by": "popularity.up"}, "sort_by"),
        ({"sort_by": "POPULARITY.DESC"}, "sort_by"),
        ({"sort_by": ""}, "sort_by"),
        ({"page": "501"}, "page"),
        ({"page": str(2**31)}, "page"),
        ({"limit": str(2**31)}, "limit"),
        ({"pge": "1"}, "pge"),
        ({"query": "matrix"}, "query"),
        ({"window": "day"}, "window"),
        ({"with_genres": "28"}, "with_genres"),
        ({"vote_average.gte": "7"}, "vote_average.gte"),
        ({"api_key": "x"}, "api_key"),
        ({"page": ["1", "1"]}, "page"),
        ({"language": ["en", "es"]}, "language"),
        ({"sort_by": ["popularity.desc", "popularity.asc"]}, "sort_by"),
        ({"x" * 400: "1"}, "x" * 50),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_bad_parameter_of_discover_is_named(anyone, kind, params, name):
    assert named(anyone.get(kind.route("discover/"), params)) == [name]


@pytest.mark.parametrize(
    ("kind", "order"),
    [
        *((MOVIE, order) for order in ("first_air_date.desc", "name.asc", "original_name.asc")),
        *(
            (SHOW, order)
            for order in ("revenue.desc", "title.asc", "primary_release_date.asc", "original_title.asc")
        ),
    ],
    indirect=["kind"],
)
def test_an_order_of_the_other_kind_is_named(anyone, kind, order):
    assert named(anyone.get(kind.route("discover/"), {"sort_by": order})) == ["sort_by"]


@pytest.mark.parametrize(
    ("kind", "route", "name", "value"),
    [
        (SHOW, "discover/", "region", "BR"),
        (SHOW, "discover/", "include_video", "true"),
        (SHOW, "search/?query=x", "region", "BR"),
        *((kind, "trending/", "region", "BR") for kind in (MOVIE, SHOW)),
        *((kind, "trending/", "year", "1999") for kind in (MOVIE, SHOW)),
        *((kind, "search/?query=x", "genres", "28") for kind in (MOVIE, SHOW)),
        *((kind, "7/", "page", "1") for kind in (MOVIE, SHOW)),
        *((kind, "genres/", "page", "1") for kind in (MOVIE, SHOW)),
        *((kind, "7/recommendations/", "region", "BR") for kind in (MOVIE, SHOW)),
        *((kind, "7/", "append_to_response", "images") for kind in (MOVIE, SHOW)),
    ],
    indirect=["kind"],
)
def test_a_parameter_of_another_route_is_unknown(anyone, kind, route, name, value):
    response = asked(anyone, kind, route, {name: value})

    assert named(response) == [name]
    assert response.json()["error"]["details"][name] == ["There is no such parameter."]


@pytest.mark.parametrize("window", ["", "month", "DAY", "day,week"])
def test_a_bad_window_is_named(anyone, kind, window):
    assert named(anyone.get(kind.route("trending/"), {"window": window})) == ["window"]


@pytest.mark.parametrize(
    "query", [None, "", "   ", "\t\n", "x" * 201, "x" * 400, "a\0b"], ids=lambda text: str(text)[:9]
)
def test_a_search_needs_1_to_200_characters(anyone, kind, query):
    response = anyone.get(kind.route("search/"), {} if query is None else {"query": query})

    assert named(response) == ["query"]


def test_what_is_not_utf8_is_refused(anyone, kind):
    response = anyone.get(kind.route("search/?query=%ff"))

    assert response.json()["error"]["details"] == {"query": ["This is not valid UTF-8."]}


def test_every_bad_parameter_is_named_at_once(anyone, kind):
    response = anyone.get(kind.route("discover/?page=x&language=xx-&genres=a&colour=red"))

    assert set(named(response)) == {"page", "language", "genres", "colour"}


@pytest.mark.parametrize("title_id", [2**31, 2**32, 2**63 - 1])
@pytest.mark.parametrize("route", ["{}/", "{}/recommendations/", "{}/?language=es&region=BR"])
def test_an_id_that_no_title_can_have_is_a_404_that_names_it(anyone, kind, route, title_id):
    response = anyone.get(kind.route(route.format(title_id)))

    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (404, "NOT_FOUND")
    assert error["details"] == {"id": [str(title_id)]}


@pytest.mark.parametrize("word", ["favorite", "watchlist"])
def test_an_id_that_no_title_can_have_cannot_be_kept(as_alice, kind, word):
    response = as_alice.put(kind.route(f"{2**31}/{word}/"))

    assert (response.status_code, response.json()["error"]["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    "title_id",
    ["0", "-1", str(2**63), "9" * 400, "٣", "1e3", "x", "%00", "1%00", "07", "1.0", "+1", "%20", "tt0133093"],
)
@pytest.mark.parametrize("route", ["{}/", "{}/recommendations/"])
def test_a_path_that_is_no_id_is_404(anyone, kind, route, title_id):
    response = anyone.get(kind.route(route.format(title_id)))

    assert (response.status_code, response.json()["error"]["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("route", READS)
def test_a_read_takes_no_other_method(as_alice, kind, route, method):
    response = getattr(as_alice, method)(kind.route(route))

    assert (response.status_code, response.json()["error"]["code"]) == (405, "METHOD_NOT_ALLOWED")
