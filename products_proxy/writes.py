"""Writes to the store, for administrators: forwarded once, logged with who and what, and seen by every reader at once."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

import structlog

from clients.errors import UpstreamError, UpstreamNotFoundError
from clients.fakestore import Product, ProductFields
from clients.transport import WriteOptions
from products_proxy.catalog import PRODUCT, PRODUCTS, UnknownCategoriesError, category_names
from proxy.single_flight import release_connection

log = structlog.get_logger(__name__)

T = TypeVar("T")


def create_product(fields: dict[str, Any], *, user_id: int) -> Product:
    """Have the store create a product, and return it with its id."""
    wanted = ProductFields(**_for_the_store(fields))
    return _sent("create", None, user_id, lambda call: PRODUCTS.client.create_product(wanted, **call))


def replace_product(product_id: int, fields: dict[str, Any], *, user_id: int) -> Product:
    """Have the store replace a product, and return it; ``UpstreamNotFoundError`` if there is none."""
    wanted = ProductFields(**_for_the_store(fields))

    def send(call: WriteOptions) -> Product:
        _product(product_id, call)
        return PRODUCTS.client.replace_product(product_id, wanted, **call)

    return _sent("replace", product_id, user_id, send)


def change_product(product_id: int, changes: dict[str, Any], *, user_id: int) -> Product:
    """Have the store replace a product by what it is just now, changed; return it.

    The store has a PATCH, which forgets what is not sent.
    """
    changed = _for_the_store(changes)

    def send(call: WriteOptions) -> Product:
        was = _product(product_id, call)
        fields = {name: getattr(was, name) for name in ProductFields.__struct_fields__}
        return PRODUCTS.client.replace_product(product_id, ProductFields(**(fields | changed)), **call)

    return _sent("change", product_id, user_id, send)


def delete_product(product_id: int, *, user_id: int) -> None:
    """Have the store delete a product; ``UpstreamNotFoundError`` if there is none."""

    def send(call: WriteOptions) -> None:
        _product(product_id, call)
        PRODUCTS.client.delete_product(product_id, **call)

    _sent("delete", product_id, user_id, send)


def _for_the_store(fields: dict[str, Any]) -> dict[str, Any]:
    """Return checked fields as the store has them: a product has at most one category there, by its name."""
    fields = fields.copy()
    slugs = fields.pop("categories", None)
    if slugs is None:
        return fields
    names = category_names() if slugs else {}
    if missing := set(slugs) - names.keys():
        raise UnknownCategoriesError(missing)
    return {**fields, "category": names[slugs[0]] if slugs else None}


def _product(product_id: int, call: WriteOptions) -> Product:
    """Return what the store has just now: of a product that it lacks it may act as if it were written."""
    found = PRODUCTS.client.get_product(product_id, **call).value
    assert found is not None  # noqa: S101 - for the type: no etag was sent
    return found


def _sent(action: str, product_id: int | None, user_id: int, send: Callable[[WriteOptions], T]) -> T:
    """Return what ``send`` does within one deadline; copies are worth nothing after it, unless nothing was written."""
    release_connection()
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    ends_at = time.monotonic() + PRODUCTS.setting("DEADLINE_SECONDS")
    outcome = "broke"
    try:
        written = send(WriteOptions(request_id=request_id, ends_at=ends_at))
    except UpstreamNotFoundError as failure:
        outcome = failure.outcome
        raise UpstreamNotFoundError(failure.reason, kind=PRODUCT.word, number=product_id) from failure
    except UpstreamError as failure:
        outcome = "unknown" if failure.outcome_unknown else failure.outcome
        if failure.outcome_unknown:
            PRODUCTS.announce_write()
        raise
    else:
        outcome = "done"
        PRODUCTS.announce_write()
        product_id = written.id if isinstance(written, Product) else product_id
        return written
    finally:
        log.info("product written", action=action, product_id=product_id, user_id=user_id, outcome=outcome)
