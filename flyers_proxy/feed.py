"""Of a service that offers its feed alone: all of the feed is one snapshot, of which lists, flyers and creators are cut here."""

from typing import Any, Final, NoReturn

from msgspec import Struct

from clients import flyers
from clients.distance import distance_km
from clients.errors import UpstreamNotFoundError, UpstreamUnavailableError
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
        self.text = "\n".join(texts).casefold()


def _flyers(copy: SnapshotCopy[FlyerFacts], query: FlyerList) -> Page:
    """Return the page of flyers that ``query`` asks for, in the order of the feed."""
    places = [place for place, flyer in enumerate(copy.facts) if _is_wanted(flyer, query)]
    return copy.page_of(places, page=query.page, limit=query.limit)


def _is_wanted(flyer: FlyerFacts, query: FlyerList) -> bool:
    if query.creators is not None and flyer.creator.id not in query.creators:
        return False
    if query.search is not None and query.search.casefold() not in flyer.text:
        return False
    place = flyer.location
    return not query.near_me or distance_km(query.position, (place.lat, place.lng)) <= query.radius


def _creator_flyers(copy: SnapshotCopy[FlyerFacts], query: FlyerList) -> Page:
    """Return a page of a creator's flyers; ``UpstreamNotFoundError`` if no flyer names the creator."""
    page = _flyers(copy, query)
    if page.count == 0:
        if not copy.is_whole:
            no_single_items()
        raise UpstreamNotFoundError("no flyer names this creator")
    return page


def _creator(flyer: FlyerFacts) -> Item:
    """Return a creator as flyers name them."""
    creator = flyer.creator
    return shapes.CREATOR.render(flyers.Creator(creator.id, creator.username, creator.profile_picture))


def no_single_items(*args: Any, **call: Any) -> NoReturn:
    """Raise what is to be said of an item that is not in the part of the feed that is known."""
    raise UpstreamUnavailableError("only a part of the feed is known, and there is no other way to ask")


SNAPSHOT: Final = Snapshot("feed", shapes.FLYER, fetch_feed, FlyerFacts)
FLYER_LIST: Final = Selection("flyers", SNAPSHOT, shapes.FLYER, _flyers)
CREATOR_FLYERS: Final = Selection("creator-flyers", SNAPSHOT, shapes.FLYER, _creator_flyers)
FLYERS_FOUND: Final = Found(SNAPSHOT)
# A creator without flyers is not known here, and may be one all the same.
CREATORS_FOUND: Final = Found(
    SNAPSHOT, id_of=lambda flyer: flyer.creator.id, render=_creator, proves_absence=False
)
