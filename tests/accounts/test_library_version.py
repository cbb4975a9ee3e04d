"""The version of a person's library: raised by its own SQL alone, under the lock of the person's row."""

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import User, lock_library, raise_library_version
from accounts.sessions import end_sessions, library_version_of, open_session, person_of
from accounts.tokens import verify_access_token
from tests.conftest import PASSWORD
from tests.races import at_once

MAX_VERSION = 2**63 - 1


def stored_version(user):
    return User.objects.values_list("library_version", flat=True).get(pk=user.pk)


@pytest.fixture
def admin(db):
    client = Client()
    client.force_login(User.objects.create_user(email="carol@example.com", password=None, is_staff=True))
    return client


def test_a_library_begins_at_zero_and_counts_up(alice, bob):
    with transaction.atomic():
        before = lock_library(alice.pk)
        raise_library_version(user_id=alice.pk, to=MAX_VERSION)
        after = lock_library(alice.pk)

    assert (before, after) == (0, MAX_VERSION)
    assert stored_version(bob) == 0


def test_there_is_no_library_of_nobody(db):
    with transaction.atomic():
        assert lock_library(1_000_000) is None


def test_a_session_that_lives_tells_the_version(alice):
    opened = open_session(user=alice)
    raise_library_version(user_id=alice.pk, to=7)

    while_it_lives = library_version_of(session_id=opened.session.pk, user_id=alice.pk)
    end_sessions(alice)

    assert while_it_lives == 7
    assert library_version_of(session_id=opened.session.pk, user_id=alice.pk) is None


def test_who_is_signed_in_is_read_with_the_version(alice, django_assert_num_queries):
    access = open_session(user=alice).access
    raise_library_version(user_id=alice.pk, to=7)

    with django_assert_num_queries(1):
        assert person_of(verify_access_token(access)).library_version == 7


def test_saving_somebody_who_was_read_earlier_leaves_the_version(alice):
    read_earlier = User.objects.get(pk=alice.pk)
    raise_library_version(user_id=alice.pk, to=7)

    read_earlier.first_name = "Alicia"
    read_earlier.save()

    assert stored_version(alice) == 7
    assert User.objects.get(pk=alice.pk).first_name == "Alicia"


def test_saving_what_was_loaded_in_part_saves_that_part(alice, django_assert_num_queries):
    read_earlier = User.objects.only("first_name", "library_version").get(pk=alice.pk)
    User.objects.update(last_name="Rivers", library_version=7)

    read_earlier.first_name = "Alicia"
    with django_assert_num_queries(1):
        read_earlier.save()

    alice.refresh_from_db()
    assert (alice.display_name, alice.library_version) == ("Alicia Rivers", 7)


def test_an_administrator_neither_sees_nor_sets_the_version(admin, alice):
    raise_library_version(user_id=alice.pk, to=7)
    page = f"/admin/accounts/user/{alice.pk}/change/"

    shown = admin.get(page)
    fields = {"email": alice.email, "first_name": "Alicia", "is_active": "on", "library_version": "1"}
    saved = admin.post(page, fields)

    assert "library_version" not in shown.content.decode()
    assert saved.status_code == 302
    alice.refresh_from_db()
    assert (alice.first_name, alice.library_version) == ("Alicia", 7)
    assert alice.check_password(PASSWORD)


@pytest.mark.django_db(transaction=True)
def test_of_changes_at_once_each_has_a_version_of_its_own(alice):
    def change():
        with transaction.atomic():
            version = lock_library(alice.pk) + 1
            raise_library_version(user_id=alice.pk, to=version)
            return version

    versions = at_once([change] * 12)

    assert sorted(versions) == list(range(1, 13))
    assert stored_version(alice) == 12
