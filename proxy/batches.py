"""flyers_proxy: many single things asked for at once, within one deadline. It knows no people."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import wait
from functools import partial
from typing import Final, Generic, NamedTuple, TypeVar

from django.conf import settings

from clients.errors import UpstreamBusyError, UpstreamError, UpstreamNotFoundError, UpstreamTimeoutError
from flyers_proxy.services import (
    Answer,
    OnMiss,
    confirm_flyer,
    free,
    get_creator,
    get_kept,
    get_kept_creators,
    get_listed,
    listed_at,
    release_connection,
    renew_listed,
    waiters,
)
from proxy.fair_pool import FairPool
from proxy.once import OncePerProcess
from proxy.pages import UPSTREAM_PAGE
from proxy.rendering import Facts, facts_of
from proxy.single_flight import YOUNG_SECONDS

T = TypeVar("T")
Q = TypeVar("Q")

# Of the flyers that a list leaves out (they have ended, have not begun, or never were), so many are looked at singly.
MAX_LOOKS: Final = 10


@OncePerProcess
def _pool() -> FairPool:
    """Return the threads of all look-ups: fewer than the calls allowed, as reads of single things ask, too."""
    return FairPool(max(2, settings.FLYERS_MAX_CONCURRENCY * 2 // 3), "lookup")


class Lookup(NamedTuple, Generic[T]):
    """What became of each id: it is in one of these. ``failure`` says why some are unknown, if upstream is to blame."""

    found: dict[int, T]
    absent: frozenset[int]
    unknown: frozenset[int]
    failure: UpstreamError | None


class FlyerBatch(NamedTuple):
    """Flyers by id: ``absent`` are those that upstream left out (unknown or ended), ``unknown`` those it can't tell.

    ``failure`` says why upstream could not be asked.
    """

    found: dict[int, Answer]
    absent: frozenset[int]
    unknown: frozenset[int]
    failure: UpstreamError | None = None


def get_flyers_by_ids(
    flyer_ids: Sequence[int], *, caller: str, confirm: bool = False, on_miss: OnMiss = free
) -> FlyerBatch:
    """Return those flyers: from the cache, and for the others one upstream call per 50. Never raises for upstream.

    With ``confirm`` a stale copy is good enough only if upstream can't be asked. ``caller`` names who asks, for
    callers share the threads fairly.
    """
    found = get_kept(flyer_ids)
    stale = {flyer_id for flyer_id, answer in found.items() if answer.is_stale}
    missing = set(flyer_ids) - set(found)
    asked = []
    for part in _parts_of(sorted(missing | stale)):
        # A list that is as young as the copies is believed: only its silence tells that a flyer has gone.
        if confirm or missing & set(part) or listed_at(part) >= max(found[id_].as_of for id_ in part):
            asked.append(part)
        else:
            renew_listed(part)
    absent: set[int] = set()
    failure: UpstreamError | None = None
    ask = partial(get_listed, confirm=confirm, on_miss=on_miss)
    # A single call is made here: it has the deadline of a call by itself, and needs no turn of the caller's.
    is_one = len(asked) == 1
    outcomes = [_outcome(ask, asked[0])] if is_one else _outcomes(ask, asked, caller, _deadline())
    for part, answer in zip(asked, outcomes, strict=True):
        if isinstance(answer, UpstreamError):
            failure = answer
            continue
        page = answer.rendered
        found |= {
            spot.flyer_id: answer._replace(rendered=flyer, key=None)
            for spot, flyer in zip(page.spots, page.flyers(), strict=True)
        }
        if page.count == len(page.spots):  # Otherwise some are there, and not fit to show.
            absent |= set(part) - {spot.flyer_id for spot in page.spots}
    return FlyerBatch(
        found={flyer_id: answer for flyer_id, answer in found.items() if flyer_id not in absent},
        absent=frozenset(absent),
        unknown=frozenset(missing - found.keys() - absent),
        failure=failure,
    )


def get_creators(creator_ids: Sequence[int], *, caller: str, on_miss: OnMiss) -> Lookup[Answer]:
    """Return the profiles of creators, as many as can be had within the deadline of one call."""
    ends_at = _deadline()
    kept = get_kept_creators(creator_ids)
    missing = [creator_id for creator_id in creator_ids if creator_id not in kept]
    looked = _each(partial(get_creator, on_miss=on_miss), missing, caller, ends_at)
    return looked._replace(found=kept | looked.found)


def confirm_flyers(flyer_ids: Sequence[int], *, caller: str) -> Lookup[Facts]:
    """Return what is known of flyers that someone wants to keep, each judged as by ``confirm_flyer``.

    One upstream call per 50 answers for those that are valid now; of the others ``MAX_LOOKS`` are looked at singly.
    All that has one deadline, and what is not done by then stays unknown.
    """
    ends_at = _deadline()
    listed = get_flyers_by_ids(flyer_ids, caller=caller, confirm=True)
    silent = [flyer_id for flyer_id in flyer_ids if flyer_id in listed.absent]
    looked = _each(confirm_flyer, silent[:MAX_LOOKS], caller, ends_at)
    return Lookup(
        found={flyer_id: facts_of(flyer.rendered) for flyer_id, flyer in listed.found.items()} | looked.found,
        absent=looked.absent,
        unknown=listed.unknown | looked.unknown | set(silent[MAX_LOOKS:]),
        failure=listed.failure or looked.failure,
    )


def _each(ask: Callable[[int], T], ids: Sequence[int], caller: str, ends_at: float) -> Lookup[T]:
    """Ask for each of these; tell those that upstream does not have from those that can't be told."""
    found: dict[int, T] = {}
    absent: set[int] = set()
    failure: UpstreamError | None = None
    for id_, outcome in zip(ids, _outcomes(ask, ids, caller, ends_at), strict=True):
        if isinstance(outcome, UpstreamNotFoundError):
            absent.add(id_)
        elif isinstance(outcome, UpstreamError):
            failure = outcome
        else:
            found[id_] = outcome
    return Lookup(found, frozenset(absent), frozenset(set(ids) - found.keys() - absent), failure)


def _parts_of(flyer_ids: Sequence[int]) -> Iterator[tuple[int, ...]]:
    for start in range(0, len(flyer_ids), UPSTREAM_PAGE):
        yield tuple(flyer_ids[start : start + UPSTREAM_PAGE])


def _deadline() -> float:
    return time.monotonic() + settings.FLYERS_DEADLINE_SECONDS


def _outcomes(
    ask: Callable[[Q], T], questions: Sequence[Q], caller: str, ends_at: float
) -> list[T | UpstreamError]:
    """Ask all these side by side; return what came of each until ``ends_at``.

    Past the bound on waiters there is only as much time as any young call is given.
    """
    if not questions:
        return []
    release_connection()
    with waiters().place() as has_place:
        seconds = ends_at - time.monotonic() if has_place else YOUNG_SECONDS
        asked = [_pool().submit(caller, partial(_outcome, ask, question)) for question in questions]
        late = wait(asked, timeout=max(0.0, seconds)).not_done
    for future in late:
        future.cancel()
    is_late = (
        UpstreamTimeoutError("too many to ask for in time")
        if has_place
        else UpstreamBusyError("too many wait")
    )
    return [is_late if future in late else future.result() for future in asked]


def _outcome(ask: Callable[[Q], T], question: Q) -> T | UpstreamError:
    try:
        return ask(question)
    except UpstreamError as error:
        return error
