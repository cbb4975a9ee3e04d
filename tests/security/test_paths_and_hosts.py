"""Paths, hosts and methods that pretend to be others."""

import pytest

from tests.security.attacker import head, status
from tests.security.routes import COMMON, IDS, KEPT, PUBLIC

# What each would reach if somebody tidied it up: a route for administrators, or a file.
TRICKS = [
    "/api/v1/flyers/../users/",
    "/api/v1/flyers/%2e%2e/users/",
    "/api/v1/flyers/%2E%2e%2fusers/",
    "/api/v1/flyers/..%2fusers/",
    "/api/v1/flyers/..%5cusers/",
    "/api/v1/flyers/..;/users/",
    "/api/v1/users;/",
    "/api/v1/users;a=b/",
    "/api/v1/users/;",
    "/api/v1//users/",
    "//api/v1/users/",
    "/./api/v1/users/",
    "/API/V1/USERS/",
    "/api/v1/users/%00",
    "/api/v1/users%00/",
    "/api/v1/users%0a/",
    "/api/v1/users%20/",
    "/api/v1/users/.json",
    "/api/v1/users/a.css",
    "/api/v1/us%65%00rs/",
    "/api/v1/%c0%ae%c0%ae/users/",
    "/api/v1/%252e%252e/users/",
    "/api/v1/flyers/1%2f..%2f..%2fusers/",
    "/api/v1/reservations/../users/",
    "/api/v1/reservations/calendar/..%2fadmin/settings/",
    "/api/v1/reservations/1/%2e%2e/admin/settings/",
    "/api/v1/reservations//admin/settings/",
    "/api/v1/reservations/;/admin/settings/",
    "/static/../manage.py",
    "/static/%2e%2e/%2e%2e/manage.py",
    "/static/..%2f..%2f..%2f..%2fetc%2fpasswd",
    "/static//etc/passwd",
    "/static/%00",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/.env",
    "/.git/config",
    "/db.sqlite3",
]


# The same from the first room of each route to the administrators'.
ROOMS = sorted({route.path.split("/")[3] for route in COMMON})
TRICKS += [
    f"/api/v1/{room}/{climb}users/"
    for room in ROOMS
    if room != "flyers"
    for climb in ("../", "%2e%2e/", "..%2f", "..;/", "1/../../", "discover/..%2f..%2f")
]


@pytest.mark.parametrize("path", TRICKS)
def test_a_path_is_taken_to_the_letter(service, alice, path):
    heard = service.get(path, f"Authorization: Bearer {alice}")

    assert status(heard) in {400, 404}, heard[:300]
    assert b'{"error": {"code": "' in heard


@pytest.mark.parametrize("path", [route.address for route in COMMON])
def test_a_host_that_is_not_ours_is_refused_and_remembered_nowhere(service, path):
    for host in (
        "evil.example",
        "localhost.evil.example",
        "localhost@evil.example",
        "localhost:80@evil.example",
        "",
    ):
        refused = service.get(path, host=host)

        assert status(refused) == 400, host
        assert b"evil" not in refused

    heard = service.get(path)

    assert status(heard) == 200
    assert b"evil" not in heard


