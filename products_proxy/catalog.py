"""The catalog of products: its kind and lists, and how the store is called for them."""

from typing import Final, Unpack

from clients.fakestore import FakeStoreClient
from clients.transport import CallOptions, Fetched
from products_proxy import shapes
from proxy.catalog import Catalog
from proxy.kinds import Kind


def _fetch_product(
    client: FakeStoreClient, product_id: int, **call: Unpack[CallOptions]
) -> Fetched[shapes.PlainProduct]:
    return client.get_product(product_id, **call).mapped(shapes.product_of)


PRODUCT: Final = Kind(
    shapes.PRODUCT, _fetch_product, relations=("favorites", "ratings"), path="products", noun="product"
)
PRODUCTS: Final = Catalog(
    "products",
    service="store",
    prefix="STORE",
    client=FakeStoreClient,
    kinds=[PRODUCT],
)
