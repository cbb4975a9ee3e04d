"""The words that the sample is composed of, read from ``words/*.toml``: themes of flyers, and places."""

from typing import NamedTuple

from mock_upstream.readers import read_data

SLUGS = ("events", "nightlife", "music", "food", "culture", "sports", "services", "family")


class Subject(NamedTuple):
    """What a flyer is about: words that fit into any ``Form`` of its theme, and a sentence on them."""

    name: str
    about: str


class Form(NamedTuple):
    """How it takes place: a title with a placeholder for the subject, a sentence, and other categories it is in."""

    title: str
    about: str
    also: tuple[str, ...]


class Host(NamedTuple):
    """Who publishes: a display name, a line about them, and how many flyers they have (0 to 30)."""

    name: str
    bio: str
    flyers: int


class Theme(NamedTuple):
    """A category with its writers' material. Every pair of a subject and a form makes a title of its own."""

    slug: str
    name: str
    subjects: tuple[Subject, ...]
    forms: tuple[Form, ...]
    details: tuple[str, ...]
    hosts: tuple[Host, ...]


class Place(NamedTuple):
    """A quarter or a town: degrees north and east of its middle, the last line of its addresses, some streets."""

    name: str
    lat: float
    lng: float
    post: str
    streets: tuple[str, ...]


def _theme(slug: str) -> Theme:
    words = read_data(f"flyers/words/{slug}")
    return Theme(
        slug=slug,
        name=words["name"],
        subjects=tuple(Subject(*row) for row in words["subjects"]),
        forms=tuple(Form(title, about, tuple(also)) for title, about, *also in words["forms"]),
        details=tuple(words["details"]),
        hosts=tuple(Host(*row) for row in words["hosts"]),
    )


THEMES = tuple(map(_theme, SLUGS))
_PLACES = read_data("flyers/words/places")
CITY, TOWNS = (tuple(Place(*row) for row in _PLACES[name]) for name in ("city", "towns"))
