"""What nginx refuses, what it hides, and which client address it passes on."""

import re
import subprocess

import pytest

from tests.deploy.files import text

APP = "http://localhost:5173"
LOGIN = "/api/v1/auth/login/"
ATTEMPTS = 10


def test_a_body_past_a_megabyte_is_refused_in_our_envelope(cluster):
    refused = cluster.request("POST", LOGIN, b" " * 1_000_001, Origin=APP, X_Request_ID="too-large")

    assert refused.status == 413
    assert refused.header("Access-Control-Allow-Origin") == APP
    assert refused.header("X-Request-ID") == "too-large"
    assert refused.json() == {
        "error": {
            "code": "PAYLOAD_TOO_LARGE",
            "message": "The body is larger than 1 MB.",
            "details": {},
            "request_id": "too-large",
        }
    }


def test_a_body_of_a_megabyte_is_the_service_s_to_judge(cluster):
    answer = cluster.request("POST", LOGIN, b" " * 1_000_000, Content_Type="application/json")

    assert (answer.status, answer.json()["error"]["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/metrics", 404, "NOT_FOUND"),
        ("GET", "/metrics/", 404, "NOT_FOUND"),
        ("GET", "//metrics", 404, "NOT_FOUND"),
        ("GET", "/%6Detrics", 404, "NOT_FOUND"),
        ("GET", "/api/../metrics", 404, "NOT_FOUND"),
        ("GET", "/admin/", 404, "NOT_FOUND"),
        ("GET", "/admin/login/", 404, "NOT_FOUND"),
        ("GET", "/", 404, "NOT_FOUND"),
        ("TRACE", "/api/v1/flyers/discover/", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/api/" + "a" * 9000, 414, "VALIDATION_ERROR"),
        ("GET", "/api/%ZZ", 400, "VALIDATION_ERROR"),
    ],
)
def test_what_nginx_answers_by_itself_has_our_envelope(cluster, method, path, status, code):
    answer = cluster.request(method, path)

    assert (answer.status, answer.json()["error"]["code"]) == (status, code)
    assert answer.header("Content-Type") == "application/json"


def test_a_header_line_past_8_kb_is_refused(cluster):
    answer = cluster.request("GET", "/api/v1/flyers/discover/", X_Long="a" * 9000)

    assert (answer.status, answer.json()["error"]["code"]) == (400, "VALIDATION_ERROR")


def test_an_encoded_path_does_not_reach_what_is_hidden(cluster):
    for path in (
        "/api/..%2Fmetrics",
        "/api/%2e%2e/metrics",
        "/api/v1/..;/metrics",
        "/health/%2e%2e%2fadmin/",
    ):
        assert cluster.request("GET", path).status in {400, 404}


def test_health_is_asked_through_nginx_and_never_cached(cluster):
    for path in ("/health/live", "/health/ready"):
        answer = cluster.request("GET", path)
        assert (answer.status, answer.json()["status"]) == (200, "ok")
        assert answer.header("Cache-Control") == "no-store"


def test_a_strange_request_id_is_replaced_by_one_of_nginx_s(cluster):
    answer = cluster.request("GET", "/api/v1/flyers/categories/", X_Request_ID="no spaces, please")

    assert re.fullmatch("[0-9a-f]{32}", answer.header("X-Request-ID"))


def test_sign_in_attempts_are_counted_for_all_processes_together(cluster):
    statuses = [
        cluster.request(
            "POST", LOGIN, {"email": f"nobody{number}@flyers.test", "password": "a"}, client="127.2.0.1"
        ).status
        for number in range(ATTEMPTS + 6)
    ]

    assert statuses == [401] * ATTEMPTS + [429] * 6


def test_writing_another_address_into_a_header_does_not_give_more_attempts(cluster):
    statuses = [
        cluster.request(
            "POST",
            LOGIN,
            {"email": f"somebody{number}@flyers.test", "password": "a"},
            client="127.2.0.2",
            X_Forwarded_For=f"198.51.100.{number}, 203.0.113.{number}",
            X_Real_IP=f"198.51.100.{number}",
            Forwarded=f"for=198.51.100.{number}",
        ).status
        for number in range(ATTEMPTS + 3)
    ]

    assert statuses == [401] * ATTEMPTS + [429] * 3


def test_a_shared_list_s_address_and_a_query_stand_in_no_log(cluster):
    cluster.request("GET", "/api/v1/favorites/shared/summer-0123456789/?page=1", X_Request_ID="shared")

    assert cluster.nginx.visits("shared")[0]["path"] == "/api/v1/favorites/shared/-"


def test_https_and_the_door_to_the_admin_are_files_that_nginx_takes(cluster, tmp_path):
    key, certificate = tmp_path / "privkey.pem", tmp_path / "fullchain.pem"
    make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=flyers.test"
    subprocess.run([*make.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    tls = text("deploy/nginx/tls.conf").replace("/etc/nginx/tls", str(tmp_path))

    verdict = cluster.nginx.verdict(tls=tls, admin=text("deploy/nginx/admin.conf"))

    assert verdict.rstrip().endswith("test is successful")
    assert "emerg" not in verdict
