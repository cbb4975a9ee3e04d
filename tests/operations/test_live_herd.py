"""Crowds that wait for upstream leave threads for everybody else."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import wraps
from typing import Any

import pytest

from benchmarks.load import at_once
from tests.flyers_proxy.faulty_service import healthy
from tests.hostile import Exchange, HostileServer
from tests.operations.programs import Answer, Load, Server, running, until

DISCOVER = "/api/v1/flyers/discover/"
SEARCH = "/api/v1/flyers/search/"
CROWD = 64
MANY = 8  # calls for the creators of one list, of several processes: more wait for their turn
SLOW_SECONDS = 2.0  # within the deadline of a call
# What waiting for upstream may take: the deadline of a call, and a grace.
MAX_WAIT_SECONDS = 2.7
# Before waiters had a bound this was the time of the call that they waited for. `make bench` measures how soon it is;
# here a busy machine may take its time.
AT_ONCE_SECONDS = 1.5
# Statuses that a waiting caller may get: 504 where a busy machine lets a slow call outlive its deadline.
ALLOWED_STATUSES = {200, 201, 503, 504}


class Service(HostileServer):
    """A flyer service whose answers take their time where the address holds one of ``slow``, and never come for ``hanging``."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.slow: dict[str, float] = {}
        self.hanging: tuple[str, ...] = ()

    def _answer(self, exchange: Exchange) -> None:
        if any(part in exchange.target for part in self.hanging):
            return exchange.wait_for_hangup()
        exchange.stopping.wait(sum(seconds for part, seconds in self.slow.items() if part in exchange.target))
        return healthy(exchange)


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with Service() as service:
        yield service


@pytest.fixture(scope="module", params=["alone", "redis"])
def server(request, tmp_path_factory, service) -> Iterator[Server]:
    store = {"CACHE_URL": request.getfixturevalue("redis").url} if request.param == "redis" else {}
    folder = tmp_path_factory.mktemp("herd")
    with running(Server(folder, upstream=service.url, WORKERS="2", **store)) as server:
        yield server


@pytest.fixture
def alice(server) -> str:
    return server.sign_in(f"alice-{time.monotonic_ns()}")


def crowd(number: int, call: Callable[[int], Answer]) -> list[Answer]:
    """Call so often at once; return the answers."""
    with ThreadPoolExecutor(number) as people:
        return list(people.map(call, range(number)))


def on_a_busy_machine(test: Callable[..., None]) -> Callable[..., None]:
    """Try a second and a third time: what is measured here is time, and a machine may be busy with something else.

    Each time is with addresses of its own, so a wait that the service causes is there three times.
    """

    @wraps(test)
    def tried(*args: Any, **kwargs: Any) -> None:
        for _ in range(2):
            with suppress(AssertionError):
                return test(*args, **kwargs)
        return test(*args, **kwargs)

    return tried


def promised(server: Server, number: int) -> float:
    """Return how long so many callers at once may take: to wait for upstream, and what they take here without it."""
    answers = crowd(number, lambda _: server.request(f"{DISCOVER}?no=such"))
    assert {answer.status for answer in answers} == {400}
    return MAX_WAIT_SECONDS + 6 * max(answer.seconds for answer in answers)


@contextmanager
def others(server: Server, token: str) -> Iterator[list[Answer]]:
    """Call meanwhile what needs nothing of upstream; the answers are whole when the block ends."""
    for _ in range(60):  # until each worker has the page, and the flyer that becomes a favorite below
        server.request(DISCOVER)
    answers: list[Answer] = []
    began = threading.Event()

    def look(path: str, method: str = "GET", token: str | None = None) -> Callable[[], None]:
        def call() -> None:
            answers.append(server.request(path, method, token=token))
            began.set()

        return call

    with Load(
        look(DISCOVER),
        look("/health/live"),
        look("/api/v1/auth/me/", token=token),
        look("/api/v1/flyers/7/favorite/", "PUT", token),
    ):
        assert began.wait(10)
        yield answers


def judge(answers: list[Answer]) -> None:
    assert len(answers) > 20
    assert [answer for answer in answers if answer.status not in {200, 201}] == []
    assert max(answer.seconds for answer in answers) < AT_ONCE_SECONDS


@on_a_busy_machine
def test_a_crowd_that_waits_for_one_page_holds_up_nobody_else(server, service, alice):
    service.slow = {"herd": SLOW_SECONDS}
    page = f"{SEARCH}?query=herd-{time.monotonic_ns()}"

    with others(server, alice) as answers:
        herd = crowd(CROWD, lambda _: server.request(page))

    judge(answers)
    assert {answer.status for answer in herd} <= ALLOWED_STATUSES
    assert max(answer.seconds for answer in herd) < promised(server, CROWD)


