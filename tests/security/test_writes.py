"""A write changes what its route is for, whatever else its body claims; for every write of the published schema."""

import itertools

import pytest

from tests.operations.programs import PASSWORD
from tests.security.routes import IDS, KEPT, KINDS, ROUTES, SHELVES, TIME, WRITES

LINES = [{"product_id": IDS["product_id"], "quantity": 1}]
# What each takes when it is honest; {name} is the person who asks.
HONEST = {
    "auth_register": {"email": "{name}-too@flyers.test", "password": PASSWORD},
    "auth_login": {"email": "{name}@flyers.test", "password": PASSWORD},
    "auth_me_update": {"first_name": "Eve"},
    "auth_me_delete": {"password": PASSWORD},
    "auth_password": {"current": PASSWORD, "new": "another-fine-long-passphrase"},
    "auth_password_reset": {"email": "{name}@flyers.test"},
    "auth_password_reset_confirm": {"token": "1.aaaa-bbbb", "new": "another-fine-long-passphrase"},
    "favorites_add": {"flyer_ids": [5]},
    "favorites_remove": {"flyer_ids": [5]},
    "favorite_set": {"flyer_id": 5},
    "watchlist_add_several": {"flyer_ids": [5]},
    "watchlist_remove_several": {"flyer_ids": [5]},
    **{
        f"{kind}rating_{word}": {"rating": 5}
        for kind in ("", "movie_", "tv_", "product_")
        for word in ("post", "put")
    },
    "cart_create": {"lines": LINES},
    "cart_replace": {"lines": LINES},
    "cart_change": {"add": LINES, "remove": [IDS["product_id"]]},
    "product_create": {"title": "Kettle", "price": "109.95"},
    "product_replace": {"title": "Kettle", "price": "109.95"},
    "product_change": {"price": "109.95"},
    "reservation_create": TIME,
    "reservation_change": TIME,
    "reservation_decide": {"action": "approve"},
    "reservation_decide_many": {"action": "approve", "ids": [IDS["reservation_id"]]},
    "reservation_settings_change": {"slot_duration_minutes": 5},
    "primetime_create": {"weekday": 1, "start_time": "18:00", "end_time": "20:00"},
    "primetime_change": {"is_active": False},
    "trade_create": {
        "requester_reservation_id": IDS["reservation_id"],
        "target_reservation_id": IDS["reservation_id"] + 1,
    },
    "trade_answer": {"action": "accept"},
    "follow_add": {"followed_id": 3},
    "follows_seen": {"until": "2026-05-01T12:00:00Z"},
    "share": {"list_name": "Mine"},
    "library_import": {"favorites": [{"flyer_id": 5}], "follows": []},
    "library_ops": {
        "ops": [
            {
                "op_id": "a",
                "op": "add",
                "shelf": "favorites",
                "kind": "flyer",
                "id": 5,
                "at": "2026-05-01T12:00:00Z",
            }
        ]
    },
}

# What some take in other words for other kinds than flyers.
OF_TITLES = {
    "favorites_add": {"kind": "movie", "ids": [IDS["movie_id"]]},
    "favorites_remove": {"kind": "tv", "ids": [IDS["tv_id"]]},
    "favorite_set": {"media_type": "movie", "movie_id": IDS["movie_id"]},
    "watchlist_add_several": {"kind": "tv", "ids": [IDS["tv_id"]]},
    "watchlist_remove_several": {"kind": "movie", "ids": [IDS["movie_id"]]},
    "share": {"list_name": "Mine", "kind": "movie"},
    "library_import": {"entries": [{"shelf": "watchlist", "kind": "tv", "id": IDS["tv_id"]}]},
}
OF_PRODUCTS = {
    "favorites_add": {"kind": "product", "ids": [IDS["product_id"]]},
    "favorites_remove": {"kind": "product", "ids": [IDS["product_id"]]},
    "share": {"list_name": "Mine", "kind": "product"},
    "library_import": {
        "entries": [{"shelf": "ratings", "kind": "product", "id": IDS["product_id"], "rating": 4}]
    },
}
BODIES = [(name, HONEST.get(name, {})) for name in WRITES] + [*OF_TITLES.items(), *OF_PRODUCTS.items()]

# Of those without a body; what takes one refuses it as a whole for what it claims.
ENDS_THE_SESSION = {"auth_logout", "auth_logout_all"}

numbers = itertools.count(1)


def claims(victim):
    """What somebody would like to be true."""
    return {
        "id": victim["id"],
        "pk": victim["id"],
        "user": victim["id"],
        "user_id": victim["id"],
        "owner": victim["id"],
        "owner_id": victim["id"],
        "person": victim["email"],
        "role": "admin",
        "is_staff": True,
        "is_superuser": True,
        "is_active": False,
        "creator_id": 3,
        "created_at": "2000-01-01T00:00:00Z",
        "slug": "mine",
        "revoked_at": None,
        "token_hash": "0" * 64,
        "sub": victim["id"],
        "sid": 1,
        "__proto__": {"is_staff": True},
    }


