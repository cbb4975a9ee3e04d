"""What people think of items: a rating of 1 to 5 each, and how all of them rate one."""

from msgspec import Struct

from accounts.models import User
from favorites.services import summaries
from favorites.services.entries import add_entry, find_entry, require_item
from favorites.services.shelves import RATINGS, Key
from proxy.catalog import OnMiss


class Rating(Struct):
    """How an item is rated by everybody, and by the caller."""

    average: float | None
    count: int
    mine: int | None


def rating_of(*, user: User | None, kind: str, item_id: int, on_miss: OnMiss) -> Rating:
    """Return how an item is rated; ``UpstreamNotFoundError`` when there is none.

    In an outage what is stored is true all the same. ``on_miss`` is called before upstream is.
    """
    require_item(kind, item_id, on_miss=on_miss)
    mine = find_entry(user=user, key=Key(RATINGS.name, kind, item_id)) if user else None
    return _rating(kind, item_id, mine.value if mine else None)


def rate(*, user: User, kind: str, item_id: int, rating: int) -> tuple[Rating, bool]:
    """Store a person's rating of an item, their last one counts; return how it is rated then, and whether theirs is new.

    Fails as ``add_entry`` does.
    """
    entry, is_new = add_entry(user=user, key=Key(RATINGS.name, kind, item_id), value=rating)
    return _rating(kind, item_id, entry.value), is_new


def _rating(kind: str, item_id: int, mine: int | None) -> Rating:
    average, count = summaries.rated(kind=kind, item_id=item_id)
    return Rating(average, count, mine)
