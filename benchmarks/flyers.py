"""The catalog of flyers, as the benchmark asks it, and its rows."""

import json
from functools import partial
from typing import Final

from benchmarks import hits, misses, signed_in
from benchmarks.catalog import Catalog, Person
from benchmarks.measurements import Scenario


def _has_own_marks(body: bytes, person: Person) -> bool:
    flyers, creators = set(person["favorites"]), set(person["follows"])
    return all(
        flyer["is_favorited"] == (flyer["id"] in flyers)
        and flyer["creator"]["is_following"] == (flyer["creator"]["id"] in creators)
        for flyer in json.loads(body)["results"]
    )


FLYERS: Final = Catalog(
    label="",
    upstream="FLYERS",
    kind="flyer",
    page="/api/v1/flyers/discover/?limit=20",
    pages="/api/v1/flyers/search/?limit=20&query=p%d",
    misses="/api/v1/flyers/search/?query=w%d",
    item="/api/v1/flyers/%d/",
    favorite="/api/v1/flyers/%d/favorite/",
    has_own_marks=_has_own_marks,
)

SCENARIOS: dict[str, Scenario] = {
    "hot": partial(hits.hot_page, FLYERS),
    "pages": partial(hits.many_pages, FLYERS),
    "herd": partial(misses.herd, FLYERS),
    "misses": partial(misses.distinct_misses, FLYERS),
    "writes": partial(signed_in.writes, FLYERS),
    "hanging": partial(misses.while_hanging, FLYERS),
    "lists": partial(signed_in.lists, FLYERS),
    "caller": signed_in.known_caller,
}
