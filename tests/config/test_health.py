"""Alive, and ready to serve."""

import socket

import pytest
from django.conf import settings
from django.db.migrations.recorder import MigrationRecorder

from config.health import require_migrations


@pytest.fixture
def fresh_health():
    """Let readiness know as little as in a new process; and so afterwards."""
    require_migrations.cache_clear()
    yield
    require_migrations.cache_clear()


def test_live_asks_nobody(client):
    assert client.get("/health/live").json() == {"status": "ok"}


@pytest.mark.django_db
def test_ready_says_how_our_stores_are(client):
    response = client.get("/health/ready")

    body = response.json()
    assert (response.status_code, body["status"]) == (200, "ok")
    assert set(body["checks"]) == {"database", "redis"}
    assert body["checks"]["database"]["status"] == "ok"
    assert body["checks"]["database"]["latency_ms"] >= 0
    assert response["Cache-Control"] == "no-store"


@pytest.mark.django_db
@pytest.mark.skipif(bool(settings.CACHE_URL), reason="Redis is there")
def test_without_a_redis_its_check_is_skipped(client):
    assert client.get("/health/ready").json()["checks"]["redis"] == {"status": "skipped", "latency_ms": None}


@pytest.mark.django_db
@pytest.mark.skipif(not settings.CACHE_URL, reason="needs Redis: set TEST_CACHE_URL")
def test_with_a_redis_it_is_asked(client):
    redis = client.get("/health/ready").json()["checks"]["redis"]

    assert redis["status"] == "ok"
    assert redis["latency_ms"] >= 0


@pytest.mark.django_db
def test_a_redis_that_does_not_answer_degrades_and_is_not_needed(client, settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, and says nothing
        settings.CACHE_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        backend = "django.core.cache.backends.redis.RedisCache"
        options = {"socket_timeout": 0.1, "socket_connect_timeout": 0.1}
        settings.CACHES = {
            **settings.CACHES,
            "default": {"BACKEND": backend, "LOCATION": settings.CACHE_URL, "OPTIONS": options},
        }

        response = client.get("/health/ready")

    body = response.json()
    assert (response.status_code, body["status"]) == (200, "degraded")
    assert body["checks"]["redis"]["status"] == "fail"
    assert body["checks"]["redis"]["latency_ms"] >= 0


def test_ready_is_503_without_a_database(client):
    # pytest-django closes the database to tests that did not ask for it: to the code that is a broken one.
    response = client.get("/health/ready")

    assert (response.status_code, response.json()["status"]) == (503, "unavailable")
    assert response.json()["checks"]["database"]["status"] == "fail"
    assert response["Retry-After"] == "2"


@pytest.mark.django_db
def test_ready_is_503_while_a_migration_is_pending(client, fresh_health):
    MigrationRecorder.Migration.objects.filter(app="favorites").delete()

    response = client.get("/health/ready")

    assert response.status_code == 503
    check = response.json()["checks"]["database"]
    assert check["status"] == "fail"
    assert "pending" in check["detail"]
    assert response["Retry-After"] == "2"


@pytest.mark.django_db
def test_ready_notices_when_the_last_migration_was_made(client, fresh_health):
    last = MigrationRecorder.Migration.objects.filter(app="favorites").latest("id")
    last.delete()
    assert client.get("/health/ready").status_code == 503

    last.save(force_insert=True)

    assert client.get("/health/ready").status_code == 200


@pytest.mark.django_db
def test_ready_looks_for_migrations_until_there_are_none_to_make(
    client, fresh_health, django_assert_num_queries
):
    client.get("/health/ready")

    with django_assert_num_queries(1):
        assert client.get("/health/ready").status_code == 200


@pytest.mark.django_db
def test_a_database_that_is_down_is_not_remembered_as_one_without_migrations(
    client, fresh_health, django_db_blocker
):
    with django_db_blocker.block():
        assert "detail" not in client.get("/health/ready").json()["checks"]["database"]

    assert client.get("/health/ready").status_code == 200
