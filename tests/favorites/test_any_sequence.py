"""Any sequence of two people's actions is answered as a plain model predicts."""

from itertools import count

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from accounts.models import User
from flyers_proxy.catalog import FLYERS
from tests.conftest import signed_in

FLYER_IDS, CREATOR_IDS = range(1, 7), range(1, 4)
MISSING = 9
HERE = "/api/v1"

people = st.sampled_from(["alice", "bob"])
flyers = st.sampled_from([*FLYER_IDS, MISSING])
creators = st.sampled_from([*CREATOR_IDS, MISSING])
batches = st.lists(flyers, min_size=1, max_size=5)
numbers = count()


class Shelf(list):
    """What stands on a shelf by its id, newest last; what comes back so soon has its old place."""

    def __init__(self):
        super().__init__()
        self.places = []

    def add(self, *ids):
        for id_ in ids:
            if id_ not in self.places:
                self.places.append(id_)
            self.append(id_)
        self.sort(key=self.places.index)

    def drop(self, id_):
        if id_ in self:
            self.remove(id_)


class Person:
    """What somebody should have, newest last, and the client that they use."""

    def __init__(self, name):
        number = next(numbers)
        self.user = User.objects.create(email=f"{name}{number}@example.com", first_name=name)
        self.client = signed_in(self.user)
        self.favorites, self.follows = Shelf(), Shelf()
        self.link, self.old_links = None, []


