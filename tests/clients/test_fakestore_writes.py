"""Tests of the writes to FakeStore: what is sent, once, and what is made of its answers; on real sockets."""

import json
from decimal import Decimal

import pytest

from clients import errors
from clients.fakestore import FakeStoreClient, Product, ProductFields, StoreRating
from clients.transport import Transport
from tests import payloads_fakestore as payloads
from tests.clients.answers import NAME
from tests.hostile import FAULTS, answers, in_turn

FIELDS = ProductFields(
    title="Men's Cotton Jacket",
    price=Decimal("55.990"),
    description="Great outerwear.",
    category="men's clothing",
    image="https://fakestoreapi.com/img/71li-ujtlUL._AC_UX679_.jpg",
)
SENT = (
    b'{"title":"Men\'s Cotton Jacket","price":55.990,"description":"Great outerwear.",'
    b'"category":"men\'s clothing","image":"https://fakestoreapi.com/img/71li-ujtlUL._AC_UX679_.jpg"}'
)
WRITES = {
    "POST": lambda store: store.create_product(FIELDS),
    "PUT": lambda store: store.replace_product(7, FIELDS),
    "DELETE": lambda store: store.delete_product(7),
}


def made(product_id, rating=None):
    """Return the product of ``FIELDS`` with this id."""
    return Product(
        id=product_id,
        title=FIELDS.title,
        price=FIELDS.price,
        description=FIELDS.description,
        category=FIELDS.category,
        image=FIELDS.image,
        rating=rating,
    )


@pytest.fixture
def transport(server):
    transport = Transport(NAME, server.url, deadline=0.5, chance=lambda: 0.0)
    yield transport
    transport.close()


@pytest.fixture
def store(transport):
    return FakeStoreClient(transport)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("POST", "/products", SENT), ("PUT", "/products/7", SENT), ("DELETE", "/products/7", b"")],
)
def test_a_write_is_one_request_to_its_path_with_the_named_fields(server, store, method, path, body):
    server.behaviour = answers(json.dumps(payloads.product(7)))

    WRITES[method](store)

    (sent,) = server.received
    assert (sent.method, sent.target, sent.body) == (method, path, body)
    assert sent.headers.get("content-type") == ("application/json" if body else None)
    assert not {"authorization", "cookie", "transfer-encoding"} & set(sent.headers)


@pytest.mark.parametrize(
    ("price", "sent"),
    [("109.95", "109.95"), ("10.00", "10.00"), ("695", "695"), ("0.1", "0.1"), ("1E+3", "1000"), ("0", "0")],
)
def test_a_price_is_sent_as_a_number_with_its_digits(server, store, price, sent):
    server.behaviour = answers('{"id": 21}')

    store.create_product(ProductFields(title="A", price=Decimal(price)))

    assert server.received[0].body == b'{"title":"A","price":%s,"description":""}' % sent.encode()


@pytest.mark.parametrize("price", ["-1", "NaN", "Infinity", "1000000000", "0.00001"])
def test_a_price_that_can_not_be_is_never_sent(price):
    with pytest.raises(ValueError, match="price"):
        ProductFields(title="A", price=Decimal(price))


def test_a_product_without_a_title_is_never_sent():
    with pytest.raises(ValueError, match="title"):
        ProductFields(title=" \x00", price=Decimal(1))


def test_what_is_sent_is_clean(server, store):
    server.behaviour = answers('{"id": 21}')
    fields = ProductFields(
        title="Ja\x00cket\ud800",
        price=Decimal(1),
        description="\u202eso\nft",
        category=" ",
        image="javascript:alert(1)",
    )

    store.create_product(fields)

    assert json.loads(server.received[0].body) == {"title": "Jacket", "price": 1, "description": "so\nft"}


def test_of_a_product_only_what_can_be_written_is_sent(server, store):
    server.behaviour = answers('{"id": 7}')

    store.replace_product(7, made(7, rating=StoreRating(3.9, 120)))

    assert server.received[0].body == SENT


ECHO = json.loads(SENT) | {"price": 55.99}


