"""Titles in the language that was asked for, and what stays in that of the settings."""

import pytest

from tests import payloads_tmdb as payloads
from tests.movies_proxy.titles import GENRES, TMDB, give_genres, only

FAVORITES = "/api/v1/users/me/favorites/"


def discover(wire, kind, language, *titles):
    """Let TMDb have these popular titles in a language."""
    common = {"page": 1, "sort_by": "popularity.desc", "include_adult": "false", "language": language}
    of_movies = {"include_video": "false"} if kind.name == "movie" else {}
    wire.get(f"{TMDB}/discover/{kind.name}", json=payloads.page(*titles), match=only(**common, **of_movies))


@pytest.fixture
def spanish(tmdb, kind):
    """Two popular titles: TMDb knows one of them in Spanish, of the other only the original title."""
    give_genres(tmdb, kind)
    first, second, _ = GENRES[kind.name]
    give_genres(tmdb, kind, "es", {first: "Uno", 999: "Otro"})
    known = kind.named(605, "Matriz", "The Matrix", overview="Un programador.", genre_ids=[first, second, 7])
    unknown = kind.named(606, "Wax", "Wax", overview="", genre_ids=[second])
    discover(tmdb, kind, "es", known, unknown)
    return first, second


def test_texts_come_in_the_language_that_was_asked_for(anyone, spanish, kind):
    title, _ = anyone.get(kind.route("discover/?language=es")).json()["results"]

    assert (title["title"], title["original_title"]) == ("Matriz", "The Matrix")
    assert (title["overview"], title["is_translated"]) == ("Un programador.", True)
    assert title["language"] == "en"


def test_a_title_that_tmdb_lacks_in_it_has_that_of_the_original_and_says_so(anyone, spanish, kind):
    _, title = anyone.get(kind.route("discover/?language=es")).json()["results"]

    assert (title["title"], title["original_title"]) == ("Wax", "Wax")
    assert (title["overview"], title["is_translated"]) == ("", False)


def test_genres_are_named_in_it_and_in_english_those_that_tmdb_lacks(anyone, spanish, kind):
    first, second = spanish

    titles = anyone.get(kind.route("discover/?language=es")).json()["results"]

    english = {"id": second, "name": GENRES[kind.name][second]}
    assert [title["genres"] for title in titles] == [[{"id": first, "name": "Uno"}, english], [english]]


@pytest.mark.usefixtures("genres")
def test_each_language_has_its_own_page(anyone, tmdb, kind):
    give_genres(tmdb, kind, "es")
    discover(tmdb, kind, "en-US", kind.named(605, "The Matrix", "The Matrix"))
    discover(tmdb, kind, "es", kind.named(605, "Matriz", "The Matrix"))

    shown = [
        anyone.get(kind.route(f"discover/{query}")).json()["results"][0]["title"]
        for query in ("", "?language=es", "", "?language=es")
    ]

    assert shown == ["The Matrix", "Matriz"] * 2


def test_a_detail_comes_in_the_language_that_was_asked_for(anyone, tmdb, kind):
    names = kind.names("Matriz", "The Matrix")
    tmdb.get(f"{TMDB}/{kind.name}/605", json=kind.detail(605, **names, overview="Un programador."))
    tmdb.get(f"{TMDB}/{kind.name}/606", json=kind.detail(606, **kind.names("", "Wax"), overview=""))

    known, unknown = (anyone.get(kind.route(f"{id_}/?language=es")).json() for id_ in (605, 606))

    assert (known["title"], known["overview"], known["is_translated"]) == ("Matriz", "Un programador.", True)
    assert (unknown["title"], unknown["overview"], unknown["is_translated"]) == ("Wax", "", False)


# --- What is kept, and shown in lists of favorites -------------------------------------------------------


def test_a_page_in_another_language_is_not_what_favorites_keep(as_alice, tmdb, spanish, kind):
    names = kind.names("The Matrix", "The Matrix")
    tmdb.get(f"{TMDB}/{kind.name}/605", json=kind.detail(605, **names), match=only(language="en-US"))
    as_alice.get(kind.route("discover/?language=es"))

    added = as_alice.put(kind.route("605/favorite/"))

    assert added.status_code == 201, added.content
    (row,) = as_alice.get(FAVORITES, {"kind": kind.name}).json()["results"]
    assert (row["title"], row["item"]["title"]) == ("The Matrix", "The Matrix")


@pytest.mark.usefixtures("genres")
def test_a_page_in_the_usual_language_is_what_favorites_keep_without_another_call(as_alice, tmdb, kind):
    discover(tmdb, kind, "en-US", kind.named(605, "The Matrix", "The Matrix"))
    as_alice.get(kind.route("discover/"))

    added = as_alice.put(kind.route("605/favorite/"))

    assert added.status_code == 201, added.content
    (row,) = as_alice.get(FAVORITES, {"kind": kind.name}).json()["results"]
    assert (row["title"], row["item"]["genres"]) == (
        "The Matrix",
        [{"id": id_, "name": GENRES[kind.name][id_]} for id_ in kind.item()["genre_ids"]],
    )


def test_who_keeps_what_they_look_at_waits_for_one_call(as_alice, tmdb, kind):
    tmdb.get(f"{TMDB}/{kind.name}/605", json=kind.detail(605))
    as_alice.get(kind.route("605/"))

    added = as_alice.put(kind.route("605/favorite/"))
    on_watchlist = as_alice.put(kind.route("605/watchlist/"))

    assert (added.status_code, on_watchlist.status_code) == (201, 201)
    assert len(tmdb.calls) == 1


def test_who_keeps_what_they_look_at_in_another_language_keeps_it_in_the_usual_one(as_alice, tmdb, kind):
    tmdb.get(f"{TMDB}/{kind.name}/605", json=kind.detail(605, **kind.names("Matriz", "The Matrix")))
    tmdb.get(f"{TMDB}/{kind.name}/605", json=kind.detail(605, **kind.names("The Matrix", "The Matrix")))
    as_alice.get(kind.route("605/?language=es"))

    as_alice.put(kind.route("605/favorite/"))

    assert [call.request.params["language"] for call in tmdb.calls] == ["es", "en-US"]
    (row,) = as_alice.get(FAVORITES, {"kind": kind.name}).json()["results"]
    assert row["title"] == "The Matrix"


def test_a_detail_makes_a_title_known_that_was_not_there_a_moment_ago(as_alice, tmdb, kind):
    tmdb.get(f"{TMDB}/{kind.name}/605", status=404, json=payloads.error(34))
    tmdb.get(f"{TMDB}/{kind.name}/605", json=kind.detail(605))
    missing = as_alice.put(kind.route("605/favorite/"))
    as_alice.get(kind.route("605/"))

    added = as_alice.put(kind.route("605/favorite/"))

    assert (missing.status_code, added.status_code) == (404, 201)
    assert len(tmdb.calls) == 2
