"""Positions and distances."""

from functools import lru_cache
from math import asin, cos, dist, radians, sin
from typing import NamedTuple

EARTH_RADIUS_KM = 6371.0088


class Position(NamedTuple):
    """Degrees north and degrees east."""

    lat: float
    lng: float


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


MADRID = Position(40.4168, -3.7038)
