"""The flyer service on the wire, which has its feed alone: what these tests say is wrong of any other."""

from flyers_proxy.lists import offers_feed_alone
from tests.favorites.conftest import clock, service, wire

__all__ = ["clock", "service", "wire"]

collect_ignore_glob = [] if offers_feed_alone() else ["test_*.py"]
