"""The admin site of favorites: administrators see and remove rows, and add none."""

import pytest
from django.test import Client

from accounts.models import User
from favorites.models import Favorite, Follow, SharedList
from favorites.services.sharing import share_favorites

ADMIN = "/admin/favorites"


@pytest.fixture
def admin(db):
    client = Client()
    client.force_login(User.objects.create_user(email="carol@example.com", password=None, is_staff=True))
    return client


@pytest.fixture
def saved_rows(alice):
    Favorite(user=alice, flyer_id=7, title="Jazz by the river").save()
    Follow(user=alice, creator_id=3).save()
    return share_favorites(user=alice, list_name="Weekend")[0]


@pytest.mark.parametrize(
    ("table", "text", "search"),
    [
        ("favorite", "Jazz by the river", "7"),
        ("follow", "alice@example.com", "3"),
        ("sharedlist", "Weekend", "week"),
    ],
)
def test_an_administrator_finds_saved_rows(admin, saved_rows, table, text, search):
    page = admin.get(f"{ADMIN}/{table}/", {"q": search})

    assert page.status_code == 200
    assert text in page.content.decode()
    assert text not in admin.get(f"{ADMIN}/{table}/", {"q": "nothing-like-it"}).content.decode()


@pytest.mark.parametrize("table", ["favorite", "follow", "sharedlist"])
def test_no_filter_is_taken(admin, saved_rows, table):
    assert admin.get(f"{ADMIN}/{table}/", {"created_at__year": "10000"}).status_code == 400


@pytest.mark.parametrize("table", ["favorite", "follow", "sharedlist"])
def test_an_administrator_puts_nothing_in(admin, saved_rows, table):
    assert admin.get(f"{ADMIN}/{table}/add/").status_code == 403


def test_an_administrator_does_not_see_the_link_and_can_let_it_lead_nowhere(admin, anyone, saved_rows):
    page = admin.get(f"{ADMIN}/sharedlist/{SharedList.objects.get().pk}/change/")
    action = {"action": "revoke", "_selected_action": [SharedList.objects.get().pk]}

    admin.post(f"{ADMIN}/sharedlist/", action)

    assert page.status_code == 200
    assert saved_rows.slug not in page.content.decode()
    assert anyone.get(f"/api/v1/favorites/shared/{saved_rows.slug}/").status_code == 410


@pytest.mark.parametrize("way", ["one", "selected"])
def test_who_sees_a_flyer_marked_sees_it_unmarked_once_an_administrator_has_removed_the_row(
    admin, as_alice, saved_rows, service, way
):
    service.has(7)
    before = as_alice.get("/api/v1/flyers/7/")
    row = Favorite.objects.get().pk

    if way == "one":
        admin.post(f"{ADMIN}/favorite/{row}/delete/", {"post": "yes"})
    else:
        selected = {"action": "delete_selected", "_selected_action": [row], "post": "yes"}
        admin.post(f"{ADMIN}/favorite/", selected)

    after = as_alice.get("/api/v1/flyers/7/")
    assert [answer.json()["is_favorited"] for answer in (before, after)] == [True, False]
    assert [answer["X-Library-Version"] for answer in (before, after)] == ["0", "1"]
