"""config: alive, and ready to serve."""

import socket

import pytest
from django.conf import settings


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
