"""A store on the wire: it holds the products that a test gives it, and answers as FakeStore does."""

import json
import re

from django.conf import settings

from products_proxy.catalog import PRODUCTS
from proxy import redis_level
from tests.payloads_fakestore import product

STORE = "http://store.test"


class Store:
    """Give it products with ``has``; set ``status`` to let every call fail; ``received`` lists the paths asked for."""

    def __init__(self, wire):
        self.products = {}
        self.status = None
        self.received = []
        wire.add_callback("GET", re.compile(rf"{STORE}/products(/\d+)?$"), callback=self._answer)

    def has(self, *product_ids, **changes):
        """Put products into it, at 9.99 each unless ``changes`` says otherwise; forget what was known of others."""
        for product_id in product_ids:
            self.products[product_id] = product(product_id, **{"title": f"Product {product_id}"} | changes)
        self.forget_caches()

    def lacks(self, product_id):
        """Take a product out of it."""
        del self.products[product_id]
        self.forget_caches()

    def is_down(self):
        """Let every call fail, and nothing of what it said be remembered on our side."""
        self.status = 503
        self.forget_caches()

    def forget_caches(self):
        PRODUCTS.stop()
        if settings.CACHE_URL:
            redis_level.clear(settings.CACHE_URL)

    def _answer(self, request):
        path = request.path_url.partition("?")[0]
        self.received.append(path)
        if self.status:
            return self.status, {}, "{}"
        found = list(self.products.values())
        if path != "/products":
            found = self.products.get(int(path.rpartition("/")[2]))
        return 200, {"Content-Type": "application/json"}, json.dumps(found)
