"""A flyer's pictures and a creator's portrait, drawn as SVG.

The same flyer always gives the same picture. The first is the poster with its text; the others are details of it
without text.
"""

from itertools import accumulate
from random import Random

from mock_upstream.flyers.catalog import Creator, Flyer
from mock_upstream.lettering import fitted, initials, lightness, sheet, text
from mock_upstream.motifs import HEIGHT, MOTIFS, PALETTES, WIDTH, Palette

POSTER_HEIGHT = 1000
MARGIN = 56


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
        return sheet(WIDTH, POSTER_HEIGHT, palette.paper, shift, flyer.title)
    return _poster(flyer, theme, palette, drawing, chance)


def portrait(creator: Creator) -> str:
    """Return a creator's profile picture, 400 by 400."""
    return initials(creator.name, creator.theme, creator.id, Random(f"creator {creator.id}"))


def _poster(flyer: Flyer, theme: str, palette: Palette, drawing: str, chance: Random) -> str:
    """Lay out the drawing and a band of words, one above the other, the band light or dark."""
    words_first, inverted = chance.random() < 0.3, chance.random() < 0.4
    ground, ink = (palette.ink, palette.paper) if inverted else (palette.paper, palette.ink)
    accent = max(palette.bright, key=lambda colour: abs(lightness(colour) - lightness(ground)))
    band = POSTER_HEIGHT - HEIGHT
    drawing_top, words_top = (band, 0) if words_first else (0, HEIGHT)
    size, lines = fitted(flyer.title, WIDTH - 2 * MARGIN, 185)
    first_line = words_top + 110 + size * 0.76
    steps = list(accumulate([first_line] + [size * 1.04] * (len(lines) - 1)))
    quarter = flyer.address.rsplit(", ", 1)[-1]
    return sheet(
        WIDTH,
        POSTER_HEIGHT,
        palette.paper,
        f'<svg y="{drawing_top}" width="{WIDTH}" height="{HEIGHT}">{drawing}</svg>'
        f'<rect y="{words_top}" width="{WIDTH}" height="{band}" fill="{ground}"/>'
        + text(MARGIN, words_top + 66, 24, theme.upper(), accent, spacing=6)
        + "".join(text(MARGIN, y, size, line, ink) for y, line in zip(steps, lines, strict=True))
        + text(MARGIN, words_top + band - 34, 24, flyer.creator.name, ink)
        + text(WIDTH - MARGIN, words_top + band - 34, 24, quarter, ink, anchor="end", weight=400),
        flyer.title,
    )
