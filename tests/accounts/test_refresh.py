"""Refresh tokens: each is valid once, and what follows when a used one comes back."""

import logging
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings as django_settings

from accounts.models import Session, User
from accounts.sessions import open_session
from tests.accounts.cast import API, Browser, forged, verdict, with_cookie
from tests.counts import Counts
from tests.races import at_once

MORNING = "2026-05-01T08:00:00Z"
OTHER_KEY = "a-key-that-was-never-ours-but-is-long-enough"

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    with time_machine.travel(MORNING, tick=False) as clock:
        yield clock


@pytest.fixture
def browser(alice):
    return Browser().sign_in()


def test_a_refresh_gives_a_new_access_token_and_the_next_cookie(browser):
    first = browser.cookie

    response = browser.refresh()

    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert set(response.json()) == {"access", "expires_in"}
    assert browser.cookie not in {"", first}
    assert browser.cookie not in response.content.decode()
    assert browser.is_signed_in()


def test_a_person_stays_signed_in_through_a_day(clock, browser):
    for _ in range(24):
        clock.shift(timedelta(hours=1))
        assert not browser.is_signed_in()
        assert browser.refresh().status_code == 200
        assert browser.is_signed_in()

    assert Session.objects.count() == 1


def test_the_session_ends_fourteen_days_after_sign_in_however_often_it_was_refreshed(clock, browser):
    for day in range(1, 14):
        clock.shift(timedelta(days=1))
        assert browser.refresh().cookies["refresh_token"]["max-age"] == (14 - day) * 86_400
    clock.shift(timedelta(days=1) - timedelta(seconds=1))
    assert browser.refresh().cookies["refresh_token"]["max-age"] == 1

    clock.shift(1)
    assert not browser.is_signed_in()
    assert verdict(with_cookie(browser.cookie).refresh()) == (401, "TOKEN_EXPIRED")


def test_a_refresh_asks_the_database_twice(browser, django_assert_num_queries):
    with django_assert_num_queries(2):
        browser.refresh()


def test_without_a_cookie_there_is_nothing_to_refresh(anyone):
    response = anyone.post(f"{API}/refresh/")

    assert verdict(response) == (401, "NOT_AUTHENTICATED")
    assert response["WWW-Authenticate"] == "Bearer"


def test_a_second_tab_loses_nothing(clock, browser):
    first = browser.cookie
    browser.refresh()

    clock.shift(9.9)
    response = with_cookie(first).refresh()

    assert verdict(response) == (401, "TOKEN_SUPERSEDED")
    assert not response.cookies  # the other tab's new one stays where it is
    assert browser.is_signed_in()
    assert browser.refresh().status_code == 200


def test_neither_do_a_third_and_a_fourth_tab_that_are_several_refreshes_behind(clock, browser):
    cookies = [browser.cookie]
    for _ in range(3):
        clock.shift(3)
        browser.refresh()
        cookies.append(browser.cookie)
    *used, _good = cookies

    verdicts = [verdict(with_cookie(cookie).refresh()) for cookie in used]

    assert verdicts == [(401, "TOKEN_SUPERSEDED")] * 3  # used 6, 3 and 0 seconds ago
    assert browser.refresh().status_code == 200


def test_a_token_does_not_live_on_because_those_after_it_are_used_quickly(clock, browser):
    first = browser.cookie
    for _ in range(4):
        browser.refresh()
        clock.shift(3)

    assert verdict(with_cookie(first).refresh()) == (401, "TOKEN_REUSED")  # used 12 seconds ago
    assert not browser.is_signed_in()


@pytest.mark.parametrize("seconds", [10, 60, 13 * 86_400])
def test_a_used_token_that_comes_back_later_ends_the_session_with_all_its_tokens(clock, browser, seconds):
    first = browser.cookie
    browser.refresh()
    clock.shift(seconds)
    thief = with_cookie(first)

    assert verdict(thief.refresh()) == (401, "TOKEN_REUSED")

    assert not browser.is_signed_in()
    assert verdict(browser.refresh()) == (401, "TOKEN_EXPIRED")
    assert verdict(thief.refresh()) == (401, "TOKEN_EXPIRED")


def test_operators_see_refreshes_second_tabs_and_tokens_that_came_back(clock, browser, caplog):
    caplog.set_level(logging.WARNING, logger="accounts.sessions")
    counted = Counts()
    first = browser.cookie
    browser.refresh()
    with_cookie(first).refresh()
    clock.shift(60)
    with_cookie(first).refresh()

    for event in ("refreshed", "superseded", "reused"):
        assert counted("flyers_bff_sessions_total", event=event) == 1
    [record] = caplog.records
    assert record.msg["user_id"] == Session.objects.get().user_id
    assert first not in repr(vars(record))


