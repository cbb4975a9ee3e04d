"""A drawing for each theme, as SVG shapes in a box of 800 by 640."""

from collections.abc import Callable, Iterator
from math import cos, pi, sin
from random import Random
from typing import NamedTuple

from mock_upstream.readers import read_data

WIDTH, HEIGHT = 800, 640


class Palette(NamedTuple):
    """Colours of a picture: the ground, what is written on it, and three that play together."""

    paper: str
    ink: str
    first: str
    second: str
    third: str

    @property
    def bright(self) -> tuple[str, str, str]:
        return self.first, self.second, self.third


PALETTES = {theme: [Palette(*row) for row in rows] for theme, rows in read_data("palettes").items()}
TILES = read_data("tiles")


def circle(x: float, y: float, r: float, fill: str) -> str:
    return f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{r:.0f}" fill="{fill}"/>'


def ring(x: float, y: float, r: float, stroke: str, width: float) -> str:
    return f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{r:.0f}" fill="none" stroke="{stroke}" stroke-width="{width:.0f}"/>'


def box(x: float, y: float, width: float, height: float, fill: str, round_: float = 0) -> str:
    size = f'width="{width:.0f}" height="{height:.0f}" rx="{round_:.0f}"'
    return f'<rect x="{x:.0f}" y="{y:.0f}" {size} fill="{fill}"/>'


def path(d: str, fill: str) -> str:
    return f'<path d="{d}" fill="{fill}"/>'


def line(d: str, stroke: str, width: float) -> str:
    return f'<path d="{d}" fill="none" stroke="{stroke}" stroke-width="{width:.0f}" stroke-linecap="round"/>'


def sunburst(x: float, y: float, rays: int, fill: str, turn: float = 0.0) -> str:
    """Draw wedges from a point out past every edge."""
    reach, step = 1300, pi / rays
    wedges = []
    for ray in range(rays):
        start = turn + 2 * ray * step
        ends = [(x + reach * cos(angle), y + reach * sin(angle)) for angle in (start, start + step)]
        wedges.append(f"M{x:.0f} {y:.0f}" + "".join(f"L{px:.0f} {py:.0f}" for px, py in ends) + "Z")
    return path("".join(wedges), fill)


def tile(index: int, theme: str, ground: str, colour: str, chance: Random) -> str:
    """Draw one of twenty tiles of 160 by 160: one of a theme, by chance."""
    drawing = chance.choice(TILES[theme]).format(ground=ground, colour=colour)
    corner = f"translate({index % 5 * 160} {index // 5 * 160})"
    return f'<g transform="{corner}">{box(0, 0, 160, 160, ground)}{drawing}</g>'


def events(chance: Random, palette: Palette) -> Iterator[str]:
    """Draw strings of bunting over a rising sun, and confetti."""
    x = chance.randint(220, 580)
    yield sunburst(x, HEIGHT, 16, palette.third, chance.random())
    yield circle(x, HEIGHT, chance.randint(190, 250), palette.second)
    for row in range(3):
        top, sag = 50 + row * 120, chance.randint(60, 130)
        yield line(f"M-10 {top}Q400 {top + 2 * sag} 810 {top}", palette.ink, 4)
        for flag in range(11):
            t = (flag + 0.5) / 11
            left, y = 820 * t - 10, top + 4 * sag * t * (1 - t)
            colour = chance.choice((palette.first, palette.second, palette.ink))
            yield path(f"M{left - 27:.0f} {y:.0f}h54l-27 66Z", colour)
    for _ in range(36):
        yield circle(chance.randint(0, 800), chance.randint(0, 640), chance.randint(4, 10), palette.first)


def nightlife(chance: Random, palette: Palette) -> Iterator[str]:
    """Draw a moon of rings above a row of sound waves, and stars."""
    x, y = chance.randint(260, 540), chance.randint(220, 300)
    for _ in range(60):
        yield circle(chance.randint(0, 800), chance.randint(0, 420), chance.choice((2, 3, 5)), palette.ink)
    for step, radius in enumerate(range(210, 20, -32)):
        yield circle(x, y, radius, palette.bright[step % 3])
    crescent = chance.random() < 0.5
    yield circle(x + 58, y - 46, 120, palette.paper) if crescent else circle(x, y, 24, palette.paper)
    for row in range(5):
        level, swing = 470 + row * 44, chance.randint(18, 44)
        wave = f"M-20 {level}" + f"q50 -{swing} 100 0t100 0" + "t100 0" * 7
        yield line(wave, palette.bright[row % 3], 14)


