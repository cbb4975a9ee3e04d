"""config: how one setting is read from the environment and checked. It knows no setting by name.

A value that is missing or wrong ends the start with one sentence that names the setting and never shows the value.
"""

import importlib.util
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")


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
