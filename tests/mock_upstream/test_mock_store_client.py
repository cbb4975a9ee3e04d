"""The client of FakeStore and the stand-in for it, on one socket."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from clients import errors
from clients.fakestore import FakeStoreClient, ProductFields
from clients.transport import Transport
from mock_upstream.store.sample import SAMPLE

FIELDS = ProductFields(
    title="Men's Lámpara",
    price=Decimal("109.90"),
    description="New.\nAnd bright.",
    category="gardener's corner",
    image="https://pictures.example/1.png",
)


@pytest.fixture
def client(store) -> Iterator[FakeStoreClient]:
    transport = Transport("store", store.url, deadline=1.0)
    yield FakeStoreClient(transport)
    transport.close()


def test_it_reads_every_product(client):
    page = client.list_products().value

    assert (len(page.results), page.left_out) == (128, 0)
    assert len({product.category for product in page.results if product.category}) == 8
    for product in page.results:
        sent = SAMPLE[product.id]
        assert product.title == sent["title"].strip()
        assert product.price == Decimal(str(sent["price"]))
        assert product.category == sent.get("category")
        assert (product.image is None) == ("image" not in sent)
        assert (product.rating is None) == (not sent.get("rating"))
        assert client.get_product(product.id).value == product


def test_it_is_told_that_nothing_has_changed(client):
    etag = client.list_products().etag

    assert client.list_products(etag=etag).value is None


@pytest.mark.parametrize("number", [500, 501])
def test_what_is_missing_is_not_found(client, number):
    with pytest.raises(errors.UpstreamNotFoundError):
        client.get_product(number)
    with pytest.raises(errors.UpstreamNotFoundError):
        client.delete_product(number)


def test_it_writes_through(client):
    made = [client.create_product(FIELDS) for _ in range(4)]

    assert [product.id for product in made] == [129, 130, 131, 132]
    for product in made:  # the last one was answered by its id alone
        assert client.get_product(product.id).value == product
        assert (product.title, product.price) == (FIELDS.title, FIELDS.price)


def test_a_price_that_it_changes_is_read_back(client):
    before = client.get_product(2).value
    fields = ProductFields(title=before.title, price=Decimal("1.25"), category=before.category)

    changed = client.replace_product(2, fields)

    after = client.get_product(2).value
    assert changed.price == after.price == Decimal("1.25")
    assert (after.category, after.rating) == (before.category, before.rating)


def test_what_it_deletes_is_gone(client):
    client.delete_product(2)

    with pytest.raises(errors.UpstreamNotFoundError):
        client.get_product(2)
    assert len(client.list_products().value.results) == 127


@pytest.mark.parametrize(
    ("mode", "error"),
    [
        ("down", errors.UpstreamUnavailableError),
        ("unreachable", errors.UpstreamUnavailableError),
        ("forbidden", errors.UpstreamError),
        ("html", errors.UpstreamMalformedError),
        ("hang", errors.UpstreamError),
        ("cut", errors.UpstreamError),
    ],
)
def test_a_store_in_trouble_is_a_failure_and_not_an_empty_shelf(store, client, mode, error):
    store.knobs.turn({"mode": mode})

    with pytest.raises(error) as failed:
        client.list_products()

    assert not isinstance(failed.value, errors.UpstreamNotFoundError)
