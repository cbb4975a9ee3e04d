"""Two servers on one database, each with marks that it remembers: a change through one is seen through both at once."""

import pytest

from mock_upstream.server import start
from tests.operations.programs import UPSTREAM_KEY, Answer, Server, running

DISCOVER = "/api/v1/flyers/discover/?limit=3"


@pytest.fixture(params=["sqlite", "postgres"])
def servers(tmp_path, request):
    settings = {"DATABASE_URL": f"sqlite:///{tmp_path}/both.sqlite3"}
    if request.param == "postgres":
        settings["DATABASE_URL"] = request.getfixturevalue("postgres").url
    with (
        start(key=UPSTREAM_KEY) as upstream,
        running(Server(tmp_path, upstream=upstream.url, WORKERS="1", **settings)) as one,
        running(Server(tmp_path, upstream=upstream.url, WORKERS="1", **settings)) as other,
    ):
        yield one, other


def hit(server: Server, token: str) -> Answer:
    """Return an answer of the hit path, which reports no time of Django's."""
    answer = server.request(DISCOVER, token=token)
    assert (answer.status, answer.headers["x-cache"]) == (200, "HIT")
    assert "server-timing" not in answer.headers
    return answer


def test_a_change_through_one_server_is_seen_through_both_at_once(servers):
    one, other = servers
    alice, bob = one.sign_in("alice"), other.sign_in("bob")
    for server in servers:
        server.request(DISCOVER, token=alice)  # fills the cache, and is learned
        flyers = [flyer["id"] for flyer in hit(server, alice).json()["results"]]
    seen = []

    for writer, method in ((one, "PUT"), (other, "DELETE"), (other, "PUT")):
        written = writer.request(f"/api/v1/flyers/{flyers[0]}/favorite/", method, token=alice)
        for server in servers:
            for _ in range(2):  # the second time from memory
                answer = hit(server, alice)
                marks = [flyer["is_favorited"] for flyer in answer.json()["results"]]
                assert marks == [method == "PUT", False, False]
                assert answer.headers["x-library-version"] == written.headers["x-library-version"]
        seen.append(written.headers["x-library-version"])

    assert seen == ["1", "2", "3"]
    for server in servers:
        answer = hit(server, bob)
        assert [flyer["is_favorited"] for flyer in answer.json()["results"]] == [False] * 3
        assert answer.headers["x-library-version"] == "0"
