"""How everybody rates an item is right whatever happens at once, and whoever leaves takes their ratings along."""

import pytest
from django.db.models import Sum
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from accounts.sessions import open_session
from favorites.models import Entry, RatingSummary
from tests.conftest import PASSWORD, signed_in
from tests.favorites.keeping import drop, keep, row_of
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/api/v1/flyers/7/rating/"
LIBRARY = "/api/v1/users/me/library/"


@pytest.fixture
def raters():
    """Twenty people besides Alice and Bob."""
    return [User.objects.create(email=f"rater{number}@example.com") for number in range(20)]


@pytest.fixture(autouse=True)
def summaries_are_right():
    """After each test the summaries say what the ratings do."""
    yield
    counted = {
        (row["kind"], row["item_id"]): (row["number"], row["total"])
        for row in Entry.objects.there()
        .filter(shelf="ratings")
        .values("kind", "item_id")
        .annotate(number=Sum(1), total=Sum("value"))
    }
    stored = {
        (row.kind, row.item_id): (row.count, row.total) for row in RatingSummary.objects.filter(count__gt=0)
    }
    assert stored == counted
    assert not RatingSummary.objects.filter(count=0).exclude(total=0).exists()


def call_of(user):
    """Return what makes a call of a person's to be made later; all show one token, as one app does."""
    token = open_session(user=user).access

    def call(method, url, body=None):
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        return lambda: getattr(client, method)(url, body)

    return call


def test_of_twenty_people_who_rate_at_once_each_rating_counts(raters, anyone, service):
    service.has(7)
    calls = [call_of(user)("put", URL, {"rating": n % 5 + 1}) for n, user in enumerate(raters)]

    answers = at_once(calls)

    assert [answer.status_code for answer in answers] == [201] * 20
    assert anyone.get(URL).json() == {"average": 3.0, "count": 20, "mine": None}


def test_of_one_persons_changes_at_once_the_last_one_counts_once(alice, as_alice, bob, service):
    service.has(7)
    keep(bob, 7, shelf="ratings", value=5)
    call = call_of(alice)

    answers = at_once([call("put", URL, {"rating": n % 5 + 1}) for n in range(15)])

    assert sorted(answer.status_code for answer in answers) == [200] * 14 + [201]
    mine = row_of(alice, 7, "ratings").value
    assert as_alice.get(URL).json() == {"average": round((mine + 5) / 2, 2), "count": 2, "mine": mine}


def test_in_a_storm_of_rating_and_taking_back_every_answer_is_true(alice, anyone, service):
    service.has(7)
    call = call_of(alice)

    answers = at_once(
        [call(*(("put", URL, {"rating": n % 5 + 1}) if n % 2 else ("delete", URL))) for n in range(20)]
    )

    statuses = [answer.status_code for answer in answers]
    assert set(statuses) <= {200, 201, 204, 404}
    assert statuses.count(201) - statuses.count(204) == anyone.get(URL).json()["count"]


def test_who_deletes_their_account_takes_their_ratings_along(alice, bob, anyone, service):
    service.has(7)
    keep(alice, 7, 8, shelf="ratings", value=1)
    keep(alice, 9, shelf="ratings", value=1)
    drop(alice, 9, shelf="ratings")
    keep(bob, 7, shelf="ratings", value=5)

    left = signed_in(alice).delete("/api/v1/auth/me/", {"password": PASSWORD})

    assert left.status_code == 204
    assert anyone.get(URL).json() == {"average": 5.0, "count": 1, "mine": None}
    assert not Entry.objects.filter(item_id=8).exists()


@pytest.mark.parametrize("way", ["one", "selected"])
def test_whom_an_administrator_deletes_takes_their_ratings_along(alice, bob, anyone, service, way):
    service.has(7)
    keep(alice, 7, shelf="ratings", value=1)
    keep(bob, 7, shelf="ratings", value=5)
    admin = Client()
    admin.force_login(User.objects.create_user(email="carol@example.com", password=None, is_staff=True))
    selected = {"action": "delete_selected", "_selected_action": [alice.pk], "post": "yes"}

    if way == "one":
        admin.post(f"/admin/accounts/user/{alice.pk}/delete/", {"post": "yes"})
    else:
        admin.post("/admin/accounts/user/", selected)

    assert not User.objects.filter(pk=alice.pk).exists()
    assert anyone.get(URL).json() == {"average": 5.0, "count": 1, "mine": None}


def test_who_leaves_while_they_rate_leaves_no_rating(alice, anyone, service):
    service.has(*range(1, 13))
    call = call_of(alice)
    rate = [call("put", f"/api/v1/flyers/{number}/rating/", {"rating": 5}) for number in range(1, 13)]

    answers = at_once([*rate[:6], call("delete", "/api/v1/auth/me/", {"password": PASSWORD}), *rate[6:]])

    assert answers.pop(6).status_code == 204
    assert {answer.status_code for answer in answers} <= {201, 401}
    assert not Entry.objects.exists()


def test_people_who_bring_ratings_of_the_same_items_in_opposite_order_wait_for_each_other_and_no_longer(
    raters, anyone, service
):
    rows = [{"shelf": "ratings", "kind": "flyer", "id": id_, "rating": 4} for id_ in range(1, 901)]
    libraries = [{"entries": rows}, {"entries": rows[::-1]}]

    answers = at_once([call_of(user)("post", LIBRARY, libraries[n % 2]) for n, user in enumerate(raters[:4])])

    assert [answer.status_code for answer in answers] == [200] * 4
    assert RatingSummary.objects.filter(count=4, total=16).count() == 900


def test_ratings_that_come_in_twice_at_once_count_once(alice, service):
    rows = [{"shelf": "ratings", "kind": "flyer", "id": id_, "rating": 4} for id_ in range(1, 101)]
    call = call_of(alice)

    answers = at_once([call("post", LIBRARY, {"entries": rows})] * 4)

    assert sum(len(answer.json()["entries"]["added"]) for answer in answers) == 100
    assert RatingSummary.objects.filter(count=1, total=4).count() == 100
