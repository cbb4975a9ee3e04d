"""The types of the sample's words: subjects, forms, hosts, themes."""

from typing import NamedTuple


class Subject(NamedTuple):
    """What a flyer is about: words that fit into any ``Form`` of its theme, and a sentence on them."""

    name: str
    about: str


class Form(NamedTuple):
    """How it takes place: a title with a placeholder for the subject, a sentence, and other categories it is in."""

    title: str
    about: str
    also: tuple[str, ...] = ()


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
