"""accounts: what is counted of sign-ins and limits, for `/metrics`. It knows no person."""

from prometheus_client import Counter

_SESSIONS = Counter("flyers_bff_sessions", "What happened to signed-in devices.", ["event"])
OPENED, REFRESHED, SUPERSEDED, REUSED = (
    _SESSIONS.labels(event)
    for event in (
        "opened",
        "refreshed",
        "superseded",  # a second tab came with the token that the first had just spent
        "reused",  # a spent token came back: the session was ended
    )
)
THROTTLED = Counter("flyers_bff_throttled", "Calls refused because of a limit.", ["scope"])