@pytest.mark.parametrize("status", [200, 201])
@pytest.mark.parametrize(
    "answer", [ECHO | {"id": 21}, {"id": 21}, 21, {"id": 21, "title": "Men's Cotton Jacket"}]
)
def test_a_created_product_has_the_id_that_the_store_gave_it(server, store, status, answer):
    server.behaviour = answers(json.dumps(answer), status)

    assert store.create_product(FIELDS) == made(21)


def test_what_the_store_made_of_a_product_is_what_was_made(server, store):
    server.behaviour = answers(json.dumps(payloads.product(21, title="MEN'S COTTON JACKET")), 201)

    created = store.create_product(FIELDS)

    assert (created.id, created.title, created.rating) == (21, "MEN'S COTTON JACKET", StoreRating(3, 400))


@pytest.mark.parametrize("answer", [ECHO | {"id": 7}, {"id": 7}])
def test_a_replaced_product_is_what_was_sent(server, store, answer):
    server.behaviour = answers(json.dumps(answer))

    assert store.replace_product(7, FIELDS) == made(7)


def test_a_product_is_deleted_whatever_it_was(server, store):
    server.behaviour = answers(json.dumps(payloads.product(7, price=-1)))

    assert store.delete_product(7) is None


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize("body", ["null", ""])
def test_what_is_missing_can_not_be_written(server, transport, store, method, body):
    server.behaviour = answers(body)

    for _ in range(12):
        with pytest.raises(errors.UpstreamNotFoundError) as raised:
            WRITES[method](store)
        assert not raised.value.outcome_unknown

    assert transport.health().state == "closed"


@pytest.mark.parametrize("product_id", [0, 2**63])
def test_an_id_that_no_product_has_is_not_written(server, store, product_id):
    for write in (
        lambda: store.replace_product(product_id, FIELDS),
        lambda: store.delete_product(product_id),
    ):
        with pytest.raises(errors.UpstreamNotFoundError):
            write()

    assert server.connections == 0


ERROR = {"status": "error", "message": "something went wrong! check your sent data"}


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        *(("POST", answer) for answer in (None, {}, [], "21", {"id": "21"}, {"id": 0}, {"id": None}, ERROR)),
        *(("PUT", answer) for answer in ({}, {"id": 8}, payloads.product(8), ERROR)),
        *(("DELETE", answer) for answer in ({}, {"id": 8}, ERROR)),
    ],
)
def test_an_answer_that_tells_nothing_leaves_the_outcome_unknown(server, store, method, answer):
    server.behaviour = answers(json.dumps(answer))

    with pytest.raises(errors.UpstreamMalformedError) as raised:
        WRITES[method](store)

    assert raised.value.outcome_unknown
    assert len(server.received) == 1


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize(
    ("behaviour", "failure"),
    [
        (FAULTS["hang"], errors.UpstreamTimeoutError),
        (FAULTS["reset"], errors.UpstreamUnavailableError),
        (
            answers(payloads.CONNECTION_TIMED_OUT, 522, Content_Type="text/html"),
            errors.UpstreamUnavailableError,
        ),
    ],
    ids=["hang", "reset after sending", "522"],
)
def test_a_write_without_an_answer_is_sent_once_and_its_outcome_unknown(
    server, store, write, behaviour, failure
):
    server.behaviour = in_turn(behaviour, answers('{"id": 7}'))

    with pytest.raises(failure) as raised:
        write(store)

    assert raised.value.outcome_unknown
    assert len(server.received) == 1


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_write_after_an_idle_connection_was_dropped_is_sent_once(server, store, write):
    server.behaviour = in_turn(answers("[]"), answers('{"id": 7}'))
    store.list_products()
    server.drop_connections()
    assert server.wait_until_left_alone()

    write(store)

    assert (len(server.received), server.connections) == (2, 2)


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_write_that_is_stopped_was_not_carried_out(server, store, write):
    server.behaviour = answers(payloads.BLOCKED, 403, Content_Type="text/html")

    with pytest.raises(errors.UpstreamUnavailableError) as raised:
        write(store)

    assert not raised.value.outcome_unknown
