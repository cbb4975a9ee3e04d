"""What a write is about stands in its path and body: a parameter in the address would be passed over in silence."""

import pytest

from favorites.models import Entry


@pytest.mark.parametrize(
    ("method", "url", "body"),
    [
        ("put", "/api/v1/users/me/watchlist/", {"flyer_ids": [7]}),
        ("post", "/api/v1/users/me/favorites/remove/", {"flyer_ids": [7]}),
        ("put", "/api/v1/flyers/7/favorite/", None),
        ("delete", "/api/v1/flyers/7/favorite/", None),
        ("put", "/api/v1/flyers/7/rating/", {"rating": 4}),
        ("post", "/api/v1/favorites/share/", {"list_name": "Weekend"}),
        ("post", "/api/v1/follows/", {"followed_id": 3}),
    ],
)
def test_a_write_with_a_stray_parameter_is_refused(as_alice, service, method, url, body):
    service.has(7)

    answer = getattr(as_alice, method)(f"{url}?kind=creator", body)

    assert answer.status_code == 400
    assert answer.json()["error"]["details"] == {"kind": ["There is no such parameter."]}
    assert not Entry.objects.exists()


def test_of_which_kind_a_link_is_taken_back_is_said_in_the_address(as_alice):
    assert as_alice.delete("/api/v1/favorites/share/?kind=flyer").status_code == 204
    assert as_alice.delete("/api/v1/favorites/share/?kind=creator").status_code == 400
