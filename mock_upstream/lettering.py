"""Words on drawings: sheets, lines of text that fit, and portraits of initials."""

from html import escape
from random import Random

from mock_upstream.motifs import MOTIFS, PALETTES

FONT = "'Avenir Next', Futura, 'Century Gothic', 'Helvetica Neue', Arial, sans-serif"
# A bold capital-and-small mix is about this wide, in parts of its size; a wide estimate never spills.
LETTER_WIDTH = 0.62
SIZES = (104, 92, 80, 70, 60, 52, 44)


def initials(name: str, theme: str, number: int, chance: Random) -> str:
    """Return a portrait, 400 by 400: somebody's initials over a cut-out of a theme."""
    palette = PALETTES[theme][number % 2]
    words = [word for word in name.split() if word[0].isupper()] or [name]
    letters = "".join(word[0] for word in words[:2]).upper()
    shift = -chance.randint(0, 90)
    ground = f'<g transform="translate({shift} 0) scale(0.625)">{MOTIFS[theme](chance, palette)}</g>'
    disc = f'<circle cx="200" cy="200" r="128" fill="{palette.ink}"/>'
    return sheet(
        400,
        400,
        palette.paper,
        ground + disc + text(200, 240, 112, letters, palette.paper, anchor="middle"),
        name,
    )


def fitted(words: str, width: int, height: int) -> tuple[int, list[str]]:
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


def lightness(colour: str) -> float:
    """Return how light ``#rrggbb`` looks, from 0 to 255."""
    red, green, blue = bytes.fromhex(colour[1:])
    return 0.299 * red + 0.587 * green + 0.114 * blue


def text(
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


def sheet(width: int, height: int, ground: str, inside: str, title: str) -> str:
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="{FONT}">'
        f'<title>{escape(title)}</title><rect width="{width}" height="{height}" fill="{ground}"/>{inside}</svg>\n'
    )
