"""The server is killed in the middle of writes, and stopped in the middle of reads."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.operations.programs import Load, Server, running, until

DISCOVER = "/api/v1/flyers/discover/"
PEOPLE = ("alice", "bob", "carol", "dan")
SAVED, DELETED, UNKNOWN = "saved", "deleted", "unknown"


class Writer:
    """Adds one favorite after the other, and removes every third again; records the outcome of each."""

    def __init__(self, server: Server, name: str, flyers: list[int]) -> None:
        self.server = server
        self.token = server.sign_in(name)
        self.flyers = iter(flyers)
        self.outcomes: dict[int, str] = {}

    def go_on(self) -> None:
        """Add the next favorite; ``OSError`` if nobody answers, and then its outcome is unknown."""
        flyer = next(self.flyers, None)
        if flyer is None:
            return
        self._do("PUT", flyer, {200, 201}, SAVED)
        if len(self.outcomes) % 3 == 0:
            self._do("DELETE", flyer, {204}, DELETED)

    def _do(self, method: str, flyer: int, good: set[int], outcome: str) -> None:
        self.outcomes[flyer] = UNKNOWN
        answer = self.server.request(f"/api/v1/flyers/{flyer}/favorite/", method, token=self.token)
        assert answer.status in good, answer.body
        self.outcomes[flyer] = outcome

    def found(self) -> dict[int, str]:
        """What is there now, of what it did."""
        ids = list(self.outcomes)
        there: dict[str, bool] = {}
        for start in range(0, len(ids), 100):
            ids_of_a_call = ",".join(map(str, ids[start : start + 100]))
            answer = self.server.request(
                f"/api/v1/users/me/library/contains/?flyers={ids_of_a_call}", token=self.token
            )
            there |= answer.json()["flyers"]
        return {int(flyer): SAVED if is_there else DELETED for flyer, is_there in there.items()}


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_every_write_that_was_acknowledged_is_there_after_a_kill(store, tmp_path, flyer_service, request):
    settings = {"DATABASE_URL": request.getfixturevalue("postgres").url} if store == "postgres" else {}
    with running(Server(tmp_path, upstream=flyer_service.url, WORKERS="2", **settings)) as server:
        flyers = [
            flyer["id"]
            for page in (1, 2, 3)
            for flyer in server.request(f"{DISCOVER}?limit=100&page={page}").json()["results"]
        ]
        writers = [Writer(server, name, flyers) for name in PEOPLE]

        with Load(*(writer.go_on for writer in writers)):
            until(lambda: all(len(writer.outcomes) > 20 for writer in writers), what="a storm")
            killed = server.workers[0]
            os.kill(killed, signal.SIGKILL)  # One is replaced ...
            until(lambda: len(set(server.workers) - {killed}) == 2, what="another worker")
            until(lambda: all(len(writer.outcomes) > 50 for writer in writers), what="a storm")
            server.kill()  # ... and with all of them the storm is over.
        server.start()

        for writer in writers:
            known = {flyer: outcome for flyer, outcome in writer.outcomes.items() if outcome != UNKNOWN}
            found = writer.found()
            assert {flyer: found[flyer] for flyer in known} == known
            assert SAVED in known.values()
            assert DELETED in known.values()


def test_who_waits_for_an_answer_when_the_server_is_told_to_end_gets_it(tmp_path, flyer_service):
    patient = Server(tmp_path, upstream=flyer_service.url, WORKERS="2", FLYERS_DEADLINE_SECONDS="20")
    with running(patient) as server:

        def search(number: int) -> int:
            return server.request(f"/api/v1/flyers/search/?query=word{number}").status

        flyer_service.knobs.turn({"latency_ms": 4000, "only": "/api/v1/flyers/feed/"})
        try:
            with ThreadPoolExecutor(8) as people, Load(lambda: server.request("/health/live")) as others:
                waiting = [people.submit(search, number) for number in range(8)]
                until(lambda: calls_under_way(flyer_service) == 8, what="asking the flyer service")
                code = server.stop()
                statuses = [person.result() for person in waiting]
        finally:
            flyer_service.knobs.reset()

    assert code == 0
    assert statuses == [200] * 8
    assert {answer.status for answer in others.done} == {200}


def calls_under_way(flyer_service) -> int:
    calls: int = flyer_service.request_log.as_json()["in_flight"]
    return calls


def test_slow_callers_end_nobody_elses_answers(tmp_path, flyer_service):
    """Forty that send no whole head, and more that send no whole body than there are threads."""
    head = b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
    body = b"POST /api/v1/auth/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    body += b'Content-Length: 1000\r\n\r\n{"email": "'
    few = {
        "WORKERS": "1",
        "THREADS": "16",
        "FLYERS_MAX_CONCURRENCY": "4",
        "TMDB_API_TOKEN": "",
        "STORE_API_URL": "",
    }
    with running(Server(tmp_path, upstream=flyer_service.url, **few)) as server:
        server.request(DISCOVER)
        slow = [server.connect(head) for _ in range(40)] + [server.connect(body) for _ in range(40)]
        until(
            lambda: server.request("/api/v1/auth/login/", "POST", {}).status == 503, what="taking all places"
        )

        answers = [server.request(path) for path in ("/health/live", DISCOVER) * 20]
        refused = server.request("/api/v1/auth/login/", "POST", {})
        for connection in slow:
            connection.close()
        until(lambda: server.request("/api/v1/auth/login/", "POST", {}).status == 400, what="places for all")

    assert {answer.status for answer in answers} == {200}
    assert max(answer.seconds for answer in answers) < 1
    assert (refused.error, refused.headers["retry-after"]) == ("SERVICE_UNAVAILABLE", "2")
