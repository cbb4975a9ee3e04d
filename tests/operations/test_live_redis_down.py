"""Redis dies, comes back, and hangs, all under load: no caller sees it or waits for it."""

import itertools

import pytest

from tests.operations.programs import Server, running, until
from tests.operations.watching import Watch

DISCOVER = "/api/v1/flyers/discover/"
PHASES = ("well", "down", "well again", "hanging", "awake")
SIGN_INS = 5


@pytest.fixture(scope="module")
def outage(tmp_path_factory, postgres, redis, flyer_service):
    folder = tmp_path_factory.mktemp("server")
    settings = {"DATABASE_URL": postgres.url, "CACHE_URL": redis.url, "THROTTLE_AUTH": f"{SIGN_INS}/d"}
    with running(Server(folder, upstream=flyer_service.url, WORKERS="2", **settings)) as server:
        token = server.sign_in("alice")
        flyers = [flyer["id"] for flyer in server.request(f"{DISCOVER}?limit=100").json()["results"]]
        turns, words = itertools.cycle(flyers), itertools.count()
        # A wrong password is wrong, or was tried too often.
        guess = {"email": "alice@flyers.test", "password": "a-guess-that-is-wrong"}
        with Watch(
            server,
            reader=lambda: server.request(DISCOVER),
            searcher=lambda: server.request(f"/api/v1/flyers/search/?query=word{next(words)}"),
            person=lambda: server.request(DISCOVER, token=token),
            keeper=lambda: server.request(f"/api/v1/flyers/{next(turns)}/favorite/", "PUT", token=token),
            guesser=lambda: server.request("/api/v1/auth/login/", "POST", guess),
            readiness=lambda: server.request("/health/ready"),
        ) as watch:
            watch.until_all_have_seen("well")
            watch.phase = "dying"
            redis.kill()
            watch.until_all_have_seen("down")
            watch.phase = "coming back"
            redis.start()
            until(lambda: redis_is("ok", server), what="Redis being used again")
            watch.until_all_have_seen("well again")
            watch.phase = "stalling"
            redis.pause()
            watch.until_all_have_seen("hanging")
            watch.phase = "waking"
            redis.resume()
            until(lambda: redis_is("ok", server), what="Redis being used again")
            watch.until_all_have_seen("awake")
        yield watch


def redis_is(status, server):
    return server.request("/health/ready").json()["checks"]["redis"]["status"] == status


@pytest.mark.parametrize("phase", PHASES)
def test_everybody_is_served(outage, phase):
    served = outage.during(phase, "reader", "searcher", "person", "keeper", "readiness")

    assert {answer.status for answer in served} <= {200, 201}


@pytest.mark.parametrize("phase", PHASES)
def test_who_guesses_is_stopped(outage, phase):
    """While Redis does not answer each of the processes counts for itself."""
    statuses = [answer.status for answer in outage.during(phase, "guesser")]

    assert set(statuses) <= {401, 429}
    assert statuses.count(401) <= 2 * SIGN_INS


def test_nobody_waits_for_a_redis_that_hangs(outage):
    """A tenth of a second at most, and then the work, on a machine that is busy."""
    hanging = outage.during("hanging", "reader", "searcher", "person", "keeper", "guesser", "readiness")
    times = sorted(answer.seconds for answer in hanging)

    assert times[len(times) // 2] < 0.2
    assert times[-1] < 1


def test_readiness_shows_it(outage):
    shown = {
        phase: {
            (answer.json()["status"], answer.json()["checks"]["redis"]["status"])
            for answer in outage.during(phase, "readiness")
        }
        for phase in ("well", "down", "hanging")
    }

    degraded = {("degraded", "fail")}
    assert shown == {"well": {("ok", "ok")}, "down": degraded, "hanging": degraded}


def test_the_failure_is_logged_seldom(outage):
    logged = [line for line in outage.server.lines() if line["event"] == "shared cache failed"]

    assert 1 <= len(logged) <= 4  # by each of the two processes, once a minute
    assert not [line for line in outage.server.lines() if line["level"] == "error"]
