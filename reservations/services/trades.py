"""Swaps of two reservations: offered by the owner of one, accepted or declined by the owner of the other."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.services import FieldRefusedError
from reservations.models import Reservation, Status, Trade, TradeStatus
from reservations.services.locks import MovedError, lock_people
from reservations.services.mail import tell_of_answer, tell_of_offer

MAX_OPEN: Final = 50

_PARTS: Final = ("requester", "target", "requester_reservation__user", "target_reservation__user")


class TradeNotFoundError(Exception):
    """There is no such trade, or it is between others."""


class TradedNotFoundError(Exception):
    """There is no such reservation, or it is not the caller's to offer; ``details`` says which."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.details = {field: ["There is no such reservation."]}


class NotTradableError(Exception):
    """One of the two reservations is not confirmed, or has begun; ``details`` says which."""

    def __init__(self, *fields: str) -> None:
        super().__init__(*fields)
        self.details = {field: ["It is not confirmed, or has begun."] for field in fields}


class AlreadyOfferedError(Exception):
    """The same swap is on offer."""


class TradeClosedError(Exception):
    """It was accepted, declined or cancelled, or one of the two has begun."""


class Trades(NamedTuple):
    """A page of what a person has offered, and of what was offered to them."""

    sent: list[Trade]
    received: list[Trade]


# --- Finding ----------------------------------------------------------------------------------------


def page_of_trades(*, viewer: User, page: int, limit: int, is_open: bool | None = None) -> Trades:
    """Return a page of both, the newest first; only those that are open, or only those that are not."""
    rows = slice((page - 1) * limit, page * limit)
    trades = _open_or_not(_with_parts(), is_open, now=timezone.now()).order_by("-pk")
    return Trades(list(trades.filter(requester=viewer)[rows]), list(trades.filter(target=viewer)[rows]))


def open_trades(viewer: User, *, now: datetime) -> Trades:
    """Return what is open of both, the newest first, ``MAX_OPEN`` together; in one statement."""
    mine = Q(requester=viewer) | Q(target=viewer)
    found = list(_open_or_not(_with_parts().filter(mine), True, now=now).order_by("-pk")[:MAX_OPEN])
    sent = [trade for trade in found if trade.requester_id == viewer.pk]
    return Trades(sent, [trade for trade in found if trade.requester_id != viewer.pk])


def find_trade(*, viewer: User, trade_id: int) -> Trade:
    """Return one that the viewer has offered or was offered; raise ``TradeNotFoundError``."""
    found = _with_parts().filter(Q(requester=viewer) | Q(target=viewer), pk=trade_id).first()
    if found is None:
        raise TradeNotFoundError
    return found


def _with_parts() -> QuerySet[Trade]:
    return Trade.objects.select_related(*_PARTS)


def _open_or_not(trades: QuerySet[Trade], is_open: bool | None, *, now: datetime) -> QuerySet[Trade]:
    if is_open is None:
        return trades
    still_open = Q(
        status=TradeStatus.PENDING,
        requester_reservation__starts_at__gt=now,
        target_reservation__starts_at__gt=now,
    )
    return trades.filter(still_open if is_open else ~still_open)


# --- Writes, each in a transaction that ``retried`` may begin again ------------------------------------


def offer_trade(
    *, actor: User, requester_reservation_id: int, target_reservation_id: int, message: str = ""
) -> Trade:
    """Offer one of the actor's reservations for somebody else's.

    ``TradedNotFoundError`` for what is not there, or not the actor's to offer; ``FieldRefusedError`` for a swap with oneself,
    or past ``MAX_OPEN``; ``NotTradableError``, ``AlreadyOfferedError``.
    """
    now = timezone.now()
    with transaction.atomic(savepoint=False):
        found = Reservation.objects.in_bulk([requester_reservation_id, target_reservation_id])
        own, other = found.get(requester_reservation_id), found.get(target_reservation_id)
        if own is None or own.user_id != actor.pk:
            raise TradedNotFoundError("requester_reservation_id")
        if other is None:
            raise TradedNotFoundError("target_reservation_id")
        if other.user_id == actor.pk:
            raise FieldRefusedError("target_reservation_id", "This is your own.")
        lock_people([own.user_id, other.user_id], actor_id=actor.pk)
        own, other = _locked(own, other)
        not_tradable = [
            field
            for field, each in (("requester_reservation_id", own), ("target_reservation_id", other))
            if not _is_tradable(each, now=now)
        ]
        if not_tradable:
            raise NotTradableError(*not_tradable)
        offered = Trade.objects.filter(requester=actor, status=TradeStatus.PENDING)
        if offered.filter(requester_reservation=own, target_reservation=other).exists():
            raise AlreadyOfferedError
        if _open_or_not(offered, True, now=now).count() >= MAX_OPEN:
            raise FieldRefusedError("non_field_errors", f"A person has at most {MAX_OPEN} open offers.")
        trade = Trade.objects.create(
            requester_id=own.user_id,
            target_id=other.user_id,
            requester_reservation=own,
            target_reservation=other,
            message=message,
        )
        trade = _with_parts().get(pk=trade.pk)
        tell_of_offer(trade)
    return trade


