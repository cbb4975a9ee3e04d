"""Carts as they are stored: finding them, and the writes, each of which happens as a whole or not at all.

Every write locks people before carts, and people in the order of their ids: the owner, so that two writes at once keep to
the bounds and nothing is added to a cart that goes with its account, and then the cart itself.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import AccountRemovedError, User, lock_person
from carts.models import Cart, Line
from carts.services.lines import CartRefusedError, Lines, Offers, Wanted

MAX_CARTS: Final = 20


class CartNotFoundError(Exception):
    """There is no such cart, or it is somebody else's."""


class CartMovedError(Exception):
    """The cart was given to somebody else at this very moment."""


class FilledCart(NamedTuple):
    """A cart and its lines, in the order in which they were added."""

    cart: Cart
    lines: list[Line]

    @property
    def product_ids(self) -> list[int]:
        """Return what is in it."""
        return [line.product_id for line in self.lines]


class CartPage(NamedTuple):
    """The carts of one page, and how many there are on all pages."""

    rows: list[FilledCart]
    total: int


# --- Finding ----------------------------------------------------------------------------------------


def page_of_carts(*, viewer: User, user_id: int | None = None, page: int, limit: int) -> CartPage:
    """Return a page of carts, newest first: of this person, else the viewer's own, or everybody's for an administrator.

    ``PermissionDenied`` for who is neither that person nor an administrator.
    """
    if user_id not in {None, viewer.pk} and not viewer.is_staff:
        raise PermissionDenied
    carts = _visible_to(viewer)
    if user_id is not None:
        carts = carts.filter(user_id=user_id)
    rows = carts.order_by("-pk").prefetch_related("lines")[(page - 1) * limit : page * limit]
    return CartPage([FilledCart(cart, list(cart.lines.all())) for cart in rows], carts.count())


def find_cart(*, viewer: User, cart_id: int) -> FilledCart:
    """Return a cart of the viewer's, or anybody's for an administrator; raise ``CartNotFoundError``."""
    cart = _find(viewer, cart_id)
    return FilledCart(cart, list(cart.lines.all()))


def _find(viewer: User, cart_id: int) -> Cart:
    cart = _visible_to(viewer).filter(pk=cart_id).first()
    if cart is None:
        raise CartNotFoundError
    return cart


def _visible_to(viewer: User) -> QuerySet[Cart]:
    return Cart.objects.all() if viewer.is_staff else Cart.objects.filter(user=viewer)


# --- Writes -----------------------------------------------------------------------------------------


def add_cart(
    *,
    actor: User,
    lines: Sequence[Wanted],
    offers: Offers,
    date: datetime | None = None,
    user_id: int | None = None,
) -> FilledCart:
    """Store a new cart, of the actor or, for an administrator, of another person.

    ``CartRefusedError`` past a bound, ``UpstreamError`` for a product that the store lacks or does not tell of.
    """
    owner_id = _chosen(actor, user_id) or actor.pk
    content = Lines((), offers)
    content.add(lines, place="lines")
    content.require_room(place="lines")
    with transaction.atomic(savepoint=False):
        _require_room(owner_id, there=_lock_people(actor, owner_id))
        cart = Cart.objects.create(user_id=owner_id, **({} if date is None else {"date": date}))
        return _filled(cart, content)


def replace_cart(
    *, actor: User, cart: Cart, lines: Sequence[Wanted], offers: Offers, date: datetime | None = None
) -> FilledCart:
    """Replace the lines of a cart, and its date if there is one; fails as ``change_cart`` does.

    What is in it already may stay if the store has it no more or can't tell.
    """
    with transaction.atomic(savepoint=False):
        cart = _locked(actor, cart)
        content = Lines((), offers.remembering(cart.lines.all()))
        content.add(lines, place="lines")
        content.require_room(place="lines")
        Line.objects.filter(cart=cart).delete()
        cart.date = date or cart.date
        return _save(cart, content)


