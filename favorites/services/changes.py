"""What has changed in a person's library since a device last looked, in the order of versions.

A change is the row itself, so many changes of one item are one. Versions are given and committed in their order under the
person's lock, and a read goes no further than a version that was committed before it began: nothing is ever skipped.
"""

import re
from datetime import datetime
from itertools import islice
from typing import Annotated, Final, Literal, NamedTuple

from django.db.models import Q
from msgspec import Meta, Struct

from accounts.models import User
from favorites.models import Entry, LibraryState, SharedList
from proxy.shapes import Id

_CURSOR: Final = re.compile(r"([0-9]{1,19})\.([0-9]{1,19})\.([0-9]{1,19})")


class CursorError(Exception):
    """It is no cursor of this person's."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.details = {"since": [message]}


class CursorExpiredError(Exception):
    """Removals since that version have been deleted, or the version is of a library that is no more."""


class Change(Struct):
    """What is so now: an item is on a shelf (`set`) or was removed; of the shelf `share` a link."""

    op: Literal["set", "removed"]
    shelf: Literal["favorites", "watchlist", "ratings", "follows", "share"]
    kind: str
    id: Annotated[Id | None, Meta(description="Of the item; null of a link.")]
    value: Annotated[int | None, Meta(description="Of a rating: 1 to 5.")]
    slug: Annotated[str | None, Meta(description="Of a link.")]
    created_at: Annotated[datetime, Meta(description="Since when it is kept: the newest stands first.")]
    at: Annotated[datetime, Meta(description="When that was changed.")]


class Changes(Struct):
    """Changes in the order of their versions."""

    changes: list[Change]
    cursor: Annotated[str, Meta(description="Give it as `since` the next time.")]
    has_more: Annotated[bool, Meta(description="Whether there are more right now.")]


class _Cursor(NamedTuple):
    """Up to which version a device knows the library.

    ``began_at`` is the version that the library had when the device began from nothing: removals up to there are none of
    its concern, as it has never seen what they removed.
    """

    user_id: int
    version: int
    began_at: int


def changes_of(*, user: User, since: str | None, limit: int) -> Changes:
    """Return the changes after a cursor, None for all; ``CursorError`` or ``CursorExpiredError``.

    ``user.library_version`` was read before: what was committed meanwhile comes the next time.
    """
    newest = user.library_version
    cursor = _Cursor(user.pk, 0, newest) if since is None else _parsed(since, user)
    known = max(cursor.version, cursor.began_at)
    if known > newest:  # A backup was put back. What the device knows may have happened or not.
        raise CursorExpiredError
    new = Q(version__gt=cursor.version, version__lte=newest)
    is_seen = Q(version__gt=cursor.began_at)  # of a removal: what it removed may have been
    entries = Entry.objects.filter(new, is_seen | Q(removed_at=None), user=user).order_by("version")
    links = SharedList.objects.filter(new, is_seen | Q(revoked_at=None), owner=user).order_by("version")
    found = [(row.version, _change(row)) for row in entries[: limit + 1]]
    found += [(row.version, _link(row)) for row in links[: limit + 1]]
    found.sort(key=lambda pair: pair[0])
    # After the rows: if some were deleted before these were read, it says so by now.
    if LibraryState.objects.filter(user=user, pruned_version__gt=known).exists():
        raise CursorExpiredError
    shown = list(islice(found, limit))
    has_more = len(found) > limit
    version = shown[-1][0] if has_more else newest
    return Changes(
        [change for _, change in shown], ".".join(map(str, cursor._replace(version=version))), has_more
    )


def _parsed(text: str, user: User) -> _Cursor:
    match = _CURSOR.fullmatch(text)
    if match is None:
        raise CursorError("This is not a cursor.")
    cursor = _Cursor(*map(int, match.groups()))
    if cursor.user_id != user.pk:
        raise CursorError("This is another person's cursor.")
    return cursor


def _change(row: Entry) -> Change:
    return Change(
        op="set" if row.is_there else "removed",
        shelf=row.shelf,  # type: ignore[arg-type]  # a shelf of ours
        kind=row.kind,
        id=row.item_id,
        value=row.value if row.is_there else None,
        slug=None,
        created_at=row.created_at,
        at=row.changed_at,
    )


def _link(row: SharedList) -> Change:
    return Change(
        op="removed" if row.revoked_at else "set",
        shelf="share",
        kind=row.kind,
        id=None,
        value=None,
        slug=row.slug,
        created_at=row.created_at,
        at=row.revoked_at or row.updated_at,
    )
