"""Unknown fields in request bodies are refused, as a typo must not look like a default."""

from pathlib import Path

import pytest
import yaml

from accounts.models import Session, User
from tests.accounts.cast import API, verdict
from tests.conftest import PASSWORD

SCHEMA = yaml.safe_load((Path(__file__).parent.parent / "openapi.yaml").read_text())
NEW = "two-rivers-and-a-bridge"
BODIES = {
    "register": ("post", "register/", {"email": "carol@example.com", "password": PASSWORD}),
    "sign in": ("post", "login/", {"email": "alice@example.com", "password": PASSWORD}),
    "names": ("patch", "me/", {"first_name": "Alicia"}),
    "leave": ("delete", "me/", {"password": PASSWORD}),
    "password": ("post", "password/", {"current": PASSWORD, "new": NEW}),
    "reset": ("post", "password/reset/", {"email": "alice@example.com"}),
    "reset confirmed": ("post", "password/reset/confirm/", {"token": "1.abc-def", "new": NEW}),
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def everything(alice, bob):
    """Return all that a body here could change."""
    return lambda: (list(User.objects.order_by("pk").values()), list(Session.objects.order_by("pk").values()))


@pytest.mark.parametrize(("method", "path", "body"), BODIES.values(), ids=BODIES)
def test_a_field_that_is_not_known_is_named_and_nothing_is_done(
    as_alice, everything, mailoutbox, method, path, body
):
    before = everything()

    response = getattr(as_alice, method)(f"{API}/{path}", body | {"pasword": "x", "is_staff": True})

    assert verdict(response) == (400, "VALIDATION_ERROR")
    assert response.json()["error"]["details"] == {
        "pasword": ["There is no such field."],
        "is_staff": ["There is no such field."],
    }
    assert everything() == before
    assert not mailoutbox


def test_what_is_wrong_with_the_known_fields_is_named_as_well(anyone):
    response = anyone.post(f"{API}/register/", {"email": "carol", "passwort": PASSWORD})

    assert response.json()["error"]["details"] == {
        "email": ["Enter a valid email address."],
        "password": ["This field is required."],
        "passwort": ["There is no such field."],
    }


def test_of_many_unknown_fields_a_few_are_named(anyone, alice):
    body = {"email": alice.email, "password": PASSWORD} | {f"{n}" * 60: n for n in range(10, 50)}

    details = anyone.post(f"{API}/login/", body).json()["error"]["details"]

    assert len(details) == 20
    assert {len(name) for name in details} == {50}


@pytest.mark.parametrize(("method", "path", "body"), BODIES.values(), ids=BODIES)
def test_the_schema_says_so(method, path, body):
    operation = SCHEMA["paths"][f"{API}/{path}"][method]
    name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]

    shape = SCHEMA["components"]["schemas"][name]

    assert shape["additionalProperties"] is False
    assert set(body) <= set(shape["properties"])
