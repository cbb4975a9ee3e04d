"""No answer and no log line of a whole story contains a secret."""

import re

from tests.operations.programs import PASSWORD, SECRETS, TMDB_TOKEN
from tests.security.routes import READS, SHELVES


def test_no_secret_is_in_any_answer_or_line(service, alice):
    """The log is at DEBUG; it holds what all other tests of this folder did to the service, too."""
    person = {"email": "grace@flyers.test", "password": "a-passphrase-that-nobody-else-has"}
    cookies, tokens = [], [alice]

    def remember(answer):
        if "Set-Cookie" in answer.headers:
            cookies.append(re.search(r"refresh_token=([^;]*)", answer.headers["Set-Cookie"])[1])
        return answer

    said = len(service.transcript)
    assert service.request("/api/v1/auth/register/", "POST", person).status == 201
    signed_in = remember(service.request("/api/v1/auth/login/", "POST", person))
    tokens.append(signed_in.json()["tokens"]["access"])
    refreshed = remember(
        service.request("/api/v1/auth/refresh/", "POST", Cookie=f"refresh_token={cookies[0]}")
    )
    tokens.append(refreshed.json()["access"])
    in_secret = service.transcript[said:]  # where tokens belong: sign-in and refresh
    for path in (*(route.path for route in READS), "/api/v1/nope/"):
        service.request(path, token=tokens[-1])
        service.request(f"{path}?token={tokens[-1]}&password={person['password']}", token=tokens[-1])
    for path in SHELVES:
        service.request(path, "PUT", {"rating": 5} if path.endswith("rating/") else None, token=tokens[-1])
    service.request("/api/v1/movies/999999/", token=tokens[-1])
    service.request("/api/v1/tv/999999/favorite/", "PUT", token=tokens[-1])
    service.request("/api/v1/auth/refresh/", "POST", Cookie=f"refresh_token={cookies[0]}")
    service.request("/api/v1/auth/login/", "POST", person | {"password": "a-wrong-passphrase-of-grace"})
    service.request(
        "/api/v1/auth/login/", "POST", {"email": [person["email"]], "password": {"a": person["password"]}}
    )
    service.request(
        "/api/v1/auth/password/", "POST", {"current": person["password"], "new": "password"}, token=tokens[-1]
    )
    service.request("/api/v1/auth/password/reset/", "POST", {"email": person["email"]})
    service.request("/api/v1/auth/me/", token=tokens[-1] + "x")
    service.request("/health/ready")
    service.request("/metrics", token=SECRETS["METRICS_TOKEN"])
    service.request("/metrics")
    assert service.request("/api/v1/auth/logout/", "POST", token=tokens[-1]).status == 204

    ours = [*SECRETS.values(), TMDB_TOKEN]
    passwords = [PASSWORD, person["password"], "a-wrong-passphrase-of-grace"]
    log = service.log.read_bytes()
    assert log.count(b"api/v1/auth/login/") >= 3
    for secret in [*ours, *passwords, *tokens, *cookies, person["email"], "alice@flyers.test"]:
        assert secret.encode() not in log, secret
    visible = b"\n".join(answer for answer in service.transcript if answer not in in_secret)
    for secret in [*ours, *passwords, *tokens[1:], *cookies]:
        assert secret.encode() not in visible, secret
    for clue in (
        b"Traceback",
        b'File "',
        b"/site-packages/",
        b"flyers/feed",
        b"/3/movie",
        b"/3/tv",
        b"api_key",
    ):
        assert clue not in visible, clue


def test_nothing_that_was_done_was_an_error_of_ours(service):
    bad = [line for line in service.lines() if line.get("status", 0) >= 500 or "exception" in line]

    assert not bad
