"""Changing a password, setting a new one by e-mail, and what hashing costs."""

import contextlib
import re
import threading
import time

import pytest
import time_machine
from django.contrib.auth.hashers import check_password, make_password
from django.core import mail as django_mail

from accounts import mail, services
from accounts.models import Session, User
from accounts.passwords import _QUEUE, MAX_QUEUED, BoundedArgon2, HashersBusyError
from accounts.sessions import open_session
from tests.accounts.cast import API, Browser, verdict, with_cookie
from tests.conftest import PASSWORD
from tests.races import at_once

NEW = "across-the-river-and-back"

pytestmark = pytest.mark.django_db


def details_of(response):
    assert verdict(response) == (400, "VALIDATION_ERROR")
    return response.json()["error"]["details"]


# --- Changing it ----------------------------------------------------------------------------------


def test_a_new_password_ends_every_other_device(alice):
    browser, phone = Browser().sign_in(), Browser().sign_in()

    response = browser.post(f"{API}/password/", {"current": PASSWORD, "new": NEW})

    assert response.status_code == 204
    assert browser.is_signed_in()
    assert browser.refresh().status_code == 200
    assert verdict(phone.get(f"{API}/me/")) == (401, "INVALID_TOKEN")
    assert verdict(phone.refresh()) == (401, "TOKEN_EXPIRED")
    Browser().sign_in(password=NEW)
    assert Browser().post(f"{API}/login/", {"email": alice.email, "password": PASSWORD}).status_code == 401


def test_the_current_password_has_to_be_right(as_alice):
    response = as_alice.post(f"{API}/password/", {"current": "not-hers", "new": NEW})

    assert details_of(response) == {"current": ["This is not your password."]}
    assert User.objects.get().check_password(PASSWORD)


@pytest.mark.parametrize("new", ["short", "password", "1234567890123", "alice@example.com", "x" * 257, ""])
def test_a_weak_new_password_is_refused(as_alice, new):
    assert set(details_of(as_alice.post(f"{API}/password/", {"current": PASSWORD, "new": new}))) == {"new"}
    assert User.objects.get().check_password(PASSWORD)


def test_a_password_that_was_changed_meanwhile_is_not_changed_by_the_old_one(alice):
    session = open_session(user=alice).session
    User.objects.update(password=make_password(NEW))

    with pytest.raises(services.WrongPasswordError):
        services.change_password(
            user=alice, session_id=session.pk, current=PASSWORD, new="yet-another-password"
        )
    with pytest.raises(services.WrongPasswordError):
        services.delete_account(user=alice, password=PASSWORD)

    assert User.objects.get().check_password(NEW)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(5))
def test_a_sign_in_with_the_old_password_that_races_its_change_leaves_no_session(alice, attempt):
    browser = Browser().sign_in()
    others = [Browser() for _ in range(4)]
    credentials = {"email": alice.email, "password": PASSWORD}
    sign_ins = [lambda other=other: other.post(f"{API}/login/", credentials) for other in others]
    change = [lambda: browser.post(f"{API}/password/", {"current": PASSWORD, "new": NEW})]

    *answers, changed = at_once(sign_ins + change)

    assert changed.status_code == 204
    assert all(answer.status_code in {200, 401} for answer in answers)
    (left,) = Session.objects.filter(revoked_at=None)
    assert browser.refresh().status_code == 200
    left.refresh_from_db()
    assert left.rotated_at is not None


# --- Setting one by e-mail ------------------------------------------------------------------------


def letters():
    """Return the letters so far, when all that were handed in have been sent."""
    mail._outbox.settle()
    return django_mail.outbox


def token_of(letter):
    return re.search(r"#/reset/(\S+)", letter.body)[1]


@pytest.fixture
def link(anyone, alice):
    """The token of a letter that Alice has requested."""
    assert anyone.post(f"{API}/password/reset/", {"email": "Alice@example.com"}).status_code == 204
    return token_of(letters()[0])


def confirm(client, token, new=NEW):
    return client.post(f"{API}/password/reset/confirm/", {"token": token, "new": new})


