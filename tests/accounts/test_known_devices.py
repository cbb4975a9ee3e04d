"""Known devices: tries of their own that no stranger uses up, and the cookie that names them."""

from collections import Counter

import pytest
import time_machine
from django.core import signing
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.services import delete_account
from tests.accounts.cast import API, HOME, STRANGER, Browser, guess, sign_in, statuses, use_up, with_cookie
from tests.conftest import PASSWORD
from tests.races import at_once

YEAR = 365 * 86_400

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2026-05-01T12:00:00Z", tick=False) as clock:
        yield clock


@pytest.fixture(autouse=True)
def three_tries_a_minute(settings):
    settings.THROTTLE_AUTH = (3, 60)


@pytest.fixture
def known_to(clock):
    """Return a browser on which these have signed in, one after the other, a minute each."""

    def browser(*emails):
        known = Browser()
        for email in emails:
            assert sign_in(HOME, email=email, client=known).status_code == 200
            clock.shift(60)
        return known

    return browser


def with_device(value):
    browser = Browser()
    browser.cookies["known_device"] = value
    return browser


def device_of(browser):
    return browser.cookies["known_device"].value


def forged(text, *, key=None, salt="accounts.devices", kind=signing.TimestampSigner):
    return kind(key=key, salt=salt).sign(text)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(anyone, alice):
    response = sign_in(HOME, client=anyone)

    cookie = response.cookies["known_device"]
    assert cookie["httponly"] is True
    assert cookie["secure"] is True
    assert cookie["samesite"] == "Strict"
    assert cookie["domain"] == ""
    assert cookie["path"] == "/api/"
    assert cookie["max-age"] == YEAR
    assert cookie.value not in response.content.decode()


def test_it_is_where_the_refresh_cookie_is(anyone, alice, settings):
    settings.REFRESH_COOKIE_SAMESITE, settings.REFRESH_COOKIE_SECURE = "Lax", False

    cookies = sign_in(HOME, client=anyone).cookies

    for cookie in cookies.values():
        assert (cookie["samesite"], cookie["secure"]) == ("Lax", "")


def test_it_names_the_account_by_its_id_and_each_device_at_random(alice, known_to):
    first, second = device_of(known_to(alice.email)), device_of(known_to(alice.email))

    (one, one_id), (other, other_id) = (device.split(":")[0].split(".") for device in (first, second))
    assert one != other
    assert one_id == other_id == str(alice.pk)


def test_on_a_known_device_the_owner_signs_in_whatever_strangers_do(alice, known_to):
    browser = known_to(alice.email)

    use_up()

    assert sign_in(HOME).status_code == 429
    assert sign_in(HOME, client=browser).status_code == 200


def test_nor_does_a_stranger_in_the_same_network_keep_them_out(alice, known_to):
    browser = known_to(alice.email)

    assert statuses(guess(HOME) for _ in range(4))[-1] == 429

    assert sign_in(HOME, client=browser).status_code == 200


def test_a_known_device_has_tries_of_its_own_wherever_it_is(alice, known_to, clock):
    browser = known_to(alice.email)

    tries = [guess(f"192.0.2.{n}", client=browser) for n in range(4)]

    assert statuses(tries) == [401] * 3 + [429]
    clock.shift(60)
    assert sign_in(HOME, client=browser).status_code == 200


def test_right_passwords_are_counted_there_too(alice, known_to):
    browser = known_to(alice.email)

    assert statuses(sign_in(f"192.0.2.{n}", client=browser) for n in range(4)) == [200] * 3 + [429]


def test_a_known_devices_failures_leave_strangers_and_other_devices_theirs(alice, known_to):
    browser, other = known_to(alice.email), known_to(alice.email)

    for _ in range(4):
        guess(HOME, client=browser)

    assert sign_in(HOME).status_code == 200
    assert sign_in(HOME, client=other).status_code == 200


