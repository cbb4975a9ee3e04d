"""flyers_proxy: many single things asked for at once, within one deadline. It knows no people."""

import contextvars
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from typing import Final, Generic, NamedTuple, TypeVar

from django.conf import settings

from clients.errors import UpstreamError, UpstreamNotFound, UpstreamTimeout
from flyers_proxy.rendering import Facts, facts_of
from flyers_proxy.services import (
    Answer,
    OnMiss,
    confirm_flyer,
    free,
    get_creator,
    get_kept,
    get_listed,
    listed_at,
    renew_listed,
)
from flyers_proxy.windows import UPSTREAM_PAGE

T = TypeVar("T")

# Of the flyers that a list leaves out (they have ended, have not begun, or never were), so many are looked at singly.
MOST_LOOKS: Final = 10

# All that ask in this process: few, as one person's long list must leave upstream to the others, too.
_ASKERS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="lookup")


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
    flyer_ids: Sequence[int], *, confirm: bool = False, on_miss: OnMiss = free
) -> FlyerBatch:
    """Return those flyers: from the cache, and for the others one upstream call per 50. Never raises for upstream.

    With ``confirm`` a stale copy is good enough only if upstream can't be asked.
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
    for part, answer in zip(asked, _side_by_side(ask, asked), strict=True):
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


def get_creators(creator_ids: Sequence[int], *, on_miss: OnMiss) -> Lookup[Answer]:
    """Return the profiles of creators, as many as can be had within the deadline of one call."""
    return _each(partial(get_creator, on_miss=on_miss), creator_ids)


def confirm_flyers(flyer_ids: Sequence[int]) -> Lookup[Facts]:
    """Return what is known of flyers that someone wants to keep, each judged as by ``confirm_flyer``.

    One upstream call per 50 answers for those that are valid now; of the others ``MOST_LOOKS`` are looked at singly
    within the deadline of one call, and the rest stays unknown.
    """
    listed = get_flyers_by_ids(flyer_ids, confirm=True)
    silent = [flyer_id for flyer_id in flyer_ids if flyer_id in listed.absent]
    looked = _each(confirm_flyer, silent[:MOST_LOOKS])
    return Lookup(
        found={flyer_id: facts_of(flyer.rendered) for flyer_id, flyer in listed.found.items()} | looked.found,
        absent=looked.absent,
        unknown=listed.unknown | looked.unknown | set(silent[MOST_LOOKS:]),
        failure=listed.failure or looked.failure,
    )


def _each(ask: Callable[[int], T], ids: Sequence[int]) -> Lookup[T]:
    """Ask for each of these, a few at a time, until the deadline of one call."""
    asked = {_ASKERS.submit(contextvars.copy_context().run, ask, id_): id_ for id_ in ids}
    done, late = wait(asked, timeout=settings.FLYERS_DEADLINE_SECONDS)
    for future in late:
        future.cancel()
    found: dict[int, T] = {}
    absent: set[int] = set()
    failure: UpstreamError | None = UpstreamTimeout("too many to ask for in time") if late else None
    for future in done:
        try:
            found[asked[future]] = future.result()
        except UpstreamNotFound:
            absent.add(asked[future])
        except UpstreamError as error:
            failure = error
    unknown = set(ids) - found.keys() - absent
    return Lookup(found, frozenset(absent), frozenset(unknown), failure)


def _parts_of(flyer_ids: Sequence[int]) -> Iterator[tuple[int, ...]]:
    for start in range(0, len(flyer_ids), UPSTREAM_PAGE):
        yield tuple(flyer_ids[start : start + UPSTREAM_PAGE])


def _side_by_side(
    ask: Callable[[tuple[int, ...]], Answer], parts: Sequence[tuple[int, ...]]
) -> list[Answer | UpstreamError]:
    """Ask for all parts at once, the first one in this thread; return what came of each."""

    def outcome(part: tuple[int, ...]) -> Answer | UpstreamError:
        try:
            return ask(part)
        except UpstreamError as error:
            return error

    ends_at = time.monotonic() + settings.FLYERS_DEADLINE_SECONDS
    others = [_ASKERS.submit(contextvars.copy_context().run, outcome, part) for part in parts[1:]]
    try:
        outcomes = [outcome(part) for part in parts[:1]]
        late = wait(others, timeout=max(0.0, ends_at - time.monotonic())).not_done
        timeout = UpstreamTimeout("too many to ask for in time")
        return outcomes + [timeout if other in late else other.result() for other in others]
    finally:
        for other in others:
            other.cancel()
