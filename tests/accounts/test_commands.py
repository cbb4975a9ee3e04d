"""The management commands of accounts."""

from io import StringIO

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command

from accounts.models import Session, User
from accounts.sessions import open_session
from tests.accounts.cast import Browser

pytestmark = pytest.mark.django_db


def run(*words, **options):
    """Run a command and return what it printed."""
    printed = StringIO()
    call_command(*words, stdout=printed, **options)
    return printed.getvalue()


@pytest.fixture
def sessions(alice):
    """One session that is over, one that was ended, one that lives."""
    with time_machine.travel("2026-05-01T12:00:00Z"):
        over = open_session(user=alice).session
    ended, living = open_session(user=alice).session, open_session(user=alice).session
    Session.objects.filter(pk=ended.pk).end()
    return over, ended, living


def test_a_dry_run_only_counts(sessions):
    assert run("prune_sessions", "--dry-run").startswith("2 sessions would be deleted.\n")
    assert Session.objects.count() == 3


def test_dead_sessions_are_deleted_and_living_ones_stay(sessions):
    assert run("prune_sessions").startswith("2 sessions deleted.\n")
    assert run("prune_sessions").startswith("0 sessions deleted.\n")

    assert Session.objects.get() == sessions[2]


def test_thousands_of_dead_sessions_go_in_batches(alice, django_assert_max_num_queries):
    now = "2020-01-01T00:00:00Z"
    Session.objects.bulk_create(
        Session(user=alice, token_hash=f"{n:064}", created_at=now, last_used_at=now, expires_at=now)
        for n in range(1_100)
    )

    with django_assert_max_num_queries(10):
        assert run("prune_sessions").startswith("1100 sessions deleted.\n")


def test_a_test_letter_is_sent():
    assert "Sent from Flyers BFF <noreply@localhost>" in run("send_test_email", "ops@example.com")

    assert mail.outbox[0].to == ["ops@example.com"]


@pytest.mark.parametrize("address", ["nobody", "ops@example.com\nBcc: eve@example.com"])
def test_a_test_letter_needs_an_address(address):
    with pytest.raises(CommandError, match="no e-mail address"):
        run("send_test_email", address)


def test_a_mail_server_that_is_down_is_reported(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    with pytest.raises(CommandError, match="It was not sent: ConnectionRefusedError"):
        run("send_test_email", "ops@example.com")


def test_the_sample_users_can_sign_in_however_often_they_are_made(settings):
    settings.DEBUG = True

    printed = {run("sample_user") for _ in range(2)}

    (line,) = printed
    accounts = [words.split()[:2] for words in line.split(" or ")]
    assert all(Browser().sign_in(email, password).is_signed_in() for email, password in accounts)
    assert [User.objects.get(email=email).role for email, _ in accounts] == ["admin", "user", "user"]
    assert User.objects.count() == 3


def test_there_is_no_sample_user_in_production():
    with pytest.raises(CommandError, match="DEBUG"):
        run("sample_user")

    assert not User.objects.exists()


def test_an_administrator_is_made_from_the_command_line(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "under-the-bridge")

    run("createsuperuser", interactive=False, email="Root@example.com")

    assert User.objects.get(email="root@example.com").role == "admin"
