"""The catalog of products, as the benchmark asks it; and its service, a store, as the stub plays it."""

import json
from functools import cache
from typing import Any, Final

from benchmarks.catalog import Catalog, Person

# As many as a snapshot may have.
_COUNT: Final = 5_000


def _product(product_id: int) -> dict[str, Any]:
    """Return a product of about 700 bytes, as stores of this kind send them."""
    return {
        "id": product_id,
        "title": f"Product {product_id}: a blanket for an evening by the river",
        "price": product_id % 1_000 + 0.95,
        "description": "Three sizes, two colours, and one that nobody has seen. " * 8,
        "category": f"category {product_id % 20}",
        "image": f"https://img.example/products/{product_id}.jpg",
        "rating": {"rate": product_id % 50 / 10, "count": product_id % 400},
    }


@cache
def _all() -> bytes:
    return json.dumps([_product(each) for each in range(1, _COUNT + 1)]).encode()


def _service(target: str) -> bytes:
    """Return the store's JSON body for a request target."""
    number = target.partition("?")[0].removeprefix("/products").strip("/")
    return json.dumps(_product(int(number))).encode() if number else _all()


def _has_own_marks(body: bytes, person: Person) -> bool:
    favorites = set(person["favorites"])
    return all(
        product["is_favorited"] == (product["id"] in favorites) for product in json.loads(body)["results"]
    )


PRODUCTS: Final = Catalog(
    label=" products",
    upstream="STORE",
    paths="/products",
    service=_service,
    kind="product",
    page="/api/v1/products/?limit=20",
    pages="/api/v1/products/?limit=20&page=%d",
    # Every product matches; all of them are looked through, and sorted by their titles.
    misses="/api/v1/products/?limit=20&search=blanket+river&sort=title&max_price=%d",
    item="/api/v1/products/%d/",
    favorite="/api/v1/products/%d/favorite/",
    has_own_marks=_has_own_marks,
    rows=("hot", "snapshot"),
)
