"""The catalogs that are measured; a further one is a file like those of these, and its name here."""

from typing import Final

from benchmarks.catalog import Catalog
from benchmarks.flyers import FLYERS
from benchmarks.movies import MOVIES
from benchmarks.products import PRODUCTS

CATALOGS: Final[tuple[Catalog, ...]] = (FLYERS, MOVIES, PRODUCTS)


def with_calls(number: int, catalog: Catalog) -> dict[str, str]:
    """Return the settings for so many calls at once to the catalog's service, and one to each of those it shares threads with."""
    return {f"{each.upstream}_MAX_CONCURRENCY": str(number if each is catalog else 1) for each in CATALOGS}
