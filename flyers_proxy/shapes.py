"""flyers_proxy: answers field by field, for writing. What is not named here never reaches a browser.

A hole stands where two callers may differ; ``rendering`` cuts there. ``serializers`` tells the same to the schema.
"""

from datetime import datetime
from typing import Final

import msgspec

from clients.flyers import Category, Creator, Flyer

# JSON escapes control characters, so this byte stands in no document of ours.
CUT: Final = b"\x00"
HOLE: Final = msgspec.Raw(CUT)


class CreatorSummaryShape(msgspec.Struct):
    id: int
    username: str
    profile_picture: str | None
    is_following: msgspec.Raw = HOLE


class CreatorShape(msgspec.Struct):
    id: int
    username: str
    profile_picture: str | None
    bio: str | None
    created_at: datetime | None
    is_following: msgspec.Raw = HOLE


class ImageShape(msgspec.Struct):
    url: str
    order: int


class LocationShape(msgspec.Struct):
    address: str
    lat: float
    lng: float
    distance_km: msgspec.Raw = HOLE


class ValidityShape(msgspec.Struct):
    valid_from: datetime
    valid_until: datetime
    is_valid: msgspec.Raw = HOLE


class FlyerShape(msgspec.Struct):
    id: int
    title: str
    description: str
    categories: tuple[str, ...]
    creator: CreatorSummaryShape
    images: list[ImageShape]
    location: LocationShape
    validity: ValidityShape
    created_at: datetime | None
    is_favorited: msgspec.Raw = HOLE


class CategoryShape(msgspec.Struct):
    slug: str
    name: str
    flyer_count: int | None


class PageShape(msgspec.Struct, kw_only=True):
    count: int
    next: msgspec.Raw = HOLE
    previous: msgspec.Raw = HOLE
    results: msgspec.Raw = msgspec.Raw(b"[" + CUT + b"]")
    meta: msgspec.Raw = HOLE


def flyer_shape(flyer: Flyer) -> FlyerShape:
    """Return the shape of one flyer."""
    creator, location, validity = flyer.creator, flyer.location, flyer.validity
    return FlyerShape(
        id=flyer.id,
        title=flyer.title,
        description=flyer.description,
        categories=flyer.categories,
        creator=CreatorSummaryShape(
            id=creator.id, username=creator.username, profile_picture=creator.profile_picture
        ),
        images=[ImageShape(url=image.url, order=image.order) for image in flyer.images],
        location=LocationShape(address=location.address, lat=location.lat, lng=location.lng),
        validity=ValidityShape(valid_from=validity.valid_from, valid_until=validity.valid_until),
        created_at=flyer.created_at,
    )


def creator_shape(creator: Creator) -> CreatorShape:
    """Return the shape of a creator's profile."""
    return CreatorShape(
        id=creator.id,
        username=creator.username,
        profile_picture=creator.profile_picture,
        bio=creator.bio,
        created_at=creator.created_at,
    )


def category_shape(category: Category) -> CategoryShape:
    """Return the shape of one category."""
    return CategoryShape(slug=category.slug, name=category.name, flyer_count=category.flyer_count)
