"""The HTTP of favorites."""

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from favorites.serializers.favorites import (
    Favorite,
    FavoritesQuery,
    FavoriteState,
    FavoriteStateBody,
    FlyerIds,
    KeptFlyer,
    KeptFlyerPage,
)
from favorites.services import favorites
from favorites.services.favorites import KeptBatch, RemovedBatch
from favorites.services.showing import show
from favorites.views.personal import DONE, NO_FLYER, OUTAGE, PersonalView
from proxy.parameters import NoQuery
from proxy.reads import freshness


class FavoriteDetail(PersonalView):
    @extend_schema(
        operation_id="favorite_detail",
        tags=["favorites"],
        responses={200: Favorite, 404: OpenApiResponse(description="`NOT_FOUND`: it is not kept.")},
    )
    def get(self, request: Request, flyer_id: int) -> Response:
        """Whether the caller keeps this flyer, and since when."""
        NoQuery.read(request.query_params)
        favorite = favorites.get_favorite(user=self.person, flyer_id=flyer_id)
        return Response(Favorite.of(favorite))

    @extend_schema(
        operation_id="favorite_add",
        tags=["favorites"],
        request=None,
        responses={201: Favorite, 200: Favorite, 404: NO_FLYER, **OUTAGE},
    )
    def put(self, request: Request, flyer_id: int) -> Response:
        """Keep a flyer: 201 when that is new, 200 when it was kept already."""
        favorite, created = favorites.add_favorite(user=self.person, flyer_id=flyer_id)
        return Response(Favorite.of(favorite), status=201 if created else 200)

    @extend_schema(
        operation_id="favorite_post",
        tags=["favorites"],
        request=None,
        responses={201: Favorite, 200: Favorite, 404: NO_FLYER, **OUTAGE},
    )
    def post(self, request: Request, flyer_id: int) -> Response:
        """The same as PUT, for those who prefer to POST."""
        return self.put(request, flyer_id)

    @extend_schema(
        operation_id="favorite_remove",
        tags=["favorites"],
        responses={204: DONE, 404: OpenApiResponse(description="`NOT_FOUND`: it was not kept.")},
    )
    def delete(self, request: Request, flyer_id: int) -> Response:
        """Keep a flyer no longer; 404 if it was not kept."""
        favorites.remove_favorite(user=self.person, flyer_id=flyer_id)
        return Response(status=204)


class FavoriteList(PersonalView):
    @extend_schema(
        operation_id="favorites_list",
        tags=["favorites"],
        parameters=[FavoritesQuery],
        responses=KeptFlyerPage,
    )
    def get(self, request: Request) -> Response:
        """What the caller keeps, newest first: each with its flyer, or with what is remembered of it."""
        query = FavoritesQuery.read(request.query_params)
        rows = favorites.favorites_of(self.person, expiring=query["expiring"], sort=query["sort"])
        page = self.page_of(rows, query)
        showing = show(page.rows, caller=self.caller, on_miss=self.hit_limit)
        marks = showing.marks_for(self.person)
        results = [KeptFlyer.of(shown, marks) for shown in showing.items]
        meta = freshness(showing.flyers, is_partial=showing.is_partial)
        return Response(page.envelope(results, meta=meta))

    @extend_schema(
        operation_id="favorites_add",
        tags=["favorites"],
        request=FlyerIds,
        responses={200: KeptBatch, **OUTAGE},
    )
    def put(self, request: Request) -> Response:
        """Keep several flyers, each judged by itself; all or none when there is no room for all."""
        batch = favorites.add_favorites(user=self.person, **FlyerIds.read(request.data))
        return Response(batch)


class FavoriteStates(FavoriteList):
    """The short address of the list; it sets one favorite at a time."""

    http_method_names = ["get", "head", "post", "options"]

    @extend_schema(
        operation_id="favorites_list_short",
        tags=["favorites"],
        parameters=[FavoritesQuery],
        responses=KeptFlyerPage,
    )
    def get(self, request: Request) -> Response:
        """The same as `users/me/favorites/`."""
        return super().get(request)

    @extend_schema(
        operation_id="favorite_set",
        tags=["favorites"],
        request=FavoriteStateBody,
        responses={200: FavoriteState, 404: NO_FLYER, **OUTAGE},
    )
    def post(self, request: Request) -> Response:
        """Keep a flyer or keep it no longer, as the body says; it never toggles."""
        state = FavoriteStateBody.read(request.data)
        favorites.set_favorite(user=self.person, **state)
        return Response(FavoriteState(**state))


class FavoriteRemoval(PersonalView):
    @extend_schema(
        operation_id="favorites_remove",
        tags=["favorites"],
        request=FlyerIds,
        responses=RemovedBatch,
    )
    def post(self, request: Request) -> Response:
        """Keep several flyers no longer; those that were not kept are told as absent."""
        batch = favorites.remove_favorites(user=self.person, **FlyerIds.read(request.data))
        return Response(batch)
