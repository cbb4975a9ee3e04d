"""clients: single values made safe to show, whoever sent them. It knows no flyers and no HTTP."""

import re
from datetime import UTC, datetime

# Line feed and tab are text; the other control characters, NUL among them, are not.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_NEVER_IN_URL = r"\s\x00-\x20\x7f-\xa0\ud800-\udfff\"<>\\"
_WEB_URL = re.compile(rf"https?://[^{_NEVER_IN_URL}/?#@]+(?:[/?#][^{_NEVER_IN_URL}]*)?", re.IGNORECASE)


def text(value: str, longest: int) -> str:
    """Return ``value`` without control characters and lone surrogates, at most ``longest`` characters of it."""
    # Nearly every text is printable as it is, and asking costs a tenth of replacing.
    return (value if value.isprintable() else _CONTROL.sub("", value))[:longest]


def web_url(value: str | None) -> str | None:
    """Return ``value`` if a browser may be sent there: http or https, a host, no user name, no blanks."""
    if value and len(value) <= 2000 and _WEB_URL.fullmatch(value):
        return value
    return None


def utc(moment: datetime) -> datetime:
    """Return the same moment in UTC; ``ValueError`` if the calendar ends before it."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("a moment beyond the calendar") from None
