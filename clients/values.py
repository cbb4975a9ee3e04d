"""Single values: the largest id; texts, addresses and moments made safe to show, and numbers written to be sent."""

import re
from datetime import UTC, datetime
from typing import Final

# The largest id, of ours and of any upstream: what a database's BIGINT holds.
MAX_ID: Final = 2**63 - 1

# Nothing of this can be seen: control characters but tab and line feed, lone surrogates, what turns the direction of its
# neighbours, what takes no room, tags. U+200C and U+200D stay, as in the names that people give: they join what stands
# beside them into one sign, in emoji, Persian and Hindi.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_BREAK = re.compile("[\t\n\u2028\u2029]")
_NEVER_IN_URL = r"\s\x00-\x20\x7f-\xa0\ud800-\udfff\"<>\\"
_WEB_URL = re.compile(rf"https?://[^{_NEVER_IN_URL}/?#@]+(?:[/?#][^{_NEVER_IN_URL}]*)?", re.IGNORECASE)


def line(value: str, longest: int) -> str:
    """Return ``value`` on one line and without what can't be seen, at most ``longest`` characters of it."""
    # Nearly every line is printable as it is, and the check costs a tenth of replacing. Nothing unseen is printable.
    if not value.isprintable():
        value = _UNSEEN.sub("", _BREAK.sub(" ", value))
    return value[:longest]


def text(value: str, longest: int) -> str:
    """Return ``value`` with its lines and without what can't be seen, at most ``longest`` characters of it."""
    # A line feed is not printable, and the only such character that texts usually have.
    if not value.replace("\n", "").isprintable():
        # The line and the paragraph separator are line feeds to whoever reads.
        value = _UNSEEN.sub("", value.replace("\u2028", "\n").replace("\u2029", "\n"))
    return value[:longest]


def web_url(value: str | None) -> str | None:
    """Return ``value`` if a browser may be sent there: http or https, a host, no user name, no blanks."""
    if value and len(value) <= 2000 and _WEB_URL.fullmatch(value):
        return value
    return None


def decimal(number: float) -> str:
    """Return a number without an exponent, which not every service reads: 45.5, 9, 0.00001."""
    return f"{number:.6f}".rstrip("0").rstrip(".")


def utc(moment: datetime) -> datetime:
    """Return the same moment in UTC; ``ValueError`` if the calendar ends before it."""
    if moment.tzinfo is UTC:
        return moment
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("a moment beyond the calendar") from None
