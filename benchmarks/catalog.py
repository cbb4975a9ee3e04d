"""What a catalog says to have its rows measured; the scenarios of ``hits``, ``misses`` and ``signed_in`` take it."""

from collections.abc import Callable
from typing import Any, NamedTuple

Person = dict[str, Any]  # as ``benchmarks.people`` prints it


class Catalog(NamedTuple):
    """Where a catalog is asked, each address a path with its query; ``%d`` in it is a number.

    ``label`` is appended to the names of its rows; ``rows`` are the scenarios that are measured of it. ``upstream`` is the
    prefix of its settings. To the stub its service is what gives the JSON body for a request target, and ``paths`` is how
    these begin. ``has_own_marks`` compares the body of ``page`` with what a person keeps.
    """

    label: str
    upstream: str
    paths: str
    service: Callable[[str], bytes]
    kind: str  # of the items that people have among their favorites
    page: str  # the hot one: 20 items
    pages: str  # as large, one for each number
    misses: str  # requested once a number
    item: str
    favorite: str
    has_own_marks: Callable[[bytes, Person], bool]
    rows: tuple[str, ...]