def music(chance: Random, palette: Palette) -> Iterator[str]:
    """Draw half a record on the edge, and the bars of an equaliser."""
    side, y = chance.choice((0, 800)), chance.randint(250, 390)
    yield circle(side, y, 330, palette.ink)
    for radius in range(170, 320, 25):
        yield ring(side, y, radius, palette.paper, 2)
    yield circle(side, y, 120, palette.first) + circle(side, y, 18, palette.paper)
    for bar in range(8):
        x = 372 + bar * 52 if side == 0 else 20 + bar * 52
        for block in range(chance.randint(2, 13)):
            yield box(x, 590 - block * 44, 38, 32, palette.bright[min(2, block // 4)], 6)


def food(chance: Random, palette: Palette) -> Iterator[str]:
    """Draw a table of tiles, each with a plate, a fruit, a fish or a leaf."""
    for index in range(20):
        ground = palette.paper if (index + index // 5) % 2 else chance.choice(palette.bright)
        colour = chance.choice([it for it in (*palette.bright, palette.ink) if it != ground])
        yield tile(index, "food", ground, colour, chance)


def culture(chance: Random, palette: Palette) -> Iterator[str]:
    """Draw a wall of geometric tiles, with few colours and many quarter circles."""
    for index in range(20):
        ground, colour = chance.sample((palette.paper, palette.ink, *palette.bright), 2)
        yield tile(index, "culture", ground, colour, chance)


def sports(chance: Random, palette: Palette) -> Iterator[str]:
    """Draw the bend of a running track with a ball in the air over it."""
    flip = chance.random() < 0.5
    corner, far, x = (800, 0, 200) if flip else (0, 800, 600)
    y, r = chance.randint(130, 190), chance.randint(84, 108)
    yield f'<clipPath id="ball"><circle cx="{x}" cy="{y}" r="{r}"/></clipPath>'
    yield circle(corner, 700, 640, palette.first) + circle(corner, 700, 230, palette.second)
    for radius in range(230, 641, 82):
        yield ring(corner, 700, radius, palette.ink, 5)
    for trail in range(3):
        top = y + (trail - 1) * 56
        yield line(f"M{far} {top - 70 - 20 * trail}L{x} {top}", palette.third, 10)
    yield circle(x, y, r, palette.third)
    seams = ring(x - r, y, r, palette.paper, 7) + ring(x + r, y, r, palette.paper, 7)
    yield f'<g clip-path="url(#ball)">{seams}</g>'


def services(chance: Random, palette: Palette) -> Iterator[str]:
    """Draw a street of houses with lit and unlit windows under a big sun."""
    yield circle(chance.randint(200, 600), chance.randint(150, 220), 120, palette.third)
    x = -20
    while x < WIDTH:
        width, height = chance.choice((110, 140, 170)), chance.randint(230, 470)
        top, wall = HEIGHT - height, chance.choice((palette.first, palette.second, palette.ink))
        roof = chance.choice((f"M{x} {top}l{width // 2} -70l{width // 2} 70Z", f"M{x} {top}v-24h{width}v24Z"))
        yield box(x, top, width, height, wall) + path(roof, chance.choice(palette.bright))
        for row in range(top + 30, HEIGHT - 90, 74):
            for column in range(x + 20, x + width - 35, 48):
                lit = chance.choice((palette.paper, palette.paper, palette.third))
                yield box(column, row, 28, 42, lit, 3)
        yield path(f"M{x + width // 2 - 20} 640v-52a20 20 0 0 1 40 0v52Z", palette.paper)
        x += width


def family(chance: Random, palette: Palette) -> Iterator[str]:
    """Draw hills, a smiling sun and balloons that got away."""
    x = chance.choice((150, 650))
    yield circle(x, 150, 92, palette.second)
    yield circle(x - 30, 138, 8, palette.ink) + circle(x + 30, 138, 8, palette.ink)
    yield line(f"M{x - 36} 170q36 40 72 0", palette.ink, 7)
    for cloud in range(3):
        left, top = chance.randint(40, 600), 70 + cloud * 110
        yield "".join(circle(left + 38 * puff, top, 30 + 12 * (puff == 1), "#fff") for puff in range(3))
    for balloon in range(4):
        left, top = 130 + balloon * 170 + chance.randint(-40, 40), chance.randint(190, 380)
        yield line(f"M{left} {top + 60}q-14 46 0 90t0 80", palette.ink, 3)
        colour = chance.choice(palette.bright)
        yield f'<ellipse cx="{left}" cy="{top}" rx="48" ry="60" fill="{colour}"/>'
    rise = chance.randint(440, 520)
    yield path(f"M0 640V{rise}Q220 {rise - 120} 460 {rise + 30}T800 {rise}V640Z", palette.third)
    low = rise + 90
    yield path(f"M0 640V{low - 20}Q200 {low + 40} 420 {low - 30}T800 {low}V640Z", palette.ink)


Motif = Callable[[Random, Palette], Iterator[str]]
MOTIFS: dict[str, Motif] = {
    motif.__name__: motif for motif in (events, nightlife, music, food, culture, sports, services, family)
}


def motif(theme: str, chance: Random, palette: Palette) -> str:
    """Return the drawing of a theme."""
    return "".join(MOTIFS[theme](chance, palette))
