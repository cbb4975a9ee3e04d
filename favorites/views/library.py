"""favorites: the HTTP of a whole library. It knows requests and headers, and no rule."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from favorites.serializers.library import (
    ContainsQuery,
    ContainsSerializer,
    LibraryImport,
    LibrarySerializer,
    MergedLibrarySerializer,
)
from favorites.services import library
from favorites.services.marks import marks_for
from favorites.views.personal import Personal
from flyers_proxy.serializers import NoQuery


class OwnLibrary(Personal):
    @extend_schema(operation_id="library_export", tags=["favorites"], responses=LibrarySerializer)
    def get(self, request: Request) -> Response:
        """Everything that the caller keeps, newest first, as POST takes it."""
        NoQuery.read(request.query_params)
        return Response(LibrarySerializer.of(library.get_library(self.person)))

    @extend_schema(
        operation_id="library_import",
        tags=["favorites"],
        request=LibraryImport,
        responses=MergedLibrarySerializer,
    )
    def post(self, request: Request) -> Response:
        """Add an exported library to what the caller keeps; what is there already stays as it is."""
        favorites, follows = library.merge_library(user=self.person, **LibraryImport.read(request.data))
        return Response(MergedLibrarySerializer.of({"favorites": favorites, "follows": follows}))


class LibraryContains(Personal):
    @extend_schema(
        operation_id="library_contains",
        tags=["favorites"],
        parameters=[ContainsQuery],
        responses=ContainsSerializer,
    )
    def get(self, request: Request) -> Response:
        """Which of these flyers the caller keeps, and which of these creators they follow."""
        query = ContainsQuery.read(request.query_params)
        marks = marks_for(user_id=self.person.pk, flyer_ids=query["flyers"], creator_ids=query["creators"])
        return Response(
            {
                "flyers": {str(id_): id_ in marks.favorites for id_ in query["flyers"]},
                "creators": {str(id_): id_ in marks.following for id_ in query["creators"]},
            }
        )
