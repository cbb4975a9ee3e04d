"""What the routes of reservations share."""

from collections.abc import Callable
from functools import partial
from typing import Final

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.permissions import IsAdminUser, IsAuthenticated

from accounts.api import Response
from accounts.idempotency import IDEMPOTENCY_KEY, RepeatableView
from proxy.views import PersonalView
from reservations.services.locks import retried

operation = partial(extend_schema, tags=["reservations"])
write_operation = partial(operation, parameters=[IDEMPOTENCY_KEY])
admin_operation = partial(extend_schema, tags=["reservations: administration"])
admin_write_operation = partial(admin_operation, parameters=[IDEMPOTENCY_KEY])
trade_operation = partial(extend_schema, tags=["reservations: swaps"])
trade_write_operation = partial(trade_operation, parameters=[IDEMPOTENCY_KEY])

REFUSED: Final = {403: OpenApiResponse(description="`PERMISSION_DENIED`: only an administrator may do that.")}
NO_RESERVATION: Final = {404: OpenApiResponse(description="`NOT_FOUND`: the caller has no such reservation.")}


def conflicts(*sentences: str) -> dict[int, OpenApiResponse]:
    """Return the 409 of a write, for the schema: these, and what every repeated write may end in."""
    key = (
        "`CONFLICT`: somebody else changed it at the same time, or the `Idempotency-Key` came with another request, or "
        "that request is being processed."
    )
    return {409: OpenApiResponse(description=" ".join([*sentences, key]))}


class BookingView(RepeatableView, PersonalView):
    """A route of somebody who is signed in; its writes happen as a whole, once, or not at all."""

    def write_once(self, write: Callable[[], Response]) -> Response:
        """Return the answer of ``write``, in a transaction that is begun again if another one got in between."""
        return retried(partial(super().write_once, write))


class AdminView(BookingView):
    """A route for administrators."""

    permission_classes = (IsAuthenticated, IsAdminUser)
