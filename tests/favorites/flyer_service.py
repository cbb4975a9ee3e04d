"""A flyer service on the wire: it holds what a test gives it, and answers as its contract says, or has its feed alone."""

import datetime as dt
import json
import math
import re
import time
from urllib.parse import parse_qs, urlsplit

from django.conf import settings

from flyers_proxy.catalog import FLYERS
from flyers_proxy.lists import offers_feed_alone
from proxy import redis_level
from tests import payloads
from tests.conftest import UPSTREAM

# Of a service that offers its feed alone: what its flyers don't say, and ids of flyers that are there for their creator.
UNSAID = {"categories", "created_at"}
A_FLYER_OF = 1_000_000


class FlyerService:
    """Put flyers and creators into it; set ``status`` to let every call fail, or ``delay`` to let it
    take so many seconds, or ``ignores`` to let it know fewer filters; ``received`` lists the requests."""

    def __init__(self, wire):
        self.is_feed_alone = offers_feed_alone()
        self.flyers, self.creators = {}, {}
        self.status = None
        self.delay = 0
        self.ignores = set()
        self.received = []
        self._answers_left = None
        for path, answer in {
            r"/flyers/feed/": self._feed,
            r"/flyers/(\d+)/": self._flyer,
            r"/users/(\d+)/": self._creator,
        }.items():
            wire.add_callback("GET", re.compile(re.escape(UPSTREAM) + path), callback=self._answering(answer))

    def has(self, *flyer_ids, **changes):
        """Give it flyers, all alike but for their ids, and the creator of each."""
        for flyer_id in flyer_ids:
            flyer = payloads.flyer(flyer_id, **changes)
            self.flyers[flyer_id] = flyer
            self.creators[flyer["creator"]["id"]] = flyer["creator"]

    def has_creators(self, *creator_ids):
        """Give it creators without flyers, but for one each where only flyers name them."""
        for creator_id in creator_ids:
            self.creators[creator_id] = payloads.creator(creator_id)
            if self.is_feed_alone:
                self.has(A_FLYER_OF + creator_id, creator=payloads.creator(creator_id))

    def forget_caches(self):
        """Let nothing of what it said be remembered on our side."""
        FLYERS.stop()
        if settings.CACHE_URL:
            redis_level.clear(settings.CACHE_URL)

    def fails_after(self, calls):
        """Let it break once it has answered so many calls."""
        self._answers_left = calls

    def _answering(self, answer):
        def callback(request):
            address = urlsplit(request.url)
            self.received.append(
                address.path.removeprefix("/api/v1/") + f"?{address.query}" * bool(address.query)
            )
            time.sleep(self.delay)
            if self._answers_left == 0:
                self.status = 503
            elif self._answers_left:
                self._answers_left -= 1
            if self.status:
                return self.status, {}, "{}"
            status, body = answer(address)
            return status, {"Content-Type": "application/json"}, json.dumps(body)

        return callback

    def _feed(self, address):
        params = {name: values[0] for name, values in parse_qs(address.query).items()}
        ids, creators = (
            {int(word) for word in params[name].split(",")}
            if name in params and name not in self.ignores and not self.is_feed_alone
            else None
            for name in ("ids", "creators")
        )
        assert len(ids or ()) <= 50
        assert len(creators or ()) <= 200
        found = [
            flyer
            for flyer in self.flyers.values()
            if (ids is None or flyer["id"] in ids)
            and (creators is None or flyer["creator"]["id"] in creators)
            and is_valid_now(flyer)
        ]
        here = float(params["lat"]), float(params["lng"])
        found.sort(key=lambda flyer: rank(flyer, here))
        page, size = int(params["page"]), int(params["page_size"])
        results = found[(page - 1) * size : page * size]
        if page > 1 and not results:
            return 404, {}
        unsaid = UNSAID if self.is_feed_alone else ()
        shown = [{name: it for name, it in flyer.items() if name not in unsaid} for flyer in results]
        return 200, payloads.page(*shown, count=len(found))

    def _flyer(self, address):
        return self._one(self.flyers, address)

    def _creator(self, address):
        return self._one(self.creators, address)

    @staticmethod
    def _one(things, address):
        if offers_feed_alone():
            return 404, {}
        thing = things.get(int(address.path.split("/")[-2]))
        return (200, thing) if thing else (404, {"error": "not found"})


def rank(flyer, here):
    """Return what the feed is ordered by: newest first, undated last, then nearest, then by id."""
    moment = flyer["created_at"]
    age = -dt.datetime.fromisoformat(moment).timestamp() if moment else math.inf
    return age, kilometres(here, (flyer["location"]["lat"], flyer["location"]["lng"])), flyer["id"]


def kilometres(here, there):
    (lat, lng), (other_lat, other_lng) = (map(math.radians, place) for place in (here, there))
    half = (
        math.sin((other_lat - lat) / 2) ** 2
        + math.cos(lat) * math.cos(other_lat) * math.sin((other_lng - lng) / 2) ** 2
    )
    return 2 * 6371.0088 * math.asin(math.sqrt(half))


def is_valid_now(flyer):
    validity = flyer["validity"]
    now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return validity["valid_from"] <= now <= validity["valid_until"]


def valid_until(moment):
    """Return the ``validity`` of a flyer that ends then."""
    return {"valid_from": "2020-01-01T00:00:00Z", "valid_until": moment, "is_valid": True}
