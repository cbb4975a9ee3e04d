"""FakeStore's routes for products, and what was written to them since the start.

Its carts, users and logins are a 404 here: the real one shows them to anybody, and nothing of ours may ask for them.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from threading import Lock
from typing import Annotated, Any
from urllib.parse import parse_qsl, unquote

from mock_upstream.knobs import Knobs
from mock_upstream.readers import BadValueError, as_javascript, ids, one_of
from mock_upstream.service import Answer, Headers, RefusedRequestError, Request, Service, answer_json
from mock_upstream.store.sample import SAMPLE, Product, picture

WRITABLE = ("title", "price", "description", "image", "category")
NUMBER = "(-?[0-9]{1,30})"


@dataclass(frozen=True, slots=True)
class StoreKnobs(Knobs):
    """What can be different about FakeStore, which is of two minds itself in much of it."""

    missing: Annotated[str, one_of(("both", "null", "empty"))] = "both"  # null for an even id, else empty
    no_number: Annotated[str, one_of(("hang", "empty"))] = "hang"  # what comes for such an id
    created: Annotated[str, one_of(("both", "echo", "id"))] = "both"  # every fourth id is answered alone
    writes: Annotated[str, one_of(("stick", "forget"))] = "stick"  # until the end of the service
    gone: Annotated[tuple[int, ...], ids] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, and how it is answered: with ``products``; writes go to ``stock``, where what was deleted is None."""

    request: Request
    knobs: StoreKnobs
    stock: dict[int, Product | None]
    products: Mapping[int, Product]

    def listed(self, category: str | None = None) -> Any:
        """Return all products, or those of a category. They are sorted by id alone, and 0 is no limit."""
        fields, name = dict(parse_qsl(self.request.query)), category and unquote(category)
        numbers = sorted(self.products, reverse=fields.get("sort") == "desc")
        every = [self._shown(self.products[number]) for number in numbers]
        found = [product for product in every if name is None or product.get("category") == name]
        limit = fields.get("limit", "")
        return found[: int(limit) or None] if re.fullmatch("[0-9]{1,9}", limit) else found

    def categories(self) -> Any:
        names = (product.get("category") for product in self.products.values())
        return sorted({name for name in names if isinstance(name, str)})

    def product(self, number: str) -> Any:
        """Return one product. There is no 404: one that is missing is ``null``, or no body at all."""
        if product := self.products.get(int(number)):
            return self._shown(product)
        is_null = self.knobs.missing == "null" or (self.knobs.missing == "both" and int(number) % 2 == 0)
        return answer_json(None) if is_null else Answer(HTTPStatus.OK)

    def no_number(self) -> Any:
        return Answer(HTTPStatus.OK, delivery="never" if self.knobs.no_number == "hang" else "whole")

    def create(self) -> Any:
        """Echo what is sent with the id that it gets, or say the id alone."""
        sent, number = self._sent(), len(self.stock) + 1
        self.stock[number] = {"id": number, **sent}
        is_bare = self.knobs.created == "id" or (self.knobs.created == "both" and number % 4 == 0)
        return answer_json({"id": number} if is_bare else {"id": number, **sent}, HTTPStatus.CREATED)

    def replace(self, number: str) -> Any:
        """Echo what is sent, for PATCH too, which merges nothing; also for an id that no product has."""
        echo = {"id": int(number), **self._sent()}
        if product := self.products.get(int(number)):
            rating = {"rating": product["rating"]} if "rating" in product else {}  # nobody can write it
            self.stock[int(number)] = echo | rating
        return echo

    def delete(self, number: str) -> Any:
        """Return the product as it was."""
        if int(number) in self.products:
            self.stock[int(number)] = None
        return self.product(number)

    def picture(self, number: str) -> str:
        product = SAMPLE.get(int(number), {})
        if int(number) not in self.products or product.get("image") != self.request.path:
            raise RefusedRequestError(HTTPStatus.NOT_FOUND, f"Cannot GET {self.request.path}")
        return picture(product)

    def _shown(self, product: Product) -> Product:
        is_drawn = str(product.get("image")).startswith("/")
        return product | {"image": f"{self.request.site}{product['image']}"} if is_drawn else product

    def _sent(self) -> Product:
        """Return what the body says of a product: nothing if it is not said to be JSON, as with Express."""
        if not self.request.headers.get("content-type", "").startswith("application/json"):
            return {}
        try:
            body = json.loads(self.request.body or b"{}", parse_float=lambda text: as_javascript(float(text)))
        except (ValueError, RecursionError):
            raise BadValueError("the body is no JSON") from None
        return {name: body[name] for name in WRITABLE if name in body} if isinstance(body, dict) else {}


class StoreService(Service):
    """The API and the pictures, for everybody. It says nothing of how long an answer is good, or when to come back."""

    name = "store service"
    media = "/img/"
    knobs = StoreKnobs(retry_after=None)
    has_weak_etags = True
    routes = (
        ("/products", {"GET": Asked.listed, "POST": Asked.create}),
        ("/products/categories", Asked.categories),
        ("/products/category/([^/]+)", Asked.listed),
        (
            f"/products/{NUMBER}",
            {"GET": Asked.product, "PUT": Asked.replace, "PATCH": Asked.replace, "DELETE": Asked.delete},
        ),
        ("/products/[^/]+", dict.fromkeys(("GET", "PUT", "PATCH", "DELETE"), Asked.no_number)),
        ("/img/([0-9]{1,9})-.*", Asked.picture),
    )

    def __init__(self) -> None:
        super().__init__()
        self._stock: dict[int, Product | None] = dict(SAMPLE)
        self._one_at_a_time = Lock()

    def answer(self, request: Request, knobs: Knobs) -> Answer:
        with self._one_at_a_time:
            return super().answer(request, knobs)

    def asked(self, request: Request, knobs: StoreKnobs) -> Asked:
        stock = self._stock if knobs.writes == "stick" else dict(self._stock)
        left = {number: product for number, product in stock.items() if product and number not in knobs.gone}
        return Asked(request, knobs, stock, left)

    def error(self, status: int, detail: str, headers: Headers | None = None) -> Answer:
        """Return an error as a web page, like Express and the proxy before it."""
        page = f"<!DOCTYPE html>\n<html><title>Error</title><pre>{status}: {escape(detail)}</pre></html>\n"
        return Answer(status, page.encode(), {"Content-Type": "text/html; charset=utf-8", **(headers or {})})
