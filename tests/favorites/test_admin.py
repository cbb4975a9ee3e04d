"""The admin site of favorites: administrators see and remove rows, and add none."""

import pytest
from django.test import Client

from accounts.models import User
from favorites.models import SharedList
from favorites.services.sharing import share_favorites
from tests.favorites.keeping import drop, follow, keep, kept, row_of

ADMIN = "/admin/favorites"
LIBRARY = "/api/v1/users/me/library/"


@pytest.fixture
def admin(db):
    client = Client()
    client.force_login(User.objects.create_user(email="carol@example.com", password=None, is_staff=True))
    return client


@pytest.fixture
def saved_rows(alice):
    keep(alice, 7, title="Jazz by the river")
    follow(alice, 3)
    return share_favorites(user=alice, kind="flyer", list_name="Weekend")[0]


@pytest.mark.parametrize(
    ("table", "text", "search"),
    [
        ("entry", "Jazz by the river", "7"),
        ("entry", "alice@example.com", "3"),
        ("sharedlist", "Weekend", "week"),
    ],
)
def test_an_administrator_finds_saved_rows(admin, saved_rows, table, text, search):
    page = admin.get(f"{ADMIN}/{table}/", {"q": search})

    assert page.status_code == 200
    assert text in page.content.decode()
    assert text not in admin.get(f"{ADMIN}/{table}/", {"q": "nothing-like-it"}).content.decode()


@pytest.mark.parametrize("table", ["entry", "sharedlist"])
def test_no_filter_is_taken(admin, saved_rows, table):
    assert admin.get(f"{ADMIN}/{table}/", {"created_at__year": "10000"}).status_code == 400


@pytest.mark.parametrize("table", ["entry", "sharedlist"])
def test_an_administrator_puts_nothing_in(admin, saved_rows, table):
    assert admin.get(f"{ADMIN}/{table}/add/").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_an_administrator_does_not_see_the_link_and_can_let_it_lead_nowhere(admin, anyone, saved_rows):
    page = admin.get(f"{ADMIN}/sharedlist/{SharedList.objects.get().pk}/change/")
    action = {"action": "revoke", "_selected_action": [SharedList.objects.get().pk]}

    admin.post(f"{ADMIN}/sharedlist/", action)

    assert page.status_code == 200
    assert saved_rows.slug not in page.content.decode()
    assert anyone.get(f"/api/v1/favorites/shared/{saved_rows.slug}/").status_code == 410


@pytest.fixture(params=["one", "selected"])
def remove(request, admin):
    """Remove a row on its own page or by the action of the list, as an administrator does."""

    def remove(table, row):
        if request.param == "one":
            return admin.post(f"{ADMIN}/{table}/{row.pk}/delete/", {"post": "yes"})
        selected = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        return admin.post(f"{ADMIN}/{table}/", selected)

    return remove


@pytest.mark.django_db(transaction=True)  # The change begins when the admin site's own transaction is over.
def test_who_sees_a_flyer_marked_sees_it_unmarked_once_an_administrator_has_removed_the_row(
    remove, as_alice, alice, saved_rows, service
):
    service.has(7)
    before = as_alice.get("/api/v1/flyers/7/")

    assert remove("entry", row_of(alice, 7)).status_code == 302

    after = as_alice.get("/api/v1/flyers/7/")
    assert [answer.json()["is_favorited"] for answer in (before, after)] == [True, False]
    assert [answer["X-Library-Version"] for answer in (before, after)] == ["3", "4"]


@pytest.mark.django_db(transaction=True)
def test_devices_learn_what_an_administrator_has_removed(remove, as_alice, alice, saved_rows):
    cursor = as_alice.get(f"{LIBRARY}changes/").json()["cursor"]

    remove("entry", row_of(alice, 7))
    remove("sharedlist", saved_rows)

    removed = as_alice.get(f"{LIBRARY}changes/", {"since": cursor}).json()["changes"]
    assert [(change["op"], change["shelf"], change["id"]) for change in removed] == [
        ("removed", "favorites", 7),
        ("removed", "share", None),
    ]
    assert row_of(alice, 7).removed_at is not None
    assert kept(alice) == []


@pytest.mark.django_db(transaction=True)
def test_a_rating_that_an_administrator_removes_no_longer_counts(remove, anyone, alice, bob, service):
    service.has(7)
    keep(alice, 7, shelf="ratings", value=1)
    keep(bob, 7, shelf="ratings", value=5)

    remove("entry", row_of(alice, 7, "ratings"))

    assert anyone.get("/api/v1/flyers/7/rating/").json() == {"average": 5.0, "count": 1, "mine": None}


def test_what_was_removed_is_not_listed(admin, alice, saved_rows):
    drop(alice, 7)

    page = admin.get(f"{ADMIN}/entry/").content.decode()

    assert "Jazz by the river" not in page
    assert "alice@example.com" in page