def test_a_forgotten_password_is_replaced_by_e_mail(anyone, alice):
    old = Browser().sign_in()
    response = anyone.post(f"{API}/password/reset/", {"email": "ALICE@example.com"})
    assert (response.status_code, response.content) == (204, b"")
    assert response["Cache-Control"] == "no-store"

    (letter,) = letters()
    assert confirm(anyone, token_of(letter)).status_code == 204

    assert not old.is_signed_in()
    assert verdict(with_cookie(old.cookie).refresh()) == (401, "TOKEN_EXPIRED")
    assert Browser().sign_in(password=NEW).is_signed_in()


def test_the_letter_is_plain_text_and_html_with_the_same_link(link):
    (letter,) = letters()

    assert letter.to == ["alice@example.com"]
    assert letter.from_email == "Flyers BFF <noreply@localhost>"
    ((html, kind),) = letter.alternatives
    assert kind == "text/html"
    for text in letter.body, html:
        assert f"http://localhost:5173/#/reset/{link}" in text
        assert "30 minutes" in text


def test_a_stranger_gets_the_same_answer_and_no_letter(anyone, alice):
    User.objects.create_user(email="inactive@example.com", password=PASSWORD, is_active=False)
    for email in "nobody@example.com", "inactive@example.com":
        response = anyone.post(f"{API}/password/reset/", {"email": email})
        assert (response.status_code, response.content) == (204, b"")

    assert not letters()


@pytest.mark.parametrize(
    "email", ["alice@example.com\r\nBcc: eve@example.com", "alice@example.com\n", "no address", ""]
)
def test_an_address_with_a_line_break_is_refused(anyone, alice, email):
    assert set(details_of(anyone.post(f"{API}/password/reset/", {"email": email}))) == {"email"}
    assert not letters()


def test_a_link_works_once(anyone, link):
    assert confirm(anyone, link).status_code == 204

    assert set(details_of(confirm(anyone, link, "yet-another-password"))) == {"token"}


def test_a_weak_password_does_not_use_up_the_link(anyone, link):
    assert set(details_of(confirm(anyone, link, "password"))) == {"new"}

    assert confirm(anyone, link).status_code == 204


@pytest.mark.parametrize(("seconds", "status"), [(1_799, 204), (1_802, 400)])
def test_a_link_is_good_for_thirty_minutes(anyone, alice, seconds, status):
    with time_machine.travel("2026-05-01T12:00:00Z", tick=False) as clock:
        anyone.post(f"{API}/password/reset/", {"email": alice.email})
        clock.shift(seconds)

        assert confirm(anyone, token_of(letters()[0])).status_code == status


def test_a_link_is_worth_nothing_once_the_password_was_changed(anyone, link, as_alice):
    as_alice.post(f"{API}/password/", {"current": PASSWORD, "new": NEW})

    assert set(details_of(confirm(anyone, link, "yet-another-password"))) == {"token"}


def test_a_link_is_worth_nothing_to_somebody_else(anyone, link, bob):
    _, _, secret = link.partition(".")

    assert set(details_of(confirm(anyone, f"{bob.pk}.{secret}"))) == {"token"}
    assert User.objects.get(pk=bob.pk).check_password(PASSWORD)


def test_a_link_of_somebody_who_was_deactivated_is_worth_nothing(anyone, link):
    User.objects.update(is_active=False)

    assert set(details_of(confirm(anyone, link))) == {"token"}


@pytest.mark.parametrize(
    "token", ["", "x", "1.", "1.a-b", f"{2**64}.a-b", "0.a-b", "1.é-b", "x" * 300, None, [], {}]
)
def test_a_made_up_link_is_refused(anyone, alice, token):
    assert set(details_of(confirm(anyone, token))) == {"token"}


@pytest.mark.django_db(transaction=True)
def test_of_several_who_use_one_link_at_once_one_sets_the_password(anyone, link, alice):
    wishes = [f"a-wish-for-a-password-{n}" for n in range(6)]

    answers = at_once([lambda new=new: confirm(Browser(), link, new) for new in wishes])

    assert sorted(answer.status_code for answer in answers) == [204] + [400] * 5
    (granted,) = (new for new, answer in zip(wishes, answers, strict=True) if answer.status_code == 204)
    assert User.objects.get().check_password(granted)


