"""The link by which a person shows their favorites of a kind to whoever has it."""

import secrets
from collections.abc import Sequence
from typing import Final

from django.utils import timezone
from django.utils.text import slugify

from accounts.models import User
from favorites.models import SharedList
from favorites.services.entries import KeptBatch, add_entries, entries_of
from favorites.services.shelves import FAVORITES
from favorites.services.writes import open_library
from proxy.batches import Batch, get_many, summary_of
from proxy.catalog import OnMiss
from proxy.rendering import Summary, has_ended

_SECRET_BYTES: Final = 16  # 128 bits: no list is ever found by guessing
_MAX_SLUG_NAME: Final = 60


class ListNotFoundError(Exception):
    """There is no such list, or a new link has taken this one's place."""


class ListRevokedError(Exception):
    """Its owner has revoked the link."""


def share_favorites(*, user: User, kind: str, list_name: str) -> tuple[SharedList, bool]:
    """Share a person's favorites of a kind under a name; return the list and whether its link is new.

    A list that is shared already is renamed and its link stays. After a revocation the link is a new one: whoever
    has the old one stays outside.
    """
    with open_library(user) as library:
        shared = SharedList.objects.filter(owner=user, kind=kind).first() or SharedList(owner=user, kind=kind)
        is_new = shared.pk is None or shared.revoked_at is not None
        if not is_new and shared.list_name == list_name:
            return shared, False
        if is_new:
            secret = secrets.token_urlsafe(_SECRET_BYTES)
            shared.slug = f"{slugify(list_name)[:_MAX_SLUG_NAME] or 'favorites'}-{secret}"
            shared.created_at, shared.revoked_at = library.now, None
        shared.list_name, shared.updated_at = list_name, library.now
        shared.version = library.next_version()
        shared.save()
    return shared, is_new


def get_own_list(*, user: User, kind: str) -> SharedList:
    """Return what a person shares of a kind; ``ListNotFoundError`` if that is nothing."""
    shared = SharedList.objects.filter(owner=user, kind=kind, revoked_at=None).first()
    if shared is None:
        raise ListNotFoundError
    return shared


def get_shared_list(*, slug: str) -> SharedList:
    """Return the list behind a link, with its owner; ``ListNotFoundError`` or ``ListRevokedError``."""
    shared = SharedList.objects.select_related("owner").filter(slug=slug, owner__is_active=True).first()
    if shared is None or shared.kind not in FAVORITES.kinds:  # Its catalog may be off by now.
        raise ListNotFoundError
    if shared.revoked_at:
        raise ListRevokedError
    return shared


def revoke_link(*, user: User, kind: str) -> None:
    """Revoke a person's link at once, if there is one."""
    with open_library(user) as library:
        shared = SharedList.objects.filter(owner=user, kind=kind, revoked_at=None).first()
        if shared is not None:
            shared.revoked_at = library.now
            shared.version = library.next_version()
            shared.save(update_fields=["revoked_at", "version"])


def copy_list(*, user: User, slug: str, on_miss: OnMiss) -> KeptBatch:
    """Add what a shared list shows as live to a person's favorites, in its order; what it shows as gone is not found.

    What upstream does not tell within the deadline of one call is reported as unknown: the next try begins where this one
    ended, as what was judged is cached, and what was added needs no judgement. ``ListNotFoundError`` or ``ListRevokedError``; ``LibraryFullError`` when they don't all fit, and then none is added.
    """
    shared = get_shared_list(slug=slug)
    caller = f"user {user.pk}"
    rows = entries_of(user=shared.owner, shelf=FAVORITES.name, kind=shared.kind)

    def judge(ids: Sequence[int]) -> Batch[Summary]:
        open_ended = [id_ for id_ in ids if id_ not in ended]
        shown = get_many(shared.kind, open_ended, caller=caller, on_miss=on_miss)
        found = {id_: summary_of(answer) for id_, answer in shown.found.items()}
        return Batch(found, shown.absent.union(ended.intersection(ids)), shown.unknown, shown.failure)

    ends = dict(rows.values_list("item_id", "valid_until"))
    now = timezone.now()
    ended = {id_ for id_, end in ends.items() if end and has_ended(end.timestamp(), now.timestamp())}
    return add_entries(user=user, shelf=FAVORITES.name, kind=shared.kind, ids=list(ends), judge=judge)