def test_a_token_used_long_ago_is_still_known(clock, browser):
    first = browser.cookie
    for _ in range(5):
        clock.shift(600)
        browser.refresh()

    assert verdict(with_cookie(first).refresh()) == (401, "TOKEN_REUSED")
    assert verdict(browser.refresh()) == (401, "TOKEN_EXPIRED")


def test_reuse_on_one_device_leaves_the_others_alone(clock, browser):
    phone = Browser().sign_in()
    first = browser.cookie
    browser.refresh()
    clock.shift(60)
    with_cookie(first).refresh()

    assert phone.refresh().status_code == 200


@pytest.mark.parametrize(
    "token",
    ["x", "a.b.c", "é", "x" * 4_000, "null", "\x00", "e30.e30.e30", "'; DROP TABLE accounts_session; --"],
)
def test_noise_is_no_token(anyone, token, db):
    assert verdict(with_cookie(token).refresh()) == (401, "INVALID_TOKEN")


def test_an_access_token_is_no_refresh_token(alice):
    tokens = open_session(user=alice)

    assert verdict(with_cookie(tokens.access).refresh()) == (401, "INVALID_TOKEN")


@pytest.mark.parametrize(
    "change",
    [
        {"key": OTHER_KEY}, {"key": OTHER_KEY, "headers": {"kid": "0"}}, {"without": ["exp"]}, {"without": ["type"]},
        {"without": ["sid"]}, {"sid": "1"}, {"sid": True}, {"sub": "alice"}, {"jti": 5}, {"type": "access"},
        {"nbf": 2**40}, {"iat": 2**40},
    ],
    ids=str,
)  # fmt: skip
def test_a_forged_token_is_refused_and_ends_nothing(browser, change):
    assert verdict(with_cookie(forged(browser.cookie, **change)).refresh()) == (401, "INVALID_TOKEN")

    assert browser.refresh().status_code == 200


def test_guessing_at_the_session_of_somebody_else_ends_nothing(browser, bob):
    bobs = Browser().sign_in("bob@example.com")
    other_session = forged(bobs.cookie, sid=Session.objects.get(user__email="alice@example.com").pk)

    # It takes our key to make this token; even then it does not reach another person's session.
    assert verdict(with_cookie(other_session).refresh()) == (401, "TOKEN_EXPIRED")
    assert browser.is_signed_in()
    assert bobs.is_signed_in()


def test_a_deactivated_person_is_out_at_once_and_cannot_refresh(browser):
    User.objects.update(is_active=False)

    assert not browser.is_signed_in()
    assert verdict(browser.refresh()) == (401, "TOKEN_EXPIRED")


def test_refresh_survives_a_change_of_the_signing_key(browser, settings):
    settings.JWT_KEYS = [OTHER_KEY, *django_settings.JWT_KEYS]
    assert browser.refresh().status_code == 200

    settings.JWT_KEYS = [OTHER_KEY]
    assert browser.refresh().status_code == 200


@pytest.mark.parametrize(
    ("same_site", "debug_secure", "expected"),
    [("Lax", False, False), ("None", True, True), ("Strict", True, True)],
)
def test_the_cookie_follows_the_settings(alice, settings, same_site, debug_secure, expected):
    settings.REFRESH_COOKIE_SAMESITE, settings.REFRESH_COOKIE_SECURE = same_site, debug_secure

    cookie = Browser().sign_in().cookies["refresh_token"]

    assert (cookie["samesite"], bool(cookie["secure"])) == (same_site, expected)


# --- At the same time -----------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_twenty_refreshes_with_one_token_one_wins_and_nobody_loses_the_session(alice):
    browser = Browser().sign_in()
    tabs = [with_cookie(browser.cookie) for _ in range(20)]

    answers = at_once([tab.refresh for tab in tabs])

    (winner,) = (tab for tab, answer in zip(tabs, answers, strict=True) if answer.status_code == 200)
    assert [verdict(a) for a in answers if a.status_code != 200] == [(401, "TOKEN_SUPERSEDED")] * 19
    assert winner.is_signed_in()
    assert winner.refresh().status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(5))
def test_nothing_born_of_a_refresh_survives_signing_out_everywhere(alice, attempt):
    browser = Browser().sign_in()
    tabs = [with_cookie(browser.cookie) for _ in range(6)]
    sign_out = [lambda: browser.post(f"{API}/logout-all/")]

    *answers, left = at_once([tab.refresh for tab in tabs] + sign_out)

    assert left.status_code == 204
    assert all(answer.status_code in {200, 401} for answer in answers)
    assert not any(tab.is_signed_in() or tab.refresh().status_code == 200 for tab in tabs)
