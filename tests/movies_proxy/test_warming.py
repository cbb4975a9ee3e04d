"""`manage.py cache_warm` warms movies and shows; runs with TEST_CACHE_URL."""

import io
import os

import pytest
import responses
from django.core.management import CommandError, call_command

from flyers_proxy.catalog import FLYERS
from movies_proxy.catalog import MOVIES
from proxy import catalog
from tests import payloads
from tests.conftest import UPSTREAM
from tests.movies_proxy.titles import MOVIE, SHOW, TMDB, give_genres, give_page

pytestmark = pytest.mark.skipif(not os.environ.get("TEST_CACHE_URL"), reason="needs a shared cache")


@pytest.fixture(autouse=True)
def no_store(monkeypatch):
    monkeypatch.setattr(catalog, "_CATALOGS", {each.name: each for each in (FLYERS, MOVIES)})


@pytest.fixture
def flyers(upstream: responses.RequestsMock):
    upstream.get(f"{UPSTREAM}/flyers/feed/", json=payloads.page(payloads.flyer()))
    upstream.get(f"{UPSTREAM}/categories/", json=[payloads.category()])


def warm(out):
    call_command("cache_warm", "--pages=1", stdout=out)


@pytest.mark.usefixtures("flyers", "genres_of_both")
def test_warming_fetches_movies_and_shows_for_every_process(tmdb, anyone):
    for kind in (MOVIE, SHOW):
        give_page(tmdb, kind, kind.item(605))
    out = io.StringIO()

    warm(out)

    lines = ["genres of movie: MISS", "movie page 1: MISS", "genres of tv: MISS", "tv page 1: MISS"]
    assert [
        line for line in out.getvalue().splitlines() if "of" in line or "movie" in line or "tv" in line
    ] == lines
    MOVIES.stop()  # a server process that starts now
    for kind in (MOVIE, SHOW):
        for route in ("discover/", "genres/"):
            assert anyone.get(kind.route(route))["X-Cache"] == "HIT"


@pytest.mark.usefixtures("flyers")
def test_warming_says_what_tmdb_did_not_give_and_goes_on(tmdb):
    give_genres(tmdb, SHOW)
    give_page(tmdb, SHOW, SHOW.item(605))
    tmdb.get(f"{TMDB}/genre/movie/list", status=403)
    out = io.StringIO()

    with pytest.raises(CommandError, match="2 of 6 could not be fetched"):
        warm(out)

    assert "genres of movie: failed (" in out.getvalue()
    assert "tv page 1: MISS" in out.getvalue()
