"""Great-circle distance between two positions."""

import math

# Degrees north and degrees east.
Position = tuple[float, float]

_EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG


def distance_km(here: Position, there: Position) -> float:
    """Return the distance in km, by the haversine formula."""
    lat, lng = math.radians(there[0]), math.radians(there[1])
    here_lat, here_lng = math.radians(here[0]), math.radians(here[1])
    half = (
        math.sin((here_lat - lat) / 2) ** 2
        + math.cos(lat) * math.cos(here_lat) * math.sin((here_lng - lng) / 2) ** 2
    )
    return 2 * _EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, half)))
