"""The sample of one day, composed from ``words/*.toml``.

The same day and centre always give the same sample, and the next day gives it one day younger, so that
flyers stay valid whatever the date. For whoever writes tests:

* ids run from 1 without a gap, higher is newer; three at a time were published at the same moment;
* ``id % 60 == 0``: expired yesterday; ``id % 40 == 7``: ends tomorrow night, less than 48 hours from now;
* ``id % 20 == 3``: no images; ``id % 25 == 4``: no description;
* creators: ``id % 8 == 5`` has no profile picture, ``id % 9 == 4`` has no bio.
"""

import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import count
from random import Random
from typing import Any

from mock_upstream.flyers.catalog import MADRID, Catalog, Creator, Flyer, Position, moved
from mock_upstream.flyers.themes import CITY, THEMES, TOWNS, Host, Theme

PUBLISHED_TOGETHER = 3
HOURS_BETWEEN = 6

Draft = dict[str, Any]  # a flyer without its id and its dates; in place of its images it has their number


@lru_cache(maxsize=8)
def compose(today: date, centre: Position = MADRID) -> Catalog:
    """Return the sample as it stands on a day (UTC), spread around a centre."""
    chance = Random("flyers")
    creators: dict[int, Creator] = {}
    drafts: list[Draft] = []
    for theme in THEMES:
        turns = count()
        for host in theme.hosts:
            creator = _creator(len(creators) + 1, host, theme)
            creators[creator.id] = creator
            drafts += _drafts(host, theme, creator, turns, chance)
    chance.shuffle(drafts)
    flyers = {
        number: _dated(number, draft, len(drafts), today, centre, chance)
        for number, draft in enumerate(drafts, start=1)
    }
    return Catalog(flyers, creators)


def midnight(day: date) -> datetime:
    """Return the moment at which a day begins (UTC)."""
    return datetime.combine(day, time(), UTC)


def last_second(day: date) -> datetime:
    """Return the last whole second of a day (UTC)."""
    return midnight(day) + timedelta(days=1, seconds=-1)


def _creator(number: int, host: Host, theme: Theme) -> Creator:
    plain = unicodedata.normalize("NFKD", host.name).encode("ascii", "ignore").decode()
    return Creator(
        id=number,
        username=plain.lower().replace(" ", "_"),
        name=host.name,
        theme=theme.slug,
        bio=None if number % 9 == 4 else host.bio,
        picture=None if number % 8 == 5 else f"/media/creators/{number}.svg",
        created_at=midnight(date(2019, 3, 1)) + timedelta(days=37 * number, hours=number % 12 + 8),
    )


def _drafts(
    host: Host, theme: Theme, creator: Creator, turns: Iterator[int], chance: Random
) -> Iterator[Draft]:
    """Yield a host's drafts, half of them at home; a theme never uses a subject with one form twice."""
    home = _venue(chance)
    for _ in range(host.flyers):
        turn = next(turns)
        subject = theme.subjects[turn % len(theme.subjects)]
        form = theme.forms[(turn + turn // len(theme.subjects)) % len(theme.forms)]
        yield {
            "title": form.title.format(subject.name),
            "description": " ".join((subject.about, form.about, chance.choice(theme.details))),
            "categories": (theme.slug, *form.also),
            "creator": creator,
            **(home if chance.random() < 0.5 else _venue(chance)),
            "images": chance.choice((1, 1, 1, 2, 2, 3, 5)),
        }


def _venue(chance: Random) -> Draft:
    place = chance.choice(CITY if chance.random() < 0.75 else TOWNS)
    lat, lng = (degrees + chance.uniform(-0.004, 0.004) for degrees in (place.lat, place.lng))
    address = f"{chance.choice(place.streets)} {chance.randint(1, 96)}, {place.post}"
    return {"address": address, "position": Position(lat, lng)}


def _dated(number: int, draft: Draft, total: int, today: date, centre: Position, chance: Random) -> Flyer:
    """Publish a draft: every id's moment lies the same time before the midnight of the requested day."""
    steps_ago = (total - number) // PUBLISHED_TOGETHER + 1
    created_at = midnight(today) - timedelta(hours=HOURS_BETWEEN * steps_ago)
    days_left = chance.randint(3, 45)
    if number % 60 == 0:
        days_left = -1
    elif number % 40 == 7:
        days_left = 1
    changed: Draft = {
        "images": tuple(f"/media/flyers/{number}/{n + 1}.svg" for n in range(draft["images"])),
        "position": moved(draft["position"], centre),
    }
    if number % 20 == 3:  # none, in both ways that the contract allows: an empty list, and no list at all
        changed["images"] = () if number % 40 == 3 else None
    if number % 25 == 4:
        changed["description"] = None
    return Flyer(
        id=number,
        valid_from=midnight(created_at.date()),
        valid_until=last_second(today + timedelta(days=days_left)),
        created_at=created_at,
        **draft | changed,
    )
