"""PostgreSQL dies under load and comes back: what callers saw of it, and what was saved."""

import itertools
from typing import NamedTuple

import psycopg
import pytest

from tests.operations.programs import SECRETS, Answer, Server, running
from tests.operations.stores import Postgres
from tests.operations.watching import Watch

DISCOVER = "/api/v1/flyers/discover/"
READERS = ("reader", "searcher")
WORKERS = 2


class Outage(NamedTuple):
    """What was seen, and by flyer the statuses of the calls that save it, in order."""

    watch: Watch
    saves: dict[int, list[int]]
    workers: tuple[list[int], list[int]]
    postgres: Postgres
    token: str

    @property
    def server(self) -> Server:
        return self.watch.server


@pytest.fixture(scope="module")
def outage(tmp_path_factory, postgres, redis, flyer_service):
    folder = tmp_path_factory.mktemp("server")
    stores = {"DATABASE_URL": postgres.url, "CACHE_URL": redis.url}
    with running(Server(folder, upstream=flyer_service.url, WORKERS=str(WORKERS), **stores)) as server:
        token = server.sign_in("alice")
        flyers = [flyer["id"] for flyer in server.request(f"{DISCOVER}?limit=100").json()["results"]]
        saves: dict[int, list[int]] = {}
        turns, words = itertools.cycle(flyers), itertools.count()

        def save() -> Answer:
            flyer = next(turns)
            answer = server.request(f"/api/v1/flyers/{flyer}/favorite/", "PUT", token=token)
            saves.setdefault(flyer, []).append(answer.status)
            return answer

        with Watch(
            server,
            reader=lambda: server.request(DISCOVER),
            searcher=lambda: server.request(f"/api/v1/flyers/search/?query=word{next(words)}"),
            person=lambda: server.request(DISCOVER, token=token),
            writer=save,
            probe=lambda: server.request("/health/live"),
            readiness=lambda: server.request("/health/ready"),
        ) as watch:
            before = sorted(server.workers)
            watch.until_all_have_seen("well")
            watch.phase = "dying"
            postgres.crash()
            watch.until_all_have_seen("down")
            watch.phase = "coming back"
            postgres.start()
            watch.until_all_are_served()
            watch.until_all_have_seen("well again")
        yield Outage(watch, saves, (before, sorted(server.workers)), postgres, token)


def statuses(answers):
    return {answer.status for answer in answers}


def test_anonymous_reads_and_the_sign_of_life_never_fail(outage):
    everything = [seen.answer for seen in outage.watch.seen if seen.who in {*READERS, "probe"}]

    assert statuses(everything) == {200}


def test_the_server_says_that_it_is_not_ready_and_that_it_is_again(outage):
    down = outage.watch.during("down", "readiness")

    assert statuses(outage.watch.during("well", "readiness")) == {200}
    assert statuses(down) == {503}
    assert down[0].headers["retry-after"] == "2"
    assert down[0].json()["checks"]["database"]["status"] == "fail"
    assert statuses(outage.watch.during("well again", "readiness")) == {200}


def test_who_is_signed_in_gets_a_clear_503_at_once(outage):
    down = outage.watch.during("down", "person", "writer")

    assert statuses(down) == {503}
    assert {answer.error for answer in down} == {"SERVICE_UNAVAILABLE"}
    assert {answer.headers["retry-after"] for answer in down} == {"2"}
    assert max(answer.seconds for answer in down) < 1


def test_all_is_well_again_without_a_restart(outage):
    before, after = outage.workers

    assert statuses(outage.watch.during("well again", "person")) == {200}
    assert statuses(outage.watch.during("well again", "writer")) <= {200, 201}
    assert before == after


def test_what_was_acknowledged_is_saved_and_nothing_is_half_saved(outage):
    acknowledged = {flyer for flyer, statuses in outage.saves.items() if {200, 201} & set(statuses)}
    with psycopg.connect(outage.postgres.url) as database:
        rows = database.execute(
            "SELECT item_id, title FROM favorites_entry WHERE shelf = 'favorites'"
        ).fetchall()

    saved = {flyer for flyer, _ in rows}
    assert acknowledged <= saved <= set(outage.saves)
    assert len(rows) == len(saved)
    assert all(title for _, title in rows)


def test_a_retry_of_what_failed_saves_it_once(outage):
    failed = [flyer for flyer, statuses in outage.saves.items() if 503 in statuses]
    for flyer in failed:
        answer = outage.server.request(f"/api/v1/flyers/{flyer}/favorite/", "PUT", token=outage.token)
        assert answer.status in {200, 201}

    with psycopg.connect(outage.postgres.url) as database:
        rows = database.execute(
            "SELECT count(*) FROM favorites_entry WHERE shelf = 'favorites' AND item_id = ANY(%s)", [failed]
        ).fetchone()
    assert failed
    assert rows == (len(failed),)


def test_the_failure_is_logged_without_tracebacks_and_without_what_people_looked_for(outage):
    lines = [line for line in outage.server.lines() if line["level"] == "error"]

    assert {line["event"] for line in lines} == {"the database failed"}
    assert not [line for line in lines if "exception" in line]
    said = outage.server.log.read_text()
    assert not [word for word in ("word1", "alice@", outage.token, *SECRETS.values()) if word in said]
