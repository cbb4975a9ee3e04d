"""Cross-origin reads: the app's origin, to the letter, and no other."""

import pytest

from tests.security.routes import COMMON, WRITES

APP = "http://localhost:5173"
OTHERS = [
    "null",
    "*",
    "",
    "http://localhost",
    "http://localhost:80",
    "http://localhost:5174",
    "http://localhost:51730",
    "http://localhost:5173.evil.example",
    "http://localhost:5173@evil.example",
    "http://localhost:5173/",
    "http://localhost:5173/x",
    "http://localhost:5173?x",
    "http://localhost:5173#x",
    "http://localhost:05173",
    "https://localhost:5173",
    "HTTP://localhost:5173",
    "http://LOCALHOST:5173",
    "http://localhost.:5173",
    "http://127.0.0.1:5173",
    "http://[::1]:5173",
    "http://app.localhost:5173",
    "http://evillocalhost:5173",
    "http://localhost%2eevil.example:5173",
    "http://localhost:5173 http://evil.example",
    "http://localhost:5173,http://evil.example",
    "http://evil.example",
    "https://evil.example",
    "file://",
    "chrome-extension://abcdef",
    "ws://localhost:5173",
    "//localhost:5173",
]
ANSWERS = {
    "a hit": ("/api/v1/flyers/categories/", "GET"),
    "an error": ("/api/v1/nope/", "GET"),
    "a 401": ("/api/v1/auth/me/", "GET"),
    "a refresh": ("/api/v1/auth/refresh/", "POST"),
}


def allowed(answer):
    return {
        name.lower(): value
        for name, value in answer.headers.items()
        if name.lower().startswith("access-control-")
    }


@pytest.mark.parametrize(("path", "method"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_is_for_the_app_alone(service, path, method):
    for origin in [APP, *OTHERS, APP]:
        given = allowed(service.request(path, method, Origin=origin))

        assert (given.get("access-control-allow-origin") == origin) is (origin == APP), (origin, given)
        assert ("access-control-allow-credentials" in given) is (origin == APP)


@pytest.mark.parametrize("route", COMMON, ids=lambda route: route.operation)
def test_a_read_is_for_the_app_alone_also_once_it_is_remembered(service, route):
    origins = [APP, "null", "http://localhost:5174", "http://evil.example", APP]

    given = [allowed(service.request(route.address, Origin=origin)) for origin in origins * 2]

    named = [each.get("access-control-allow-origin") for each in given]
    assert named == [APP if origin == APP else None for origin in origins * 2]


@pytest.mark.parametrize("route", WRITES.values(), ids=WRITES)
def test_no_other_origin_may_write(service, route):
    asked = {"Access_Control_Request_Method": route.method, "Access_Control_Request_Headers": "authorization"}

    given = [
        allowed(service.request(route.path, "OPTIONS", Origin=origin, **asked))
        for origin in (APP, "null", "http://evil.example")
    ]

    assert given[0]["access-control-allow-origin"] == APP
    assert route.method in given[0]["access-control-allow-methods"]
    assert given[1:] == [{}, {}]


def test_a_preflight_is_answered_to_the_app_alone(service):
    for origin in [APP, *OTHERS]:
        answer = service.request(
            "/api/v1/flyers/7/favorite/",
            "OPTIONS",
            Origin=origin,
            Access_Control_Request_Method="PUT",
            Access_Control_Request_Headers="authorization",
        )

        assert ("access-control-allow-origin" in allowed(answer)) is (origin == APP), origin


def test_an_answer_tells_caches_that_the_origin_matters(service):
    for _ in range(2):
        assert "Origin" in service.request("/api/v1/flyers/categories/").headers["Vary"]
