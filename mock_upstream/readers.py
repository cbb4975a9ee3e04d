"""Strict readers of values: of what knobs are turned to, and of what requests and settings say."""

import json
from collections.abc import Callable

MAX_ID = 2**63 - 1
MAX_GONE = 1000


class BadValueError(ValueError):
    """A value is not what it has to be; the message is a sentence for a developer."""


def plain(text: str | bytes) -> object:
    """Return the value that a text is in JSON, and the text itself if it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def read_whole(name: str, value: object, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise BadValueError(f"{name} must be a whole number from {least} to {most}, not {value!r:.40}")
    return value


def read_number(name: str, value: object, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise BadValueError(f"{name} must be a number from {least} to {most}, not {value!r:.40}")
    return value


def read_text(name: str, value: object, most: int) -> str:
    if not isinstance(value, str) or len(value) > most or not value.isprintable():
        raise BadValueError(f"{name} must be text of at most {most} characters, without control characters")
    return value


def read_list(name: str, value: object, most: int) -> list[object]:
    if not isinstance(value, list) or len(value) > most:
        raise BadValueError(f"{name} must be a list of at most {most}")
    return value


def read_yes(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise BadValueError(f"{name} must be true or false")
    return value


def read_ids(name: str, value: object) -> tuple[int, ...]:
    return tuple(read_whole(f"each of {name}", id_, 1, MAX_ID) for id_ in read_list(name, value, MAX_GONE))


def one_of(choices: tuple[str, ...]) -> Callable[[str, object], str]:
    def read(name: str, value: object) -> str:
        if value not in choices:
            raise BadValueError(f"{name} must be one of {', '.join(choices)}, not {value!r:.40}")
        return str(value)

    return read
