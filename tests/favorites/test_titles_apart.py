"""Movie 605, show 605 and flyer 605 are three things, wherever something of them is kept, told or taken away."""

import json

import pytest

from proxy.marks import forget_marks
from tests.favorites.device import CHANGES, LIBRARY, applied, library_of, read
from tests.favorites.keeping import drop, keep, kept
from tests.favorites.title_service import MOVIE, SHOW
from tests.proxy.test_hit_path_signed_in import bearer
from tests.proxy.wsgi_client import CountedDjango, hit_path_client

HERE = "/api/v1"
SHARE, FAVORITES = f"{HERE}/favorites/share/", f"{HERE}/users/me/favorites/"
DISCOVER = {"movie": f"{HERE}/movies/discover/", "tv": f"{HERE}/tv/discover/"}
KINDS = ("flyer", "movie", "tv")
PATHS = {"flyer": "flyers", "movie": "movies", "tv": "tv"}


@pytest.fixture(autouse=True)
def all_three(service, titles):
    """Each service has a 605."""
    service.has(605)
    titles.has(MOVIE, 605)
    titles.has(SHOW, 605)


def url(kind, word=""):
    return f"{HERE}/{PATHS[kind]}/605/{word and word + '/'}"


def marks(caller):
    """Return what the details say of each: favorite, and on the watchlist where that is said."""
    bodies = [caller.get(url(kind)).json() for kind in KINDS]
    return [(body["is_favorited"], body.get("is_on_watchlist")) for body in bodies]


@pytest.mark.parametrize("kind", KINDS)
def test_one_that_is_a_favorite_makes_no_other_one(as_alice, alice, kind):
    as_alice.put(url(kind, "favorite"))

    assert marks(as_alice) == [
        (kind == "flyer", None),
        (kind == "movie", False),
        (kind == "tv", False),
    ]
    assert [kept(alice, kind=each) for each in KINDS] == [[605] if each == kind else [] for each in KINDS]
    others = [as_alice.delete(url(each, "favorite")).status_code for each in KINDS if each != kind]
    assert others == [404, 404]
    assert kept(alice, kind=kind) == [605]


def test_each_shelf_has_marks_of_its_own(as_alice, as_bob, anyone):
    as_alice.put(url("movie", "watchlist"))
    as_alice.put(url("tv", "favorite"))

    assert marks(as_alice) == [(False, None), (False, True), (True, False)]
    assert marks(as_bob) == [(False, None), (False, False), (False, False)]
    assert marks(anyone) == [(None, None)] * 3


def test_each_is_rated_by_itself(as_alice):
    for rating, kind in enumerate(KINDS, start=1):
        as_alice.put(url(kind, "rating"), {"rating": rating})

    shown = [as_alice.get(url(kind, "rating")).json() for kind in KINDS]
    listed = [
        [(row.get("id") if kind != "flyer" else row["flyer_id"], row["rating"]) for row in rows]
        for kind in KINDS
        for rows in [as_alice.get(f"{HERE}/users/me/ratings/", {"kind": kind}).json()["results"]]
    ]

    assert shown == [{"average": float(rating), "count": 1, "mine": rating} for rating in (1, 2, 3)]
    assert listed == [[(605, 1)], [(605, 2)], [(605, 3)]]


def test_the_library_says_of_each_where_it_stands(as_alice, alice):
    keep(alice, 605)
    keep(alice, 605, kind="movie", shelf="watchlist")
    keep(alice, 605, kind="tv", shelf="ratings", value=5)
    contains = f"{LIBRARY}contains/"

    said = {
        kind: as_alice.get(contains, {"kind": kind, "ids": "605,606", "flyers": "605"}).json()
        for kind in KINDS
    }

    assert {kind: answer["flyers"] for kind, answer in said.items()} == {
        kind: {"605": True} for kind in KINDS
    }
    assert {
        kind: [shelf for shelf, ids in answer["items"].items() if ids["605"]] for kind, answer in said.items()
    } == {"flyer": ["favorites"], "movie": ["watchlist"], "tv": ["ratings"]}
    assert not any(ids["606"] for answer in said.values() for ids in answer["items"].values())


def test_lists_are_shared_kind_by_kind(as_alice, as_bob, anyone, alice, bob):
    for kind in KINDS:
        keep(alice, 605, kind=kind)
    shared = {kind: as_alice.post(SHARE, {"list_name": kind, "kind": kind}).json() for kind in KINDS}
    links = {kind: each["url"].removeprefix("https://flyers.test") for kind, each in shared.items()}

    pages = {kind: anyone.get(link).json() for kind, link in links.items()}
    copied = as_bob.post(f"{links['movie']}copy/").json()
    revoked = as_alice.delete(f"{SHARE}?kind=movie")
    after = [anyone.get(link).status_code for link in links.values()]

    assert len({each["slug"] for each in shared.values()}) == 3
    assert [each.get("kind") for each in shared.values()] == [None, "movie", "tv"]
    for kind in ("movie", "tv"):
        page = pages[kind]
        (row,) = page["results"]
        assert set(row) == {"kind", "id", "item", "availability", "title", "image_url", "valid_until"}
        assert (row["kind"], row["id"], row["availability"]) == (kind, 605, "live")
        assert (row["item"]["kind"], row["item"]["is_favorited"]) == (kind, None)
        assert page["list_name"] == kind
        assert page["owner"] == alice.display_name
        assert ["TMDB" in sentence for sentence in page["meta"]["attribution"]] == [True]
    assert "attribution" not in pages["flyer"]["meta"]
    assert copied == {"added": [605], "existing": [], "not_found": [], "unknown": []}
    assert [kept(bob, kind=kind) for kind in KINDS] == [[], [605], []]
    assert (revoked.status_code, after) == (204, [200, 410, 200])


