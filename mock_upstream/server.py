"""Each bundled service, to start alone; what else can be said is in ``MockUpstream``."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from mock_upstream.flyers.places import MADRID, Position
from mock_upstream.flyers.service import FlyerService
from mock_upstream.listener import MockUpstream
from mock_upstream.tmdb.service import TmdbService

__all__ = ["DEFAULT_KEY", "DEFAULT_TMDB_TOKEN", "MockUpstream", "start", "start_tmdb"]

DEFAULT_KEY = "dev-flyers-key"
DEFAULT_TMDB_TOKEN = "dev-tmdb-token"  # noqa: S105 - made up, and known to everybody


def utc_now() -> datetime:
    return datetime.now(UTC)


def start(
    *,
    key: str = DEFAULT_KEY,
    centre: Position = MADRID,
    clock: Callable[[], datetime] = utc_now,
    **listening: Any,
) -> MockUpstream:
    """Start the flyer service; ``clock`` gives the date of the sample, ``centre`` its place."""
    return MockUpstream(FlyerService(key=key, centre=centre, clock=clock), **listening)


def start_tmdb(
    *, key: str = DEFAULT_TMDB_TOKEN, clock: Callable[[], datetime] = utc_now, **listening: Any
) -> MockUpstream:
    """Start the stand-in for TMDb; ``clock`` gives the day from which what is to come is counted."""
    return MockUpstream(TmdbService(key=key, clock=clock), **listening)
