"""A server that has started logs once what the flyer service lacks, and does not wait for that."""

import json

from mock_upstream.server import start
from tests.operations.programs import UPSTREAM_KEY, Server, running, until

LACKS = "the flyer service lacks what it has to offer"


def test_a_server_warns_once_of_what_the_flyer_service_lacks(tmp_path):
    with start(key=UPSTREAM_KEY) as upstream:
        upstream.knobs.turn({"ignores": ["ids", "near_me"], "latency_ms": 20})
        with running(Server(tmp_path, upstream=upstream.url, FLYERS_CHECK_AT_START="True")) as server:
            until(lambda: LACKS in server.said(), what="the warning")
            server.stop()

    warnings = [line for line in server.said().splitlines() if '"warning"' in line]
    assert [json.loads(line)["event"] for line in warnings] == [LACKS]
    assert json.loads(warnings[0])["missing"] == ["flyers/feed/ near_me, radius", "flyers/feed/ ids"]


def test_a_server_starts_though_the_flyer_service_hangs(tmp_path):
    with start(key=UPSTREAM_KEY) as upstream:
        upstream.knobs.turn({"mode": "hang"})
        server = Server(
            tmp_path, upstream=upstream.url, FLYERS_CHECK_AT_START="True", FLYERS_DEADLINE_SECONDS="30"
        )
        with running(server):
            until(lambda: upstream.request_log.as_json()["in_flight"] == 1, what="the first question")
            alive = server.request("/health/live").status
            code = server.stop()

    assert (alive, code) == (200, 0)
    assert '"warning"' not in server.said()
