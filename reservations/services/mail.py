"""Mails about reservations: after the commit, in the background, and in nobody's way."""

from collections.abc import Iterable
from functools import partial
from typing import Any, Final

from django.db import transaction

from accounts.mail import Outbox
from accounts.models import User
from reservations.models import PlaceSettings, Reservation, Trade, TradeStatus
from reservations.services.clock import wall_of

# An outbox of their own: while the mail server is slow they don't stand before links that set a new password.
_OUTBOX: Final = Outbox("reservations")

_EVENTS: Final = {
    "confirmed": "Your reservation is confirmed",
    "pending": "Your reservation waits for approval",
    "approved": "Your reservation was approved",
    "rejected": "Your reservation was not approved",
}


def tell_owners(event: str, reservations: Iterable[Reservation]) -> None:
    """Tell their owners once the transaction is committed: ``confirmed``, ``pending``, ``approved`` or ``rejected``."""
    letters = [
        (each.user, {"reservation": _shown(each), "reason": each.rejection_reason}) for each in reservations
    ]
    _send("reservation", _EVENTS[event], *letters)


def tell_of_offer(trade: Trade) -> None:
    """Tell the owner of the reservation that somebody would like to have, once the transaction is committed."""
    name = trade.requester.display_name
    context = {
        "sentence": f"{name} would like to swap reservations with you",
        "yours": _shown(trade.target_reservation),
        "theirs": _shown(trade.requester_reservation),
        "message": trade.message,
    }
    _send("trade", "Somebody would like to swap reservations with you", (trade.target, context))


def tell_of_answer(trade: Trade) -> None:
    """Tell who offered a swap what came of it, once the transaction is committed."""
    is_accepted = trade.status == TradeStatus.ACCEPTED
    answer = "accepted" if is_accepted else "declined"
    sides = [_shown(trade.requester_reservation), _shown(trade.target_reservation)]
    yours, theirs = reversed(sides) if is_accepted else sides
    context = {
        "sentence": f"{trade.target.display_name} has {answer} your swap",
        "yours": yours,
        "theirs": theirs,
        "message": trade.response_message,
    }
    _send("trade", f"Your swap was {answer}", (trade.requester, context))


def _send(template: str, subject: str, *letters: tuple[User, dict[str, Any]]) -> None:
    """Send each person a mail of what their letter says once the transaction is committed, if the place sends any."""
    if letters and PlaceSettings.objects.current().send_confirmation_emails:
        for person, said in letters:
            context = {"subject": subject, **said}
            letter = partial(_OUTBOX.send, f"reservations/{template}", subject=subject, context=context)
            transaction.on_commit(partial(letter, to=person.email))


def _shown(reservation: Reservation) -> str:
    start, end = wall_of(reservation.starts_at), wall_of(reservation.ends_at)
    return f"{start:%A, %d %B %Y, %H:%M} to {end:%H:%M}"
