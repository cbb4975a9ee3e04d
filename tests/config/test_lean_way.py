"""What every request passes costs little, and leaves nothing out."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import Resolver404, get_resolver, resolve

from accounts.models import User
from config.urls import MAX_ADDRESS_LENGTH, MAX_ADDRESSES
from tests import payloads
from tests.conftest import UPSTREAM

ME = "/api/v1/auth/me/"


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("*/*", 200),
        ("application/json", 200),
        ("application/json, text/plain, */*", 200),
        ("application/*;q=0.5", 200),
        ("text/html", 406),
        ("text/html," * 100, 406),
    ],
)
def test_what_a_client_accepts_is_judged_alike_each_time(as_alice, accept, status):
    for _ in range(2):
        assert as_alice.get(ME, headers={"Accept": accept}).status_code == status


def test_an_answer_says_which_methods_its_route_takes_and_a_failure_too(as_alice):
    assert as_alice.get(ME)["Allow"] == "GET, PATCH, DELETE, HEAD, OPTIONS"
    refused = as_alice.post(ME, {})
    assert (refused.status_code, refused["Allow"]) == (405, "GET, PATCH, DELETE, HEAD, OPTIONS")
    assert as_alice.get("/api/v1/follows/")["Allow"] == "GET, POST, HEAD, OPTIONS"


def test_an_answer_without_a_body_has_no_type_and_no_length(as_alice):
    as_alice.delete("/api/v1/follows/3/")
    response = as_alice.delete("/api/v1/follows/3/")

    assert (response.status_code, response.content, response["Content-Length"]) == (204, b"", "0")
    assert "Content-Type" not in response


def test_whoever_names_no_origin_learns_that_the_answer_depends_on_it(as_alice):
    assert as_alice.get("/health/live/")["Vary"] == "origin"
    assert as_alice.get("/api/v1/follows/")["Vary"] == "Authorization, Origin, Accept-Encoding"


# --- The admin site's own middleware ---------------------------------------------------------------


@pytest.fixture
def administrator(db):
    User.objects.create_superuser(email="root@example.com", password="correct horse battery")
    return {"username": "root@example.com", "password": "correct horse battery"}


def test_the_admin_site_has_sessions_and_forms_that_nobody_can_forge(administrator):
    browser = Client(enforce_csrf_checks=True)
    forged = browser.post("/admin/login/", administrator)
    token = browser.get("/admin/login/").context["csrf_token"]
    signed_in = browser.post(
        "/admin/login/",
        {**administrator, "csrfmiddlewaretoken": str(token)},
        headers={"Referer": "https://testserver/admin/login/"},
        secure=True,
    )

    assert forged.status_code == 403
    assert signed_in.status_code == 302
    assert browser.get("/admin/", secure=True).status_code == 200
    assert "X-Library-Version" not in browser.get("/admin/", secure=True)


def test_the_api_knows_nothing_of_the_admin_sites_session(administrator):
    browser = Client()
    browser.login(**administrator)
    stored = Session.objects.get()

    response = browser.get(ME)

    assert response.status_code == 401
    assert not response.cookies
    assert Session.objects.get().expire_date == stored.expire_date


# --- Addresses that are remembered -----------------------------------------------------------------


def test_an_address_leads_to_the_same_view_each_time_with_numbers_of_its_own():
    for _ in range(2):
        for flyer_id in (7, 8):
            match = resolve(f"/api/v1/flyers/{flyer_id}/favorite/")
            assert (match.kwargs, match.route) == (
                {"flyer_id": flyer_id},
                "api/v1/flyers/<id:flyer_id>/favorite/",
            )
        with pytest.raises(Resolver404):
            resolve("api/v1/flyers/7/favorite/")  # the first slash is missing


def test_what_is_remembered_of_addresses_is_bounded():
    (root,) = get_resolver().url_patterns
    remembered = root._remembered
    remembered.cache_clear()
    for number in range(MAX_ADDRESSES + 10):
        resolve(f"/nowhere/{number}/")
    resolve(f"/{'x' * MAX_ADDRESS_LENGTH}/")

    assert remembered.cache_info().currsize == MAX_ADDRESSES
    assert len(resolve("/api/v1/flyers/7/").tried) == 1  # not one for each pattern


def test_the_line_of_a_request_holds_nothing_that_a_caller_has_written(as_alice, upstream, caplog):
    caplog.set_level("INFO", logger="config.middleware")
    upstream.get(f"{UPSTREAM}/flyers/7/", json=payloads.flyer(7))
    secret = "alice@example.com"

    as_alice.get(f"/api/v1/flyers/7/?q={secret}", headers={"X-Request-ID": secret, "Referer": secret})
    as_alice.get("/api/v1/flyers/7/", headers={"X-Request-ID": "mine-1", "Cookie": f"a={secret}"})
    as_alice.get(f"/{secret}/{secret}", headers={"User-Agent": secret, "Origin": secret})

    lines = [record.fields for record in caplog.records if record.name == "config.middleware"]
    assert [line["status"] for line in lines] == [400, 200, 404]
    assert set().union(*lines) == {
        *("method", "route", "status", "ms", "cache", "request_id", "user_id", "upstream_ms"),
    }
    assert all(re.fullmatch(r"[\w<>:/.-]*", str(value)) for line in lines for value in line.values())