def change_cart(
    *,
    actor: User,
    cart: Cart,
    offers: Offers,
    add: Sequence[Wanted] = (),
    update: Sequence[Wanted] = (),
    remove: Sequence[int] = (),
    date: datetime | None = None,
    user_id: int | None = None,
) -> FilledCart:
    """Add, then update, then remove; set the date, and give the cart to another person, which an administrator may.

    ``cart`` is as it was found. ``CartRefusedError`` past a bound, ``UpstreamError`` for a product that the store lacks or
    does not tell of, ``CartNotFoundError`` or ``CartMovedError`` if it is no longer there.
    """
    owner_id = _chosen(actor, user_id) or cart.user_id
    with transaction.atomic(savepoint=False):
        cart = _locked(actor, cart, owner_id)
        content = Lines(cart.lines.all(), offers)
        before = set(content.lines)
        content.add(add, place="add")
        content.update(update, place="update")
        content.remove(remove)
        content.require_room(place="add" if add else "update")
        removed = before - set(content.lines)
        if owner_id == cart.user_id and date is None and not (content.touched or removed):
            return FilledCart(cart, list(content.lines.values()))
        if removed:
            Line.objects.filter(cart=cart, product_id__in=removed).delete()
        cart.date, cart.user_id = date or cart.date, owner_id
        return _save(cart, content)


def remove_cart(*, actor: User, cart_id: int) -> None:
    """Delete a cart; raise ``CartNotFoundError``."""
    with transaction.atomic(savepoint=False):
        _locked(actor, _find(actor, cart_id)).delete()


def _chosen(actor: User, user_id: int | None) -> int | None:
    """Return whose a cart is to be, None if that was not said; only an administrator may say so."""
    if user_id is not None and not actor.is_staff:
        raise PermissionDenied
    return user_id


def _lock_people(actor: User, *people: int) -> set[int]:
    """Lock people, in the order of their ids; return those who are there. The actor has to be."""
    there = {user_id for user_id in sorted(set(people)) if lock_person(user_id)}
    if actor.pk in set(people) - there:
        raise AccountRemovedError
    return there


def _locked(actor: User, found: Cart, owner_id: int | None = None) -> Cart:
    """Return a cart as it is now, locked, and its owner; and if another is to have it, that person, who has room for it."""
    owner_id = owner_id or found.user_id
    there = _lock_people(actor, found.user_id, owner_id)
    cart = Cart.objects.select_for_update().filter(pk=found.pk).first()
    if cart is None or (cart.user_id != found.user_id and not actor.is_staff):
        raise CartNotFoundError
    if cart.user_id != found.user_id:
        raise CartMovedError
    if owner_id != found.user_id:
        _require_room(owner_id, there=there)
    return cart


def _require_room(owner_id: int, *, there: set[int]) -> None:
    """Raise ``CartRefusedError`` if a person, who is locked, can't have another cart."""
    if owner_id not in there:
        raise CartRefusedError("user_id", "There is no such person.")
    if Cart.objects.filter(user_id=owner_id).count() >= MAX_CARTS:
        raise CartRefusedError("non_field_errors", f"A person has at most {MAX_CARTS} carts.")


def _save(cart: Cart, content: Lines) -> FilledCart:
    """Store a cart that was there before, and its lines."""
    cart.updated_at = timezone.now()
    cart.save(update_fields=["user", "date", "updated_at"])
    return _filled(cart, content)


def _filled(cart: Cart, content: Lines) -> FilledCart:
    """Store the lines of a cart that are new or have changed."""
    changed = [line for line in content.touched.values() if line.pk]
    new = [line for line in content.touched.values() if not line.pk]
    for line in new:
        line.cart = cart
    Line.objects.bulk_update(changed, ["quantity", "title", "image", "price_then"])
    Line.objects.bulk_create(new)
    return FilledCart(cart, list(content.lines.values()))