def answer_trade(*, actor: User, trade_id: int, is_accepted: bool, response_message: str = "") -> Trade:
    """Accept or decline what was offered to the actor; accepted, the two reservations change their owners, and notes with them.

    ``PermissionDenied`` for who offered it, ``TradeClosedError``.
    """
    now = timezone.now()
    with transaction.atomic(savepoint=False):
        found = find_trade(viewer=actor, trade_id=trade_id)
        trade = _locked_trade(found, actor=actor, now=now)
        if trade.target_id != actor.pk:
            raise PermissionDenied
        own, other = trade.requester_reservation, trade.target_reservation
        if is_accepted:
            own.user, other.user = other.user, own.user
            own.notes, other.notes = other.notes, own.notes  # They are for nobody else to read.
            for each in (own, other):
                each.updated_at = now
                each.save(update_fields=["user", "notes", "updated_at"])
            end_trades_of([own.pk, other.pk], now=now, but=trade.pk)
        _end(trade, TradeStatus.ACCEPTED if is_accepted else TradeStatus.REJECTED, response_message, now=now)
        tell_of_answer(trade)
    return trade


def cancel_trade(*, actor: User, trade_id: int) -> None:
    """Take an offer of the actor's back; once more is no error. ``PermissionDenied`` for others, ``TradeClosedError``."""
    now = timezone.now()
    with transaction.atomic(savepoint=False):
        found = find_trade(viewer=actor, trade_id=trade_id)
        if found.requester_id != actor.pk:
            raise PermissionDenied
        if found.status_at(now) == TradeStatus.CANCELLED:
            return
        trade = _locked_trade(found, actor=actor, now=now)
        _end(trade, TradeStatus.CANCELLED, "", now=now)


def end_trades_of(reservation_ids: Iterable[int], *, now: datetime, but: int | None = None) -> None:
    """End what is on offer about these, whose owners are locked: it was offered as they were."""
    ids = list(reservation_ids)
    about = Q(requester_reservation__in=ids) | Q(target_reservation__in=ids)
    found = Trade.objects.filter(about, status=TradeStatus.PENDING)
    locked = set(found.select_for_update().order_by("pk").values_list("pk", flat=True)) - {but}
    Trade.objects.filter(pk__in=locked).update(status=TradeStatus.CANCELLED, updated_at=now)


def _is_tradable(reservation: Reservation, *, now: datetime) -> bool:
    return reservation.status == Status.CONFIRMED and reservation.starts_at > now


def _locked(own: Reservation, other: Reservation) -> tuple[Reservation, Reservation]:
    """Return both, locked in the order of their ids as their owners are already; ``MovedError`` if those are others by now."""
    rows = Reservation.objects.select_for_update(of=("self",)).select_related("user").order_by("pk")
    current = {each.pk: each for each in rows.filter(pk__in=[own.pk, other.pk])}
    found = current.get(own.pk), current.get(other.pk)
    if found[0] is None or found[1] is None:
        raise MovedError
    if (found[0].user_id, found[1].user_id) != (own.user_id, other.user_id):
        raise MovedError
    return found[0], found[1]


def _locked_trade(found: Trade, *, actor: User, now: datetime) -> Trade:
    """Return an open trade of the actor's, locked with its people and reservations.

    ``MovedError`` if it is not as it was found, ``TradeClosedError`` if it is not open.
    """
    lock_people([found.requester_id, found.target_id], actor_id=actor.pk)
    own, other = found.requester_reservation, found.target_reservation
    own, other = _locked(own, other)
    trade = _with_parts().select_for_update(of=("self",)).filter(pk=found.pk).first()
    if trade is None or trade.status != found.status:
        raise MovedError
    is_as_offered = (own.user_id, other.user_id) == (trade.requester_id, trade.target_id)
    are_tradable = _is_tradable(own, now=now) and _is_tradable(other, now=now)
    if trade.status != TradeStatus.PENDING or not (is_as_offered and are_tradable):
        raise TradeClosedError
    trade.requester_reservation, trade.target_reservation = own, other
    return trade


def _end(trade: Trade, status: TradeStatus, response_message: str, *, now: datetime) -> None:
    trade.status, trade.response_message, trade.updated_at = status, response_message, now
    trade.save(update_fields=["status", "response_message", "updated_at"])
