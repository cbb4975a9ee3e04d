"""The four writes of products, as an administrator makes them."""

from typing import Any, NamedTuple

import pytest

from tests.products_proxy.store import PRODUCTS

KETTLE = {"title": "Kettle", "price": "109.95"}
ONE = f"{PRODUCTS}7/"


class Write(NamedTuple):
    """A write, and what the log calls it."""

    method: str
    address: str
    body: Any
    action: str

    def send(self, client: Any, query: str = "", **headers: str) -> Any:
        """Send it as this client, a header for each of ``headers``."""
        return getattr(client, self.method)(self.address + query, self.body, headers=headers)


CREATE = Write("post", PRODUCTS, KETTLE, "create")
WRITES = [
    CREATE,
    Write("put", ONE, KETTLE, "replace"),
    Write("patch", ONE, {"price": 5}, "change"),
    Write("delete", ONE, None, "delete"),
]
each_write = pytest.mark.parametrize("write", WRITES, ids=[write.action for write in WRITES])
