"""Places around Madrid, and distances."""

from functools import lru_cache
from math import asin, cos, dist, radians, sin
from typing import NamedTuple

from mock_upstream.flyers.words import around_madrid

EARTH_RADIUS_KM = 6371.0088


class Position(NamedTuple):
    """Degrees north and degrees east."""

    lat: float
    lng: float


class Place(NamedTuple):
    """A quarter or a town: its middle, the last line of its addresses, and some of its streets."""

    name: str
    middle: Position
    post: str
    streets: tuple[str, ...]


def distance_km(one: Position, other: Position) -> float:
    """Return the great-circle distance in kilometres, to the metre: the arc over the chord between two points."""
    chord = dist(_on_unit_sphere(one), _on_unit_sphere(other))
    return round(2 * EARTH_RADIUS_KM * asin(min(1.0, chord / 2)), 3)


@lru_cache(maxsize=4096)
def _on_unit_sphere(position: Position) -> tuple[float, float, float]:
    lat, lng = radians(position.lat), radians(position.lng)
    return cos(lat) * cos(lng), cos(lat) * sin(lng), sin(lat)


def moved(position: Position, centre: Position) -> Position:
    """Return a position near Madrid carried over to as far from another centre, in the same direction."""
    scale = cos(radians(MADRID.lat)) / cos(radians(centre.lat))
    lng = centre.lng + (position.lng - MADRID.lng) * scale
    lat = centre.lat + position.lat - MADRID.lat
    return Position(round(lat, 6), round((lng + 180) % 360 - 180, 6))


def _read(table: str) -> tuple[Place, ...]:
    """Read lines of ``name | lat lng | post code and town | street, street``."""
    rows = ([cell.strip() for cell in line.split("|")] for line in table.strip().splitlines())
    return tuple(
        Place(name, Position(*map(float, middle.split())), post, tuple(streets.split(", ")))
        for name, middle, post, streets in rows
    )


MADRID = Position(40.4168, -3.7038)

CITY = _read(around_madrid.CITY)
TOWNS = _read(around_madrid.TOWNS)
