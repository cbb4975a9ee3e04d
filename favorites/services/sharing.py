"""The link by which a person shows their favorites to whoever has it."""

import secrets
from typing import Final

from django.utils import timezone
from django.utils.text import slugify

from accounts.models import User
from favorites.models import SharedList
from favorites.services.tables import person_lock

_SECRET_BYTES: Final = 16  # 128 bits: no list is ever found by guessing
_MAX_SLUG_NAME: Final = 60


class ListNotFoundError(Exception):
    """There is no such list, or a new link has taken this one's place."""


class ListRevokedError(Exception):
    """Its owner has revoked the link."""


def share_favorites(*, user: User, list_name: str) -> tuple[SharedList, bool]:
    """Share a person's favorites under a name; return the list and whether its link is new.

    A list that is shared already is renamed and its link stays. After a revocation the link is a new one: whoever
    has the old one stays outside.
    """
    now = timezone.now()
    slug = f"{slugify(list_name)[:_MAX_SLUG_NAME] or 'favorites'}-{secrets.token_urlsafe(_SECRET_BYTES)}"
    shared = SharedList(owner=user, list_name=list_name, slug=slug, created_at=now, updated_at=now)
    with person_lock(user):
        live = SharedList.objects.filter(owner=user, revoked_at=None)
        if live.update(list_name=list_name, updated_at=now):
            return live.get(), False
        SharedList.objects.bulk_create(
            [shared],
            update_conflicts=True,
            unique_fields=["owner"],
            update_fields=["list_name", "slug", "created_at", "updated_at", "revoked_at"],
        )
        return shared, True


def get_own_list(*, user: User) -> SharedList:
    """Return what a person shares; ``ListNotFoundError`` if that is nothing."""
    shared = SharedList.objects.filter(owner=user, revoked_at=None).first()
    if shared is None:
        raise ListNotFoundError
    return shared


def get_shared_list(*, slug: str) -> SharedList:
    """Return the list behind a link, with its owner; ``ListNotFoundError`` or ``ListRevokedError``."""
    shared = SharedList.objects.select_related("owner").filter(slug=slug, owner__is_active=True).first()
    if shared is None:
        raise ListNotFoundError
    if shared.revoked_at:
        raise ListRevokedError
    return shared


def revoke_link(*, user: User) -> None:
    """Revoke a person's link at once, if there is one."""
    SharedList.objects.filter(owner=user, revoked_at=None).update(revoked_at=timezone.now())