def test_the_known_devices_of_an_account_are_bounded_together(alice, known_to):
    devices = [known_to(alice.email) for _ in range(11)]

    tries = [guess(HOME, client=device) for device in devices for _ in range(3)]

    assert statuses(tries) == [401] * 30 + [429] * 3
    assert sign_in(HOME).status_code == 200


def test_a_foreign_cookie_is_no_help(alice, bob, known_to):
    bobs = known_to(bob.email)

    use_up()

    assert sign_in(HOME, client=bobs).status_code == 429


def test_a_cookie_of_ones_own_buys_no_guesses_at_others(alice, bob, known_to):
    bobs = known_to(bob.email)

    assert statuses(guess(STRANGER, client=bobs) for _ in range(4)) == [401] * 3 + [429]
    assert guess(STRANGER).status_code == 429


def test_a_cookie_of_ones_own_reveals_to_nobody_who_has_an_account(alice, bob, known_to, clock):
    bobs = known_to(bob.email)
    seen = {}

    for email in (alice.email, "nobody@example.com"):
        with CaptureQueriesContext(connection) as queries:
            answers = [guess(STRANGER, email=email, client=bobs) for _ in range(4)]
        errors = [answer.json()["error"] | {"request_id": None} for answer in answers]
        seen[email] = (statuses(answers), errors, len(queries), [list(answer.cookies) for answer in answers])
        clock.shift(60)

    assert seen[alice.email] == seen["nobody@example.com"]


@pytest.mark.parametrize(
    "change",
    [
        lambda true, _: true[:-1] + ("A" if true[-1] != "A" else "B"),
        lambda true, alice: true.replace(f".{alice}:", f".{alice + 1}.{alice}:", 1),
        lambda true, _: true.split(":")[0],
        lambda _, alice: forged(f"a-device.{alice}", key="a-key-of-somebody-else-that-is-long"),
        lambda _, alice: forged(f"a-device.{alice}", salt="another.purpose"),
        lambda _, alice: forged(f"a-device.{alice}", kind=signing.Signer),
        lambda _, alice: forged(f"a-device.alice.{alice}"),
        lambda _, alice: forged(f"{'x' * 200}.{alice}"),
        lambda true, _: true + "x" * 10_000,
        lambda true, _: f"x{true}",
        lambda _, __: "",
        lambda _, __: ":::",
        lambda _, __: "é:\x00:ÿ",
        lambda _, alice: str(alice),
    ],
    ids=[
        "signature", "account", "unsigned", "key", "purpose", "no time", "another form", "long", "very long", "name",
        "empty", "colons", "odd signs", "id",
    ],
)  # fmt: skip
def test_a_forged_cookie_is_no_cookie(alice, known_to, change):
    device = change(device_of(known_to(alice.email)), alice.pk)

    use_up()

    answer = sign_in(HOME, client=with_device(device))
    assert (answer.status_code, list(answer.cookies)) == (429, [])
    assert sign_in(HOME, email="nobody@example.com", client=with_device(device)).status_code == 401


def test_a_cookie_is_over_after_a_year_and_renewed_at_each_sign_in(alice, known_to, clock):
    browser = known_to(alice.email)
    old = device_of(browser)
    clock.shift(YEAR - 120)
    assert sign_in(HOME, client=browser).status_code == 200
    renewed = device_of(browser)
    clock.shift(120)

    use_up()

    assert sign_in(HOME, client=with_device(old)).status_code == 429
    assert sign_in(HOME, client=with_device(renewed)).status_code == 200
    assert renewed.partition(".")[0] == old.partition(".")[0]


def test_a_wrong_password_sets_and_renews_nothing(alice, known_to):
    browser = known_to(alice.email)

    assert not guess(HOME, client=browser).cookies


@pytest.mark.parametrize("path", ["logout", "logout-all"])
def test_a_device_stays_known_when_it_was_signed_out(alice, path, clock):
    browser = Browser().sign_in()
    assert browser.post(f"{API}/{path}/").status_code == 204

    use_up()

    assert sign_in(HOME, client=browser).status_code == 200