def seen_by(service, token):
    """All that a person has here."""
    lists = [
        f"{path}?kind={kind}"
        for path in ("users/me/favorites/", "users/me/watchlist/", "users/me/ratings/", "favorites/share/")
        for kind in KINDS
    ]
    booked = ("reservations/", "reservations/trades/", "reservations/dashboard/")
    paths = ("auth/me/", *lists, "follows/", "users/me/library/", "carts/", *booked)
    return [
        (answer.status, answer.json())
        for answer in (service.request(f"/api/v1/{path}", token=token) for path in paths)
    ]


def without_times(seen):
    """What must not change: all else names the request, or the time."""
    for _, body in seen:
        body.pop("meta", None)
        body.get("error", {}).pop("request_id", None)
    return seen


def test_every_write_has_an_honest_body_here():
    assert set(HONEST) == {route.operation for route in ROUTES if route.has_body}


@pytest.mark.parametrize("path", KEPT)
def test_what_is_attacked_is_there(service, path):
    assert service.request(path).status == 200


@pytest.fixture(scope="module")
def belongings(service, bob, booked):
    """Bob has something of each kind on each shelf, and shares it; and the first of all carts, reservations and swaps."""
    cart = service.request("/api/v1/carts/", "POST", {"lines": LINES}, token=bob)
    assert (cart.status, cart.json()["id"]) == (201, IDS["cart_id"])
    for path in SHELVES:
        service.request(path, "PUT", {"rating": 2} if path.endswith("rating/") else None, token=bob)
    for kind in KINDS:
        body = {"list_name": f"Bob's {kind}", "kind": kind}
        assert service.request("/api/v1/favorites/share/", "POST", body, token=bob).status in {200, 201}


@pytest.mark.usefixtures("belongings")
@pytest.mark.parametrize(("operation", "honest"), BODIES)
def test_a_body_can_claim_nothing_that_is_not_its_to_say(service, bob, operation, honest):
    method, path = WRITES[operation].method, WRITES[operation].path
    name = f"eve{next(numbers)}"
    token = service.sign_in(name)
    me = service.request("/api/v1/auth/me/", token=token).json()
    victim = service.request("/api/v1/auth/me/", token=bob).json()
    before = without_times(seen_by(service, bob))
    body = {
        field: value.format(name=name) if isinstance(value, str) else value for field, value in honest.items()
    }

    answer = service.request(path, method, claims(victim) | body, token=token)

    assert answer.status < 500
    assert b"admin" not in answer.body
    assert without_times(seen_by(service, bob)) == before
    again = service.request("/api/v1/auth/me/", token=token)
    assert again.status == (401 if operation in ENDS_THE_SESSION else 200)
    if again.status == 200:
        assert {**again.json(), "first_name": ""} == {**me, "first_name": ""}
    assert service.request("/api/v1/users/", token=token).status in {401, 403}


def test_one_persons_things_can_not_be_named_by_another(service, alice, bob):
    devices = service.request("/api/v1/auth/sessions/", token=bob).json()["results"]

    theirs = service.request(f"/api/v1/auth/sessions/{devices[0]['id']}/", "DELETE", token=alice)
    nobodys = service.request("/api/v1/auth/sessions/987654321/", "DELETE", token=alice)

    assert (theirs.status, theirs.error) == (nobodys.status, nobodys.error) == (404, "NOT_FOUND")
    assert service.request("/api/v1/auth/me/", token=bob).status == 200


@pytest.mark.usefixtures("belongings")
@pytest.mark.parametrize("path", SHELVES)
def test_nobody_takes_away_what_another_keeps(service, alice, bob, path):
    service.request(path, "DELETE", token=alice)
    before = without_times(seen_by(service, bob))

    again = service.request(path, "DELETE", token=alice)

    assert (again.status, again.error) == (404, "NOT_FOUND")
    assert without_times(seen_by(service, bob)) == before


@pytest.mark.usefixtures("belongings")
@pytest.mark.parametrize(("operation", "honest"), BODIES)
def test_an_honest_write_changes_nothing_of_anybody_elses(service, bob, operation, honest):
    name = f"eve{next(numbers)}"
    token = service.sign_in(name)
    before = without_times(seen_by(service, bob))
    body = {
        field: value.format(name=name) if isinstance(value, str) else value for field, value in honest.items()
    }

    answer = service.request(WRITES[operation].path, WRITES[operation].method, body or None, token=token)

    assert answer.status < 500
    assert without_times(seen_by(service, bob)) == before


@pytest.mark.parametrize(
    "route", [route for route in WRITES.values() if route.is_private], ids=lambda route: route.operation
)
def test_nobody_writes_without_signing_in(service, route):
    answer = service.request(route.path, route.method, HONEST.get(route.operation))

    assert (answer.status, answer.error) == (401, "NOT_AUTHENTICATED")
