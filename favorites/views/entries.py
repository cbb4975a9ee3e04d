"""The HTTP of shelves: one item of a kind, a shelf's list and batches, and ratings."""

from functools import partial
from typing import Any, ClassVar, cast

from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request

from accounts.api import Response
from accounts.models import User
from favorites.serializers import entries as serializers
from favorites.serializers.kinds import by_kind, either, of_kinds
from favorites.services import entries, ratings
from favorites.services.pages import page_of_shelf
from favorites.services.shelves import FAVORITES, RATINGS, WATCHLIST, Key, Shelf
from favorites.views.pages import shelf_page
from proxy.kinds import Kind
from proxy.views import DONE, OUTAGE, PersonalView, PrivateView

favorites_operation = partial(extend_schema, tags=["favorites"])
watchlist_operation = partial(extend_schema, tags=["watchlist"])
ratings_operation = partial(extend_schema, tags=["ratings"])

BATCH = {200: entries.KeptBatch, **OUTAGE}
KEPT_FAVORITES = of_kinds(FAVORITES, "FavoritePage", serializers.KeptFlyerPage, serializers.KeptItemPage)
KEPT_ON_WATCHLIST = of_kinds(WATCHLIST, "WatchlistPage", serializers.KeptFlyerPage, serializers.KeptItemPage)
RATED = of_kinds(RATINGS, "RatingPage", serializers.RatedFlyerPage, serializers.RatedItemPage)
FAVORITE_IDS = either("FavoriteIds", serializers.FlyerIds, serializers.ItemIds)
WATCHLIST_IDS = either("WatchlistItems", serializers.FlyerIds, serializers.WatchlistIds)
NO_ITEM = {404: OpenApiResponse(description="`NOT_FOUND`: the service has no such item.")}
FAVORITE_STATE = of_kinds(
    FAVORITES, "FavoriteStateOfKind", serializers.FavoriteStateBody, serializers.TitleStateBody
)
STATE = {
    200: of_kinds(FAVORITES, "StateOfKind", serializers.FavoriteState, serializers.TitleState),
    **NO_ITEM,
    **OUTAGE,
}
NOT_KEPT = {404: OpenApiResponse(description="`NOT_FOUND`: it is not kept.")}
NOT_REMOVED = {404: OpenApiResponse(description="`NOT_FOUND`: it was not kept.")}


# --- One item ---------------------------------------------------------------------------------------


class ItemView(PrivateView):
    """A route about one item of a kind: the kind is the route's, the id is in its path."""

    kind: ClassVar[str]
    shelf: ClassVar[Shelf]

    @property
    def item_id(self) -> int:
        """Return the id in the path."""
        return int(self.kwargs[f"{self.kind}_id"])

    @property
    def key(self) -> Key:
        """Return what the route is about."""
        return Key(self.shelf.name, self.kind, self.item_id)


class KeptDetail(ItemView, PersonalView):
    """An item on a shelf; ``row`` is how it is shown."""

    row: ClassVar[type[serializers.Favorite | serializers.KeptEntry]]

    def get(self, request: Request, **path: int) -> Response:
        """Whether the caller keeps this item, and since when."""
        return Response(self.row.of(entries.get_entry(user=self.person, key=self.key)))

    def put(self, request: Request, **path: int) -> Response:
        """Keep an item: 201 when that is new, 200 when it was kept already."""
        entry, created = entries.add_entry(user=self.person, key=self.key)
        return Response(self.row.of(entry), status=201 if created else 200)

    def post(self, request: Request, **path: int) -> Response:
        """The same as PUT, for those who prefer to POST."""
        return self.put(request, **path)

    def delete(self, request: Request, **path: int) -> Response:
        """Keep an item no longer; 404 if it was not kept."""
        entries.remove_entry(user=self.person, key=self.key)
        return Response(status=204)


class RatingDetail(ItemView):
    """How an item is rated."""

    shelf = RATINGS
    permission_classes = (IsAuthenticatedOrReadOnly,)

    @property
    def rater(self) -> User:
        """Return who rates: nobody does anonymously."""
        return cast("User", self.request.user)

    def get(self, request: Request, **path: int) -> Response:
        """How everybody rates this item, and how the caller does; null for an anonymous caller."""
        rating = ratings.rating_of(
            user=self.person, kind=self.kind, item_id=self.item_id, on_miss=self.hit_limit
        )
        return Response(rating)

    def put(self, request: Request, **path: int) -> Response:
        """Rate an item with 1 to 5: 201 when that is the caller's first, 200 when it takes the place of one."""
        body = serializers.RatingBody.read(request.data)
        rating, created = ratings.rate(user=self.rater, kind=self.kind, item_id=self.item_id, **body)
        return Response(rating, status=201 if created else 200)

    def post(self, request: Request, **path: int) -> Response:
        """The same as PUT, for those who prefer to POST."""
        return self.put(request, **path)

    def delete(self, request: Request, **path: int) -> Response:
        """Take the caller's rating back; 404 if there is none."""
        entries.remove_entry(user=self.rater, key=self.key)
        return Response(status=204)


def kept_detail(kind: Kind[Any], shelf: Shelf, name: str) -> Any:
    """Return the view of one item of this kind on a shelf, by its own name in the schema."""
    prefix, row = by_kind(kind.name, ("", serializers.Favorite), (f"{kind.name}_", serializers.KeptEntry))
    missing = {404: OpenApiResponse(description=f"`NOT_FOUND`: the service has no such {kind.word}.")}
    added = {201: row, 200: row, **missing, **OUTAGE}
    operation = partial(extend_schema, tags=[shelf.name])
    return extend_schema_view(
        get=operation(f"{prefix}{name}_detail", responses={200: row, **NOT_KEPT}),
        put=operation(f"{prefix}{name}_add", request=None, responses=added),
        post=operation(f"{prefix}{name}_post", request=None, responses=added),
        delete=operation(f"{prefix}{name}_remove", responses=DONE | NOT_REMOVED),
    )(_of_kind(kind, name, KeptDetail, shelf=shelf, row=row))


