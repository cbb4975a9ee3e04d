"""The route names of the older contract, which lead to the same views."""

from pathlib import Path

import pytest
import time_machine
import yaml

from tests.accounts.cast import HOME, STRANGER, Browser, guess, sign_in, statuses, verdict
from tests.conftest import PASSWORD

SCHEMA = yaml.safe_load((Path(__file__).parent.parent / "openapi.yaml").read_text())
NAMES = ["register", "login", "refresh", "logout"]
NEW = {"email": "carol@example.com", "password": "under-the-old-bridge"}

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("slash", ["/", ""])
@pytest.mark.parametrize("root", ["/api/v1", "/api"])
def test_somebody_signs_up_in_refreshes_and_leaves(root, slash):
    browser = Browser()

    assert browser.post(f"{root}/users/register{slash}", NEW).json()["email"] == NEW["email"]
    signed_in = browser.post(f"{root}/users/login{slash}", NEW)
    refreshed = browser.post(f"{root}/users/refresh{slash}")
    left = browser.post(f"{root}/users/logout{slash}")

    assert statuses([signed_in, refreshed, left]) == [200, 200, 204]
    assert signed_in.json()["message"] == "Signed in."
    for response in signed_in, refreshed, left:
        assert response.cookies["refresh_token"]["path"] == "/api/"
        assert response["Cache-Control"] == "no-store"
    assert browser.post(f"{root}/auth/refresh/").status_code == 401


def test_both_names_go_together(alice):
    browser = Browser().sign_in()

    assert browser.post("/api/users/refresh/").status_code == 200
    assert browser.post("/api/v1/users/logout/").status_code == 204
    assert not browser.is_signed_in()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "body", [{}, {"email": 5}, {"email": "nobody@example.com", "password": PASSWORD, "x": 1}]
)
def test_they_refuse_the_same(anyone, name, body):
    old, new = (anyone.post(f"/api/v1/{room}/{name}/", body) for room in ("users", "auth"))

    assert old.status_code == new.status_code
    if old.content:
        assert old.json() | {"error": old.json()["error"] | {"request_id": None}} == new.json() | {
            "error": new.json()["error"] | {"request_id": None}
        }


@pytest.mark.parametrize("name", ["login", "refresh", "logout"])
def test_pages_of_other_sites_get_nowhere(anyone, name):
    assert verdict(anyone.post(f"/api/v1/users/{name}/", HTTP_ORIGIN="https://evil.test")) == (
        403,
        "ORIGIN_NOT_ALLOWED",
    )


@pytest.mark.parametrize("name", NAMES)
def test_they_take_a_post_alone(anyone, name):
    assert verdict(anyone.get(f"/api/v1/users/{name}/")) == (405, "METHOD_NOT_ALLOWED")


def test_tries_under_both_names_are_counted_together(alice):
    paths = ["/api/v1/auth/login/", "/api/v1/users/login/", "/api/users/login/"]
    with time_machine.travel("2026-05-01T12:00:00Z", tick=False):
        tries = [guess(STRANGER, path=paths[n % 3]) for n in range(11)]

        assert statuses(tries) == [401] * 10 + [429]
        assert [sign_in(HOME, path=path).status_code for path in paths] == [200] * 3


def test_the_schema_has_each_route_once():
    assert {path for path in SCHEMA["paths"] if path.startswith("/api/v1/users/") and "/me/" not in path} == {
        "/api/v1/users/"
    }


def test_the_counts_of_people_stay_where_they_are(as_alice):
    assert verdict(as_alice.get("/api/v1/users/")) == (403, "PERMISSION_DENIED")
