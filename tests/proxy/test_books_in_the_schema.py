"""The schema of a service that has books on: what is kept of any kind is there, each part under a name of its own."""

import json
import subprocess
import sys

import jsonschema
import pytest

from tests.deploy.files import ROOT


@pytest.fixture(scope="module")
def schema():
    run = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.proxy.books_schema"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.stderr == "", "a warning about operations that collide, or a part that can't be described"
    return json.loads(run.stdout)


def validator(schema, name):
    shape = {"$ref": f"#/components/schemas/{name}", "components": schema["components"]}
    return jsonschema.Draft202012Validator(shape, format_checker=jsonschema.FormatChecker())


def test_the_schema_of_a_service_with_books_shows_both_kinds_of_rows(schema):
    operations = [each["operationId"] for path in schema["paths"].values() for each in path.values()]
    assert len(set(operations)) == len(operations)
    assert {f"book_{word}" for word in ("favorite_add", "watchlist_add", "rating_put")} < set(operations)
    parts = schema["components"]["schemas"]
    for name, rows in {
        "FavoritePage": ("KeptFlyerPage", "KeptItemPage"),
        "WatchlistPage": ("KeptFlyerPage", "KeptItemPage"),
        "RatingPage": ("RatedFlyerPage", "RatedItemPage"),
        "SharedPage": ("SharedFlyerPage", "SharedItemPage"),
    }.items():
        assert parts[name]["anyOf"] == [{"$ref": f"#/components/schemas/{row}"} for row in rows]
    (kind,) = [
        each["schema"]
        for each in schema["paths"]["/api/v1/users/me/favorites/"]["get"]["parameters"]
        if each["name"] == "kind"
    ]
    assert kind["allOf"] == [{"$ref": "#/components/schemas/FavoritesKind"}]
    assert parts["FavoritesKind"]["enum"] == ["flyer", "movie", "tv", "product", "book"]


@pytest.mark.parametrize("name", ["FavoritePage", "WatchlistPage", "RatingPage"])
def test_an_empty_page_fits_the_schema_and_a_row_of_no_kind_does_not(schema, name):
    meta = {"as_of": "2026-05-01T12:00:00Z", "stale": False}
    page = {"count": 0, "next": None, "previous": None, "results": [], "meta": meta}

    validator(schema, name).validate(page)

    assert not validator(schema, name).is_valid(page | {"results": [{"id": 7}]})
