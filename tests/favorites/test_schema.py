"""The published OpenAPI of favorites agrees with the answers."""

from pathlib import Path

import jsonschema
import pytest
import yaml

from favorites.serializers.entries import FAVORITE_EXAMPLE, SAVED_FLYER_PAGE_EXAMPLE
from favorites.serializers.follows import FOLLOW_EXAMPLE
from favorites.serializers.library import LIBRARY_EXAMPLE
from favorites.serializers.sharing import SHARED_LIST_EXAMPLE
from favorites.services.entries import BATCH_EXAMPLE
from flyers_proxy.shapes import FLYER_EXAMPLE

HERE = "/api/v1"
OP = {"op_id": "a", "op": "add", "shelf": "favorites", "kind": "flyer", "id": 8, "at": "2026-05-01T12:00:00Z"}
SHELVES = ("favorites", "watchlist", "ratings")
SCHEMA = yaml.safe_load((Path(__file__).parent.parent / "openapi.yaml").read_text())


@pytest.fixture
def service(service):
    service.flyers[7] = FLYER_EXAMPLE
    service.creators[3] = FLYER_EXAMPLE["creator"]
    return service


def test_the_examples_are_what_the_service_answers(clock, settings, as_alice, as_bob, service):
    settings.PUBLIC_URL = "http://localhost:8000"

    added = as_alice.put(f"{HERE}/flyers/7/favorite/").json()
    page = as_alice.get(f"{HERE}/users/me/favorites/").json()
    assert page["results"][0]["id"] == added["id"]
    # The database counts on from test to test.
    added["id"] = page["results"][0]["id"] = FAVORITE_EXAMPLE["id"]
    assert added == FAVORITE_EXAMPLE
    assert page == SAVED_FLYER_PAGE_EXAMPLE
    assert as_alice.post(f"{HERE}/follows/", {"followed_id": 3}).json() == FOLLOW_EXAMPLE
    assert as_alice.get(f"{HERE}/users/me/library/").json() == LIBRARY_EXAMPLE
    assert as_bob.put(f"{HERE}/users/me/favorites/", {"flyer_ids": [7, 99]}).json() == BATCH_EXAMPLE
    shared = as_alice.post(f"{HERE}/favorites/share/", {"list_name": "My weekend"}).json()
    unlike = SHARED_LIST_EXAMPLE["slug"]
    assert {
        name: text.replace(shared["slug"], unlike) for name, text in shared.items()
    } == SHARED_LIST_EXAMPLE


def test_answers_fit_the_schema(as_alice, as_bob, anyone, service):
    """Play each route once, with a favorite that is live, one that is gone and a creator who is gone."""
    service.has(8)
    calls = [
        ("put", "/flyers/7/favorite/", None),
        ("get", "/flyers/7/favorite/", None),
        ("post", "/favorites/", {"flyer_id": 8}),
        ("put", "/users/me/favorites/", {"flyer_ids": [7, 99]}),
        ("post", "/users/me/favorites/remove/", {"flyer_ids": [99]}),
        ("post", "/follows/", {"followed_id": 3}),
        ("get", "/follows/status/?user_id=3", None),
        ("post", "/favorites/share/", {"list_name": "Weekend"}),
        ("get", "/favorites/share/", None),
        ("get", "/users/me/library/", None),
        ("post", "/users/me/library/", {"favorites": [{"flyer_id": 50}], "follows": [{"followed_id": 50}]}),
        ("get", "/users/me/library/contains/?flyers=7&creators=3", None),
        ("put", "/flyers/8/watchlist/", None),
        ("get", "/flyers/8/watchlist/", None),
        ("get", "/flyers/7/rating/", None),
        ("put", "/flyers/7/rating/", {"rating": 4}),
        ("get", "/flyers/7/rating/", None),
        ("put", "/users/me/watchlist/", {"kind": "flyer", "ids": [7, 99]}),
        ("post", "/users/me/watchlist/remove/", {"flyer_ids": [7]}),
        ("get", "/users/me/watchlist/", None),
        ("get", "/users/me/ratings/", None),
        ("get", "/users/me/library/", None),
        ("post", "/users/me/library/", {"entries": [{"shelf": "watchlist", "kind": "flyer", "id": 50}]}),
        ("get", "/users/me/library/contains/?kind=flyer&ids=7", None),
        ("get", "/users/me/library/changes/", None),
        ("post", "/users/me/library/ops/", {"ops": [OP, OP | {"op_id": "b", "shelf": "nowhere"}]}),
        ("get", "/follows/news/", None),
        ("post", "/follows/seen/", {}),
        ("get", "/users/me/favorites/", None),
        ("get", "/favorites/", None),
        ("get", "/follows/", None),
        ("delete", "/follows/3/", None),
    ]

    for method, address, body in calls:
        check(method, address, getattr(as_alice, method)(f"{HERE}{address}", body))
    link = as_alice.get(f"{HERE}/favorites/share/").json()["url"].removeprefix("https://flyers.test/api/v1")
    check("get", link, anyone.get(f"{HERE}{link}"))
    check("post", f"{link}copy/", as_bob.post(f"{HERE}{link}copy/"))
    check("delete", "/flyers/7/rating/", as_alice.delete(f"{HERE}/flyers/7/rating/"))
    check("delete", "/flyers/8/watchlist/", as_alice.delete(f"{HERE}/flyers/8/watchlist/"))
    check("delete", "/flyers/7/favorite/", as_alice.delete(f"{HERE}/flyers/7/favorite/"))
    check("delete", "/favorites/share/", as_alice.delete(f"{HERE}/favorites/share/"))
    check("get", link, anyone.get(f"{HERE}{link}"))
    check("post", f"{link}copy/", as_bob.post(f"{HERE}{link}copy/"))


