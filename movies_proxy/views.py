"""The HTTP of reads of movies and shows: the same routes for both kinds."""

from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request

from clients.tmdb import DiscoverQuery, RecommendationsQuery, SearchQuery, TrendingQuery
from movies_proxy import catalog, queries, shapes
from movies_proxy.catalog import Genres, InFull, TitleList, Titles
from proxy.kinds import Listing
from proxy.parameters import Query
from proxy.views import CatalogView


class TitleRead(CatalogView):
    """A read of the catalog of movies, of one kind; ``query`` are its parameters."""

    catalog = catalog.MOVIES
    titles: ClassVar[Titles]
    query: ClassVar[type[Query]]

    def respond_with_titles(
        self, listing: Listing[TitleList, Any], params: dict[str, Any], titles: Any
    ) -> HttpResponse:
        """Return the page of these titles that the parameters ask for."""
        query = TitleList(titles, params["page"], params["limit"])
        answer = self.catalog.get_page(listing, query, on_miss=self.hit_limit)
        return self.respond(answer, page=(query.page, query.limit))


class Discover(TitleRead):
    def get(self, request: Request) -> HttpResponse:
        """Titles, filtered and ordered; without a filter those that are popular just now."""
        params = self.query.read(request.query_params)
        filters = {name: value for name, value in params.items() if name not in {"page", "limit"}}
        return self.respond_with_titles(self.titles.discover, params, DiscoverQuery(**filters))


class Search(TitleRead):
    def get(self, request: Request) -> HttpResponse:
        """Titles by the words in them, in any language; what fits best comes first."""
        params = self.query.read(request.query_params)
        wanted = {name: value for name, value in params.items() if name not in {"page", "limit", "query"}}
        query = SearchQuery(text=params["query"], **wanted)
        return self.respond_with_titles(self.titles.search, params, query)


class TrendingList(TitleRead):
    def get(self, request: Request) -> HttpResponse:
        """What many look at, today or this week."""
        params = self.query.read(request.query_params)
        query = TrendingQuery(window=params["window"], language=params["language"])
        return self.respond_with_titles(self.titles.trending, params, query)


class Recommendations(TitleRead):
    def get(self, request: Request, **path: int) -> HttpResponse:
        """Titles for who likes this one."""
        params = self.query.read(request.query_params)
        (title_id,) = path.values()
        wanted = RecommendationsQuery(title_id=title_id, language=params["language"])
        query = TitleList(wanted, params["page"], params["limit"])
        answer = self.catalog.get_page_of(
            self.titles.kind, title_id, self.titles.recommendations, query, on_miss=self.hit_limit
        )
        return self.respond(answer, page=(query.page, query.limit))


class TitleDetail(TitleRead):
    def get(self, request: Request, **path: int) -> HttpResponse:
        """One title in full: videos, who offers it where, and its people."""
        params = self.query.read(request.query_params)
        (title_id,) = path.values()
        query = InFull(params["language"], params.get("region"))
        answer = self.catalog.get_detail(self.titles.detail, title_id, query, on_miss=self.hit_limit)
        return self.respond(answer)


class GenreList(TitleRead):
    def get(self, request: Request) -> HttpResponse:
        """Every genre by its name, on one page; the ids are those of `genres=`."""
        query = Genres(self.query.read(request.query_params)["language"])
        return self.respond(self.catalog.get_page(self.titles.genres, query, on_miss=self.hit_limit))


def views_of(kind: str, tag: str) -> dict[str, Any]:
    """Return the views of a kind by the last part of their address, each under its own name in the schema."""
    page, detail, discover, search = {
        "movie": (
            *(shapes.MoviePage, shapes.MovieDetail),
            *(queries.MovieDiscoverQuery, queries.MovieSearchQuery),
        ),
        "tv": (shapes.ShowPage, shapes.ShowDetail, queries.ShowDiscoverQuery, queries.ShowSearchQuery),
    }[kind]

    def named(name: str, base: type[TitleRead], query: type[Query], answer: Any) -> Any:
        operation = extend_schema(f"{tag}_{name}", tags=[tag], parameters=[query], responses=answer)
        fields = {"titles": catalog.TITLES[kind], "query": query}
        return extend_schema_view(get=operation)(type(f"{kind.title()}{base.__name__}", (base,), fields))

    return {
        "discover": named("discover", Discover, discover, page),
        "search": named("search", Search, search, page),
        "trending": named("trending", TrendingList, queries.TrendingQuery, page),
        "genres": named("genres", GenreList, queries.LanguageQuery, shapes.GenrePage),
        "detail": named("detail", TitleDetail, queries.DetailQuery, detail),
        "recommendations": named("recommendations", Recommendations, queries.TitlesQuery, page),
    }
