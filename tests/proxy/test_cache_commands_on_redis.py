"""The management commands of the cache on Redis, of a service that has no catalog but flyers."""

import io
import json

import pytest
import responses
from django.core.management import CommandError, call_command

from flyers_proxy.catalog import FLYERS
from proxy import catalog
from tests import payloads
from tests.conftest import UPSTREAM

FEED = f"{UPSTREAM}/flyers/feed/"


@pytest.fixture(autouse=True)
def flyers_alone(monkeypatch):
    monkeypatch.setattr(catalog, "_CATALOGS", {FLYERS.name: FLYERS})


class Terminal(io.StringIO):
    def isatty(self):
        return True


def run(*command, out=None):
    out = out or io.StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


@pytest.fixture
def many(upstream):
    def feed(request):
        first = (int(request.params["page"]) - 1) * 10
        flyers = [payloads.flyer(first + number) for number in range(1, 11)]
        return 200, {}, json.dumps(payloads.page(*flyers, count=1000))

    upstream.add_callback(responses.GET, FEED, callback=feed)
    upstream.get(f"{UPSTREAM}/categories/", json=[payloads.category()])
    return upstream


def test_warming_asks_for_what_people_ask_for_first(many, anyone):
    out = run("cache_warm", "--pages=3")

    assert out.splitlines() == ["categories: MISS", "page 1: MISS", "page 2: MISS", "page 3: MISS"]
    assert run("cache_warm", "--pages=2").splitlines() == ["categories: HIT", "page 1: HIT", "page 2: HIT"]
    FLYERS.stop()  # a server process that starts now
    for address in ("discover/", "discover/?page=3", "categories/", "25/"):
        assert anyone.get(f"/api/v1/flyers/{address}")["X-Cache"] == "HIT"
    assert len(many.calls) == 4


def test_warming_draws_a_bar_on_a_terminal(many):
    out = run("cache_warm", "--pages=1", out=Terminal())

    assert out.count("\r") == 2
    assert out.count("\n") == 1
    assert "2/2 page 1: MISS" in out


def test_warming_says_what_it_could_not_get(upstream):
    upstream.get(FEED, status=403)
    upstream.get(f"{UPSTREAM}/categories/", json=[payloads.category()])
    out = io.StringIO()

    with pytest.raises(CommandError, match=r"2 of 3 could not be fetched"):
        run("cache_warm", "--pages=2", out=out)

    assert "page 2: failed (" in out.getvalue()


def test_stats_and_clear_count_the_answers(many):
    run("cache_warm", "--pages=3")

    assert "Shared cache: 34 answers" in run("cache_stats")  # the categories, 3 pages, 30 flyers
    assert "Dropped 34 answers" in run("cache_clear")
    assert "Shared cache: 0 answers" in run("cache_stats")
