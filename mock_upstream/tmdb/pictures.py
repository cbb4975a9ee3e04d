"""Posters, backdrops, faces and logos, drawn as SVG behind TMDb's addresses."""

import re
from random import Random

from mock_upstream.lettering import initials, poster, sheet
from mock_upstream.motifs import MOTIFS, PALETTES, WIDTH, motif
from mock_upstream.tmdb.families import LISTS, WORLD
from mock_upstream.tmdb.sample import PEOPLE
from mock_upstream.tmdb.titles import FIRST_COMPANY, Title, Titles

POSTER_HEIGHTS = (800, 400)  # the drawing, and the band of words
BACKDROP = (1280, 720)
THEMES = tuple(MOTIFS)
_PICTURE = re.compile(
    r"/t/p/(\w+)/([a-z]+)([1-9][0-9]{0,8})(?:(poster|backdrop|still|profile)\.jpg|(logo)\.(?:png|svg))"
)
_NAMES = {
    "person": {person.id: person.name for person in PEOPLE},
    "provider": dict(enumerate(WORLD.providers, start=1)),
    "company": dict(enumerate(WORLD.companies, start=FIRST_COMPANY)),
    "network": dict(enumerate(WORLD.networks, start=FIRST_COMPANY)),
}


def drawn(address: str, titles: Titles) -> str | None:
    """Return the picture at ``/t/p/<size>/<name>``; None if there is none, or not in that size."""
    if (found := _PICTURE.fullmatch(address)) is None:
        return None
    size, kind, number, role = found[1], found[2], int(found[3]), found[4] or found[5]
    sizes = ["original"] if address.endswith(".svg") else LISTS.image_sizes[f"{role}_sizes"]
    if size not in sizes:
        return None
    if role in {"profile", "logo"}:
        name = _NAMES.get(kind, {}).get(number)
        return name and initials(name, THEMES[number % len(THEMES)], number, Random(f"{kind} {number}"))
    title = titles.get(kind, {}).get(number)
    if title is None or (role != "still" and not title.facts[f"{role}_path"]):
        return None
    return _poster(title) if role == "poster" else _backdrop(title)


def _poster(title: Title) -> str:
    """Draw a poster, 800 by 1200, with the original title."""
    chance = Random(f"{title.kind} {title.id}")
    names = " · ".join(person.name for person, _ in title.cast[:2])
    return poster(title.motif, title.id, chance, POSTER_HEIGHTS, (names, title.names[0], title.day[:4]))


def _backdrop(title: Title) -> str:
    """Draw a backdrop, 1280 by 720: the motif alone."""
    palette = PALETTES[title.motif][title.id % 2]
    drawing = motif(title.motif, Random(f"backdrop {title.kind} {title.id}"), palette)
    width, height = BACKDROP
    inside = f'<g transform="translate(0 -152) scale({width / WIDTH})">{drawing}</g>'
    return sheet(width, height, palette.paper, inside, title.names[0])
