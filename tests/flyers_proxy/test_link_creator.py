"""`manage.py link_creator`: which creator of the flyer service a person is."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from tests import payloads
from tests.conftest import UPSTREAM

pytestmark = pytest.mark.django_db


def run(*words, **options):
    """Run a command and return what it printed."""
    printed = StringIO()
    call_command(*words, stdout=printed, **options)
    return printed.getvalue()


def test_a_person_is_linked_to_the_creator_they_are(alice, upstream):
    upstream.get(f"{UPSTREAM}/users/7/", json=payloads.creator(7))

    assert (
        run("link_creator", "ALICE@example.com", "7") == "alice@example.com is now creator 7 (creator-7).\n"
    )

    alice.refresh_from_db()
    assert alice.creator_id == 7


def test_linking_twice_is_linking_once(alice, upstream):
    upstream.get(f"{UPSTREAM}/users/7/", json=payloads.creator(7))

    assert run("link_creator", alice.email, "7") == run("link_creator", alice.email, "7")


def test_nobody_is_linked_to_a_creator_who_does_not_exist(alice, upstream):
    upstream.get(f"{UPSTREAM}/users/7/", status=404)

    with pytest.raises(CommandError, match="no creator 7"):
        run("link_creator", alice.email, "7")

    assert User.objects.get().creator_id is None


def test_two_people_are_not_one_creator(alice, bob, upstream):
    upstream.get(f"{UPSTREAM}/users/7/", json=payloads.creator(7))
    run("link_creator", alice.email, "7")

    with pytest.raises(CommandError, match="Somebody else"):
        run("link_creator", bob.email, "7")


def test_a_silent_flyer_service_links_nobody(alice, upstream):
    upstream.get(f"{UPSTREAM}/users/7/", status=403)

    with pytest.raises(CommandError, match="no answer"):
        run("link_creator", alice.email, "7")


@pytest.mark.parametrize("creator_id", ["0", "-1", str(2**63), "x"])
def test_an_id_that_is_none_is_not_asked_for(alice, creator_id):
    with pytest.raises(CommandError):
        run("link_creator", alice.email, f"--={creator_id}" if creator_id == "-" else creator_id)


def test_an_unknown_person_is_not_linked():
    with pytest.raises(CommandError, match="Nobody"):
        run("link_creator", "nobody@example.com", "7")