class TwoPeople(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.people = {name: Person(name) for name in ("alice", "bob")}

    # --- One flyer ---

    @rule(name=people, flyer_id=flyers, method=st.sampled_from(["put", "post"]))
    def add(self, name, flyer_id, method):
        person = self.people[name]
        answer = getattr(person.client, method)(f"{HERE}/flyers/{flyer_id}/favorite/")
        assert answer.status_code == self.expect_added(person, flyer_id)

    @rule(name=people, flyer_id=flyers)
    def drop(self, name, flyer_id):
        person = self.people[name]
        answer = person.client.delete(f"{HERE}/flyers/{flyer_id}/favorite/")
        assert answer.status_code == (204 if flyer_id in person.favorites else 404)
        self.expect_dropped(person, flyer_id)

    @rule(name=people, flyer_id=flyers, favorite=st.booleans())
    def set_state(self, name, flyer_id, favorite):
        person = self.people[name]
        answer = person.client.post(f"{HERE}/favorites/", {"flyer_id": flyer_id, "favorite": favorite})
        if favorite:
            assert (answer.status_code == 404) is (self.expect_added(person, flyer_id) == 404)
        else:
            assert answer.status_code == 200
            self.expect_dropped(person, flyer_id)

    # --- Several ---

    @rule(name=people, flyer_ids=batches)
    def add_several(self, name, flyer_ids):
        person = self.people[name]
        wanted = list(dict.fromkeys(flyer_ids))
        expected = {
            "added": [id_ for id_ in wanted if id_ in FLYER_IDS and id_ not in person.favorites],
            "existing": [id_ for id_ in wanted if id_ in person.favorites],
            "not_found": [id_ for id_ in wanted if id_ not in FLYER_IDS],
            "unknown": [],
        }
        answer = person.client.put(f"{HERE}/users/me/favorites/", {"flyer_ids": flyer_ids})
        assert answer.json() == expected
        person.favorites.add(*reversed(expected["added"]))

    @rule(name=people, flyer_ids=batches)
    def drop_several(self, name, flyer_ids):
        person = self.people[name]
        wanted = list(dict.fromkeys(flyer_ids))
        answer = person.client.post(f"{HERE}/users/me/favorites/remove/", {"flyer_ids": flyer_ids})
        assert answer.json() == {
            "removed": [id_ for id_ in wanted if id_ in person.favorites],
            "absent": [id_ for id_ in wanted if id_ not in person.favorites],
        }
        for flyer_id in wanted:
            self.expect_dropped(person, flyer_id)

    @rule(giver=people, taker=people)
    def bring_a_library(self, giver, taker):
        giver, taker = self.people[giver], self.people[taker]
        library = giver.client.get(f"{HERE}/users/me/library/").json()
        for row in library["favorites"] + library["follows"]:
            del row["created_at"]  # so that what comes in is newer than what is there
        answer = taker.client.post(f"{HERE}/users/me/library/", library).json()
        new_favorites = [id_ for id_ in giver.favorites if id_ not in taker.favorites]
        new_follows = [id_ for id_ in giver.follows if id_ not in taker.follows]
        assert answer["favorites"]["added"] == new_favorites[::-1]
        assert answer["follows"]["added"] == new_follows[::-1]
        taker.favorites.add(*new_favorites)
        taker.follows.add(*new_follows)

    # --- Creators ---

    @rule(name=people, creator_id=creators)
    def follow(self, name, creator_id):
        person = self.people[name]
        answer = person.client.post(f"{HERE}/follows/", {"followed_id": creator_id})
        if creator_id not in CREATOR_IDS:
            assert answer.status_code == 404
        elif creator_id in person.follows:
            assert answer.status_code == 200
        else:
            assert answer.status_code == 201
            person.follows.add(creator_id)

    @rule(name=people, creator_id=creators)
    def unfollow(self, name, creator_id):
        person = self.people[name]
        assert person.client.delete(f"{HERE}/follows/{creator_id}/").status_code == 204
        person.follows.drop(creator_id)

    # --- The shared list ---

    @rule(name=people)
    def share(self, name):
        person = self.people[name]
        answer = person.client.post(f"{HERE}/favorites/share/", {"list_name": name})
        assert answer.status_code == (200 if person.link else 201)
        link = answer.json()["url"].removeprefix("https://flyers.test")
        assert person.link in {None, link}
        assert link not in person.old_links
        person.link = link

    @rule(name=people)
    def take_the_link_back(self, name):
        person = self.people[name]
        assert person.client.delete(f"{HERE}/favorites/share/").status_code == 204
        if person.link:
            assert person.client.get(person.link).status_code == 410
            person.old_links.append(person.link)
            person.link = None

    # --- Looking ---

    @rule(name=people)
    def look_at_favorites(self, name):
        person = self.people[name]
        results = person.client.get(f"{HERE}/users/me/favorites/").json()["results"]
        assert [item["flyer_id"] for item in results] == person.favorites[::-1]
        assert all(item["availability"] == "live" and item["flyer"]["is_favorited"] for item in results)

    @rule(name=people)
    def look_at_follows(self, name):
        person = self.people[name]
        results = person.client.get(f"{HERE}/follows/").json()["results"]
        assert [item["followed_id"] for item in results] == person.follows[::-1]

    @rule(name=people)
    def look_at_marks(self, name):
        person = self.people[name]
        results = person.client.get(f"{HERE}/flyers/discover/").json()["results"]
        assert {f["id"]: f["is_favorited"] for f in results} == {
            id_: id_ in person.favorites for id_ in FLYER_IDS
        }
        assert all(f["creator"]["is_following"] is (f["creator"]["id"] in person.follows) for f in results)

    @rule(name=people)
    def look_at_followed_flyers(self, name):
        person = self.people[name]
        results = person.client.get(f"{HERE}/flyers/discover/?filter=following").json()["results"]
        assert {f["id"] for f in results} == {id_ for id_ in FLYER_IDS if creator_of(id_) in person.follows}

    @rule(owner=people, viewer=people)
    def look_at_a_shared_list(self, owner, viewer):
        owner, viewer = self.people[owner], self.people[viewer]
        for link in owner.old_links:
            assert viewer.client.get(link).status_code in {404, 410}
        if owner.link:
            flyers = [item["flyer"] for item in viewer.client.get(owner.link).json()["results"]]
            assert [f["id"] for f in flyers] == owner.favorites[::-1]
            assert [f["is_favorited"] for f in flyers] == [f["id"] in viewer.favorites for f in flyers]

    def teardown(self):
        for name in self.people:
            self.look_at_favorites(name=name)
            self.look_at_follows(name=name)

    def expect_added(self, person, flyer_id):
        if flyer_id not in FLYER_IDS:
            return 404
        if flyer_id in person.favorites:
            return 200
        person.favorites.add(flyer_id)
        return 201

    def expect_dropped(self, person, flyer_id):
        person.favorites.drop(flyer_id)


def creator_of(flyer_id):
    return CREATOR_IDS[flyer_id % len(CREATOR_IDS)]


@pytest.mark.django_db
def test_whatever_two_people_do_the_service_says_what_a_model_says(service):
    for flyer_id in FLYER_IDS:
        service.has(flyer_id, creator={"id": creator_of(flyer_id), "username": "somebody"})
    _ = FLYERS.cache

    run_state_machine_as_test(
        TwoPeople,
        settings=settings(
            max_examples=20,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
