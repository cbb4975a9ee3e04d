"""A reader of data files, and strict readers of what knobs are turned to, and of what requests and settings say."""

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

MAX_ID = 2**63 - 1

Reader = Callable[[str, Any], Any]  # of a name and a value; returns what it is read as


class BadValueError(ValueError):
    """A value is not what it has to be; the message is a sentence for a developer."""


def read_data(path: str) -> dict[str, Any]:
    """Return what a TOML file of this package holds, such as ``flyers/words/food``."""
    return tomllib.loads((Path(__file__).parent / f"{path}.toml").read_text("utf-8"))


def trapped(document: dict[str, Any], trap: dict[str, Any]) -> dict[str, Any]:
    """Return a document as a trap of a data file changes it: some fields are others, some null, and some are missing."""
    changed = document | trap | dict.fromkeys(trap.get("null", ()))
    left_out = {"null", "missing", *trap.get("missing", ())}
    return {name: value for name, value in changed.items() if name not in left_out}


def as_javascript(value: float) -> float:
    """Return a number as JavaScript writes it: 7, and never 7.0."""
    return int(value) if float(value).is_integer() else value


def plain(text: str | bytes) -> object:
    """Return the value that a text is in JSON, and the text itself if it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def reader(what: str, is_right: Callable[[Any], bool]) -> Reader:
    """Return a reader of what is right as it is; of all else it says what it must be."""

    def read(name: str, value: Any) -> Any:
        if not is_right(value):
            raise BadValueError(f"{name} must be {what}, not {value!r:.40}")
        return value

    return read


def whole(least: int, most: int) -> Reader:
    return reader(
        f"a whole number from {least} to {most}", lambda it: type(it) is int and least <= it <= most
    )


def number(least: float, most: float) -> Reader:
    return reader(
        f"a number from {least} to {most}", lambda it: type(it) in {int, float} and least <= it <= most
    )


def text(most: int, like: str = ".*", what: str = "without control characters") -> Reader:
    """Return a reader of printable text, all of which a pattern matches."""

    def is_right(it: Any) -> bool:
        return isinstance(it, str) and len(it) <= most and it.isprintable() and bool(re.fullmatch(like, it))

    return reader(f"text of at most {most} characters, {what}", is_right)


def one_of(choices: tuple[str, ...]) -> Reader:
    return reader(f"one of {', '.join(choices)}", lambda it: it in choices)


def each(read: Reader, most: int) -> Reader:
    """Return a reader of a list, and of each value in it."""
    listed = reader(f"a list of at most {most}", lambda it: isinstance(it, list) and len(it) <= most)
    return lambda name, value: tuple(read(f"each of {name}", it) for it in listed(name, value))


yes = reader("true or false", lambda it: isinstance(it, bool))
ids = each(whole(1, MAX_ID), 1000)