def rating_detail(kind: Kind[Any]) -> Any:
    """Return the view of the ratings of one item of this kind, by its own name in the schema."""
    prefix = by_kind(kind.name, "", f"{kind.name}_")
    missing = {404: OpenApiResponse(description=f"`NOT_FOUND`: the service has no such {kind.word}.")}
    rated = {201: ratings.Rating, 200: ratings.Rating, **missing, **OUTAGE}
    operation = partial(ratings_operation, request=serializers.RatingBody, responses=rated)
    return extend_schema_view(
        get=ratings_operation(f"{prefix}rating_detail", responses={200: ratings.Rating, **missing}),
        put=operation(f"{prefix}rating_put"),
        post=operation(f"{prefix}rating_post"),
        delete=ratings_operation(f"{prefix}rating_remove", responses=DONE | NOT_REMOVED),
    )(_of_kind(kind, "rating", RatingDetail))


def _of_kind(kind: Kind[Any], name: str, base: type[ItemView], **more: Any) -> Any:
    return type(f"{kind.name.title()}{name.title()}Detail", (base,), {"kind": kind.name, **more})


# --- Lists and batches ------------------------------------------------------------------------------


class ShelfList(PersonalView):
    """What stands on a shelf: its list, and the addition of several items."""

    shelf: ClassVar[Shelf]
    ids: ClassVar[type[serializers.ItemIds]] = serializers.ItemIds
    rows: ClassVar[tuple[Any, Any]] = (serializers.KeptFlyer, serializers.KeptItem)

    def get(self, request: Request) -> Response:
        page = page_of_shelf(user=self.person, shelf=self.shelf.name, **self.params)
        kind = self.params["kind"]
        return shelf_page(self, kind, page, by_kind(kind, *self.rows))

    def put(self, request: Request) -> Response:
        items = self.ids.read_any(request.data)
        return Response(entries.add_entries(user=self.person, shelf=self.shelf.name, **items))


class ShelfRemoval(PersonalView):
    """The removal of several items from a shelf."""

    shelf: ClassVar[Shelf]
    ids: ClassVar[type[serializers.ItemIds]] = serializers.ItemIds

    def post(self, request: Request) -> Response:
        items = self.ids.read_any(request.data)
        return Response(entries.remove_entries(user=self.person, shelf=self.shelf.name, **items))


class FavoriteList(ShelfList):
    shelf = FAVORITES
    query = serializers.FavoritesQuery

    @favorites_operation("favorites_list", parameters=[query], responses=KEPT_FAVORITES)
    def get(self, request: Request) -> Response:
        """What the caller keeps, newest first: each with its flyer, or with what is remembered of it."""
        return super().get(request)

    @favorites_operation("favorites_add", request=FAVORITE_IDS, responses=BATCH)
    def put(self, request: Request) -> Response:
        """Keep several items, each judged by itself; all or none when there is no room for all."""
        return super().put(request)


class FavoriteStates(FavoriteList):
    """The short address of the list; it sets one favorite at a time."""

    http_method_names = ["get", "head", "post", "options"]

    @favorites_operation("favorites_list_short", parameters=[FavoriteList.query], responses=KEPT_FAVORITES)
    def get(self, request: Request) -> Response:
        """The same as `users/me/favorites/`."""
        return super().get(request)

    @favorites_operation("favorite_set", request=FAVORITE_STATE, responses=STATE)
    def post(self, request: Request) -> Response:
        """Keep a flyer or keep it no longer, as the body says; it never toggles."""
        state = serializers.FavoriteStateBody.read_any(request.data)
        entries.set_favorite(user=self.person, **state)
        return Response(serializers.state_of(**state))


class FavoriteRemoval(ShelfRemoval):
    shelf = FAVORITES

    @favorites_operation("favorites_remove", request=FAVORITE_IDS, responses=entries.RemovedBatch)
    def post(self, request: Request) -> Response:
        """Keep several items no longer; those that were not kept are told as absent."""
        return super().post(request)


class Watchlist(ShelfList):
    shelf = WATCHLIST
    ids = serializers.WatchlistIds
    query = serializers.WatchlistQuery

    @watchlist_operation("watchlist", parameters=[query], responses=KEPT_ON_WATCHLIST)
    def get(self, request: Request) -> Response:
        """What is on the caller's watchlist, newest first, as favorites are shown."""
        return super().get(request)

    @watchlist_operation("watchlist_add_several", request=WATCHLIST_IDS, responses=BATCH)
    def put(self, request: Request) -> Response:
        """Put several items on the watchlist, each judged by itself; all or none when there is no room for all."""
        return super().put(request)


class WatchlistRemoval(ShelfRemoval):
    shelf = WATCHLIST
    ids = serializers.WatchlistIds

    @watchlist_operation("watchlist_remove_several", request=WATCHLIST_IDS, responses=entries.RemovedBatch)
    def post(self, request: Request) -> Response:
        """Take several items off the watchlist; those that were not on it are told as absent."""
        return super().post(request)


class RatingList(ShelfList):
    http_method_names = ["get", "head", "options"]
    shelf = RATINGS
    query = serializers.RatingsQuery
    rows = (serializers.RatedFlyer, serializers.RatedItem)

    @ratings_operation("ratings_list", parameters=[query], responses=RATED)
    def get(self, request: Request) -> Response:
        """What the caller has rated, the first rated last, as favorites are shown, with the rating."""
        return super().get(request)
