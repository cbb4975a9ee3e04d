"""The first calls of a process, all at once, on whatever is made lazily."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from mock_upstream.server import start
from tests.operations.programs import UPSTREAM_KEY, Server, running

READS = (
    *(
        "flyers/discover/",
        "flyers/search/?query=a",
        "flyers/categories/",
        "flyers/7/",
        "creators/3/",
        "creators/3/flyers/",
    ),
    *("users/me/favorites/", "follows/", "auth/me/", "auth/sessions/", "users/me/library/"),
)
FIRST = (
    *(("GET", f"/api/v1/{path}") for path in READS),
    *(("PUT", f"/api/v1/flyers/{number}/favorite/") for number in range(1, 7)),
    *(("GET", path) for path in ("/api/schema/", "/api/schema/", "/api/docs/", "/health/ready", "/metrics")),
)

ROOM_FOR_ALL = {"THREADS": "128", "FLYERS_MAX_CONCURRENCY": "64"}

# In a process of its own: in this one the types are known. What learns a type looks up its annotations in Python.
PROGRAM = """
import sys

from clients.flyers import FlyerClient, FlyerQuery
from clients.transport import Transport
from flyers_proxy import shapes
from proxy.store import Entry, pack, unpack
from mock_upstream.server import start

learned = []


def listen(frame, event, _):
    if event == "call" and frame.f_code.co_filename.endswith("msgspec/_utils.py"):
        learned.append(frame.f_code.co_name)


with start(key="a-key") as upstream:
    client = FlyerClient(Transport("flyers", upstream.url, "a-key"))
    sys.setprofile(listen)
    page = client.list_flyers(FlyerQuery(lat=40.4, lng=-3.7)).value
    flyer = shapes.FLYER.render(client.get_flyer(page.results[0].id).value)
    client.get_creator(page.results[0].creator.id)
    client.list_categories()
    unpack(pack(Entry(flyer, fetched_at=1, fresh_until=2, max_age=3, etag=None)))
    sys.setprofile(None)
print(*learned)
"""


def test_whatever_is_asked_first_is_answered_though_all_ask_at_once(tmp_path):
    together = Barrier(len(FIRST))
    with (
        start(key=UPSTREAM_KEY) as upstream,
        running(Server(tmp_path, upstream=upstream.url, WORKERS="1", **ROOM_FOR_ALL)) as server,
    ):
        token = server.sign_in("alice")

        def answer_to(call):
            together.wait()
            return call, server.request(call[1], call[0], token=token).status

        with ThreadPoolExecutor(len(FIRST)) as threads:
            answers = list(threads.map(answer_to, FIRST))
        said = server.said()

    assert [answer for answer in answers if answer[1] not in {200, 201}] == [(("GET", "/metrics"), 401)]
    assert "Unexpected exit" not in said


def test_a_type_that_is_read_is_learned_before_the_first_call():
    """msgspec compiles how to decode a type at its first use; two threads that do so together crash the process."""
    ended = subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True)

    assert ended.stdout == "\n"
