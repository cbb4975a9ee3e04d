"""Tests of TMDb's lists of genres."""

import pytest

from clients import errors
from clients.tmdb_titles import Genre
from tests.clients.answers import TMDB


def test_genres_keep_their_order_and_one_without_a_name_is_left_out(wire, tmdb):
    named = [{"id": 28, "name": "A\x00ção"}, {"id": 12, "name": None}, {"id": 0, "name": "x"}, "no genre"]
    genres = {"genres": [*named, {"id": 16, "name": ""}, {"id": 35, "name": "Comédia", "x": 1}]}
    wire.get(f"{TMDB}/3/genre/movie/list", json=genres)

    assert tmdb.list_genres("movie", "pt").value == (Genre(28, "Ação"), Genre(35, "Comédia"))


def test_a_language_without_names_of_genres_is_no_failure(wire, tmdb):
    wire.get(f"{TMDB}/3/genre/tv/list", json={"genres": [{"id": 28, "name": None}]})

    assert tmdb.list_genres("tv", "xx").value == ()


@pytest.mark.parametrize(
    "wrong",
    [[], {}, {"genres": {}}, {"genres": [{}, {"name": "A"}]}, {"genres": [{"id": 1, "name": "A"}] * 101}],
    ids=range(5),
)
def test_what_is_no_list_of_genres_is_malformed(wire, tmdb, wrong):
    wire.get(f"{TMDB}/3/genre/tv/list", json=wrong)

    with pytest.raises(errors.UpstreamMalformedError):
        tmdb.list_genres("tv")
