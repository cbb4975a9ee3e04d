"""The HTTP of swaps."""

from typing import Final

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request

from accounts.api import Response
from proxy.views import DONE
from reservations.models import Trade
from reservations.serializers import trades as shown
from reservations.services import trades
from reservations.views.booking import BookingView, conflicts, trade_operation, trade_write_operation

NO_TRADE: Final = {404: OpenApiResponse(description="`NOT_FOUND`: there is no such trade of the caller's.")}
OTHER_SIDE: Final = {
    403: OpenApiResponse(description="`PERMISSION_DENIED`: that is for the other side to do.")
}
CLOSED: Final = "`NOT_EDITABLE`: it is not open any more."


def _answer(trade: Trade, *, status: int = 200) -> Response:
    return Response(shown.Trade.of(trade, now=timezone.now()), status=status)


class Trades(BookingView):
    query = shown.TradesQuery

    @trade_operation("trade_list", parameters=[query], responses=shown.Trades)
    def get(self, request: Request) -> Response:
        """A page of what the caller has offered, and of what was offered to them."""
        page, limit = self.params["page"], self.params["limit"]
        is_open = self.params.get("open")
        found = trades.page_of_trades(viewer=self.person, page=page, limit=limit, is_open=is_open)
        return Response(shown.Trades.of(found, now=timezone.now()))

    @trade_write_operation(
        "trade_create",
        request=shown.NewTrade,
        responses={
            201: shown.Trade,
            404: OpenApiResponse(
                description="`NOT_FOUND`: there is no such reservation, or it is not the caller's to offer."
            ),
            **conflicts(
                "`NOT_EDITABLE`: one of the two is not confirmed, or has begun.",
                "`CONFLICT`: the same swap is on offer.",
            ),
        },
    )
    def post(self, request: Request) -> Response:
        """Offer a reservation for somebody else's; both are confirmed and ahead."""
        new = shown.NewTrade.read(request.data)
        return self.write_once(lambda: _answer(trades.offer_trade(actor=self.person, **new), status=201))


class TradeDetail(BookingView):
    @trade_operation("trade_detail", responses={200: shown.Trade, **NO_TRADE})
    def get(self, request: Request, trade_id: int) -> Response:
        """A swap that the caller has offered, or was offered."""
        return _answer(trades.find_trade(viewer=self.person, trade_id=trade_id))

    @trade_write_operation(
        "trade_answer",
        request=shown.Answer,
        responses={200: shown.Trade, **OTHER_SIDE, **NO_TRADE, **conflicts(CLOSED)},
    )
    def post(self, request: Request, trade_id: int) -> Response:
        """Accept or decline what was offered. Accepted, the two change their owners, and other offers about them end.

        Notes stay with who wrote them.
        """
        said = shown.Answer.read(request.data)
        return self.write_once(
            lambda: _answer(trades.answer_trade(actor=self.person, trade_id=trade_id, **said))
        )

    @trade_write_operation("trade_cancel", responses={**DONE, **OTHER_SIDE, **NO_TRADE, **conflicts(CLOSED)})
    def delete(self, request: Request, trade_id: int) -> Response:
        """Take an offer back."""
        return self.write_once(lambda: self.cancelled(trade_id))

    def cancelled(self, trade_id: int) -> Response:
        """Take an offer back and say so."""
        trades.cancel_trade(actor=self.person, trade_id=trade_id)
        return Response(status=204)
