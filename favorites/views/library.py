"""The HTTP of a whole library."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from favorites.serializers.library import (
    Contains,
    ContainsQuery,
    Library,
    LibraryImport,
    MergedLibrary,
)
from favorites.services import library
from favorites.services.favorites import favorites_of
from favorites.services.follows import follows_of
from favorites.views.personal import PersonalView
from proxy.marks import marks_for
from proxy.parameters import NoQuery


class OwnLibrary(PersonalView):
    @extend_schema(operation_id="library_export", tags=["favorites"], responses=Library)
    def get(self, request: Request) -> Response:
        """Everything that the caller keeps, newest first, as POST takes it."""
        NoQuery.read(request.query_params)
        return Response(Library.of(favorites_of(self.person), follows_of(self.person)))

    @extend_schema(
        operation_id="library_import",
        tags=["favorites"],
        request=LibraryImport,
        responses=MergedLibrary,
    )
    def post(self, request: Request) -> Response:
        """Add an exported library to what the caller keeps; what is there already stays as it is."""
        favorites, follows = library.merge_library(user=self.person, **LibraryImport.read(request.data))
        return Response(MergedLibrary(favorites, follows))


class LibraryContains(PersonalView):
    @extend_schema(
        operation_id="library_contains",
        tags=["favorites"],
        parameters=[ContainsQuery],
        responses=Contains,
    )
    def get(self, request: Request) -> Response:
        """Which of these flyers the caller keeps, and which of these creators they follow."""
        query = ContainsQuery.read(request.query_params)
        flyers, creators = ("favorites", "flyer"), ("follows", "creator")
        ids = {flyers: query["flyers"], creators: query["creators"]}
        marks = marks_for(user_id=self.person.pk, ids=ids)
        return Response(
            Contains(
                flyers={str(id_): id_ in marks[flyers] for id_ in query["flyers"]},
                creators={str(id_): id_ in marks[creators] for id_ in query["creators"]},
            )
        )
