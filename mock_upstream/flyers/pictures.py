"""A flyer's pictures and a creator's portrait, drawn as SVG.

The same flyer always gives the same picture. The first is the poster with its text; the others are details of it
without text.
"""

from random import Random

from mock_upstream.flyers.catalog import Creator, Flyer
from mock_upstream.lettering import MARGIN, accent, block, initials, sheet, text
from mock_upstream.motifs import HEIGHT, MOTIFS, PALETTES, WIDTH, Palette, motif

POSTER_HEIGHT = 1000


def flyer_picture(flyer: Flyer, number: int) -> str:
    """Return a flyer's poster (number 1) or one of its other pictures, 800 by 1000."""
    theme = next((slug for slug in flyer.categories if slug in MOTIFS), flyer.creator.theme)
    chance = Random(f"{flyer.id}/{number}")
    palette = PALETTES[theme][flyer.id % 2]
    drawing = motif(theme, chance, palette)
    if number > 1:
        scale = POSTER_HEIGHT / HEIGHT
        shift = -chance.uniform(0, WIDTH * scale - WIDTH)
        inside = f'<g transform="translate({shift:.0f} 0) scale({scale})">{drawing}</g>'
    else:
        inside = _poster(flyer, theme, palette, drawing, chance)
    return sheet(WIDTH, POSTER_HEIGHT, palette.paper, inside, flyer.title)


def portrait(creator: Creator) -> str:
    """Return a creator's profile picture, 400 by 400."""
    return initials(creator.name, creator.theme, creator.id, Random(f"creator {creator.id}"))


def _poster(flyer: Flyer, theme: str, palette: Palette, drawing: str, chance: Random) -> str:
    """Lay out the drawing and a band of words, one above the other, the band light or dark."""
    words_first, inverted = chance.random() < 0.3, chance.random() < 0.4
    ground, ink = (palette.ink, palette.paper) if inverted else (palette.paper, palette.ink)
    band = POSTER_HEIGHT - HEIGHT
    drawing_top, top = (band, 0) if words_first else (0, HEIGHT)
    bottom, quarter = top + band - 34, flyer.address.rsplit(", ", 1)[-1]
    return (
        f'<svg y="{drawing_top}" width="{WIDTH}" height="{HEIGHT}">{drawing}</svg>'
        f'<rect y="{top}" width="{WIDTH}" height="{band}" fill="{ground}"/>'
        + text(MARGIN, top + 66, 24, theme.upper(), accent(palette, ground), letter_spacing=6)
        + block(flyer.title, top + 110, WIDTH - 2 * MARGIN, 185, ink)
        + text(MARGIN, bottom, 24, flyer.creator.name, ink)
        + text(WIDTH - MARGIN, bottom, 24, quarter, ink, text_anchor="end", font_weight=400)
    )
