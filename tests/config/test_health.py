"""config: alive, and ready to serve."""

import pytest


def test_live_asks_nobody(client):
    assert client.get("/health/live").json() == {"status": "ok"}


@pytest.mark.django_db
def test_ready_says_how_our_stores_are(client):
    response = client.get("/health/ready")

    body = response.json()
    assert (response.status_code, body["status"]) == (200, "ok")
    assert body["checks"]["database"]["status"] == "ok"
    assert body["checks"]["database"]["latency_ms"] >= 0
    assert body["checks"]["cache"]["status"] == "ok"
    assert response["Cache-Control"] == "no-store"


def test_ready_is_503_without_a_database(client):
    # pytest-django closes the database to tests that did not ask for it: to the code that is a broken one.
    response = client.get("/health/ready")

    assert (response.status_code, response.json()["status"]) == (503, "unavailable")
    assert response.json()["checks"]["database"]["status"] == "down"
    assert response["Retry-After"] == "2"
