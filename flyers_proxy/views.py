"""flyers_proxy: the HTTP of flyer reads. It knows requests and headers, and no rule."""

import time
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import User
from accounts.throttles import hit_read_limit
from clients.distance import Position
from favorites.services.follows import only_followed
from favorites.services.marks import marks_for
from flyers_proxy import serializers, services
from proxy.reads import READ, PageLinks, Read, read_headers
from proxy.rendering import Marks


class FlyerRead(APIView):
    """What all reads share: the answer, its marks and its headers."""

    def answer(
        self,
        request: Request,
        found: services.Answer,
        *,
        params: dict[str, Any] | None = None,
        reachable: int = serializers.MAX_ID,
    ) -> HttpResponse:
        """Return the rendered answer for this caller: body, validators and how long it may be kept.

        ``reachable`` is how many flyers of a list can be paged through.
        """
        read = _read(request, found, params or {}, reachable)
        request.META[READ] = read
        marks, now = self.marks(request, found), time.time()
        body, etag = read.template(found, now=now).filled(marks)
        headers = dict(read_headers(found, etag, is_public=marks is None, now=now))
        headers["Vary"] = "Authorization, Origin, Accept-Encoding"
        full = HttpResponse(body, content_type="application/json", headers=headers)
        response = get_conditional_response(cast("HttpRequest", request), etag=etag, response=full) or full
        for name in ("Age", "X-Cache"):  # A 304, too, says how old and whence.
            response[name] = headers[name]
        return response

    def spend_one(self) -> None:
        """Count one read that misses."""
        hit_read_limit(self.request)

    def marks(self, request: Request, found: services.Answer) -> Marks | None:
        """Return the caller's marks; None for an anonymous one."""
        user = _caller(request)
        if user is None:
            return None
        return marks_for(
            user_id=user.pk,
            flyer_ids=[spot.flyer_id for spot in found.rendered.spots],
            creator_ids=found.rendered.creator_ids,
        )


class FlyerListRead(FlyerRead):
    """A list of flyers, filtered."""

    query: type[serializers.DiscoverQuery]

    def get(self, request: Request) -> HttpResponse:
        params = self.query.read(request.query_params)
        question, caller = _question(params), _caller(request)
        if params["filter"] != "following":
            found = services.get_flyers(question, on_miss=self.spend_one)
            return self.answer(request, found, params=params)
        if caller is None:
            raise NotAuthenticated
        question = only_followed(user=caller, question=question)
        # Without the key: at the same address others get other flyers.
        found = services.get_flyers(question, on_miss=self.spend_one)._replace(key=None)
        return self.answer(request, found, params=params, reachable=question.reachable)


class Discover(FlyerListRead):
    query = serializers.DiscoverQuery

    @extend_schema(
        operation_id="flyers_discover",
        tags=["flyers"],
        parameters=[serializers.DiscoverQuery],
        responses=serializers.FlyerPageSerializer,
    )
    def get(self, request: Request) -> HttpResponse:
        """Flyers that are valid now, newest first, then nearest first."""
        return super().get(request)


class Search(FlyerListRead):
    query = serializers.SearchQuery

    @extend_schema(
        operation_id="flyers_search",
        tags=["flyers"],
        parameters=[serializers.SearchQuery],
        responses=serializers.FlyerPageSerializer,
    )
    def get(self, request: Request) -> HttpResponse:
        """Flyers with `query` in their title, description, address or creator's name."""
        return super().get(request)


class FlyerDetail(FlyerRead):
    @extend_schema(
        operation_id="flyer_detail",
        tags=["flyers"],
        parameters=[serializers.PositionQuery],
        responses=serializers.FlyerSerializer,
    )
    def get(self, request: Request, flyer_id: int) -> HttpResponse:
        """One flyer."""
        params = serializers.PositionQuery.read(request.query_params)
        return self.answer(request, services.get_flyer(flyer_id, on_miss=self.spend_one), params=params)


class Categories(FlyerRead):
    @extend_schema(
        operation_id="flyer_categories", tags=["flyers"], responses=serializers.CategoryPageSerializer
    )
    def get(self, request: Request) -> HttpResponse:
        """Every category, on one page."""
        serializers.NoQuery.read(request.query_params)
        return self.answer(request, services.get_categories(on_miss=self.spend_one))


class CreatorDetail(FlyerRead):
    @extend_schema(operation_id="creator_detail", tags=["creators"], responses=serializers.CreatorSerializer)
    def get(self, request: Request, creator_id: int) -> HttpResponse:
        """A creator's public profile."""
        serializers.NoQuery.read(request.query_params)
        return self.answer(request, services.get_creator(creator_id, on_miss=self.spend_one))


class CreatorFlyers(FlyerRead):
    @extend_schema(
        operation_id="creator_flyers",
        tags=["creators"],
        parameters=[serializers.CreatorFlyersQuery],
        responses=serializers.FlyerPageSerializer,
    )
    def get(self, request: Request, creator_id: int) -> HttpResponse:
        """A creator's flyers that are valid now, newest first."""
        params = serializers.CreatorFlyersQuery.read(request.query_params)
        found = services.get_creator_flyers(creator_id, _question(params), on_miss=self.spend_one)
        return self.answer(request, found, params=params)


def _read(request: Request, found: services.Answer, params: dict[str, Any], reachable: int) -> Read:
    """Return what was asked, as far as it fills holes."""
    links = None
    if "page" in params:
        filters = [(name, values) for name, values in request.query_params.lists() if name != "page"]
        links = PageLinks(request.path, filters, params["page"], params["limit"], reachable)
    return Read(found.key, _position(params), links)


def _question(params: dict[str, Any]) -> services.FlyerList:
    """Return the checked parameters as a question that knows no caller."""
    return services.FlyerList(
        position=services.rounded(_position(params)),
        page=params["page"],
        limit=params["limit"],
        # With near_me switched off a radius means nothing; then all share one key.
        **({"near_me": True, "radius": params["radius"]} if params.get("near_me") else {}),
        categories=params.get("categories", ()),
        creators=(params["creator"],) if "creator" in params else None,
        search=params.get("query"),
    )


def _caller(request: Request) -> User | None:
    return cast("User | None", request.user)


def _position(params: dict[str, Any]) -> Position | None:
    return (params["lat"], params["lng"]) if "lat" in params else None
