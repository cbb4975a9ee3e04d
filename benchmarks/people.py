"""Stored people with favorites, and their tokens: ``python -m benchmarks.people NUMBER FAVORITES KIND`` prints them."""

import json
import os
import random
import sys
import time

import django


def main(number: int, favorites: int, kind: str) -> None:
    """Print for each person e-mail address, access token, and the ids of their favorites of that kind and of their follows."""
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
        creators = chance.sample(range(1, 41), 10)
        Entry.objects.bulk_create(
            Entry(
                user=user,
                shelf="favorites",
                kind=kind,
                item_id=each,
                title="Stored",
                valid_until="2099-01-01T00:00:00Z",
                version=number,
            )
            for number, each in enumerate(items, 1)
        )
        Entry.objects.bulk_create(
            Entry(user=user, shelf="follows", kind="creator", item_id=each, version=len(items) + number)
            for number, each in enumerate(creators, 1)
        )
        User.objects.filter(pk=user.pk).update(library_version=len(items) + len(creators))
        tokens = sessions.open_session(user=user)
        people.append(
            {
                "email": email,
                "token": tokens.access,
                "favorites": sorted(items),
                "follows": sorted(creators),
            }
        )
    print(json.dumps(people))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
