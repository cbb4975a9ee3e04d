"""Tests with random bytes for an answer: every failure is an UpstreamError."""

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clients import errors
from clients.breaker import Breaker
from clients.flyers import FlyerClient, FlyerQuery
from clients.tmdb import DiscoverQuery, TMDbClient
from clients.transport import Transport
from tests import payloads_tmdb
from tests.clients import answers
from tests.clients.answers import KEY, NAME
from tests.hostile import HostileServer, sends
from tests.hostile import answers as always

SHORT_DEADLINE_SECONDS = 0.6
ANYWHERE = FlyerQuery(lat=0, lng=0)
RAW = (
    b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nETag: "v1"\r\n'
    b"Cache-Control: max-age=30\r\nRetry-After: 5\r\nSet-Cookie: a=b; Expires=Fri, 01 May 2026 12:00:30 GMT\r\n\r\n"
)
BODY = json.dumps(answers.page(answers.flyer(1), answers.flyer(2))).encode()
CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)


@st.composite
def damaged(draw, whole):
    """A few cuts, insertions and replacements in ``whole``."""
    data = whole
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 40)))
        data = data[:start] + draw(st.binary(max_size=20)) + data[end:]
    return data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data


@pytest.fixture(scope="module")
def patient_transport_and_server():
    """A transport whose breaker never opens, for what is done to it hundreds of times."""
    with HostileServer(always("[]")) as server:
        never = Breaker(failures_in_a_row=10**9, window_calls=10**9)
        transport = Transport(
            NAME, server.url, KEY, breaker=never, deadline=SHORT_DEADLINE_SECONDS, chance=lambda: 0
        )
        yield transport, server
        transport.close()


@given(data=damaged(RAW + CHUNKED))
@settings(deadline=None, max_examples=200)
def test_random_damage_to_an_answer_on_the_wire_never_leaves_the_tree(patient_transport_and_server, data):
    transport, server = patient_transport_and_server
    server.behaviour = sends(data)

    with contextlib.suppress(errors.UpstreamError):
        FlyerClient(transport).list_flyers(ANYWHERE, etag='"v0"')


@given(data=damaged(BODY))
@settings(deadline=None, max_examples=200)
def test_random_damage_to_a_document_never_leaves_the_tree(patient_transport_and_server, data):
    transport, server = patient_transport_and_server
    server.behaviour = always(data)

    with contextlib.suppress(errors.UpstreamError):
        FlyerClient(transport).list_flyers(ANYWHERE)


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.just("\ud800")
    | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
FIELDS = [
    "id",
    "title",
    "description",
    "categories",
    "creator",
    "images",
    "location",
    "validity",
    "created_at",
]
PARTS = [
    "id",
    "username",
    "profile_picture",
    "url",
    "order",
    "address",
    "lat",
    "lng",
    "valid_from",
    "valid_until",
]


@given(
    changed=st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=3),
    within=st.dictionaries(st.sampled_from(PARTS), ANYTHING, max_size=3),
)
@settings(deadline=None, max_examples=200)
def test_random_values_in_a_flyer_never_leave_the_tree(patient_transport_and_server, changed, within):
    transport, server = patient_transport_and_server
    flyer = answers.flyer(7)
    flyer |= {name: flyer[name] | within for name in ("creator", "location", "validity")}
    server.behaviour = always(json.dumps(flyer | {"images": [within]} | changed))

    with contextlib.suppress(errors.UpstreamError):
        FlyerClient(transport).get_flyer(7)


def paths_of(document):
    """Return the way to every value of a document, by keys and positions."""
    inside = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in inside:
        yield (key,)
        if isinstance(value, (dict, list)):
            yield from ((key, *path) for path in paths_of(value))


SHOW = payloads_tmdb.show_detail(605)
PAGE = payloads_tmdb.page(payloads_tmdb.movie(1, media_type="movie"))


def replaced(document, path, value):
    changed = json.loads(json.dumps(document))
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return changed


@given(path=st.sampled_from(list(paths_of(SHOW))), value=ANYTHING)
@settings(deadline=None, max_examples=300)
def test_a_random_value_anywhere_in_a_show_never_leaves_the_tree(patient_transport_and_server, path, value):
    transport, server = patient_transport_and_server
    server.behaviour = always(json.dumps(replaced(SHOW, path, value)))

    with contextlib.suppress(errors.UpstreamError):
        assert TMDbClient(transport).get_show(605).value.id == 605


@given(path=st.sampled_from(list(paths_of(PAGE))), value=ANYTHING)
@settings(deadline=None, max_examples=200)
def test_a_random_value_anywhere_in_a_page_of_titles_never_leaves_the_tree(
    patient_transport_and_server, path, value
):
    transport, server = patient_transport_and_server
    server.behaviour = always(json.dumps(replaced(PAGE, path, value)))

    with contextlib.suppress(errors.UpstreamError):
        TMDbClient(transport).discover("movie", DiscoverQuery(), 1)
