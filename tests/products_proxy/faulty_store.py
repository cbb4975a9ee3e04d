"""A store on a real socket, healthy or with faults."""

from typing import Any

from products_proxy.catalog import PRODUCTS as CATALOG
from tests import payloads_fakestore as payloads
from tests.faulty_service import FaultyRead, FaultyService
from tests.hostile import Behaviour

PRODUCTS = [payloads.product(7), payloads.product(8)]


def document(path: str) -> Any:
    """Return what the store has at a path."""
    number = path.rpartition("/")[2]
    return payloads.product(int(number)) if number.isdigit() else PRODUCTS


def _list(*products: Any) -> Behaviour:
    return lambda exchange: exchange.answer_json(products)


def _products(**changes: Any) -> Behaviour:
    return _list(*(product | changes for product in PRODUCTS))


# By the names of the document, whose words are of flyers. There is no page that could have more than was asked for.
OWN_FAULTS: dict[str, Behaviour] = {
    "another root": lambda exchange: exchange.answer_json({"products": PRODUCTS}),
    "required fields missing": _list({"id": 7}, {"title": "Kettle", "price": 5}),
    "null where a value must be": _products(title=None),
    "values of another type": _products(price={"amount": "5"}),
    "every flyer unfit": _products(price=-5),
    "one flyer unfit": _list({"id": 6}, *PRODUCTS),
    "only required fields": _list(
        {"id": 7, "title": "Kettle", "price": 5}, {"id": 8, "title": "Pan", "price": 6}
    ),
    "unknown fields": _products(secret="for the store alone", password="a secret, too"),
}
SERVICE = FaultyService(document, OWN_FAULTS)
# What is no fault of a list; and what would be our key's, but it needs none (`test_outage.py`).
_NOT_OF_THE_LIST = {"404", "410", "401", "403"}


def _address(fault: str) -> str | None:
    return None if fault in _NOT_OF_THE_LIST else "/api/v1/products/"


def _shows_both(body: Any) -> bool:
    ids = [product["id"] for product in body["results"]]
    return (ids, body["next"], body["previous"]) == ([7, 8], None, None)


READS = {"products": FaultyRead(CATALOG, SERVICE, _address, unconcerned="/health/ready", shows=_shows_both)}
