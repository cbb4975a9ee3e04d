"""What a device did while it was offline: each op judged once, whatever the order, and answered alike when repeated."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal, NamedTuple, get_args

import msgspec
from django.utils import timezone
from msgspec import Meta, Struct

from accounts.models import User
from clients.values import MAX_ID
from favorites.models import AppliedOp
from favorites.services import pruning
from favorites.services.follows import is_oneself
from favorites.services.rows import find_entries
from favorites.services.shelves import RATINGS, SHELVES, Key
from favorites.services.writes import Operation, open_library
from proxy.batches import confirm_many
from proxy.rendering import Summary

# A device's clock may be ahead by this much.
MAX_AHEAD: Final = timedelta(minutes=5)

# What a service says of an item that it does not show.
Silence = Literal["not_found", "unknown"]
Result = Literal["applied", "already", "superseded", "not_found", "refused", "unknown", "conflict"]


class Op(NamedTuple):
    """What a device meant, and when."""

    op_id: str
    op: Literal["add", "remove"]
    shelf: str
    kind: str
    id: int
    at: datetime
    value: int | None = None

    @property
    def key(self) -> Key:
        """Return what it is about."""
        return Key(self.shelf, self.kind, self.id)

    @property
    def digest(self) -> str:
        """Return what differs for ops that say something else."""
        return hashlib.blake2b(msgspec.json.encode(list(self)), digest_size=16).hexdigest()

    def operation(self, judged: Summary | Silence | None) -> Operation:
        """Return it as the library takes it."""
        summary = judged if isinstance(judged, Summary) else None
        return Operation(self.key, self.op == "add", self.value, summary, at=self.at, op_id=self.op_id)


class OpResult(Struct):
    """What became of an op."""

    op_id: str
    result: Annotated[
        Result,
        Meta(
            description=(
                "`applied`; `already`: it was so; `superseded`: a later one is stored; `not_found`: the service has no such "
                "item; `conflict`: another op had this `op_id`. These are final. `refused`, as `reason` says, is judged anew "
                "if it is sent again. `unknown` was not judged, as the service did not tell: send it again."
            ),
            extra_json_schema={"enum": list(get_args(Result))},  # in this order
        ),
    ]
    reason: Annotated[str | None, Meta(description="Why it was refused.")] = None


def apply_ops(*, user: User, ops: Sequence[Op]) -> list[OpResult]:
    """Judge each of these by itself and return what became of them, in their order. Never raises for upstream.

    Of ops about one item the one with the latest ``at`` counts, whatever the order they arrive in; of one moment that with
    the greater ``op_id``.
    """
    results = _recorded(user, ops)
    first: dict[str, Op] = {}  # The others of its id are in conflict with it.
    for op in ops:
        if op not in results:
            first.setdefault(op.op_id, op)
    left = []
    for op in first.values():
        if reason := _refusal(user, op):
            results[op] = OpResult(op.op_id, "refused", reason)
        else:
            left.append(op)
    results |= _written(user, left, _confirmed(user, left))
    return [results.get(op) or OpResult(op.op_id, "conflict") for op in ops]


def _recorded(user: User, ops: Sequence[Op]) -> dict[Op, OpResult]:
    """Return what became of those of these whose ids have been here before."""
    rows = AppliedOp.objects.filter(user=user, op_id__in={op.op_id for op in ops})
    recorded = {row.op_id: row for row in rows}
    results = {}
    for op in ops:
        if row := recorded.get(op.op_id):
            result = row.result if row.digest == op.digest else "conflict"
            results[op] = OpResult(op.op_id, result)  # type: ignore[arg-type]  # as it was stored
    return results


def _refusal(user: User, op: Op) -> str | None:
    if op.at > timezone.now() + MAX_AHEAD:
        return "It is from the future: is the clock right?"
    shelf = SHELVES.get(op.shelf)
    if shelf is None:
        return f"There is no such shelf: give one of {', '.join(SHELVES)}."
    if op.kind not in shelf.kinds:
        return f"This kind can't be there; these can: {', '.join(shelf.kinds) or 'none'}."
    if not 1 <= op.id <= MAX_ID:
        return f"There is no such id: give one from 1 to {MAX_ID}."
    if (op.op == "add" and shelf is RATINGS) != (op.value is not None):
        return "Adding to ratings takes a value, and nothing else does."
    if op.value is not None and not 1 <= op.value <= 5:
        return "Give a value from 1 to 5."
    if op.op == "add" and is_oneself(user, op.key):
        return "Nobody can follow themselves."
    return None


def _confirmed(user: User, ops: Sequence[Op]) -> dict[Key, Summary | Silence]:
    """Ask upstream for the items that would come to be there; return what it says of each."""
    there = find_entries(user, {op.key: None for op in ops})
    wanted: dict[str, dict[int, list[Key]]] = {}
    for op in ops:
        if op.op == "add" and not (op.key in there and there[op.key].is_there):
            wanted.setdefault(op.kind, {}).setdefault(op.id, []).append(op.key)
    judged: dict[Key, Summary | Silence] = {}
    for kind, keys in wanted.items():
        batch = confirm_many(kind, list(keys), caller=f"user {user.pk}")
        for id_ in keys:
            silence: Silence = "not_found" if id_ in batch.absent else "unknown"
            judged |= dict.fromkeys(keys[id_], batch.found.get(id_, silence))
    return judged


def _written(user: User, ops: Sequence[Op], judged: Mapping[Key, Summary | Silence]) -> dict[Op, OpResult]:
    """Write those that were judged and record what became of them, all in one transaction."""
    silence = {op: judged[op.key] for op in ops if op.op == "add" and op.key in judged}
    results = {op: OpResult(op.op_id, "unknown") for op in ops if silence.get(op) == "unknown"}
    ops = [op for op in ops if op not in results]
    if not ops:
        return results
    with open_library(user) as library:
        # Once more, now that nobody else writes: the same queue may come twice at once.
        results |= _recorded(user, ops)
        new = [op for op in ops if op not in results]
        missing = [op for op in new if silence.get(op) == "not_found"]
        found = [op for op in new if op not in missing]
        written = library.apply([op.operation(judged.get(op.key)) for op in found])
        outcomes: dict[Op, Result] = dict.fromkeys(missing, "not_found")
        for op, (outcome, *_) in zip(found, written, strict=True):
            if outcome == "full":
                reason = "There is no room for more: remove some first."
                results[op] = OpResult(op.op_id, "refused", reason)
            else:
                outcomes[op] = outcome
        AppliedOp.objects.bulk_create(
            AppliedOp(user=user, op_id=op.op_id, digest=op.digest, result=outcome)
            for op, outcome in outcomes.items()
        )
        pruning.bound_ops(user.pk)
    return results | {op: OpResult(op.op_id, outcome) for op, outcome in outcomes.items()}
