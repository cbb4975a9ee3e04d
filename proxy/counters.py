"""flyers_proxy: what is counted of the cache, for `/metrics`. It knows no entries and no keys."""

from prometheus_client import Counter, Gauge

_EVENTS = Counter("flyers_bff_cache", "What happened when answers were looked for.", ["event"])
HIT, STALE, GONE, WAIT, FILL, UNMODIFIED, SHARED, REFRESH_FAILED, LEFT_OUT, EVICTED = (
    _EVENTS.labels(event)
    for event in (
        "hit",  # fresh and in this process
        "stale",  # a stale copy was served
        "gone",  # known not to exist, so nobody was asked
        "wait",  # waited for a fill of this process
        "fill",  # upstream was asked, and answered
        "unmodified",  # ... that the copy still holds
        "shared",  # taken over from the shared level
        "refresh_failed",  # a refresh behind a stale answer failed
        "left_out",  # flyers that were not fit to show
        "evicted",  # entries that fell off for lack of room
    )
)
ENTRIES = Gauge("flyers_bff_cache_entries", "Entries held.", multiprocess_mode="livesum")
BYTES = Gauge("flyers_bff_cache_bytes", "Bytes held.", multiprocess_mode="livesum")
SHARED_FAILURES = Counter(
    "flyers_bff_shared_cache_failures", "Questions that Redis did not answer, or not well."
)
