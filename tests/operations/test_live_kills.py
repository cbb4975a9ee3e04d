"""operations: the server is killed in the middle of writes, and told to end in the middle of reads."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.operations.programs import Load, Server, running, until

DISCOVER = "/api/v1/flyers/discover/"
PEOPLE = ("alice", "bob", "carol", "dan")
KEPT, GONE, UNKNOWN = "kept", "gone", "unknown"


class Keeper:
    """Keeps one flyer after the other, and drops every third again; knows what it was told of each."""

    def __init__(self, server: Server, name: str, flyers: list[int]) -> None:
        self.server = server
        self.token = server.sign_in(name)
        self.flyers = iter(flyers)
        self.told: dict[int, str] = {}

    def go_on(self) -> None:
        """Keep the next flyer; ``OSError`` if nobody answers, and then nobody knows."""
        flyer = next(self.flyers, None)
        if flyer is None:
            return
        self._do("PUT", flyer, {200, 201}, KEPT)
        if len(self.told) % 3 == 0:
            self._do("DELETE", flyer, {204}, GONE)

    def _do(self, method: str, flyer: int, good: set[int], outcome: str) -> None:
        self.told[flyer] = UNKNOWN
        answer = self.server.ask(f"/api/v1/flyers/{flyer}/favorite/", method, token=self.token)
        assert answer.status in good, answer.body
        self.told[flyer] = outcome

    def found(self) -> dict[int, str]:
        """What is there now, of what it did."""
        ids = list(self.told)
        there: dict[str, bool] = {}
        for start in range(0, len(ids), 100):
            asked = ",".join(map(str, ids[start : start + 100]))
            answer = self.server.ask(f"/api/v1/users/me/library/contains/?flyers={asked}", token=self.token)
            there |= answer.json()["flyers"]
        return {int(flyer): KEPT if is_there else GONE for flyer, is_there in there.items()}


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_every_write_that_was_acknowledged_is_there_after_a_kill(store, tmp_path, flyer_service, request):
    settings = {"DATABASE_URL": request.getfixturevalue("postgres").url} if store == "postgres" else {}
    with running(Server(tmp_path, upstream=flyer_service.url, WORKERS="2", **settings)) as server:
        flyers = [
            flyer["id"]
            for page in (1, 2, 3)
            for flyer in server.ask(f"{DISCOVER}?limit=100&page={page}").json()["results"]
        ]
        keepers = [Keeper(server, name, flyers) for name in PEOPLE]

        with Load(*(keeper.go_on for keeper in keepers)):
            until(lambda: all(len(keeper.told) > 20 for keeper in keepers), what="a storm")
            killed = server.workers[0]
            os.kill(killed, signal.SIGKILL)  # One is replaced ...
            until(lambda: len(set(server.workers) - {killed}) == 2, what="another worker")
            until(lambda: all(len(keeper.told) > 50 for keeper in keepers), what="a storm")
            server.kill()  # ... and with all of them the storm is over.
        server.start()

        for keeper in keepers:
            told = {flyer: outcome for flyer, outcome in keeper.told.items() if outcome != UNKNOWN}
            found = keeper.found()
            assert {flyer: found[flyer] for flyer in told} == told
            assert KEPT in told.values()
            assert GONE in told.values()


def test_who_waits_for_an_answer_when_the_server_is_told_to_end_gets_it(tmp_path, flyer_service):
    patient = Server(tmp_path, upstream=flyer_service.url, WORKERS="2", FLYERS_DEADLINE_SECONDS="20")
    with running(patient) as server:

        def search(number: int) -> int:
            return server.ask(f"/api/v1/flyers/search/?query=word{number}").status

        flyer_service.knobs.turn({"latency_ms": 4000, "only": "/api/v1/flyers/feed/"})
        try:
            with ThreadPoolExecutor(8) as people, Load(lambda: server.ask("/health/live")) as others:
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
    few = {"WORKERS": "1", "THREADS": "16", "FLYERS_MAX_CONCURRENCY": "4"}
    with running(Server(tmp_path, upstream=flyer_service.url, **few)) as server:
        server.ask(DISCOVER)
        slow = [server.connect(head) for _ in range(40)] + [server.connect(body) for _ in range(40)]
        until(lambda: server.ask("/api/v1/auth/login/", "POST", {}).status == 503, what="taking all places")

        answers = [server.ask(path) for path in ("/health/live", DISCOVER) * 20]
        refused = server.ask("/api/v1/auth/login/", "POST", {})
        for connection in slow:
            connection.close()
        until(lambda: server.ask("/api/v1/auth/login/", "POST", {}).status == 400, what="places for all")

    assert {answer.status for answer in answers} == {200}
    assert max(answer.seconds for answer in answers) < 1
    assert (refused.error, refused.headers["retry-after"]) == ("SERVICE_UNAVAILABLE", "2")
