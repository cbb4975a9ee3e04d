"""Requests of devices that keep a copy of the library; the answers are those of the services."""

from typing import Any

from django.core.validators import RegexValidator
from msgspec import Struct
from rest_framework import serializers

from accounts.bodies import Body
from clients.values import MAX_ID
from favorites.services.ops import Op, OpResult
from proxy.fields import BoundedList, Text, Whole
from proxy.parameters import Query, WholeNumber

MAX_OPS = 100
MAX_CHANGES = 1_000


class ChangesQuery(Query):
    since = serializers.CharField(
        required=False,
        max_length=100,
        trim_whitespace=False,
        help_text="The `cursor` of the last answer; from the start without.",
    )
    limit = WholeNumber(
        default=500,
        min_value=1,
        max_value=MAX_ID,
        help_text=f"Changes an answer; more than {MAX_CHANGES} gives {MAX_CHANGES}.",
    )

    def validate_limit(self, limit: int) -> int:
        return min(limit, MAX_CHANGES)


class OpRow(Body):
    """What a device meant, and when."""

    op_id = Text(
        max_length=64,
        trim_whitespace=False,  # A device finds its op by it in the answer.
        validators=[RegexValidator(r"\A[A-Za-z0-9_.:-]+\Z", "Give 1 to 64 of A-Z, a-z, 0-9 and _.:-")],
        help_text="Its own for each op, and the same when it is sent again.",
    )
    op = serializers.ChoiceField(choices=["add", "remove"])
    # Any text: what is no shelf or kind here is refused for this op alone.
    shelf = Text(allow_blank=True, help_text="`favorites`, `watchlist`, `ratings` or `follows`.")
    kind = Text(allow_blank=True)
    id = Whole()
    value = Whole(required=False, allow_null=True, help_text="Of an `add` to `ratings`: 1 to 5.")
    at = serializers.DateTimeField(help_text="When it was meant, by the device's clock.")

    def validate(self, attrs: dict[str, Any]) -> Any:
        return Op(**attrs)


class Ops(Body):
    """What a device did while it was offline, in any order."""

    ops = BoundedList(child=OpRow(), max_length=MAX_OPS)


class OpResults(Struct):
    """What became of each op, in the order they were given."""

    results: list[OpResult]