def test_a_mail_server_that_is_down_changes_no_answer(anyone, alice, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    assert anyone.post(f"{API}/password/reset/", {"email": alice.email}).status_code == 204

    letters()
    assert "a letter was not sent: ConnectionRefusedError" in caplog.text
    assert alice.email not in caplog.text


def test_nobody_is_buried_in_letters(anyone, alice):
    with time_machine.travel("2026-05-01T12:00:00Z", tick=False) as clock:
        for _ in range(7):
            assert anyone.post(f"{API}/password/reset/", {"email": alice.email}).status_code == 204
        assert len(letters()) == 5

        clock.shift(3_600)
        anyone.post(f"{API}/password/reset/", {"email": "ALICE@example.com"})
        assert len(letters()) == 6


def test_letters_do_not_pile_up_without_end(anyone, settings, caplog):
    settings.THROTTLE_AUTH = (1000, 60)
    people = [User(email=f"p{n}@example.com", password="!") for n in range(mail.MAX_WAITING + 3)]
    User.objects.bulk_create(people)
    closed = threading.Event()
    mail._outbox._worker.submit(closed.wait, 10)
    try:
        for person in people:
            assert anyone.post(f"{API}/password/reset/", {"email": person.email}).status_code == 204
    finally:
        closed.set()

    assert len(letters()) == mail.MAX_WAITING
    assert caplog.text.count("a letter was thrown away") == 3


# --- What one costs -------------------------------------------------------------------------------


def test_a_password_really_costs_what_it_should(settings):
    settings.PASSWORD_HASHERS = ["accounts.passwords.BoundedArgon2"]

    hashed = make_password(PASSWORD)

    assert "$m=19456,t=2,p=1$" in hashed
    assert check_password(PASSWORD, hashed)
    assert not check_password(PASSWORD + "x", hashed)
    started = time.thread_time()
    check_password(PASSWORD, hashed)
    assert time.thread_time() - started > 0.003


def test_the_hasher_itself_takes_nothing_longer_than_a_password_may_be():
    hashed = BoundedArgon2().encode("x" * 256, "a-salt-of-some-length")

    assert BoundedArgon2().verify("x" * 256, hashed)
    assert not BoundedArgon2().verify("x" * 257, hashed)
    with pytest.raises(ValueError, match="this long"):
        BoundedArgon2().encode("x" * 257, "a-salt-of-some-length")


def test_a_hash_made_at_another_cost_is_renewed_at_sign_in(alice, settings):
    cheap = User.objects.get().password
    settings.PASSWORD_HASHERS = ["accounts.passwords.BoundedArgon2"]

    assert Browser().sign_in().is_signed_in()

    assert User.objects.get().password != cheap
    assert "$m=19456,t=2,p=1$" in User.objects.get().password
    assert Browser().sign_in().is_signed_in()


def test_renewing_a_hash_does_not_bring_an_old_password_back(alice, settings):
    read_before = User.objects.get()
    changed = make_password(NEW)
    User.objects.update(password=changed)
    settings.PASSWORD_HASHERS = ["accounts.passwords.BoundedArgon2"]

    assert read_before.check_password(PASSWORD)

    assert User.objects.get().password == changed


def test_a_flood_of_sign_ins_is_told_to_come_back_and_leaves_threads_for_reads(alice, anyone):
    with contextlib.ExitStack() as places:
        for _ in range(MAX_QUEUED):
            places.enter_context(_QUEUE)

        with pytest.raises(HashersBusyError):
            BoundedArgon2().encode(PASSWORD, "a-salt-of-some-length")
        response = anyone.post(f"{API}/login/", {"email": alice.email, "password": PASSWORD})

    assert verdict(response) == (503, "SERVICE_UNAVAILABLE")
    assert response["Retry-After"] == "2"
    assert anyone.post(f"{API}/login/", {"email": alice.email, "password": PASSWORD}).status_code == 200
