"""Password guesses limit whoever makes them, and neither the owner nor anybody else."""

from collections import Counter

import pytest
import time_machine
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from tests.accounts.cast import API, HOME, STRANGER, guess, sign_in, statuses, use_up, verdict
from tests.conftest import PASSWORD
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2026-05-01T12:00:00Z", tick=False) as clock:
        yield clock


@pytest.fixture(autouse=True)
def three_tries_a_minute(settings):
    settings.THROTTLE_AUTH = (3, 60)


def test_a_stranger_who_fails_ten_times_a_minute_does_not_keep_the_owner_out(alice, settings):
    settings.THROTTLE_AUTH = (10, 60)

    assert statuses(guess(STRANGER) for _ in range(11)) == [401] * 10 + [429]

    assert sign_in(HOME).status_code == 200
    assert sign_in(STRANGER).status_code == 429


def test_an_account_takes_ten_times_as_many_failures_from_everywhere(alice):
    use_up()

    assert verdict(guess(STRANGER)) == (429, "THROTTLED")
    assert verdict(sign_in(HOME)) == (429, "THROTTLED")


def test_an_account_that_nobody_has_takes_as_many(db):
    use_up("nobody@example.com")

    refused = guess(STRANGER, email="nobody@example.com")

    assert verdict(refused) == (429, "THROTTLED")
    assert refused["Retry-After"] == "60"


@pytest.mark.parametrize("spelling", ["{}", " {}", "{} ", "\t{}\n", "\u00a0{}\u2003", "\x1c{}"], ids=ascii)
def test_case_and_blanks_around_an_address_buy_no_further_failures(alice, spelling):
    use_up()

    assert guess(HOME, email=spelling.format("ALICE@example.com")).status_code == 429


def test_whoever_waits_a_minute_may_try_again(alice, clock):
    use_up()
    refused = sign_in(HOME)

    clock.shift(int(refused["Retry-After"]))

    assert sign_in(HOME).status_code == 200


def test_a_right_password_counts_for_the_address_and_for_no_account(alice):
    for network in range(11):
        assert statuses(sign_in(f"192.0.2.{network}") for _ in range(4)) == [200] * 3 + [429]

    assert guess(STRANGER).status_code == 401


def test_a_right_password_does_not_wash_failures_away(alice):
    assert statuses(guess(f"192.0.2.{n // 3}") for n in range(29)) == [401] * 29

    assert sign_in(HOME).status_code == 200
    assert guess(STRANGER).status_code == 401
    assert guess(STRANGER).status_code == 429


def test_whoever_signs_in_to_an_account_of_theirs_gets_no_further_guesses_at_another(alice, bob):
    assert guess(STRANGER).status_code == 401
    assert sign_in(STRANGER, email=bob.email).status_code == 200
    assert guess(STRANGER).status_code == 401

    assert guess(STRANGER).status_code == 429


def test_lines_of_one_ipv6_site_are_one_network_to_an_account(alice):
    """Whoever has a line has up to 65,536 networks, which are no crowd."""
    tries = [guess(f"2001:db8:1:{line:x}::1") for line in range(4)]

    assert statuses(tries) == [401] * 3 + [429]
    assert sign_in("2001:db8:2::1").status_code == 200


@pytest.mark.parametrize("path", [f"{API}/login/", f"{API}/register/", f"{API}/password/reset/"])
@pytest.mark.parametrize(
    "made_up", [HOME, f"{HOME} at alice@example.com", f"network {HOME} at alice@example.com"]
)
def test_an_account_that_is_called_like_an_address_counts_for_no_address(alice, path, made_up):
    for n in range(4):
        guess(f"192.0.2.{n}", email=made_up, path=path)

    assert sign_in(HOME, path=path).status_code != 429


@pytest.mark.parametrize(
    ("path", "email", "answer"), [("register", "carol@example.com", 201), ("password/reset", "alice@example.com", 204)]
)  # fmt: skip
def test_a_stranger_keeps_nobody_from_signing_up_or_from_a_new_password(alice, path, email, answer):
    body = {"email": email, "password": "1234"}
    for _ in range(4):
        last = APIClient().post(f"{API}/{path}/", body, REMOTE_ADDR=STRANGER)
    assert last.status_code == 429

    body = {"email": email} | ({"password": PASSWORD} if path == "register" else {})
    assert APIClient().post(f"{API}/{path}/", body, REMOTE_ADDR=HOME).status_code == answer


def test_the_sign_in_of_administrators_is_never_locked_either(alice):
    User.objects.update(is_staff=True)

    def knock(address, password):
        body = {"username": alice.email, "password": password}
        return Client().post("/admin/login/", body, REMOTE_ADDR=address)

    strangers = [knock(STRANGER, "a-guess").content.decode() for _ in range(4)]
    assert ["Too many attempts" in page for page in strangers] == [False] * 3 + [True]
    assert knock(STRANGER, PASSWORD).status_code == 200
    for n in range(11):
        assert statuses(knock(f"192.0.2.{n}", PASSWORD) for _ in range(3)) == [302] * 3


# --- At once --------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("rate", "network"),
    [(10, "198.51.100.7"), (10, "2001:db8:1:{:x}::1"), (1, "198.51.100.{}")],
    ids=["one address", "one site", "everywhere"],
)
def test_of_forty_guesses_at_once_ten_are_looked_at(alice, settings, rate, network):
    settings.THROTTLE_AUTH = (rate, 86_400)  # no day ends in the midst of it

    answers = at_once([lambda n=n: guess(network.format(n)) for n in range(40)])

    assert Counter(statuses(answers)) == {401: 10, 429: 30}


@pytest.mark.django_db(transaction=True)
def test_right_passwords_at_once_are_all_given_back(alice, settings):
    settings.THROTTLE_AUTH = (1, 86_400)

    answers = at_once([lambda n=n: sign_in(f"203.0.113.{n}") for n in range(8)])

    assert statuses(answers) == [200] * 8
    assert statuses(guess(f"198.51.100.{n}") for n in range(11)) == [401] * 10 + [429]
