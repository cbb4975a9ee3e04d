"""The HTTP of a whole library: what is in it, export and import, and its sync with devices."""

from functools import partial

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from accounts.api import Response
from favorites.serializers import library as serializers
from favorites.serializers import sync
from favorites.services import changes, library, ops
from proxy.views import PersonalView

library_operation = partial(extend_schema, tags=["library"])

CHANGES = {
    200: changes.Changes,
    410: OpenApiResponse(
        description="`CURSOR_EXPIRED`: start anew, without `since` and with nothing of what the device knows."
    ),
}


class OwnLibrary(PersonalView):
    query = serializers.ExportQuery

    @library_operation("library_export", parameters=[serializers.ExportQuery], responses=serializers.Library)
    def get(self, request: Request) -> Response:
        """Everything that the caller keeps, newest first, as POST takes it (more than 5,000 rows, or 1 MB: in parts)."""
        return Response(serializers.Library.of(library.whole_library(user=self.person, **self.params)))

    @library_operation("library_import", request=serializers.LibraryImport, responses=library.MergedLibrary)
    def post(self, request: Request) -> Response:
        """Add an exported library to what the caller keeps; what is there already stays as it is."""
        return Response(
            library.merge_library(user=self.person, **serializers.LibraryImport.read(request.data))
        )


class LibraryContains(PersonalView):
    query = serializers.ContainsQuery

    @library_operation("library_contains", parameters=[serializers.ContainsQuery], responses=library.Contains)
    def get(self, request: Request) -> Response:
        """Which of these flyers the caller keeps, which creators they follow, and where items of a kind stand."""
        return Response(library.contains(user=self.person, **self.params))


class LibraryChanges(PersonalView):
    query = sync.ChangesQuery

    @library_operation("library_changes", parameters=[sync.ChangesQuery], responses=CHANGES)
    def get(self, request: Request) -> Response:
        """What has changed since a device last looked, in order; all that is there without `since`."""
        since, limit = self.params.get("since"), self.params["limit"]
        return Response(changes.changes_of(user=self.person, since=since, limit=limit))


class LibraryOps(PersonalView):
    @library_operation("library_ops", request=sync.Ops, responses=sync.OpResults)
    def post(self, request: Request) -> Response:
        """What a device did while it was offline: each op judged by itself, repeatable by its `op_id`."""
        queue = sync.Ops.read(request.data)["ops"]
        return Response(sync.OpResults(ops.apply_ops(user=self.person, ops=queue)))