# Each with what makes it an address that nobody has asked for before.
PAGES = {
    route.path: "lat=40&lng={}" if room == "flyers" else "min_votes={}"
    for route in COMMON
    for room in [route.path.split("/")[3]]
    if route.path.endswith("/discover/")
}


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    "header",
    [
        "X-Forwarded-Host: evil.example",
        "X-Forwarded-Server: evil.example",
        "X-Forwarded-Proto: gopher",
        "X-Forwarded-Port: 6666",
        "X-Forwarded-Prefix: /evil",
        "X-Host: evil.example",
        "Forwarded: host=evil.example;proto=gopher",
        "X-Original-URL: /admin/evil",
        "X-Rewrite-URL: /admin/evil",
        "X-Script-Name: /evil",
    ],
)
def test_no_header_moves_a_link(service, alice, path, header):
    path = f"{path}?limit=2&page=2&{PAGES[path].format(len(header))}"
    honest = [service.get(path).partition(b"\r\n\r\n")[2] for _ in range(2)]

    first, again = service.get(path, header), service.get(path, header)
    shared = service.request(
        "/api/v1/favorites/share/", "POST", {"list_name": "x"}, token=alice, **dict([header.split(": ")])
    )

    assert {first.partition(b"\r\n\r\n")[2], again.partition(b"\r\n\r\n")[2]} == set(honest)
    for heard in (first, again, shared.body):
        assert b"evil" not in heard
        assert b"gopher" not in heard
        assert b":6666" not in heard  # the digits alone can be part of a request's id
    assert shared.json()["url"].startswith(service.environment["PUBLIC_URL"] + "/api/v1/favorites/shared/")


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "FOO", "DELETE", "PUT", "PATCH", "POST"])
def test_a_method_that_a_route_does_not_take_does_nothing(service, method):
    for route in COMMON * 2:  # past Django and, if that could be, past what is remembered
        heard = service.get(route.address, "X-Secret: do-not-echo", method=method)

        assert 400 <= status(heard) < 500, heard[:200]
        assert b"do-not-echo" not in heard


@pytest.mark.parametrize(
    "header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "_method"]
)
@pytest.mark.parametrize("path", KEPT)
def test_no_header_makes_one_method_another(service, alice, path, header):
    favorite = f"{path}favorite/"
    assert service.request(favorite, "PUT", token=alice).status in {200, 201}

    for method in ("GET", "POST", "PUT"):
        assert service.request(favorite, method, token=alice, **{header: "DELETE"}).status == 200
    assert service.request(favorite + "?_method=DELETE", token=alice).status == 400

    assert service.request(favorite, token=alice).status == 200


@pytest.mark.parametrize(
    "path",
    [
        *(route.template.format(**dict.fromkeys(IDS, "7%0d%0aSet-Cookie:%20evil=1")) for route in PUBLIC),
        "/api/v1/flyers/discover/?query=a%0d%0aSet-Cookie:%20evil=1",
        *(f"/api/v1/{room}/search/?query=a%0d%0aSet-Cookie:%20evil=1&limit=1" for room in ROOMS),
        *(f"/api/v1/{room}/discover/?language=en%0d%0aSet-Cookie:%20evil=1" for room in ROOMS),
        "/api/v1/favorites/shared/a%0d%0aSet-Cookie:%20evil=1/",
        "/admin/login/?next=%0d%0aSet-Cookie:%20evil=1",
    ],
)
def test_a_line_break_in_an_address_starts_no_header(service, path):
    heard = service.get(path)

    assert status(heard) in {200, 400, 404}
    assert "\nset-cookie: evil" not in head(heard)


@pytest.mark.parametrize(
    "value", ["a b", "a\tb", "x" * 65, "<script>", "%0d%0aevil: 1", "\x7f", "ä", "'; DROP TABLE--", ""]
)
def test_a_request_id_is_ours_unless_it_is_plain(service, value):
    for path in ("/api/v1/flyers/categories/", "/api/v1/flyers/categories/", "/nope"):
        heard = service.get(path, f"X-Request-ID: {value}")

        if status(heard) != 400:
            assert f"x-request-id: {value}\r" not in head(heard)


@pytest.mark.parametrize(
    "name", ["a\r\nSet-Cookie: evil=1", "a\x00b", "a\x1b[2J", "<script>alert(1)</script>", "../../x"]
)
def test_the_name_of_a_list_stays_a_name(service, alice, name):
    answer = service.request("/api/v1/favorites/share/", "POST", {"list_name": name}, token=alice)

    assert answer.status in {200, 201, 400}
    assert "Set-Cookie" not in answer.headers
    if answer.status != 400:
        slug = answer.json()["slug"]
        assert slug.replace("-", "").replace("_", "").isalnum()
        assert "\n" not in answer.json()["list_name"]
