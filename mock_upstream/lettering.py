"""Words on drawings: sheets, posters, blocks of text that fit, and portraits of initials."""

from collections.abc import Sequence
from html import escape
from random import Random

from mock_upstream.motifs import HEIGHT, PALETTES, WIDTH, Palette, circle, motif

FONT = "'Avenir Next', Futura, 'Century Gothic', 'Helvetica Neue', Arial, sans-serif"
# A bold capital-and-small mix is about this wide, in parts of its size; a wide estimate never spills.
LETTER_WIDTH = 0.62
SIZES = (104, 92, 80, 70, 60, 52, 44)
MARGIN = 56


def initials(name: str, theme: str, number: int, chance: Random) -> str:
    """Return a portrait, 400 by 400: somebody's initials over a cut-out of a theme."""
    palette = PALETTES[theme][number % 2]
    words = [word for word in name.split() if word[0].isupper()] or [name]
    letters = "".join(word[0] for word in words[:2]).upper()
    shift = -chance.randint(0, 90)
    ground = f'<g transform="translate({shift} 0) scale(0.625)">{motif(theme, chance, palette)}</g>'
    disc = circle(200, 200, 128, palette.ink)
    inside = ground + disc + text(200, 240, 112, letters, palette.paper, text_anchor="middle")
    return sheet(400, 400, palette.paper, inside, name)


def poster(theme: str, number: int, chance: Random, heights: tuple[int, int], words: Sequence[str]) -> str:
    """Return a cut-out of a theme, 800 wide, over a dark band with a title between two small lines."""
    palette, (height, band), (above, title, below) = PALETTES[theme][number % 2], heights, words
    scale = height / HEIGHT
    shift = -chance.uniform(0, WIDTH * scale - WIDTH)
    inside = (
        f'<g transform="translate({shift:.0f} 0) scale({scale})">{motif(theme, chance, palette)}</g>'
        f'<rect y="{height}" width="{WIDTH}" height="{band}" fill="{palette.ink}"/>'
        + block(title, height + 90, WIDTH - 2 * MARGIN, band - 170, palette.paper)
        + text(MARGIN, height + 60, 24, above, accent(palette, palette.ink))
        + text(MARGIN, height + band - 34, 24, below, palette.paper)
    )
    return sheet(WIDTH, height + band, palette.paper, inside, title)


def block(words: str, top: float, width: int, height: int, fill: str) -> str:
    """Return these words on lines, as large as fits into a box in the margin whose upper edge is at ``top``."""
    size, lines = _fitted(words, width, height)
    steps = (top + size * 0.76 + number * size * 1.04 for number in range(len(lines)))
    return "".join(text(MARGIN, y, size, line, fill) for y, line in zip(steps, lines, strict=True))


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


def accent(palette: Palette, ground: str) -> str:
    """Return the bright colour that is told best from a ground."""

    def lightness(colour: str) -> float:
        red, green, blue = bytes.fromhex(colour[1:])
        return 0.299 * red + 0.587 * green + 0.114 * blue

    return max(palette.bright, key=lambda colour: abs(lightness(colour) - lightness(ground)))


def text(x: float, y: float, size: int, words: str, fill: str, **look: object) -> str:
    """Draw a line of words, bold and from the left unless ``look`` says otherwise."""
    look = {"font_size": size, "font_weight": 800, "letter_spacing": 0, "text_anchor": "start", **look}
    style = " ".join(f'{name.replace("_", "-")}="{value}"' for name, value in look.items())
    return f'<text x="{x:.0f}" y="{y:.0f}" {style} fill="{fill}">{escape(words)}</text>'


def sheet(width: int, height: int, ground: str, inside: str, title: str) -> str:
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="{FONT}">'
        f'<title>{escape(title)}</title><rect width="{width}" height="{height}" fill="{ground}"/>{inside}</svg>\n'
    )
