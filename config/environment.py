"""Readers of single settings from the environment, with their checks.

A value that is missing or wrong stops the start with one sentence, which names the setting and never shows the value.
"""

import importlib.util
import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

# The names of all settings that were read, and the upstream services by their prefix: those that are on with their
# MAX_CONCURRENCY, and of those that are off the setting that turns them on.
names: set[str] = set()
upstreams: dict[str, int] = {}
off: dict[str, str] = {}

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"
_MAX_SHORT_LENGTH = 12
_HOST = re.compile(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:.]+\]")
_FLAGS = dict.fromkeys(("true", "yes", "on", "1"), True) | dict.fromkeys(
    ("false", "no", "off", "0", ""), False
)


def stop(sentence: str) -> NoReturn:
    """End the start with one sentence: an operator needs the name of the setting, not a traceback."""
    raise SystemExit(f"flyers-bff cannot start: {sentence}")


def value(
    name: str,
    kind: Callable[..., Any],
    default: Any,
    *,
    need: str,
    valid: Callable[[Any], object] = lambda _: True,
) -> Any:
    """Return one setting; ``need`` says what it must be, and is all that is printed: values may be secret."""
    names.add(name)
    with suppress(environ.ImproperlyConfigured, ValueError, TypeError):
        found = kind(name, default=default)
        if valid(found):
            return found
    stop(f"{name} must be {need}.")


def number(name: str, default: float, low: float, high: float) -> float:
    """Return a number from ``low`` to ``high``."""
    need = f"a number from {low:g} to {high:g}"
    return float(value(name, env.float, default, need=need, valid=lambda v: low <= v <= high))


def integer(name: str, default: int, low: int, high: int) -> int:
    """Return a whole number from ``low`` to ``high``."""
    need = f"a whole number from {low} to {high}"
    return int(value(name, env.int, default, need=need, valid=lambda v: low <= v <= high))


def flag(name: str, *, default: bool) -> bool:
    """Return whether a switch is on; an empty one is off."""
    word = value(
        name, env.str, str(default), need="True or False", valid=lambda v: v.strip().lower() in _FLAGS
    )
    return _FLAGS[word.strip().lower()]


def text(name: str, default: str, pattern: str, *, need: str) -> str:
    """Return a text that matches the whole ``pattern``."""
    return str(value(name, env.str, default, need=need, valid=re.compile(pattern).fullmatch))


def choice(name: str, default: str, *choices: str) -> str:
    """Return one of ``choices``."""
    return str(value(name, env.str, default, need="one of " + ", ".join(choices), valid=choices.__contains__))


def is_host_pattern(value: str) -> bool:
    """Say whether Django can match a request's host with this: a name, ``.name`` with all below it, or ``*``."""
    return value == "*" or _HOST.fullmatch(value.lower()) is not None


def _is_url(value: str) -> bool:
    """Say whether a text is an http or https URL without a query; ``ValueError`` for some that are none."""
    parts = urlsplit(value)
    _ = parts.port
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not (parts.query or parts.fragment)


def http_url(name: str, default: str, *, may_be_empty: bool = False) -> str:
    """Return a URL, without its last slash."""
    need = ("empty or " if may_be_empty else "") + "an address such as https://flyers.example"
    return str(
        value(name, env.str, default, need=need, valid=lambda v: (may_be_empty and not v) or _is_url(v))
    ).rstrip("/")


