"""Bodies of requests, of which few are read at once, and fewer large ones are worked on."""

import io
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.handlers.wsgi import WSGIRequest

from config.bodies import LARGE_BODY_BYTES, MAX_LARGE_BODIES, BoundedBodies
from config.parsers import BodiesBusyError, StrictJSONParser
from tests.proxy.fills import eventually

SMALL, LARGE = b"x" * 100, b"x" * (LARGE_BODY_BYTES + 1)
PLENTY = 100


class Application:
    """Reads the body, and then works on it until the gate opens."""

    def __init__(self):
        self.gate = threading.Event()
        self.lock = threading.Lock()
        self.begun = self.working = self.max_working = 0

    def __call__(self, environ, start_response):
        with self.lock:
            self.begun += 1
        body = environ["wsgi.input"].read(2 * LARGE_BODY_BYTES)
        if not body:
            return []
        with self.lock:
            self.working += 1
            self.max_working = max(self.max_working, self.working)
        assert self.gate.wait(10)
        with self.lock:
            self.working -= 1
        return [body]


@pytest.fixture
def application():
    application = Application()
    yield application
    application.gate.set()


@pytest.fixture
def threads():
    with ThreadPoolExecutor(16) as threads:
        yield threads


def call(application, body):
    return application({"wsgi.input": io.BytesIO(body)}, None)


def is_refused(bounded):
    try:
        call(bounded, b"")
    except BodiesBusyError:
        return True
    return False


def test_few_large_bodies_are_worked_on_at_once_and_the_others_wait(application, threads):
    bounded = BoundedBodies(application, max_readers=PLENTY, wait_seconds=10)

    calls = [threads.submit(call, bounded, LARGE) for _ in range(8)]
    assert eventually(lambda: application.begun == 8 and application.working == MAX_LARGE_BODIES)
    application.gate.set()

    assert [answer.result() for answer in calls] == [[LARGE]] * 8
    assert application.max_working == MAX_LARGE_BODIES


def test_a_large_body_that_waits_for_too_long_is_refused(application, threads):
    bounded = BoundedBodies(application, max_readers=PLENTY, wait_seconds=0)
    calls = [threads.submit(call, bounded, LARGE) for _ in range(MAX_LARGE_BODIES)]
    assert eventually(lambda: application.working == MAX_LARGE_BODIES)

    with pytest.raises(BodiesBusyError):
        call(bounded, LARGE)

    application.gate.set()
    assert [answer.result() for answer in calls] == [[LARGE]] * MAX_LARGE_BODIES
    assert call(bounded, LARGE) == [LARGE]


def test_small_bodies_do_not_wait_for_large_ones(application, threads):
    bounded = BoundedBodies(application, max_readers=PLENTY, wait_seconds=10)
    large = [threads.submit(call, bounded, LARGE) for _ in range(MAX_LARGE_BODIES + 1)]
    assert eventually(lambda: application.working == MAX_LARGE_BODIES)

    small = [threads.submit(call, bounded, SMALL) for _ in range(4)]
    assert eventually(lambda: application.working == MAX_LARGE_BODIES + 4)
    application.gate.set()

    assert [answer.result() for answer in [*small, *large]] == [[SMALL]] * 4 + [[LARGE]] * len(large)


def test_those_who_wait_count_among_those_who_read(application, threads):
    bounded = BoundedBodies(application, max_readers=1, wait_seconds=10)
    calls = []
    for number in range(1, MAX_LARGE_BODIES + 1):
        calls.append(threads.submit(call, bounded, LARGE))
        assert eventually(lambda number=number: application.working == number)

    calls.append(threads.submit(call, bounded, LARGE))

    assert eventually(lambda: is_refused(bounded))
    application.gate.set()
    assert [answer.result() for answer in calls] == [[LARGE]] * (MAX_LARGE_BODIES + 1)


def test_whoever_fails_gives_the_place_back():
    def failing(environ, start_response):
        environ["wsgi.input"].readline()
        raise ZeroDivisionError

    bounded = BoundedBodies(failing, max_readers=1, wait_seconds=0)

    for _ in range(MAX_LARGE_BODIES + 1):
        with pytest.raises(ZeroDivisionError):
            call(bounded, LARGE)


@pytest.mark.parametrize(
    ("body", "left"),
    [
        (b"[" + b",".join([b"[]"] * 10_000) + b"]", []),
        (b'{"rows": [' + b",".join([b"[]"] * 10_000) + b"]}", {}),
        (b'{"rows": [[], []]}', {"rows": [[], []]}),
    ],
    ids=["a large list", "a large object", "a small object"],
)
def test_of_a_large_document_nothing_is_left_when_it_is_answered(body, left):
    documents, lengths = [], []

    def parse(environ, start_response):
        documents.append(StrictJSONParser().parse(WSGIRequest(environ)))
        lengths.append(len(documents[0]))
        return []

    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/", "CONTENT_LENGTH": str(len(body))}
    BoundedBodies(parse, max_readers=1)(environ | {"wsgi.input": io.BytesIO(body)}, None)

    assert lengths[0] > 0
    assert documents == [left]