def test_answers_about_titles_fit_the_schema(as_alice, as_bob, anyone, titles, way):
    """The same with a title that is live and one that is gone."""
    titles.has(way, 605, 606)
    item, batch = f"/{way.path}/605", {"kind": way.kind, "ids": [606, 99]}
    calls = [
        ("put", f"{item}/favorite/", None),
        ("post", f"{item}/favorite/", None),
        ("get", f"{item}/favorite/", None),
        ("put", f"{item}/watchlist/", None),
        ("get", f"{item}/watchlist/", None),
        ("put", f"{item}/rating/", {"rating": 4}),
        ("get", f"{item}/rating/", None),
        ("post", "/favorites/", {"media_type": way.kind, "movie_id": 606}),
        ("put", "/users/me/watchlist/", batch),
        ("post", "/users/me/watchlist/remove/", batch),
        ("post", "/users/me/library/", {"entries": [{"shelf": "favorites", "kind": way.kind, "id": 99}]}),
        ("get", f"/users/me/library/contains/?kind={way.kind}&ids=605", None),
        ("get", "/users/me/library/", None),
        ("get", "/users/me/library/changes/", None),
        ("post", "/users/me/library/ops/", {"ops": [OP | {"kind": way.kind, "id": 606}]}),
        ("post", "/favorites/share/", {"list_name": "Weekend", "kind": way.kind}),
        ("get", f"/favorites/share/?kind={way.kind}", None),
        *(("get", f"/users/me/{shelf}/?kind={way.kind}", None) for shelf in SHELVES),
        ("delete", f"{item}/rating/", None),
        ("delete", f"{item}/rating/", None),
        ("delete", f"{item}/watchlist/", None),
        ("put", f"/{way.path}/98/favorite/", None),
    ]

    answers = [getattr(as_alice, method)(f"{HERE}{address}", body) for method, address, body in calls]
    link = as_alice.get(f"{HERE}/favorites/share/?kind={way.kind}").json()["url"]
    link = link.removeprefix("https://flyers.test/api/v1")

    for (method, address, _), answer in zip(calls, answers, strict=True):
        check(method, address, answer)
    check("get", link, anyone.get(f"{HERE}{link}"))
    check("post", f"{link}copy/", as_bob.post(f"{HERE}{link}copy/"))
    assert [answer.status_code for answer in answers[-4:]] == [204, 404, 204, 404]


def check(method, address, answer):
    """Hold an answer against what the schema says of its status."""
    path = f"{HERE}{address}".partition("?")[0]
    pattern = next((known for known in SCHEMA["paths"] if _fits(known, path)), None)
    documented = SCHEMA["paths"][pattern][method]["responses"]
    assert str(answer.status_code) in documented, (method, address, answer.content)
    if answer.content:
        content = documented[str(answer.status_code)]["content"]["application/json"]["schema"]
        shape = {**content, "components": SCHEMA["components"]}
        checker = jsonschema.FormatChecker()
        jsonschema.Draft202012Validator(shape, format_checker=checker).validate(answer.json())


def _fits(known, path):
    parts, given = known.split("/"), path.split("/")
    return len(parts) == len(given) and all(
        part == other
        or (part.startswith("{") and known.count("{") and other not in {"status", "share", "news", "seen"})
        for part, other in zip(parts, given, strict=True)
    )
