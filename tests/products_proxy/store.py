"""A store like FakeStore on the wire: it holds the products that a test gives it, and does what it is told."""

import json
import re
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import responses
from django.db import connection

from tests import payloads_fakestore as payloads

STORE = "http://store.test"
PRODUCTS, CATEGORIES = "/api/v1/products/", "/api/v1/categories/"
# All that is ever asked of it: its users, their carts and their passwords are nobody's business.
ASKED = re.compile(r"/products(/[1-9][0-9]*)?")


class Received(NamedTuple):
    """A request; the numbers of its body are exact."""

    method: str
    path: str
    body: Any
    headers: dict[str, str]


class Store:
    """``products`` by id; ``answer`` (status, body, headers) is that to everything while it is set.

    ``received`` lists the requests since ``forget``, ``all_received`` those of the whole test, ``statements`` how many of SQL
    had been executed at each, where they are captured. What is missing is 200
    with ``nothing`` for a body. A write sticks, and is answered by what was sent, unless ``created`` is another answer.
    """

    def __init__(self, wire: responses.RequestsMock) -> None:
        self.products: dict[int, dict[str, Any]] = {}
        self.answer: tuple[int, str, dict[str, str]] | None = None
        self.nothing = "null"
        self.created: str | None = None
        self.received: list[Received] = []
        self.all_received: list[Received] = []
        self.statements: list[int] = []
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            wire.add_callback(method, re.compile(f"{STORE}/.*"), callback=self._callback)

    def has(self, *products: dict[str, Any]) -> None:
        """Give it products, each with an id."""
        self.products |= {product["id"]: product for product in products}

    def has_many(self, number: int, **changes: Any) -> None:
        """Give it so many products, numbered from 1."""
        self.has(*(payloads.product(id_, title=f"Thing {id_}", **changes) for id_ in range(1, number + 1)))

    def fails(self, status: int = 504, body: str = "", **headers: str) -> None:
        """Let it answer so from now on."""
        self.answer = status, body, headers

    def is_well(self) -> None:
        self.answer = None

    def asked(self) -> list[str]:
        """Return what it was asked since the last time, as methods and paths."""
        asked = [f"{each.method} {each.path}" for each in self.received]
        self.received.clear()
        return asked

    def _callback(self, request: Any) -> tuple[int, dict[str, str], str]:
        path = urlsplit(request.url).path
        body = json.loads(request.body, parse_float=Decimal) if request.body else None
        received = Received(request.method, path, body, dict(request.headers))
        self.received.append(received)
        self.all_received.append(received)
        self.statements.append(len(connection.queries))
        if self.answer:
            status, text, headers = self.answer
            return status, headers, text
        text = self._said(received)
        length = {"Content-Length": str(len(text.encode()))}  # else an empty body may have been cut
        return 200, {"Content-Type": "application/json", **length}, text

    def _said(self, received: Received) -> str:
        if received.path == "/products":
            return (
                self._create(received.body) if received.method == "POST" else _json([*self.products.values()])
            )
        id_ = int(received.path.removeprefix("/products/"))
        found = self.products.get(id_)
        if received.method == "PUT":
            self.products[id_] = {
                "id": id_,
                **received.body,
                **({"rating": found["rating"]} if found and "rating" in found else {}),
            }
            return _json({"id": id_, **received.body})
        if received.method == "DELETE":
            self.products.pop(id_, None)
        return self.nothing if found is None else _json(found)

    def _create(self, sent: dict[str, Any]) -> str:
        id_ = max(self.products, default=0) + 1
        self.products[id_] = {"id": id_, **sent}
        return _json(self.products[id_]) if self.created is None else self.created


def _json(document: Any) -> str:
    # The digits of a Decimal as they are: JSON has no word for it, and ``json`` none either.
    text = json.dumps(document, default=lambda number: f"<{number}>")
    return re.sub(r'"<([0-9.E+-]+)>"', r"\1", text)
