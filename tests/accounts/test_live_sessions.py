"""The one rule of which sessions are live, in SQL and in the ORM."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Session, User, live_session_sql
from accounts.sessions import open_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(alice):
    return open_session(user=alice).session


def is_live_in_sql(session):
    sql, values = live_session_sql(session_id=session.pk, user_id=session.user_id)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT session.id, person.id {sql}", values)
        rows = cursor.fetchall()
    assert rows in ([], [(session.pk, session.user_id)])
    return bool(rows)


def is_live_in_the_orm(session):
    return Session.objects.live().filter(pk=session.pk).exists()


def revoke(session, moment):
    Session.objects.filter(pk=session.pk).update(revoked_at=moment)


def expire(session, moment):
    Session.objects.filter(pk=session.pk).update(expires_at=moment)


def deactivate(session, moment):
    User.objects.filter(pk=session.user_id).update(is_active=False)


def remove(session, moment):
    User.objects.filter(pk=session.user_id).delete()


def leave(session, moment):
    """Change nothing."""


@pytest.mark.parametrize("is_live", [is_live_in_sql, is_live_in_the_orm])
@pytest.mark.parametrize(
    ("change", "seconds", "expected"),
    [
        (leave, 0, True),
        (revoke, -60, False),
        (revoke, 60, False),  # once revoked, whenever
        (expire, -1, False),
        (expire, 0, False),
        (expire, 60, True),
        (deactivate, 0, False),
        (remove, 0, False),
    ],
)
def test_a_session_is_live_until_it_is_revoked_or_over_or_its_person_inactive(
    session, is_live, change, seconds, expected
):
    change(session, timezone.now() + timedelta(seconds=seconds))

    assert is_live(session) is expected


def test_a_session_is_not_live_for_another_person(session, bob):
    session.user_id = bob.pk

    assert not is_live_in_sql(session)


def test_sessions_are_ended_once(session):
    assert Session.objects.all().end() == 1
    revoked_at = Session.objects.get().revoked_at

    assert Session.objects.all().end() == 0
    assert Session.objects.get().revoked_at == revoked_at
