"""Invalid parameters: the answer names the field, and upstream is never asked."""

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
        ({"categories": ["a", ""]}, "categories"),
        ({"categories": [f"c{n}" for n in range(21)]}, "categories"),
        ({"filter": "mine"}, "filter"),
        ({"pge": "1"}, "pge"),
        ({"query": "jazz"}, "query"),
        ({"page": ["1", "1"]}, "page"),
        ({"creator": ["1", "1"]}, "creator"),
        ({"near_me": "true"}, "near_me"),
        ({"near_me": "1", "lng": "1"}, "lat"),
        ({"radius": "5"}, "radius"),
        ({"x" * 400: "1"}, "x" * 50),
    ],
)
def test_a_bad_parameter_is_named(anyone, params, named):
    response = anyone.get(DISCOVER, params)

    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (400, "VALIDATION_ERROR")
    assert list(error["details"]) == [named]


MAX_ID = "At most 9223372036854775807."


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("page", "0", "At least 1."),
        ("page", "-1", "At least 1."),
        ("page", "9" * 20, "At most 2147483647."),
        ("page", "9" * 400, "At most 2147483647."),
        ("page", "1.5", "Give a whole number."),
        ("page", "1e3", "Give a whole number."),
        ("page", "", "Give a whole number."),
        ("limit", "0", "At least 1."),
        ("limit", str(2**63), MAX_ID),
        ("creator", str(2**63), MAX_ID),
        ("creator", "9" * 20, MAX_ID),
        ("radius", "0", "At least 0.01."),
        ("radius", "1e-9", "At least 0.01."),
        ("radius", "-5", "At least 0.01."),
        ("radius", "100.01", "At most 100."),
        ("radius", "1000", "At most 100."),
        ("radius", "1e9", "At most 100."),
        ("radius", "1e+9", "At most 100."),
        ("radius", "9" * 400, "At most 100."),
        ("radius", "1e999", "At most 100."),
        ("lat", "91.5", "At most 90."),
        ("lat", "-9999", "At least -90."),
        ("lng", "180.5", "At most 180."),
        ("lng", "-1e9", "At least -180."),
        ("lng", "nan", "Give a number."),
        ("lng", "inf", "Give a number."),
        ("lng", "1,5", "Give a number."),
    ],
)
def test_a_number_past_a_bound_is_refused_with_the_bound(anyone, name, value, sentence):
    response = anyone.get(DISCOVER, {"lat": "1", "lng": "1", name: value})

    assert response.status_code == 400
    assert response.json()["error"]["details"] == {name: [sentence]}


def test_a_filter_that_needs_a_position_says_so(anyone):
    response = anyone.get(DISCOVER, {"near_me": "true", "radius": "5"})

    needed = ["Give it together with lat and lng."]
    assert response.json()["error"]["details"] == {"near_me": needed, "radius": needed}


@pytest.mark.parametrize("query", [None, "", "   ", "x" * 201, "a\0b"])
def test_a_search_needs_1_to_200_characters(anyone, query):
    response = anyone.get(SEARCH, {} if query is None else {"query": query})

    assert response.status_code == 400
    assert list(response.json()["error"]["details"]) == ["query"]


@pytest.mark.parametrize(
    ("query", "name"), [("query=%ff", "query"), ("query=a&categories=%ff&categories=b", "categories")]
)
def test_what_is_not_utf8_is_refused(anyone, query, name):
    response = anyone.get(f"{SEARCH}?{query}")

    assert response.json()["error"]["details"] == {name: ["This is not valid UTF-8."]}


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
