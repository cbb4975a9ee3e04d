"""The HTTP of carts."""

from collections.abc import Iterable
from functools import partial

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from accounts.api import Response
from accounts.idempotency import CONFLICT, IDEMPOTENCY_KEY, RepeatableView
from carts import serializers
from carts.services import carts
from carts.services.carts import FilledCart
from carts.services.lines import Offers, Wanted
from carts.services.offers import find_offers
from carts.services.showing import show_cart
from proxy.parameters import PageQuery
from proxy.reads import freshness, page_of
from proxy.views import DONE, OUTAGE, PersonalView

read_operation = partial(extend_schema, tags=["carts"])
write_operation = partial(extend_schema, tags=["carts"], parameters=[IDEMPOTENCY_KEY])

NO_CART = {404: OpenApiResponse(description="`NOT_FOUND`: the caller has no such cart.")}
NO_PRODUCT = {404: OpenApiResponse(description="`NOT_FOUND`: the store has no such product.")}
NEITHER = {
    404: OpenApiResponse(
        description="`NOT_FOUND`: the caller has no such cart, or the store no such product."
    )
}
NOT_YOURS = {
    403: OpenApiResponse(description="`PERMISSION_DENIED`: only an administrator may do that for others.")
}


class CartView(RepeatableView, PersonalView):
    """A route about carts, which are answered with the prices of today."""

    def offers(self, *wanted: Iterable[Wanted], known: Iterable[int] = ()) -> Offers:
        """Return what the store says of what is wanted, and of what is in a cart already."""
        ids = [product_id for lines in wanted for product_id, _ in lines]
        return find_offers([*ids, *known], caller=self.caller, on_miss=self.hit_limit)

    def answer(self, filled: FilledCart, offers: Offers, *, status: int = 200) -> Response:
        """Return a cart as it is now."""
        return Response(serializers.Cart.of(show_cart(filled, offers)), status=status)

    def page(self, user_id: int | None) -> Response:
        """Return the page of carts that the caller asks for."""
        page, limit = self.params["page"], self.params["limit"]
        found = carts.page_of_carts(viewer=self.person, user_id=user_id, page=page, limit=limit)
        rows = page_of(*found, self.request, page=page, limit=limit)
        offers = self.offers(known=[id_ for filled in rows.rows for id_ in filled.product_ids])
        results = [serializers.Cart.of(show_cart(filled, offers)) for filled in rows.rows]
        meta = freshness(offers.answers, is_partial=any(cart.is_partial for cart in results))
        return Response(rows.envelope(results, meta=meta))


class CartList(CartView):
    query = serializers.CartsQuery

    @read_operation("cart_list", parameters=[query], responses={200: serializers.CartPage, **NOT_YOURS})
    def get(self, request: Request) -> Response:
        """The caller's carts, newest first; everybody's for an administrator."""
        return self.page(self.params.get("user_id"))

    @write_operation(
        "cart_create",
        request=serializers.NewCart,
        responses={201: serializers.Cart, **NOT_YOURS, **NO_PRODUCT, **CONFLICT, **OUTAGE},
    )
    def post(self, request: Request) -> Response:
        """Make a cart, with or without anything in it; 20 a person, and 100 lines each."""
        new = serializers.NewCart.read(request.data)
        offers = self.offers(new["lines"])
        return self.write_once(
            lambda: self.answer(carts.add_cart(actor=self.person, offers=offers, **new), offers, status=201)
        )


class CartsOfUser(CartView):
    query = PageQuery

    @read_operation(
        "cart_list_of_user", parameters=[query], responses={200: serializers.CartPage, **NOT_YOURS}
    )
    def get(self, request: Request, user_id: int) -> Response:
        """The carts of a person, newest first: one's own, or anybody's for an administrator."""
        return self.page(user_id)


class CartDetail(CartView):
    @read_operation("cart_detail", responses={200: serializers.Cart, **NO_CART})
    def get(self, request: Request, cart_id: int) -> Response:
        """A cart with the prices of today; while the store does not tell them, with those that are remembered."""
        found = carts.find_cart(viewer=self.person, cart_id=cart_id)
        return self.answer(found, self.offers(known=found.product_ids))

    @write_operation(
        "cart_replace",
        request=serializers.CartContent,
        responses={200: serializers.Cart, **NEITHER, **CONFLICT, **OUTAGE},
    )
    def put(self, request: Request, cart_id: int) -> Response:
        """Replace what is in a cart."""
        content = serializers.CartContent.read(request.data)
        cart, _ = carts.find_cart(viewer=self.person, cart_id=cart_id)
        offers = self.offers(content["lines"])
        return self.write_once(
            lambda: self.answer(
                carts.replace_cart(actor=self.person, cart=cart, offers=offers, **content), offers
            )
        )

    @write_operation(
        "cart_change",
        request=serializers.CartChange,
        responses={200: serializers.Cart, **NOT_YOURS, **NEITHER, **CONFLICT, **OUTAGE},
    )
    def patch(self, request: Request, cart_id: int) -> Response:
        """Add, then update, then remove, all of it or nothing; two devices that add at once lose nothing."""
        change = serializers.CartChange.read(request.data)
        found = carts.find_cart(viewer=self.person, cart_id=cart_id)
        offers = self.offers(change["add"], change["update"], known=found.product_ids)
        return self.write_once(
            lambda: self.answer(
                carts.change_cart(actor=self.person, cart=found.cart, offers=offers, **change), offers
            )
        )

    @write_operation("cart_remove", responses={**DONE, **NO_CART, **CONFLICT})
    def delete(self, request: Request, cart_id: int) -> Response:
        """Delete a cart and what is in it."""
        return self.write_once(lambda: self.removed(cart_id))

    def removed(self, cart_id: int) -> Response:
        """Delete a cart and say so."""
        carts.remove_cart(actor=self.person, cart_id=cart_id)
        return Response(status=204)