@pytest.mark.parametrize("kind", ["movie", "tv"])
def test_the_state_of_one_is_set_and_no_others(as_alice, alice, kind):
    for each in KINDS:
        keep(alice, 605, kind=each)
    body = {"media_type": kind, "movie_id": 605}

    answers = [
        as_alice.post(f"{HERE}/favorites/", body | more)
        for more in ({"favorite": False}, {"favorite": False}, {}, {"favorite": True})
    ]

    assert [(answer.status_code, answer.json()) for answer in answers] == [
        (200, body | {"favorite": favorite}) for favorite in (False, False, True, True)
    ]
    assert [answer["X-Library-Version"] for answer in answers] == ["4", "4", "5", "5"]
    assert [kept(alice, kind=each) for each in KINDS] == [[605]] * 3


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"media_type": "flyer", "movie_id": 605}, "media_type"),
        ({"media_type": "person", "movie_id": 605}, "media_type"),
        ({"media_type": "movie"}, "movie_id"),
        ({"media_type": "movie", "movie_id": "605"}, "movie_id"),
        ({"media_type": "movie", "movie_id": 605, "favorite": "yes"}, "favorite"),
        ({"media_type": "movie", "movie_id": 605, "flyer_id": 605}, "flyer_id"),
    ],
)
def test_a_wrong_state_is_a_400_that_names_what_is_wrong(as_alice, alice, body, field):
    answer = as_alice.post(f"{HERE}/favorites/", body)

    assert (answer.status_code, list(answer.json()["error"]["details"])) == (400, [field])
    assert [kept(alice, kind=kind) for kind in KINDS] == [[]] * 3


def test_a_batch_is_of_one_kind(as_alice, alice):
    bodies = [{"flyer_ids": [605]}, {"kind": "movie", "ids": [605]}, {"kind": "tv", "ids": [605]}]

    added = [as_alice.put(FAVORITES, body).json()["added"] for body in bodies[1:]]
    removed = [as_alice.post(f"{FAVORITES}remove/", body).json() for body in bodies[:2]]

    assert added == [[605], [605]]
    assert removed == [{"removed": [], "absent": [605]}, {"removed": [605], "absent": []}]
    assert [kept(alice, kind=kind) for kind in KINDS] == [[], [], [605]]


def test_changes_name_the_kind_and_lead_to_the_library(as_alice, alice):
    keep(alice, 605)
    keep(alice, 605, kind="movie")
    keep(alice, 605, kind="movie", shelf="ratings", value=4)
    keep(alice, 605, kind="tv", shelf="watchlist")
    first = read(as_alice)
    drop(alice, 605, kind="movie")
    as_alice.post(SHARE, {"list_name": "Shows", "kind": "tv"})

    since = as_alice.get(CHANGES, {"since": first["cursor"]}).json()["changes"]

    assert [(each["op"], each["shelf"], each["kind"], each["id"]) for each in since] == [
        ("removed", "favorites", "movie", 605),
        ("set", "share", "tv", None),
    ]
    assert applied(applied({}, first["changes"]), since) == library_of(alice)


# --- Marks by the hit path -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["movie", "tv"])
def test_hits_show_each_persons_own_marks(alice, bob, kind):
    django = CountedDjango()
    hit_path = hit_path_client(django)
    keep(alice, 605, kind=kind)
    keep(bob, 605, kind=kind, shelf="watchlist")
    other = "tv" if kind == "movie" else "movie"
    keep(bob, 605, kind=other)
    callers = [bearer(alice), bearer(bob), None]
    addresses = (DISCOVER[kind], url(kind))

    def shown(caller, address):
        answer = hit_path.request(address, HTTP_AUTHORIZATION=caller)
        body = json.loads(answer[2])
        (title,) = body.get("results", [body])
        return title["is_favorited"], title["is_on_watchlist"]

    for address in addresses:
        for caller in callers:
            shown(caller, address)
    learned, seen = django.calls, [[shown(caller, each) for caller in callers] for each in addresses]
    forget_marks()
    again = [[shown(caller, each) for caller in callers] for each in addresses]

    assert seen == again == [[(True, False), (False, True), (None, None)]] * 2
    assert django.calls == learned


def test_a_hit_shows_a_mark_the_moment_after_the_write(as_alice, alice):
    django = CountedDjango()
    hit_path = hit_path_client(django)
    caller = bearer(alice)
    hit_path.request(DISCOVER["movie"], HTTP_AUTHORIZATION=caller)
    seen, versions = [], []

    for method in ("put", "delete"):
        getattr(as_alice, method)(url("movie", "watchlist"))
        _, headers, body = hit_path.request(DISCOVER["movie"], HTTP_AUTHORIZATION=caller)
        seen.append(json.loads(body)["results"][0]["is_on_watchlist"])
        versions.append(headers["x-library-version"])

    assert seen == [True, False]
    assert versions == ["1", "2"]
    assert django.calls == 1
