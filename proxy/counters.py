"""What is counted of the cache, for `/metrics`."""

from functools import cache
from typing import Final

from prometheus_client import Counter, Gauge

_EVENTS = Counter("flyers_bff_cache", "What happened when answers were looked for.", ["upstream", "event"])
EVENTS: Final = {
    "hit": "fresh and in this process",
    "stale": "a stale copy was served",
    "gone": "known not to exist, so no call was made",
    "wait": "waited for a fill of this process",
    "fill": "upstream was called, and answered",
    "unmodified": "... that the copy still holds",
    "shared": "taken over from the shared level",
    "refresh_failed": "a revalidation in background failed",
    "left_out": "items that were not fit to show",
    "evicted": "entries that fell off for lack of room",
}
ENTRIES = Gauge("flyers_bff_cache_entries", "Entries held.", multiprocess_mode="livesum")
BYTES = Gauge("flyers_bff_cache_bytes", "Bytes held.", multiprocess_mode="livesum")
SHARED_FAILURES = Counter(
    "flyers_bff_shared_cache_failures", "Questions that Redis did not answer, or not well."
)


@cache
def events(upstream: str) -> dict[str, Counter]:
    """Return the counters of one upstream's cache, by event."""
    return {event: _EVENTS.labels(upstream, event) for event in EVENTS}
