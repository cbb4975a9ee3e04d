"""What is counted, and who may see it."""

import pytest

TOKEN = "a-token-for-the-scraper"


def test_requests_are_counted_by_route_and_status(client):
    client.get("/health/live")
    client.get("/somewhere/else")

    text = client.get("/metrics").content.decode()

    assert 'flyers_bff_requests_total{method="GET",route="health/live/",status="200"}' in text
    assert 'flyers_bff_requests_total{method="GET",route="none",status="404"}' in text
    assert 'flyers_bff_request_seconds_bucket{le="0.001",route="health/live/"}' in text


def test_without_a_token_only_this_machine_may_look(client):
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 401
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 401


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        ("Bearer another-token-altogether", 401),
        ("", 401),
        (f"Basic {TOKEN}", 401),
        ("é", 401),
    ],
)
def test_with_a_token_only_its_owner_may_look(client, settings, given, status):
    settings.METRICS_TOKEN = TOKEN

    response = client.get("/metrics", headers={"Authorization": given})

    assert response.status_code == status


def test_an_odd_method_does_not_make_a_new_series(client):
    client.generic("BREW", "/health/live")

    assert 'method="other"' in client.get("/metrics").content.decode()


def test_the_browser_sees_where_the_time_went(client):
    assert client.get("/health/live")["Server-Timing"].startswith("app;dur=")
