"""Writes to the store, for administrators: forwarded once, logged with who and what, and seen by every reader at once."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from msgspec.structs import replace

from clients.errors import UpstreamError, UpstreamMalformedError, UpstreamNotFoundError
from clients.fakestore import Product, ProductFields
from clients.transport import WriteOptions
from products_proxy import shapes
from products_proxy.catalog import (
    CATEGORIES,
    PRODUCT,
    PRODUCTS,
    CategoryList,
    UnknownCategoriesError,
    not_all_known,
)
from proxy.rendering import Page
from proxy.single_flight import release_connection

log = structlog.get_logger(__name__)

T = TypeVar("T")


def create_product(fields: dict[str, Any], *, user_id: int) -> Product:
    """Have the store create a product, and return it with its id; ``UnknownCategoriesError`` as with all that is written."""

    def send(call: WriteOptions) -> Product:
        try:
            return PRODUCTS.client.create_product(ProductFields(**_for_the_store(fields, call)), **call)
        except UpstreamNotFoundError as failure:
            nowhere = UpstreamMalformedError("there is nowhere to create a product")
            nowhere.upstream = failure.upstream
            raise nowhere from None

    return _sent("create", None, user_id, send)


def replace_product(product_id: int, fields: dict[str, Any], *, user_id: int) -> Product:
    """Have the store replace a product, and return it; ``UpstreamNotFoundError`` if there is none."""

    def send(call: WriteOptions) -> Product:
        wanted = _for_the_store(fields, call)
        return _replaced(_product(product_id, call), wanted, call)

    return _sent("replace", product_id, user_id, send)


def change_product(product_id: int, changes: dict[str, Any], *, user_id: int) -> Product:
    """Have the store replace a product by what it is just now, changed; return it.

    The store has a PATCH, which forgets what is not sent.
    """

    def send(call: WriteOptions) -> Product:
        changed = _for_the_store(changes, call)
        was = _product(product_id, call)
        fields = {name: getattr(was, name) for name in ProductFields.__struct_fields__}
        return _replaced(was, fields | changed, call)

    return _sent("change", product_id, user_id, send)


def delete_product(product_id: int, *, user_id: int) -> None:
    """Have the store delete a product; ``UpstreamNotFoundError`` if there is none."""

    def send(call: WriteOptions) -> None:
        _product(product_id, call)
        PRODUCTS.client.delete_product(product_id, **call)

    _sent("delete", product_id, user_id, send)


def _for_the_store(fields: dict[str, Any], call: WriteOptions) -> dict[str, Any]:
    """Return checked fields as the store has them: a product has at most one category there, by its name."""
    fields = fields.copy()
    slugs = fields.pop("categories", None)
    if slugs is None:
        return fields
    return {**fields, "category": _category_name(slugs[0], call) if slugs else None}


def _category_name(slug: str, call: WriteOptions) -> str:
    """Return the store's name for a category, as far as it is known within the time of the call."""
    page = PRODUCTS.get_page(CATEGORIES, CategoryList(), ends_at=call["ends_at"]).body
    categories = (item.read(shapes.StoreCategory) for item in page.items)
    name = next((category.name for category in categories if category.slug == slug), None)
    if name is None and isinstance(page, Page) and page.is_partial:
        raise not_all_known()
    if name is None:
        raise UnknownCategoriesError([slug])
    return name


def _product(product_id: int, call: WriteOptions) -> Product:
    """Return what the store has just now: of a product that it lacks it may act as if it were written."""
    found = PRODUCTS.client.get_product(product_id, **call).value
    assert found is not None  # noqa: S101 - for the type: no etag was sent
    return found


def _replaced(was: Product, fields: dict[str, Any], call: WriteOptions) -> Product:
    """Have the store replace a product; it repeats what was sent, without the rating, which nobody can write."""
    written = PRODUCTS.client.replace_product(was.id, ProductFields(**fields), **call)
    return replace(written, rating=written.rating or was.rating)


def _sent(action: str, product_id: int | None, user_id: int, send: Callable[[WriteOptions], T]) -> T:
    """Return what ``send`` does within one deadline; copies are worth nothing after it, unless nothing was written."""
    release_connection()
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    ends_at = time.monotonic() + PRODUCTS.setting("DEADLINE_SECONDS")
    outcome, reason = "unknown", "broke"
    try:
        written = send(WriteOptions(request_id=request_id, ends_at=ends_at))
    except UnknownCategoriesError:
        outcome, reason = "failed", "unknown_category"
        raise
    except UpstreamNotFoundError as failure:
        outcome, reason = "failed", failure.outcome
        raise UpstreamNotFoundError(failure.reason, kind=PRODUCT.word, number=product_id) from failure
    except UpstreamError as failure:
        outcome, reason = "unknown" if failure.outcome_unknown else "failed", failure.outcome
        raise
    else:
        outcome, reason = "done", "ok"
        product_id = written.id if isinstance(written, Product) else product_id
        return written
    finally:
        if outcome != "failed":
            PRODUCTS.announce_write()
        named = {"action": action, "product_id": product_id, "user_id": user_id}
        log.info("product written", **named, outcome=outcome, reason=reason)
