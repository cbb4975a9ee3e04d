"""Whatever two devices of a person do, in whatever order it arrives, both end with what a plain model says."""

import random
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from accounts.models import User
from favorites.models import Entry
from favorites.services.pruning import prune_library
from tests.conftest import signed_in
from tests.favorites.device import CHANGES, KINDS, op, send
from tests.favorites.flyer_service import valid_until
from tests.favorites.library_model import LibraryModel

HERE = "/api/v1"
FLYER_IDS, CREATOR_IDS, MISSING = range(1, 4), range(1, 3), 9

devices = st.sampled_from(["phone", "laptop"])
words = st.sampled_from(["add", "add", "remove"])
shelves = st.sampled_from(["favorites", "watchlist", "ratings", "follows"])
ids = st.sampled_from([1, 1, 2, 3, MISSING])
values = st.sampled_from([1, 5])
limits = st.sampled_from([1, 2, 1_000])
# Few moments, so that some are the same; the last is too far ahead.
moments = st.sampled_from([-7_200, -120, -60, 0, 0, 60, 240, 360])
numbers = count()


class Device:
    """Its copy of the library, how far it has read, what it has to send, and what it has sent before."""

    def __init__(self):
        self.copy, self.cursor, self.queue, self.sent = {}, None, [], []

    def take(self, page):
        self.cursor = page["cursor"]
        for change in page["changes"]:
            key = change["shelf"], change["kind"], change["id"]
            self.copy.pop(key, None)
            if change["op"] == "set":
                self.copy[key] = change["slug"] or change["value"], change["created_at"]


