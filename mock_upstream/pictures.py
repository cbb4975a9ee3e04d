"""A flyer's pictures and a creator's portrait, drawn as SVG.

The same flyer always gives the same picture. The first is the poster with its text; the others are details of it
without text.
"""

from html import escape
from itertools import accumulate
from random import Random

from mock_upstream.catalog import Creator, Flyer
from mock_upstream.motifs import HEIGHT, MOTIFS, PALETTES, WIDTH, Palette

POSTER_HEIGHT = 1000
MARGIN = 56
FONT = "'Avenir Next', Futura, 'Century Gothic', 'Helvetica Neue', Arial, sans-serif"
# A bold capital-and-small mix is about this wide, in parts of its size; a wide estimate never spills.
LETTER_WIDTH = 0.62
SIZES = (104, 92, 80, 70, 60, 52, 44)


def flyer_picture(flyer: Flyer, number: int) -> str:
    """Return a flyer's poster (number 1) or one of its other pictures, 800 by 1000."""
    theme = next((slug for slug in flyer.categories if slug in MOTIFS), flyer.creator.theme)
    chance = Random(f"{flyer.id}/{number}")
    palette = PALETTES[theme][flyer.id % 2]
    drawing = MOTIFS[theme](chance, palette)
    if number > 1:
        scale = POSTER_HEIGHT / HEIGHT
        slack = WIDTH * scale - WIDTH
        shift = f'<g transform="translate({-chance.uniform(0, slack):.0f} 0) scale({scale})">{drawing}</g>'
        return _sheet(WIDTH, POSTER_HEIGHT, palette.paper, shift, flyer.title)
    return _poster(flyer, theme, palette, drawing, chance)


def portrait(creator: Creator) -> str:
    """Return a creator's profile picture, 400 by 400: their initials over a cut-out of their theme."""
    chance = Random(f"creator {creator.id}")
    palette = PALETTES[creator.theme][creator.id % 2]
    words = [word for word in creator.name.split() if word[0].isupper()] or [creator.name]
    initials = "".join(word[0] for word in words[:2]).upper()
    ground = f'<g transform="translate({-chance.randint(0, 90)} 0) scale(0.625)">{MOTIFS[creator.theme](chance, palette)}</g>'
    disc = f'<circle cx="200" cy="200" r="128" fill="{palette.ink}"/>'
    letters = _text(200, 240, 112, initials, palette.paper, anchor="middle")
    return _sheet(400, 400, palette.paper, ground + disc + letters, creator.name)


def _poster(flyer: Flyer, theme: str, palette: Palette, drawing: str, chance: Random) -> str:
    """Lay out the drawing and a band of words, one above the other, the band light or dark."""
    words_first, inverted = chance.random() < 0.3, chance.random() < 0.4
    ground, ink = (palette.ink, palette.paper) if inverted else (palette.paper, palette.ink)
    accent = max(palette.bright, key=lambda colour: abs(_lightness(colour) - _lightness(ground)))
    band = POSTER_HEIGHT - HEIGHT
    drawing_top, words_top = (band, 0) if words_first else (0, HEIGHT)
    size, lines = _fitted(flyer.title, WIDTH - 2 * MARGIN, 185)
    first_line = words_top + 110 + size * 0.76
    steps = list(accumulate([first_line] + [size * 1.04] * (len(lines) - 1)))
    quarter = flyer.address.rsplit(", ", 1)[-1]
    return _sheet(
        WIDTH,
        POSTER_HEIGHT,
        palette.paper,
        f'<svg y="{drawing_top}" width="{WIDTH}" height="{HEIGHT}">{drawing}</svg>'
        f'<rect y="{words_top}" width="{WIDTH}" height="{band}" fill="{ground}"/>'
        + _text(MARGIN, words_top + 66, 24, theme.upper(), accent, spacing=6)
        + "".join(_text(MARGIN, y, size, line, ink) for y, line in zip(steps, lines, strict=True))
        + _text(MARGIN, words_top + band - 34, 24, flyer.creator.name, ink)
        + _text(WIDTH - MARGIN, words_top + band - 34, 24, quarter, ink, anchor="end", weight=400),
        flyer.title,
    )


def _fitted(words: str, width: int, height: int) -> tuple[int, list[str]]:
    """Return the largest size, and the lines, at which these words fill no more than a box."""
    lines: list[str] = []
    for size in SIZES:
        letters = int(width / (size * LETTER_WIDTH))
        lines = _wrapped(words, letters)
        if max(map(len, words.split())) <= letters and len(lines) * size * 1.04 <= height:
            return size, lines
    return SIZES[-1], lines[: int(height / SIZES[-1])]


def _wrapped(words: str, letters: int) -> list[str]:
    """Break words into lines of at most so many letters; a longer word is cut."""
    lines: list[str] = []
    for word in words.split():
        if lines and len(lines[-1]) + 1 + len(word) <= letters:
            lines[-1] += f" {word}"
        else:
            lines += [word[start : start + letters] for start in range(0, len(word), letters)]
    return lines


def _lightness(colour: str) -> float:
    """Return how light ``#rrggbb`` looks, from 0 to 255."""
    red, green, blue = bytes.fromhex(colour[1:])
    return 0.299 * red + 0.587 * green + 0.114 * blue


def _text(
    x: float,
    y: float,
    size: int,
    words: str,
    fill: str,
    *,
    anchor: str = "start",
    weight: int = 800,
    spacing: int = 0,
) -> str:
    look = f'font-size="{size}" font-weight="{weight}" letter-spacing="{spacing}" text-anchor="{anchor}"'
    return f'<text x="{x:.0f}" y="{y:.0f}" {look} fill="{fill}">{escape(words)}</text>'


def _sheet(width: int, height: int, ground: str, inside: str, title: str) -> str:
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="{FONT}">'
        f'<title>{escape(title)}</title><rect width="{width}" height="{height}" fill="{ground}"/>{inside}</svg>\n'
    )
