"""The HTTP of flyer reads."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from msgspec.structs import replace
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from clients.distance import Position
from flyers_proxy import catalog, queries, shapes
from flyers_proxy.lists import FlyerList, rounded
from proxy.marks import related_ids
from proxy.parameters import NoQuery
from proxy.views import CatalogView


class FlyerRead(CatalogView):
    """A read of the catalog of flyers."""

    catalog = catalog.FLYERS


class FlyerListRead(FlyerRead):
    """A list of flyers, filtered."""

    query: type[queries.DiscoverQuery]

    def get(self, request: Request) -> HttpResponse:
        params = self.query.read(request.query_params)
        query = _flyer_list(params)
        is_following = params["filter"] == "following"
        if is_following:
            query = replace(query, creators=self._followed(query))
        answer = catalog.get_flyers(query, on_miss=self.hit_limit)
        return self.respond(
            answer,
            context=_position(params),
            page=(query.page, query.limit),
            reachable=query.reachable,
            is_shared=not is_following,
        )

    def _followed(self, query: FlyerList) -> tuple[int, ...]:
        """Return whom the caller follows, of those that the query names."""
        if self.person is None:
            raise NotAuthenticated
        followed = related_ids(user_id=self.person.pk, relation="follows", kind="creator")
        return tuple(id_ for id_ in followed if query.creators is None or id_ in query.creators)


class Discover(FlyerListRead):
    query = queries.DiscoverQuery

    @extend_schema(
        operation_id="flyers_discover",
        tags=["flyers"],
        parameters=[queries.DiscoverQuery],
        responses=shapes.FlyerPage,
    )
    def get(self, request: Request) -> HttpResponse:
        """Flyers that are valid now, newest first, then nearest first."""
        return super().get(request)


class Search(FlyerListRead):
    query = queries.SearchQuery

    @extend_schema(
        operation_id="flyers_search",
        tags=["flyers"],
        parameters=[queries.SearchQuery],
        responses=shapes.FlyerPage,
    )
    def get(self, request: Request) -> HttpResponse:
        """Flyers with `query` in their title, description, address or creator's name."""
        return super().get(request)


class FlyerDetail(FlyerRead):
    @extend_schema(
        operation_id="flyer_detail",
        tags=["flyers"],
        parameters=[queries.PositionQuery],
        responses=shapes.Flyer,
    )
    def get(self, request: Request, flyer_id: int) -> HttpResponse:
        """One flyer."""
        params = queries.PositionQuery.read(request.query_params)
        answer = self.catalog.get(catalog.FLYER, flyer_id, on_miss=self.hit_limit)
        return self.respond(answer, context=_position(params))


class Categories(FlyerRead):
    @extend_schema(operation_id="flyer_categories", tags=["flyers"], responses=shapes.CategoryPage)
    def get(self, request: Request) -> HttpResponse:
        """Every category, on one page."""
        NoQuery.read(request.query_params)
        return self.respond(catalog.get_categories(on_miss=self.hit_limit))


class CreatorDetail(FlyerRead):
    @extend_schema(operation_id="creator_detail", tags=["creators"], responses=shapes.Creator)
    def get(self, request: Request, creator_id: int) -> HttpResponse:
        """A creator's public profile."""
        NoQuery.read(request.query_params)
        return self.respond(self.catalog.get(catalog.CREATOR, creator_id, on_miss=self.hit_limit))


class CreatorFlyers(FlyerRead):
    @extend_schema(
        operation_id="creator_flyers",
        tags=["creators"],
        parameters=[queries.CreatorFlyersQuery],
        responses=shapes.FlyerPage,
    )
    def get(self, request: Request, creator_id: int) -> HttpResponse:
        """A creator's flyers that are valid now, newest first."""
        params = queries.CreatorFlyersQuery.read(request.query_params)
        query = _flyer_list(params)
        answer = catalog.get_creator_flyers(creator_id, query, on_miss=self.hit_limit)
        return self.respond(answer, context=_position(params), page=(query.page, query.limit))


def _flyer_list(params: dict[str, Any]) -> FlyerList:
    """Return the checked parameters as a query that knows no caller."""
    return FlyerList(
        position=rounded(_position(params)),
        page=params["page"],
        limit=params["limit"],
        # With near_me switched off a radius means nothing; then all share one key.
        **({"near_me": True, "radius": params["radius"]} if params.get("near_me") else {}),
        categories=params.get("categories", ()),
        creators=(params["creator"],) if "creator" in params else None,
        search=params.get("query"),
    )


def _position(params: dict[str, Any]) -> Position | None:
    return (params["lat"], params["lng"]) if "lat" in params else None
