"""The catalogs that are measured; a further one is a file like those of these, and its name here."""

from typing import Final

from benchmarks.catalog import Catalog
from benchmarks.flyers import FLYERS
from benchmarks.movies import MOVIES

CATALOGS: Final[tuple[Catalog, ...]] = (FLYERS, MOVIES)