@on_a_busy_machine
def test_a_crowd_that_adds_one_favorite_holds_up_nobody_else(server, service, alice):
    flyer_id = time.monotonic_ns()
    service.slow = {str(flyer_id): SLOW_SECONDS}

    with others(server, alice) as answers:
        herd = crowd(
            CROWD, lambda _: server.request(f"/api/v1/flyers/{flyer_id}/favorite/", "POST", token=alice)
        )

    judge(answers)
    assert {answer.status for answer in herd} <= ALLOWED_STATUSES
    assert sum(answer.status == 201 for answer in herd) <= 1
    assert max(answer.seconds for answer in herd) < promised(server, CROWD)


@on_a_busy_machine
def test_while_a_call_hangs_everybody_who_waits_for_it_is_answered_in_time(server, service, alice):
    number = time.monotonic_ns()
    service.hanging = (str(number),)
    server.request("/api/v1/users/me/library/", "POST", {"favorites": [{"flyer_id": number}]}, token=alice)
    share = server.request("/api/v1/favorites/share/", "POST", {"list_name": "mine"}, token=alice).json()[
        "slug"
    ]
    addresses = (
        f"/api/v1/flyers/{number}/",
        f"/api/v1/follows/status/?user_id={number}",
        f"/api/v1/favorites/shared/{share}/",
    )

    for address in addresses:
        herd = crowd(CROWD, lambda _, address=address: server.request(address))

        assert max(answer.seconds for answer in herd) < promised(server, CROWD), address
        assert {answer.status for answer in herd} <= ALLOWED_STATUSES, address


@on_a_busy_machine
def test_a_crowd_far_larger_than_the_threads_is_sent_away_soon(server, service, alice):
    service.slow = {"mass": SLOW_SECONDS}
    page = f"http://127.0.0.1:{server.port}{SEARCH}?query=mass-{time.monotonic_ns()}"

    with others(server, alice) as answers:
        herd = at_once([page] * 400)

    judge(answers)
    assert {status for status, _ in herd} <= ALLOWED_STATUSES
    assert 503 in {status for status, _ in herd}


@on_a_busy_machine
def test_a_large_crowd_shares_an_answer_that_comes_soon(server, service, alice):
    service.slow = {"soon": 0.1}
    page = f"http://127.0.0.1:{server.port}{SEARCH}?query=soon-{time.monotonic_ns()}"
    before = len(service.received)

    herd = at_once([page] * 200)

    assert [status for status, _ in herd] == [200] * 200
    assert len(service.received) - before <= 2


def follow(server: Server, token: str, creator_ids: list[int]) -> None:
    """Follow creators without upstream being asked for them."""
    follows = [{"followed_id": id_} for id_ in creator_ids]
    assert (
        server.request("/api/v1/users/me/library/", "POST", {"follows": follows}, token=token).status == 200
    )


@on_a_busy_machine
def test_long_lists_of_one_person_hold_up_nobody_and_no_list_of_another(server, service, alice):
    first = time.monotonic_ns() // 1000 * 1000
    hers = f"/users/{str(first)[:-3]}"
    service.slow = {hers: SLOW_SECONDS}
    follow(server, alice, [first + number for number in range(1, 401)])
    bob = server.sign_in(f"bob-{first}")
    follow(server, bob, [5])
    pages = [f"/api/v1/follows/?limit=50&page={page}" for page in range(1, 9)]

    with others(server, bob) as answers, ThreadPoolExecutor(CROWD) as people:
        lists = [people.submit(server.request, pages[n % 8], token=alice) for n in range(CROWD)]
        until(lambda: sum(hers in target for target in service.targets) >= MANY, what="asking for hers")
        one = server.request("/api/v1/follows/", token=bob)
        waited = [each.result() for each in lists]

    judge(answers)
    assert one.json()["results"][0]["creator"]["username"] == "creator-5"
    assert one.seconds < AT_ONCE_SECONDS
    assert {answer.status for answer in waited} == {200}
    assert max(answer.seconds for answer in waited) < promised(server, CROWD)


@on_a_busy_machine
def test_with_redis_those_who_wait_for_other_processes_hold_up_nobody(tmp_path, service, redis):
    many = f"many-{time.monotonic_ns()}"
    service.slow = {many: SLOW_SECONDS}
    settings = {"WORKERS": "4", "CACHE_URL": redis.url}
    folder = tmp_path / many
    folder.mkdir()
    with running(Server(folder, upstream=service.url, **settings)) as server:
        token = server.sign_in("alice")

        with others(server, token) as answers:
            herd = crowd(48 * 4, lambda n: server.request(f"{SEARCH}?query={many}-{n // 4}"))

        judge(answers)
        assert {answer.status for answer in herd} <= ALLOWED_STATUSES
        assert max(answer.seconds for answer in herd) < promised(server, 48 * 4)
