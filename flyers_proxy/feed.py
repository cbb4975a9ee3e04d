"""Of a service that offers its feed alone: all of the feed is one snapshot, of which lists, flyers and creators are cut here."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from clients import flyers
from clients.distance import distance_km
from flyers_proxy import shapes
from flyers_proxy.lists import FlyerList, fetch_feed
from proxy.rendering import Item, Page
from proxy.snapshots import Found, Selection, Snapshot, SnapshotCopy


class _Creator(Struct, frozen=True, gc=False):
    id: int
    username: str
    profile_picture: str | None


class _Location(Struct, frozen=True, gc=False):
    address: str
    lat: float
    lng: float


class FlyerFacts(Struct, gc=False):
    """What is looked at to filter and to search; ``text`` is all that a search looks through, in small letters."""

    id: int
    title: str
    description: str
    creator: _Creator
    location: _Location
    text: str = ""

    def __post_init__(self) -> None:
        texts = (self.title, self.description, self.location.address, self.creator.username)
        self.text = "\0".join(texts).casefold()  # Nobody searches for NUL: what is found is in one of them.


def _flyers(copy: SnapshotCopy[FlyerFacts], query: FlyerList) -> Page:
    """Return the page of flyers that ``query`` asks for, in the order of the feed."""
    facts = copy.facts
    places: Sequence[int] = range(len(facts))
    if query.creators is not None:
        creators = frozenset(query.creators)
        places = [place for place in places if facts[place].creator.id in creators]
    if query.search is not None:
        text = query.search.casefold()
        places = [place for place in places if text in facts[place].text]
    if query.near_me:
        places = [place for place in places if _distance(facts[place], query) <= query.radius]
    return copy.page_of(places, page=query.page, limit=query.limit)


def _distance(flyer: FlyerFacts, query: FlyerList) -> float:
    return distance_km(query.position, (flyer.location.lat, flyer.location.lng))


def _creator(flyer: FlyerFacts) -> Item:
    """Return a creator as flyers name them."""
    creator = flyer.creator
    return shapes.CREATOR.render(flyers.Creator(creator.id, creator.username, creator.profile_picture))


SNAPSHOT: Final = Snapshot("feed", shapes.FLYER, fetch_feed, FlyerFacts)
FLYER_LIST: Final = Selection("flyers", SNAPSHOT, shapes.FLYER, _flyers)
FLYERS_FOUND: Final = Found(SNAPSHOT)
# A creator without flyers is not known here, and may be one all the same.
CREATORS_FOUND: Final = Found(
    SNAPSHOT, id_of=lambda flyer: flyer.creator.id, render=_creator, proves_absence=False
)
