"""What a catalog says to have its rows measured; the scenarios of ``hits``, ``misses`` and ``signed_in`` take it."""

from collections.abc import Callable
from typing import Any, NamedTuple

Person = dict[str, Any]  # as ``benchmarks.people`` prints it


class Catalog(NamedTuple):
    """Where a catalog is asked, each address a path with its query; ``%d`` in it is a number.

    ``label`` is appended to the names of its rows. ``upstream`` is the prefix of its settings and its name among the
    stub's services. ``has_own_marks`` compares the body of ``page`` with a person's favorites and follows.
    """

    label: str
    upstream: str
    kind: str  # of the items that people have among their favorites
    page: str  # the hot one: 20 items
    pages: str  # as large, one for each number
    misses: str  # requested once a number
    item: str
    favorite: str
    has_own_marks: Callable[[bytes, Person], bool]