class TwoDevices(RuleBasedStateMachine):
    def __init__(self, clock, service):
        super().__init__()
        self.clock, self.service = clock, service
        service.forget_caches()
        self.user = User.objects.create(email=f"alice{next(numbers)}@example.com")
        self.client = signed_in(self.user)
        self.devices = {"phone": Device(), "laptop": Device()}
        self.model = LibraryModel(missing={MISSING})

    @property
    def now(self):
        return datetime.now(UTC)

    # --- Offline ---

    @rule(
        name=devices,
        word=words,
        shelf=shelves,
        id_=ids,
        value=values,
        seconds=moments,
        letter=st.sampled_from("amz"),
    )
    def queue(self, name, word, shelf, id_, value, seconds, letter):
        at = (self.now + timedelta(seconds=seconds)).isoformat()
        more = {"value": value} if (word, shelf) == ("add", "ratings") else {}
        number = next(numbers)
        self.devices[name].queue.append(op(f"{letter}{number}", word, id_, shelf=shelf, at=at, **more))

    @rule(
        name=devices,
        seed=st.integers(0, 99),
        is_lost=st.booleans(),
        is_outage=st.sampled_from([False] * 3 + [True]),
    )
    def send(self, name, seed, is_lost, is_outage):
        """Send the queue in some order, a few twice and some again that were sent long ago; the answer may be lost."""
        device, chance = self.devices[name], random.Random(seed)
        ops = [*device.queue, *device.queue[:2], *chance.sample(device.sent, min(3, len(device.sent)))]
        chance.shuffle(ops)
        if is_outage:
            self.service.forget_caches()
            self.service.status = 503
        results = send(self.client, *ops[:100])
        if is_outage:
            self.service.forget_caches()
            self.service.status = None
        assert results == self.model.send(ops[:100], now=self.now, is_outage=is_outage)
        device.sent += device.queue
        if not is_lost:
            again = {each["op_id"] for each, result in zip(ops, results, strict=False) if result == "unknown"}
            device.queue = [each for each in device.queue if each["op_id"] in again]

    # --- Online ---

    @rule(word=words, shelf=shelves, id_=ids, value=values)
    def do(self, word, shelf, id_, value):
        kind, is_add = KINDS.get(shelf, "flyer"), word == "add"
        name = {"favorites": "favorite", "ratings": "rating"}.get(shelf, shelf)
        url = f"{HERE}/flyers/{id_}/{name}/" if kind == "flyer" else f"{HERE}/follows/{id_}/"
        if not is_add:
            answer = self.client.delete(url)
        elif shelf == "follows":
            answer = self.client.post(f"{HERE}/follows/", {"followed_id": id_})
        else:
            answer = self.client.put(url, {"rating": value} if shelf == "ratings" else None)

        key = shelf, kind, id_
        was_there = self.model.is_there(key)
        if is_add and not was_there and id_ == MISSING:
            assert answer.status_code == 404
            return
        self.model.write(key, is_add, value if is_add and shelf == "ratings" else None, now=self.now)
        if is_add:
            assert answer.status_code == (200 if was_there else 201)
        else:
            assert answer.status_code == (204 if was_there or shelf == "follows" else 404)

    @rule(is_shared=st.booleans())
    def share(self, is_shared):
        body = {"list_name": "Berlin"}
        url = f"{HERE}/favorites/share/"
        answer = self.client.post(url, body) if is_shared else self.client.delete(url)
        assert answer.status_code in {200, 201, 204}
        self.model.share(is_shared)

    # --- Reading ---

    @rule(name=devices, limit=limits, pages=st.sampled_from([1, 2, 100]))
    def read(self, name, limit, pages):
        device = self.devices[name]
        for _ in range(pages):
            since = {"since": device.cursor} if device.cursor else {}
            answer = self.client.get(CHANGES, {**since, "limit": limit})
            _, version, began_at = map(int, (device.cursor or "0.0.0").split("."))
            is_expired = bool(since) and max(version, began_at) < self.model.pruned
            assert answer.status_code == (410 if is_expired else 200)
            assert answer["X-Library-Version"] == str(self.model.version)
            if is_expired:
                device.copy, device.cursor = {}, None
                continue
            device.take(answer.json())
            if not answer.json()["has_more"]:
                assert device.copy == self.expected()
                return

    def expected(self):
        rows = Entry.objects.filter(user=self.user, removed_at=None)
        links = self.user.shared_lists.filter(revoked_at=None)
        library = {(row.shelf, row.kind, row.item_id): (row.value, written(row.created_at)) for row in rows}
        assert {key: value for key, (value, _) in library.items()} == self.model.there()
        assert len(links) == self.model.is_shared
        return library | {("share", each.kind, None): (each.slug, written(each.created_at)) for each in links}

    # --- Time ---

    @rule(seconds=st.sampled_from([1, 60, 600]))
    def wait(self, seconds):
        self._shift(timedelta(seconds=seconds))

    @rule(days=st.sampled_from([3, 8, 89, 91]))
    def prune_later(self, days):
        self._shift(timedelta(days=days))
        prune_library()
        self.model.prune(now=self.now)

    def _shift(self, time):
        self.clock.shift(time)
        self.client = signed_in(self.user)
        self.service.forget_caches()  # Redis has a clock of its own

    def teardown(self):
        for name, device in self.devices.items():
            for start in range(0, len(device.queue), 50):
                part = device.queue[start : start + 50]
                assert send(self.client, *part) == self.model.send(part, now=self.now, is_outage=False)
            self.read(name, limit=2, pages=1_000)
        self.read("phone", limit=1, pages=1_000)
        assert self.devices["phone"].copy == self.devices["laptop"].copy == self.expected()
        self.user.refresh_from_db()
        assert self.user.library_version == self.model.version
        stored = {
            (row.shelf, row.kind, row.item_id): row.version for row in Entry.objects.filter(user=self.user)
        }
        assert stored == {key: row.version for key, row in self.model.rows.items()}


def written(moment):
    return moment.isoformat().replace("+00:00", "Z")


@pytest.mark.django_db
def test_whatever_two_devices_do_both_end_with_what_a_model_says(clock, service):
    for flyer_id in FLYER_IDS:
        service.has(flyer_id, validity=valid_until("9999-01-01T00:00:00Z"))  # years go by
    service.has_creators(*FLYER_IDS)

    run_state_machine_as_test(
        lambda: TwoDevices(clock, service),
        settings=settings(
            phases=[Phase.generate],  # shrinking takes minutes: leave this line out to find out why it fails
            max_examples=30,
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
