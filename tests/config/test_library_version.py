"""The header ``X-Library-Version``: on every answer to a signed-in caller, and on no other."""

import pytest
from django.test import Client
from django.urls import path
from rest_framework.views import APIView

from accounts.models import User
from config import urls
from favorites.services.shelves import FAVORITES
from tests import payloads
from tests.conftest import PASSWORD, UPSTREAM
from tests.favorites.keeping import keep

HEADER = "X-Library-Version"
FLYER = "/api/v1/flyers/7/"
FAVORITE = f"{FLYER}favorite/"


class Broken(APIView):
    """A route with a bug in it."""

    def get(self, request):
        raise RuntimeError("a secret of the server")


urlpatterns = [path("broken/", Broken.as_view()), *urls.urlpatterns]
handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500


@pytest.fixture(autouse=True)
def service(upstream, settings):
    settings.ROOT_URLCONF = __name__
    upstream.assert_all_requests_are_fired = False
    upstream.get(f"{UPSTREAM}/flyers/7/", json=payloads.flyer(7))
    upstream.get(f"{UPSTREAM}/flyers/9/", status=404)


@pytest.fixture
def as_alice(as_alice, alice):
    """Alice, signed in, whose library has version 1."""
    keep(alice, 1)
    as_alice.raise_request_exception = False
    return as_alice


@pytest.mark.parametrize(
    ("method", "address", "body", "status"),
    [
        ("get", FLYER, None, 200),
        ("head", FLYER, None, 200),
        ("get", "/api/v1/auth/me/", None, 200),
        ("get", "/api/v1/users/me/favorites/?page=x", None, 400),
        ("post", "/api/v1/favorites/", {"flyer_id": "x"}, 400),
        ("get", "/api/v1/users/", None, 403),
        ("get", "/api/v1/flyers/9/", None, 404),
        ("get", FAVORITE, None, 404),
        ("patch", FAVORITE, None, 405),
        ("get", "/broken/", None, 500),
    ],
)
def test_a_signed_in_answer_says_the_version_also_when_it_is_an_error(
    as_alice, method, address, body, status
):
    answer = getattr(as_alice, method)(address, body)

    assert (answer.status_code, answer[HEADER]) == (status, "1")


def test_an_answer_that_has_not_changed_says_it_too(as_alice):
    first = as_alice.get(FLYER)

    again = as_alice.get(FLYER, headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, again[HEADER]) == (304, "1")


def test_a_write_says_the_version_that_it_has_made(as_alice):
    answers = [
        as_alice.put(FAVORITE),
        as_alice.put(FAVORITE),
        as_alice.get(FLYER),
        as_alice.delete(FAVORITE),
        as_alice.delete(FAVORITE),
    ]

    assert [answer.status_code for answer in answers] == [201, 200, 200, 204, 404]
    assert [answer[HEADER] for answer in answers] == ["2", "2", "2", "3", "3"]


def test_a_write_that_failed_says_the_version_as_it_was(as_alice, alice):
    keep(alice, *range(1_001, 1_000 + FAVORITES.max_rows))
    full = str(FAVORITES.max_rows)
    library = {"favorites": [{"flyer_id": 7}], "follows": [{"followed_id": 3}]}

    answers = [as_alice.put(FAVORITE), as_alice.post("/api/v1/users/me/library/", library)]

    assert [(answer.status_code, answer[HEADER]) for answer in answers] == [(400, full), (400, full)]
    alice.refresh_from_db()
    assert alice.library_version == FAVORITES.max_rows


@pytest.mark.parametrize(
    ("address", "authorization", "status"),
    [
        (FLYER, None, 200),
        ("/api/v1/flyers/9/", None, 404),
        ("/api/v1/auth/me/", None, 401),
        (FLYER, "Bearer nonsense", 401),
        ("/health/live", None, 200),
        ("/nope", None, 404),
    ],
)
def test_an_anonymous_answer_says_none(as_alice, anyone, address, authorization, status):
    as_alice.get(FLYER)

    answer = anyone.get(address, headers={"Authorization": authorization} if authorization else {})

    assert answer.status_code == status
    assert HEADER not in answer


def test_the_sign_in_of_the_admin_site_does_not_count(db):
    carol = User.objects.create_user(email="carol@example.com", password=PASSWORD, is_staff=True)
    client = Client()
    client.force_login(carol)

    answers = [client.get("/admin/"), client.get(FLYER), client.get("/api/v1/auth/me/")]

    assert [answer.status_code for answer in answers] == [200, 200, 401]
    assert not any(HEADER in answer for answer in answers)
