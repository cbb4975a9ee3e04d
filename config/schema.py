"""The OpenAPI document: what drf-spectacular does not derive from the code."""

import threading
from collections.abc import Iterator
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import PolymorphicProxySerializer

ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "details", "request_id"],
            "properties": {
                "code": {"type": "string", "example": "VALIDATION_ERROR"},
                "message": {"type": "string", "example": "The request is not valid."},
                "details": {
                    "type": "object",
                    "description": "For VALIDATION_ERROR: field → messages.",
                    "additionalProperties": {"type": "array", "items": {"type": "string"}},
                    "example": {"page": ["At least 1."]},
                },
                "request_id": {"type": ["string", "null"], "example": "5f2c9f0e6d1b4a0c8e7a9b3d2c1f0e5a"},
            },
        }
    },
}

HEADERS = {"X-Request-ID": {"description": "Names this request in the log.", "schema": {"type": "string"}}}
# Not a reference to a shared header, which generators of types take for one that is always there.
LIBRARY_VERSION = {
    "X-Library-Version": {
        "description": "Counts the changes of what the caller saves; only for a signed-in one.",
        "schema": {"type": "integer", "minimum": 0},
    }
}
RETRY_AFTER = {
    "Retry-After": {
        "description": "Seconds to wait.",
        "schema": {"type": "integer", "minimum": 1, "maximum": 60},
    }
}
CONDITIONAL_HEADERS = {
    "ETag": {"description": "Send it back in `If-None-Match`.", "schema": {"type": "string"}},
    "Cache-Control": {"schema": {"type": "string"}},
}
ENVELOPE = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}


def _failure(description: str, headers: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "headers": headers, "content": ENVELOPE}


# Shared by operations that take a token and those that don't.
RESPONSES = {
    "Error": _failure("What went wrong, in the one envelope.", HEADERS | LIBRARY_VERSION),
    "Throttled": _failure(
        "`THROTTLED`: too many calls; wait for `Retry-After` seconds.",
        HEADERS | LIBRARY_VERSION | RETRY_AFTER,
    ),
    "Unavailable": _failure(
        "The service behind or our own store is not there; try again after `Retry-After` seconds.",
        HEADERS | LIBRARY_VERSION | RETRY_AFTER,
    ),
    "NotModified": {
        "description": "The answer that `If-None-Match` names is still good.",
        "headers": HEADERS | LIBRARY_VERSION | CONDITIONAL_HEADERS,
    },
}

# Tags of the reads of catalogs, and of all routes whose GETs have an ETag.
_CATALOGS = {"creators", "flyers", "movies", "products", "tv"}
_RESERVATIONS = {"reservations", "reservations: swaps", "reservations: administration"}
_CONDITIONAL = {
    *_CATALOGS,
    *_RESERVATIONS,
    *("carts", "favorites", "follows", "library", "ratings", "sharing", "watchlist"),
}

# What is named otherwise in a path.
_NOUNS = {
    "followed": "creator",
    "slug": "list or category, as its address has it",
    "trade": "swap",
    "tv": "show",
    "user": "person",
}


class Operation(AutoSchema):
    """Describes the body of a DELETE, too, if a view names one: OpenAPI 3.1 allows it, drf-spectacular leaves it out."""

    def _get_serializer(self) -> Any:
        return None if self.method == "DELETE" else super()._get_serializer()  # type: ignore[no-untyped-call]

    def _get_request_body(self, direction: Any = "request") -> Any:
        named = self.get_request_serializer() if self.method == "DELETE" else None
        if named is None:
            body = super()._get_request_body(direction)  # type: ignore[no-untyped-call]
            if body and isinstance(self.get_request_serializer(), PolymorphicProxySerializer):
                body["required"] = True  # drf-spectacular knows it of single serializers alone
            return body
        schema, is_required = self._get_request_for_media_type(named, direction)  # type: ignore[no-untyped-call]
        return {"content": {"application/json": {"schema": schema}}, "required": is_required}


class CachedSchema(SchemaGenerator):
    """Generates the document once a process, whatever the query: it takes long, and in two threads at once it fails."""

    _lock = threading.Lock()
    _document: dict[str, Any] | None = None

    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        with self._lock:
            if CachedSchema._document is None:
                CachedSchema._document = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
            return CachedSchema._document


def leave_out_alias(endpoints: list[Any], **kwargs: Any) -> list[Any]:
    """Return the canonical routes: ``/api/`` is an alias of ``/api/v1/``."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/v1/")]


def add_errors(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Add to each operation the failures it may end in, and to each conditional read its 304."""
    result["components"]["schemas"]["Error"] = ERROR
    result["components"]["responses"] = RESPONSES
    for path, methods in result["paths"].items():
        for method, operation in methods.items():
            _join_lists(operation)
            _describe_path(operation)
            responses = operation["responses"]
            is_conditional = method == "get" and not _CONDITIONAL.isdisjoint(operation["tags"])
            headers = HEADERS | LIBRARY_VERSION if _takes_token(operation) else HEADERS
            for status, response in responses.items():
                _complete(status, response, headers, is_conditional=is_conditional)
            for status in _failures(path, method, operation):
                kind = {"429": "Throttled", "503": "Unavailable"}.get(status, "Error")
                responses.setdefault(status, {"$ref": f"#/components/responses/{kind}"})
            if is_conditional:
                responses["304"] = {"$ref": "#/components/responses/NotModified"}
            operation["responses"] = dict(sorted(responses.items()))
    return result


def _join_lists(operation: dict[str, Any]) -> None:
    """Document a list in the query as one comma-separated parameter: OpenAPI can't express "or repeated"."""
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "query" and parameter["schema"].get("type") == "array":
            parameter |= {"style": "form", "explode": False}
            parameter["description"] += " Separated by commas; the parameter may also be repeated."


def _describe_path(operation: dict[str, Any]) -> None:
    """Say of each part of a path that has a name what it is the id of."""
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "path":
            noun = parameter["name"].removesuffix("_id")
            parameter.setdefault("description", f"The id of the {_NOUNS.get(noun, noun)}.")


def _takes_token(operation: dict[str, Any]) -> bool:
    """Say whether a caller may be signed in to an operation, or has to be."""
    return any("accessToken" in way for way in operation.get("security", ()))


def _complete(
    status: str, response: dict[str, Any], headers: dict[str, Any], *, is_conditional: bool
) -> None:
    """Add what a view leaves out of a response: of a failure it declares only the description."""
    response["description"] = response["description"] or "Done."
    response["headers"] = headers | response.get("headers", {})
    if status in {"429", "503"}:
        response["headers"] |= RETRY_AFTER
    if status == "200" and is_conditional:
        response["headers"] |= CONDITIONAL_HEADERS
    if status >= "400":
        response["content"] = ENVELOPE


def _failures(path: str, method: str, operation: dict[str, Any]) -> Iterator[str]:
    """Return the failures a client should handle; ``default`` is for all others (405, 406, 500, …)."""
    yield from ("default", "400", "503")
    if "{" in path:
        yield "404"
    if operation.get("security"):
        yield "401"
    if "requestBody" in operation:
        yield from ("413", "415")
    if method != "get" or "carts" in operation["tags"]:  # Prices of today are looked up in the catalog.
        yield "429"
    elif not _CATALOGS.isdisjoint(operation["tags"]):
        yield from ("429", "502", "504")
