"""Parsing of an upstream answer's headers, none of which is trusted."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_ENTITY_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]{0,200}"')
_SECONDS = re.compile(r"[0-9]{1,9}")


def retry_after(value: str | None, *, now: datetime) -> float | None:
    """Return the seconds of ``Retry-After``, given as such or as an HTTP-date (RFC 9110, section 10.2.3), if usable."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((moment - now).total_seconds(), 0.0)


def max_age(value: str | None) -> int | None:
    """Return for how many seconds ``Cache-Control`` lets an answer be fresh; ``None`` if it does not say.

    ``no-store`` and ``no-cache`` are 0; ``s-maxage`` precedes ``max-age``, for a shared cache (RFC 9111, section 5.2.2).
    """
    directives: dict[str, str] = {}
    for part in (value or "").lower().split(","):
        name, _, argument = part.partition("=")
        directives.setdefault(name.strip(), argument.strip().strip('"'))
    if "no-store" in directives or "no-cache" in directives:
        return 0
    for name in ("s-maxage", "max-age"):
        if name in directives:
            return int(directives[name]) if _SECONDS.fullmatch(directives[name]) else 0
    return None


def entity_tag(value: str | None) -> str | None:
    """Return an ``ETag`` that can be sent back as ``If-None-Match`` (RFC 9110, section 8.8.3), else ``None``."""
    return value if value and _ENTITY_TAG.fullmatch(value) else None
