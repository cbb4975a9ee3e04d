"""config: how one setting is read from the environment and checked. It knows no setting by name.

A value that is missing or wrong ends the start with one sentence that names the setting and never shows the value.
"""

import importlib.util
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

# Every setting, as it was read.
names: set[str] = set()
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"
_SHORT = 12
_HOST = re.compile(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:.]+\]")
_WORDS = {"true": True, "yes": True, "on": True, "1": True} | dict.fromkeys(
    ["false", "no", "off", "0", ""], False
)


def stop(sentence: str) -> NoReturn:
    """End the start with one sentence: whoever runs this needs the name of the setting, not a traceback."""
    raise SystemExit(f"flyers-bff cannot start: {sentence}")


def read(
    name: str,
    kind: Callable[..., Any],
    default: Any,
    *,
    need: str,
    valid: Callable[[Any], bool] = lambda _: True,
) -> Any:
    """Return one setting; ``need`` says what it must be, and is all that is told (values may be secret)."""
    names.add(name)
    try:
        value = kind(name, default=default)
    except (environ.ImproperlyConfigured, ValueError, TypeError):
        stop(f"{name} must be {need}.")
    if not valid(value):
        stop(f"{name} must be {need}.")
    return value


def number(name: str, default: float, low: float, high: float) -> float:
    """Return a number of this range."""
    value: float = read(
        name, env.float, default, need=f"a number from {low:g} to {high:g}", valid=lambda v: low <= v <= high
    )
    return value


def integer(name: str, default: int, low: int, high: int) -> int:
    """Return a whole number of this range."""
    value: int = read(
        name, env.int, default, need=f"a whole number from {low} to {high}", valid=lambda v: low <= v <= high
    )
    return value


def flag(name: str, *, default: bool) -> bool:
    """Return whether a switch is on; one that is empty is off."""
    word: str = read(
        name, env.str, str(default), need="True or False", valid=lambda v: v.strip().lower() in _WORDS
    )
    return _WORDS[word.strip().lower()]


def choice(name: str, default: str, *choices: str) -> str:
    """Return one of these words."""
    need = "one of " + ", ".join(choices)
    word: str = read(name, env.str, default, need=need, valid=choices.__contains__)
    return word


def is_address(value: str) -> bool:
    """Say whether a text is an http or https address without a query."""
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not (parts.query or parts.fragment)


def is_host_pattern(value: str) -> bool:
    """Say whether Django can find a request's host to be this: a name, ``.name`` with all below it, or ``*``."""
    return value == "*" or _HOST.fullmatch(value.lower()) is not None


def http_url(name: str, default: str) -> str:
    """Return an address, without its last slash."""
    need = "an address such as https://flyers.example"
    url: str = read(name, env.str, default, need=need, valid=is_address)
    return url.rstrip("/")


def origin(url: str) -> str:
    """Return the origin of an address as browsers write it (RFC 6454, 6.2)."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    is_default = parts.port in {None, {"http": 80, "https": 443}[parts.scheme]}
    return f"{parts.scheme}://{host}" if is_default else f"{parts.scheme}://{host}:{parts.port}"


def secret(name: str) -> str:
    """Return a secret that is long enough."""
    need = "set to a secret of at least 32 characters (`make run` writes one into .env)"
    value: str = read(name, env.str, "", need=need, valid=lambda v: len(v.encode()) >= 32)
    return value


def rate(name: str, default: str) -> tuple[int, int]:
    """Return (calls, seconds) of a rate such as ``10/min``."""
    text = read(
        name,
        env.str,
        default,
        need="a rate such as 10/min (per s, min, h or d)",
        valid=lambda v: re.fullmatch(r"[1-9][0-9]{0,6}/(s|min|h|d)", v) is not None,
    )
    calls, _, period = text.partition("/")
    return int(calls), {"s": 1, "min": 60, "h": 3600, "d": 86400}[period]


def optional(name: str, *, package: str, extra: str) -> str:
    """Return the address that turns an optional part on, or nothing; the packages of its extra must be there then."""
    need = "empty or an address such as https://reports.example"
    address: str = read(name, env.str, "", need=need, valid=lambda v: not v or is_address(v))
    try:
        is_there = not address or importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:  # not even the package that it is in
        is_there = False
    if not is_there:
        stop(f"{name} needs packages that are not installed: set EXTRAS={extra}, and `make setup`.")
    return address


def refuse_misspelt_names() -> None:
    """End the start at a variable whose name is nearly a setting's; call it when all settings were read.

    Many variables beside ours are nobody's mistake: Kubernetes sets ``FLYERS_BFF_PORT`` for a service of that name, others
    have a ``LOG_DIR`` or a ``MAIL_FROM``. So a common beginning proves nothing; what is one slip of the keyboard away from
    a name of several words was meant as ours.
    """
    for meant in sorted(name for name in names if "_" in name):
        for misspelt in sorted(os.environ.keys() & _slips(meant) - names):
            stop(f"{misspelt} is no setting of this service; did you mean {meant}?")


def _slips(name: str) -> set[str]:
    """Return the names in which, past the first letter, one is missing, too much or another, or two are swapped.

    No digit is added (``DATABASE_URL2`` is no slip), and a short name with another letter is another name
    (``DATABASE_URI``).
    """
    cuts = [(name[:place], name[place:]) for place in range(1, len(name) + 1)]
    missing = {start + end[1:] for start, end in cuts}
    swapped = {start + end[1::-1] + end[2:] for start, end in cuts}
    added = {start + letter + end for start, end in cuts for letter in _LETTERS}
    other = {start + letter + end[1:] for start, end in cuts for letter in _LETTERS if len(name) > _SHORT}
    return {slip for slip in missing | swapped | added | other if "_" in slip}
