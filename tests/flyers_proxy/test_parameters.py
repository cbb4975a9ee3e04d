"""flyers_proxy: bad input. It is told which field is wrong, and upstream is never asked."""

import pytest

DISCOVER = "/api/v1/flyers/discover/"
SEARCH = "/api/v1/flyers/search/"

# For `upstream` see conftest: a call that no test expects fails the test.
pytestmark = pytest.mark.usefixtures("upstream")

BAD_NUMBERS = [
    "",
    " ",
    "x",
    "nan",
    "inf",
    "-inf",
    "1e3",
    "0x10",
    "1_0",
    "٣",
    "\N{FULLWIDTH DIGIT ONE}",
    "9" * 400,
    "\0",
    "1\0",
    "+1",
    "1,5",
]


@pytest.mark.parametrize("value", [*BAD_NUMBERS, "0", "-1", "1.5"])
@pytest.mark.parametrize("name", ["page", "limit", "creator"])
def test_a_bad_whole_number_is_named(anyone, name, value):
    response = anyone.get(DISCOVER, {name: value})

    assert response.status_code == 400, response.content
    assert list(response.json()["error"]["details"]) == [name]


@pytest.mark.parametrize("value", [*BAD_NUMBERS, "90.1", "-90.1"])
def test_a_bad_latitude_is_named(anyone, value):
    response = anyone.get(DISCOVER, {"lat": value, "lng": "1"})

    assert response.status_code == 400, response.content
    assert list(response.json()["error"]["details"]) == ["lat"]


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"lat": "1"}, "lng"),
        ({"lng": "1"}, "lat"),
        ({"lat": "1", "lng": "180.5"}, "lng"),
        ({"radius": "0"}, "radius"),
        ({"radius": "100.01"}, "radius"),
        ({"radius": "nan"}, "radius"),
        ({"near_me": "maybe"}, "near_me"),
        ({"near_me": ""}, "near_me"),
        ({"categories": ""}, "categories"),
        ({"categories": "a,,b"}, "categories"),
        ({"categories": "a b"}, "categories"),
        ({"categories": "fête"}, "categories"),
        ({"categories": ",".join(f"c{n}" for n in range(21))}, "categories"),
        ({"categories": "x" * 51}, "categories"),
        ({"creator": str(2**63)}, "creator"),
        ({"page": str(2**31)}, "page"),
        ({"filter": "mine"}, "filter"),
        ({"pge": "1"}, "pge"),
        ({"query": "jazz"}, "query"),
        ({"page": ["1", "1"]}, "page"),
        ({"x" * 400: "1"}, "x" * 50),
    ],
)
def test_a_bad_parameter_is_named(anyone, params, named):
    response = anyone.get(DISCOVER, params)

    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (400, "VALIDATION_ERROR")
    assert list(error["details"]) == [named]


@pytest.mark.parametrize("query", [None, "", "   ", "x" * 201, "a\0b"])
def test_a_search_needs_1_to_200_characters(anyone, query):
    response = anyone.get(SEARCH, {} if query is None else {"query": query})

    assert response.status_code == 400
    assert list(response.json()["error"]["details"]) == ["query"]


def test_a_search_that_is_not_utf8_is_refused(anyone):
    response = anyone.get(f"{SEARCH}?query=%ff")

    assert response.json()["error"]["details"] == {"query": ["This is not valid UTF-8."]}


def test_every_bad_parameter_is_named_at_once(anyone):
    response = anyone.get(DISCOVER, {"page": "x", "limit": "y", "colour": "red"})

    assert set(response.json()["error"]["details"]) == {"page", "limit", "colour"}


@pytest.mark.parametrize(
    "flyer_id", ["0", "-1", str(2**63), "9" * 400, "٣", "1e3", "x", "%00", "1%00", "07", "1.0", "+1", "%20"]
)
@pytest.mark.parametrize("route", ["flyers/{}/", "creators/{}/", "creators/{}/flyers/"])
def test_a_path_that_is_no_id_is_404(anyone, route, flyer_id):
    response = anyone.get("/api/v1/" + route.format(flyer_id))

    assert (response.status_code, response.json()["error"]["code"]) == (404, "NOT_FOUND")


def test_a_flood_of_parameters_is_refused(anyone):
    response = anyone.get(f"{DISCOVER}?" + "&".join(f"p{number}=1" for number in range(2000)))

    assert (response.status_code, response.json()["error"]["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    "route", ["flyers/7/?page=1", "flyers/categories/?page=1", "creators/3/?lat=1&lng=1"]
)
def test_a_parameter_of_another_route_is_unknown(anyone, route):
    assert anyone.get(f"/api/v1/{route}").status_code == 400


def test_following_is_for_signed_in_callers(anyone):
    response = anyone.get(DISCOVER, {"filter": "following"})

    assert (response.status_code, response.json()["error"]["code"]) == (401, "NOT_AUTHENTICATED")
    assert response["WWW-Authenticate"] == "Bearer"