def test_a_device_stays_known_when_the_password_is_another(alice, clock):
    """Else whoever sets one because strangers try the old one would stand outside with them."""
    browser = Browser().sign_in()
    alice.set_password("two-rivers-and-a-bridge")
    alice.save()

    use_up()

    assert sign_in(HOME, client=browser, password="two-rivers-and-a-bridge").status_code == 200


def test_a_device_of_an_account_that_was_removed_is_a_strangers(alice, known_to):
    browser = known_to(alice.email)
    delete_account(user=alice, password=PASSWORD)
    User.objects.create_user(email="alice@example.com", password=PASSWORD)

    use_up()

    assert sign_in(HOME, client=browser).status_code == 429


def test_the_cookie_signs_nobody_in(alice, known_to):
    browser = with_device(device_of(known_to(alice.email)))

    assert browser.get(f"{API}/me/").status_code == 401
    assert browser.post(f"{API}/refresh/").status_code == 401
    assert browser.get(f"{API}/me/", HTTP_AUTHORIZATION=f"Bearer {device_of(browser)}").status_code == 401
    assert with_cookie(device_of(browser)).refresh().status_code == 401


def test_a_shared_device_is_known_to_the_last_five(known_to, clock):
    people = [f"person{n}@example.com" for n in range(6)]
    for email in people:
        User.objects.create_user(email=email, password=PASSWORD)
    device = device_of(known_to(*people))

    answers = []
    for email in people:
        use_up(email)
        answers.append(sign_in(HOME, email=email, client=with_device(device)))
        clock.shift(60)

    assert statuses(answers) == [429] + [200] * 5


def test_the_cookie_of_max_ids_is_short_enough_to_be_read(known_to):
    largest = 2**63 - 1
    people = [
        User.objects.create_user(email=f"person{n}@example.com", password=PASSWORD, pk=largest - n)
        for n in range(5)
    ]
    browser = known_to(*(person.email for person in people))

    use_up(people[0].email)

    assert sign_in(HOME, email=people[0].email, client=browser).status_code == 200


def test_a_body_that_makes_no_sense_is_counted_for_the_device(alice, known_to):
    browser = known_to(alice.email)

    tries = [
        browser.post(f"{API}/login/", "{", content_type="application/json", REMOTE_ADDR=f"192.0.2.{n}")
        for n in range(4)
    ]

    assert statuses(tries) == [400] * 3 + [429]


def test_the_store_of_counts_learns_no_device(alice, known_to, settings):
    browser = known_to(alice.email)
    guess(HOME, client=browser)

    if not settings.CACHE_URL:
        keys = " ".join(caches["local"]._cache)
        assert device_of(browser).partition(".")[0] not in keys


@pytest.mark.django_db(transaction=True)
def test_of_forty_guesses_at_once_with_one_cookie_ten_are_looked_at(alice, known_to, settings):
    device = device_of(known_to(alice.email))
    settings.THROTTLE_AUTH = (10, 86_400)  # a count of its own, apart from that of the sign-in

    answers = at_once([lambda n=n: guess(f"192.0.2.{n}", client=with_device(device)) for n in range(40)])

    assert Counter(statuses(answers)) == {401: 10, 429: 30}


def test_a_device_forgets_who_removes_their_account_and_nobody_else(alice, bob, known_to):
    browser = known_to(bob.email, alice.email).sign_in()
    before = device_of(browser)

    assert browser.delete(f"{API}/me/", {"password": PASSWORD}).status_code == 204

    after = device_of(browser)
    assert before.split(":")[0] == f"{after.split('.')[0]}.{alice.pk}.{bob.pk}"
    assert after.split(":")[0] == f"{after.split('.')[0]}.{bob.pk}"


def test_a_device_that_knew_nobody_else_forgets_everything(alice, known_to):
    browser = known_to(alice.email).sign_in()

    response = browser.delete(f"{API}/me/", {"password": PASSWORD})

    assert response.cookies["known_device"]["max-age"] == 0
