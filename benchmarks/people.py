"""Stored people with favorites, and their tokens: ``python -m benchmarks.people NUMBER FAVORITES KIND`` prints them."""

import json
import os
import random
import sys
import time

import django


def main(number: int, favorites: int, kind: str) -> None:
    """Print for each person e-mail address and access token, and the ids of what of that kind they keep and of their follows."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from accounts import sessions  # noqa: PLC0415 - Django had to be set up first
    from accounts.models import User  # noqa: PLC0415
    from favorites.models import Entry  # noqa: PLC0415

    chance = random.Random(number * 100_000 + favorites)
    people = []
    for place in range(number):
        email = f"bench-{place}-{time.time_ns()}@example.com"
        user = User.objects.create_user(email=email, password=None)
        items = chance.sample(range(1, max(200, favorites * 2)), favorites)
        creators, watchlist = (chance.sample(range(1, 41), 10) for _ in range(2))
        titled = {"title": "Stored", "valid_until": "2099-01-01T00:00:00Z"}
        entries = [
            *(Entry(shelf="favorites", kind=kind, item_id=each, **titled) for each in items),
            *(Entry(shelf="watchlist", kind=kind, item_id=each, **titled) for each in watchlist),
            *(Entry(shelf="follows", kind="creator", item_id=each) for each in creators),
        ]
        for version, entry in enumerate(entries, 1):
            entry.user, entry.version = user, version
        Entry.objects.bulk_create(entries)
        User.objects.filter(pk=user.pk).update(library_version=len(entries))
        tokens = sessions.open_session(user=user)
        people.append(
            {
                "email": email,
                "token": tokens.access,
                "favorites": sorted(items),
                "watchlist": sorted(watchlist),
                "follows": sorted(creators),
            }
        )
    print(json.dumps(people))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