def origin(url: str) -> str:
    """Return the origin of a URL as browsers write it (RFC 6454, 6.2)."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    is_default = parts.port in {None, {"http": 80, "https": 443}[parts.scheme]}
    return f"{parts.scheme}://{host}" if is_default else f"{parts.scheme}://{host}:{parts.port}"


def secret(name: str) -> str:
    """Return a secret of at least 32 bytes."""
    need = "set to a secret of at least 32 characters (`make run` writes one into .env)"
    return str(value(name, env.str, "", need=need, valid=lambda v: len(v.encode()) >= 32))


def time_zone(name: str, default: str) -> str:
    """Return the name of a time zone of the IANA database."""
    need = "a time zone by its name, such as Europe/Madrid"
    return str(value(name, env.str, default, need=need, valid=lambda v: v in available_timezones()))


def rate(name: str, default: str) -> tuple[int, int]:
    """Return (calls, seconds) of a rate such as ``10/min``."""
    need = "a rate such as 10/min (per s, min, h or d)"
    calls, period = text(name, default, "[1-9][0-9]{0,6}/(s|min|h|d)", need=need).split("/")
    return int(calls), {"s": 1, "min": 60, "h": 3600, "d": 86400}[period]


def optional(name: str, *, package: str, extra: str) -> str:
    """Return the URL that turns an optional part on, or an empty text; its package must be installed then."""
    need = "empty or an address such as https://reports.example"
    url = str(value(name, env.str, "", need=need, valid=lambda v: not v or _is_url(v)))
    with suppress(ModuleNotFoundError):  # The package that it is in may be missing, too.
        if not url or importlib.util.find_spec(package):
            return url
    stop(f"{name} needs packages that are not installed: set EXTRAS={extra}, and `make setup`.")


def upstream(
    prefix: str,
    *,
    service: str,
    default_url: str = "",
    switch: str = "",
    needs_token: bool = False,
    max_stale: int = 2_592_000,
    max_concurrency: int = 12,
) -> tuple[str, str, int, int, float, int]:
    """Return the six settings of an upstream service; ``service`` is its name in a sentence.

    They are ``_API_URL``, ``_API_TOKEN``, ``_FRESH_SECONDS``, ``_STALE_SECONDS`` (at most ``max_stale``),
    ``_DEADLINE_SECONDS`` and ``_MAX_CONCURRENCY`` (calls at once in each process, ``max_concurrency`` if it is not set). One
    with a ``switch`` (``API_URL`` or ``API_TOKEN``) is off while that is empty.
    """
    need = f"set to {service}'s key, printable ASCII without spaces" + ("" if needs_token else ", or empty")
    values = (
        http_url(f"{prefix}_API_URL", default_url, may_be_empty=switch == "API_URL"),
        text(f"{prefix}_API_TOKEN", "", r"[!-~]+" if needs_token else r"[!-~]*", need=need),
        integer(f"{prefix}_FRESH_SECONDS", 60, 1, 86_400),
        integer(f"{prefix}_STALE_SECONDS", 86_400, 1, max_stale),
        number(f"{prefix}_DEADLINE_SECONDS", 2.5, 0.1, 30),
        integer(f"{prefix}_MAX_CONCURRENCY", max_concurrency, 1, 512),
    )
    if switch and not dict(zip(("API_URL", "API_TOKEN"), values, strict=False))[switch]:
        off[prefix] = f"{prefix}_{switch}"
    else:
        upstreams[prefix] = values[-1]
    return values


def snapshot(prefix: str) -> tuple[int, int]:
    """Return the bounds of an upstream's whole list, fetched as one: ``_SNAPSHOT_MAX_ITEMS`` and ``_SNAPSHOT_SECONDS``."""
    return (
        integer(f"{prefix}_SNAPSHOT_MAX_ITEMS", 5_000, 1, 20_000),
        integer(f"{prefix}_SNAPSHOT_SECONDS", 20, 1, 300),
    )


def refuse_misspelt_names() -> None:
    """Stop the start at a variable whose name is nearly a setting's; call it when all settings were read.

    Many variables beside ours are nobody's mistake: Kubernetes sets ``FLYERS_BFF_PORT`` for a service of that name, others
    have a ``LOG_DIR`` or a ``MAIL_FROM``. So a common beginning proves nothing; what is one typing error away from a name
    of several words was meant as ours.
    """
    for meant in sorted(name for name in names if "_" in name):
        for misspelt in sorted(os.environ.keys() & _misspellings(meant) - names):
            stop(f"{misspelt} is no setting of this service; did you mean {meant}?")


def _misspellings(name: str) -> set[str]:
    """Return the names that differ, past the first letter, by one that is missing, added or another, or by two swapped.

    No digit is added (``DATABASE_URL2`` is no misspelling), and a short name with another letter is another name
    (``DATABASE_URI``).
    """
    cuts = [(name[:place], name[place:]) for place in range(1, len(name) + 1)]
    missing = {start + end[1:] for start, end in cuts}
    swapped = {start + end[1::-1] + end[2:] for start, end in cuts}
    added = {start + letter + end for start, end in cuts for letter in _LETTERS}
    other = {start + letter + end[1:] for start, end in cuts for letter in _LETTERS}
    if len(name) <= _MAX_SHORT_LENGTH:
        other.clear()
    return {slip for slip in missing | swapped | added | other if "_" in slip}
