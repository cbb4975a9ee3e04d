"""What every answer has in common, from slashes to security headers."""

import re

import pytest
import time_machine
from django.test import Client

from tests import payloads
from tests.conftest import UPSTREAM

CATEGORIES = "/api/v1/flyers/categories"
OURS = "http://localhost:5173"


@pytest.fixture
def client(upstream):
    upstream.assert_all_requests_are_fired = False
    upstream.get(f"{UPSTREAM}/categories/", json=[payloads.category()])
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    "address", [CATEGORIES, f"{CATEGORIES}/", "/api/flyers/categories", "/api/flyers/categories/"]
)
def test_routes_answer_with_and_without_a_slash_under_both_prefixes(client, address):
    assert client.get(address).json()["count"] == 1


@pytest.mark.parametrize("given", ["abc", "A-1", "x" * 64])
def test_a_plain_request_id_is_reused(client, given):
    assert client.get("/health/live", headers={"X-Request-ID": given})["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "a\tb", "ä", "a;b", "<script>"])
def test_another_request_id_is_replaced(client, given):
    response = client.get("/health/live", headers={"X-Request-ID": given})

    assert re.fullmatch(r"[0-9a-f]{32}", response["X-Request-ID"])


@pytest.mark.parametrize("address", [CATEGORIES, "/nope", "/health/live"])
def test_json_carries_the_security_headers(client, address):
    response = client.get(address)

    assert response["Content-Security-Policy"].startswith("default-src 'none'")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["Strict-Transport-Security"].startswith("max-age=31536000")


def test_the_docs_need_nothing_from_elsewhere(client):
    page = client.get("/api/docs/")

    assert page.status_code == 200
    assert "script-src 'self'" in page["Content-Security-Policy"]
    html = page.content.decode()
    assert "<script>" not in html  # no inline script, which the policy would block
    loaded = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert loaded
    for address in loaded:
        assert address.startswith("/")
        asset = client.get(address.replace("&amp;", "&"))
        content = b"".join(asset.streaming_content) if asset.streaming else asset.content
        assert (asset.status_code, bool(content)) == (200, True)


@pytest.mark.parametrize("address", [CATEGORIES, "/nope", f"{CATEGORIES}?x=1"])
def test_our_app_may_read_answers_and_errors(client, address):
    response = client.get(address, headers={"Origin": OURS})

    assert response["Access-Control-Allow-Origin"] == OURS
    assert response["Access-Control-Allow-Credentials"] == "true"
    exposed = response["Access-Control-Expose-Headers"]
    for name in ("ETag", "Link", "Retry-After", "X-Request-ID", "X-Cache", "X-Library-Version", "Age"):
        assert name in exposed
    assert "origin" in response["Vary"].lower()


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost:5174",
        "https://localhost:5173",
        "http://localhost:5173.evil.test",
        "http://evil-localhost:5173",
        "null",
        "http://LOCALHOST:5173/",
        "*",
    ],
)
def test_another_origin_may_not(client, origin):
    assert "Access-Control-Allow-Origin" not in client.get(CATEGORIES, headers={"Origin": origin})


def test_a_preflight_is_answered_before_the_route(client):
    response = client.options(
        CATEGORIES,
        headers={
            "Origin": OURS,
            "Access-Control-Request-Method": "PATCH",
            "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
        },
    )

    assert response.status_code == 200
    assert "PATCH" in response["Access-Control-Allow-Methods"]
    for name in ("authorization", "content-type", "idempotency-key"):
        assert name in response["Access-Control-Allow-Headers"]


@time_machine.travel("2026-05-01T12:00:00Z", tick=False)
def test_an_answer_that_has_not_changed_is_304_without_a_body(client):
    first = client.get("/api/v1/flyers/categories/")
    again = client.get("/api/v1/flyers/categories/", headers={"If-None-Match": first["ETag"]})
    other = client.get("/api/v1/flyers/categories/", headers={"If-None-Match": '"other"'})

    assert first["Vary"] == "Authorization, Origin, Accept-Encoding"
    assert first["Cache-Control"].startswith("public, max-age=60, stale-while-revalidate=")
    assert other.status_code == 200
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]


def test_head_answers_the_headers_of_get(client):
    response = client.head(f"{CATEGORIES}/")

    assert (response.status_code, response.content) == (200, b"")
    assert response["ETag"]
