"""What the store offers now of what is in carts: from the catalog of products, before any transaction begins."""

from collections.abc import Iterable

from carts.services.lines import Offer, Offers
from products_proxy.shapes import PlainProduct
from proxy.batches import get_many
from proxy.catalog import OnMiss
from proxy.store import Answer


def find_offers(product_ids: Iterable[int], *, caller: str, on_miss: OnMiss) -> Offers:
    """Return what the store says of these products; a stale copy is good enough. Never raises for the store.

    ``caller`` and ``on_miss`` are those of ``get_many``. The first are looked up first.
    """
    ids = list(dict.fromkeys(product_ids))
    if not ids:
        return Offers()
    batch = get_many("product", ids, caller=caller, on_miss=on_miss)
    found = {id_: _offer(answer) for id_, answer in batch.found.items()}
    return Offers(found, batch.absent, batch.failure, list(batch.found.values()))


def _offer(answer: Answer) -> Offer:
    product = answer.body.items[0].read(PlainProduct)
    return Offer(product.title, product.images[0].url if product.images else None, product.price.amount)
