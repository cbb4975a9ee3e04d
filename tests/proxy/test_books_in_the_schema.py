"""The schema of a service that has books on: what is kept of any kind is there, each part under a name of its own."""

import json
import subprocess
import sys

from tests.deploy.files import ROOT


def test_the_schema_of_a_service_with_books_shows_both_kinds_of_rows():
    run = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.proxy.books_schema"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    schema = json.loads(run.stdout)

    assert run.stderr == "", "a warning about operations that collide, or a part that can't be described"
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
        assert parts[name]["oneOf"] == [{"$ref": f"#/components/schemas/{row}"} for row in rows]
    (kind,) = [
        each["schema"]
        for each in schema["paths"]["/api/v1/users/me/favorites/"]["get"]["parameters"]
        if each["name"] == "kind"
    ]
    assert kind["enum"] == ["flyer", "book"]
