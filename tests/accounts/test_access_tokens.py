"""Access tokens: whoever shows one is who it says, or nobody."""

import base64
import json
import time

import jwt
import pytest
import time_machine
from django.conf import settings as django_settings
from rest_framework.test import APIClient

from accounts.models import Session
from accounts.sessions import open_session
from tests import payloads
from tests.accounts.cast import forged
from tests.conftest import UPSTREAM

ADDRESS = "/api/v1/flyers/categories/"
KEY = django_settings.JWT_KEYS[0]
OTHER_KEY = "a-key-that-was-never-ours-but-is-long-enough"


@pytest.fixture
def categories(upstream):
    upstream.get(f"{UPSTREAM}/categories/", json=[payloads.category()])


@pytest.fixture
def tokens(alice):
    return open_session(user=alice)


def shown(token, scheme="Bearer"):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"{scheme} {token}")
    return client.get(ADDRESS)


def is_refused(response):
    return response.status_code == 401 and response.json()["error"]["code"] == "INVALID_TOKEN"


def test_a_good_token_costs_one_query(as_alice, categories, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert as_alice.get(ADDRESS).status_code == 200


def test_the_forger_of_these_tests_can_make_a_good_token(tokens, categories):
    assert shown(forged(tokens.access)).status_code == 200


def test_a_public_read_without_a_token_asks_no_table(anyone, categories):
    # pytest-django lets no query through where a test did not ask for the database.
    assert anyone.get(ADDRESS).status_code == 200


@pytest.mark.parametrize("scheme", ["Basic", "Token", "", "Bearer Bearer"])
def test_another_scheme_is_refused_and_not_taken_for_anonymous(tokens, scheme):
    assert is_refused(shown(tokens.access, scheme))


@pytest.mark.parametrize(
    "token",
    ["", " ", "x", "..", "a.b.c", "é", "x" * 5_000, "\x00", "null", "[]", "e30.e30.", "ey" + "W" * 1_900],
)
def test_noise_is_refused(tokens, token):
    assert is_refused(shown(token))


def test_a_header_of_a_thousand_brackets_is_refused(tokens):
    deep = base64.urlsafe_b64encode(b"[" * 1_300).decode().rstrip("=")

    assert is_refused(shown(f"{deep}.e30.e30"))


def test_an_unsigned_token_is_refused(tokens):
    header, claims, _ = tokens.access.split(".")
    nothing = (
        base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).decode().rstrip("=")
    )

    assert is_refused(shown(f"{nothing}.{claims}."))
    assert is_refused(shown(f"{header}.{claims}."))
    assert is_refused(shown(f"{header}.{claims}"))
    assert is_refused(shown(jwt.encode({"sub": "1"}, "", algorithm="none")))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")  # the forger's, not ours
def test_another_algorithm_is_refused_with_our_own_key(tokens, algorithm):
    assert is_refused(shown(forged(tokens.access, algorithm=algorithm)))


def test_another_key_is_refused(tokens):
    assert is_refused(shown(forged(tokens.access, key=OTHER_KEY)))


@pytest.mark.parametrize(
    "headers",
    [
        {"jku": "http://evil.test/keys.json"},
        {"x5u": "http://evil.test/cert.pem"},
        {"kid": "../../../../dev/null"},
        {"kid": "0' UNION SELECT 'key"},
        {"jwk": {"kty": "oct", "k": base64.urlsafe_b64encode(OTHER_KEY.encode()).decode().rstrip("=")}},
    ],
    ids=["jku", "x5u", "kid path", "kid query", "jwk"],
)
def test_a_key_that_the_token_brings_or_points_to_is_not_used(tokens, headers, upstream):
    assert is_refused(shown(forged(tokens.access, key=OTHER_KEY, headers=headers)))
    assert not upstream.calls


def test_a_token_is_good_for_ten_minutes_and_not_a_second_more(alice, upstream):
    upstream.get(f"{UPSTREAM}/categories/", json=[payloads.category()])
    with time_machine.travel("2026-05-01T12:00:00Z", tick=False) as clock:
        access = open_session(user=alice).access

        clock.shift(599)
        assert shown(access).status_code == 200
        clock.shift(1)
        assert is_refused(shown(access))


def test_a_token_from_the_future_is_refused(tokens):
    assert is_refused(shown(forged(tokens.access, iat=int(time.time()) + 30)))
    assert is_refused(shown(forged(tokens.access, nbf=int(time.time()) + 30)))


@pytest.mark.parametrize("claim", ["sub", "sid", "jti", "iat", "exp", "type"])
def test_a_token_without_one_of_its_claims_is_refused(tokens, claim):
    assert is_refused(shown(forged(tokens.access, without=[claim])))


@pytest.mark.parametrize("claim", ["sub", "sid", "jti", "iat", "exp", "type"])
@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        -1,
        0,
        1.5,
        2**63,
        10**30,
        "",
        "1 OR 1=1",
        "\ud800",
        "\x00",
        "\u0661",
        [],
        {},
        [[1]],
        float("inf"),
    ],
    ids=str,
)
def test_a_claim_of_a_wrong_kind_is_never_an_error_of_ours(tokens, claim, value, upstream):
    response = shown(forged(tokens.access, **{claim: value}))

    fine = {"jti": str, "iat": int, "exp": int}  # nothing else hangs on these, and an int may be any moment
    if type(value) is fine.get(claim) and (claim != "exp" or value > 0):
        assert response.status_code != 500
    else:
        assert is_refused(response)


def test_a_refresh_token_is_no_access_token(tokens):
    assert is_refused(shown(tokens.refresh))


def test_a_token_of_one_person_does_not_open_the_session_of_another(tokens, bob):
    assert is_refused(shown(forged(tokens.access, sub=str(bob.pk))))


def test_a_token_dies_with_its_session(tokens, alice):
    Session.objects.filter(user=alice).delete()

    assert is_refused(shown(tokens.access))


def test_a_token_dies_with_its_person(tokens, alice):
    alice.delete()

    assert is_refused(shown(tokens.access))


def test_a_token_of_a_deactivated_person_is_refused(tokens, alice):
    alice.is_active = False
    alice.save()

    assert is_refused(shown(tokens.access))


def test_a_key_can_be_replaced_while_tokens_of_the_old_one_are_about(tokens, categories, settings):
    settings.JWT_KEYS = [OTHER_KEY, KEY]
    assert shown(tokens.access).status_code == 200

    settings.JWT_KEYS = [OTHER_KEY]
    assert is_refused(shown(tokens.access))
