"""clients: what is counted of the calls to the flyer service, for `/metrics`. It knows no call."""

from prometheus_client import Counter, Gauge, Histogram

from clients.errors import UpstreamError

SECONDS = Histogram(
    "flyers_bff_upstream_seconds",
    "How long calls to the flyer service took, a retry included.",
    ["outcome"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
NOT_MADE = Counter(
    "flyers_bff_upstream_not_made",
    "Calls that were not made: unavailable (known to be down, or asked us to wait) or busy (all slots taken).",
    ["outcome"],
)
RETRIES = Counter("flyers_bff_upstream_retries", "Calls that were made a second time.")
BREAKER_OPENED = Counter("flyers_bff_upstream_breaker_opened", "Times that a process stopped asking.")
BREAKER_OPEN = Gauge(
    "flyers_bff_upstream_breaker_open", "Processes that have stopped asking.", multiprocess_mode="livesum"
)
IN_USE = Gauge("flyers_bff_upstream_in_use", "Calls under way.", multiprocess_mode="livesum")
SLOTS = Gauge("flyers_bff_upstream_slots", "Calls allowed at once.", multiprocess_mode="livesum")

# There from the start: a series that begins with its first failure shows that failure to no alert.
for _outcome in ("ok", "not_modified", *(kind.outcome for kind in UpstreamError.__subclasses__())):
    SECONDS.labels(_outcome)
for _outcome in ("unavailable", "busy"):
    NOT_MADE.labels(_outcome)
