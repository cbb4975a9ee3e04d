"""Stored people with favorites, and their tokens: ``python -m benchmarks.people NUMBER FAVORITES`` prints them."""

import json
import os
import random
import sys

import django


def main(number: int, favorites: int) -> None:
    """Print for each person an access token and the ids of their favorites and follows."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from accounts import sessions  # noqa: PLC0415 - Django had to be set up first
    from accounts.models import User  # noqa: PLC0415
    from favorites.models import Entry  # noqa: PLC0415

    chance = random.Random(number * 100_000 + favorites)
    people = []
    for place in range(number):
        email = f"bench-{favorites}-{place}-{os.getpid()}@example.com"
        user = User.objects.create_user(email=email, password=None)
        flyers = chance.sample(range(1, max(200, favorites * 2)), favorites)
        creators = chance.sample(range(1, 41), 10)
        Entry.objects.bulk_create(
            Entry(
                user=user,
                shelf="favorites",
                kind="flyer",
                item_id=each,
                title="Stored",
                valid_until="2099-01-01T00:00:00Z",
                version=number,
            )
            for number, each in enumerate(flyers, 1)
        )
        Entry.objects.bulk_create(
            Entry(user=user, shelf="follows", kind="creator", item_id=each, version=len(flyers) + number)
            for number, each in enumerate(creators, 1)
        )
        User.objects.filter(pk=user.pk).update(library_version=len(flyers) + len(creators))
        tokens = sessions.open_session(user=user)
        people.append({"token": tokens.access, "flyers": sorted(flyers), "creators": sorted(creators)})
    print(json.dumps(people))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
