"""config: how the code becomes OpenAPI. It knows every route's shape and none of its rules."""

import functools
import threading
from collections.abc import Iterator
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema

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


HEADERS = {
    "X-Request-ID": {"description": "Names this request in the log.", "schema": {"type": "string"}},
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

# Tags of the routes whose GETs carry an ETag.
_CONDITIONAL = {"creators", "favorites", "flyers", "follows", "sharing"}


class Operation(AutoSchema):
    """Tells the body of a DELETE, too, where a view names one; drf-spectacular leaves it out, OpenAPI 3.1 does not."""

    def _get_serializer(self) -> Any:
        return None if self.method == "DELETE" else super()._get_serializer()  # type: ignore[no-untyped-call]

    def _get_request_body(self, direction: Any = "request") -> Any:
        named = self.get_request_serializer() if self.method == "DELETE" else None
        if named is None:
            return super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        schema, is_required = self._get_request_for_media_type(named, direction)  # type: ignore[no-untyped-call]
        return {"content": {"application/json": {"schema": schema}}, "required": is_required}


class OneDocument(SchemaGenerator):
    """Makes the document once a process, whatever is asked with it: it takes long, and in two threads at once it fails."""

    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        """Return the document."""
        with _MAKING:
            return _document()


_MAKING = threading.Lock()


@functools.cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    return document


def leave_out_alias(endpoints: list[Any], **kwargs: Any) -> list[Any]:
    """Keep the canonical routes alone: ``/api/`` is an alias of ``/api/v1/``."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/v1/")]


def add_errors(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Give every operation the envelope for the failures it may end in, and every conditional read its 304."""
    components = result["components"]
    components["schemas"]["Error"] = ERROR
    components["responses"] = {
        "Error": {
            "description": "What went wrong, in the one envelope.",
            "headers": HEADERS,
            "content": ENVELOPE,
        },
        "Throttled": {
            "description": "`THROTTLED`: too many calls; wait for `Retry-After` seconds.",
            "headers": HEADERS | RETRY_AFTER,
            "content": ENVELOPE,
        },
        "Unavailable": {
            "description": "The flyer service or our own store is not there; try again after `Retry-After` seconds.",
            "headers": HEADERS | RETRY_AFTER,
            "content": ENVELOPE,
        },
        "NotModified": {
            "description": "The answer that `If-None-Match` names is still good.",
            "headers": HEADERS | CONDITIONAL_HEADERS,
        },
    }
    for address, methods in result["paths"].items():
        for method, operation in methods.items():
            _join_lists(operation)
            for status in _failures(address, method, operation):
                kind = {"429": "Throttled", "503": "Unavailable"}.get(status, "Error")
                operation["responses"].setdefault(status, {"$ref": f"#/components/responses/{kind}"})
            is_conditional = method == "get" and bool(_CONDITIONAL & set(operation["tags"]))
            if is_conditional:
                operation["responses"]["304"] = {"$ref": "#/components/responses/NotModified"}
            for status, answer in operation["responses"].items():
                if "$ref" not in answer:
                    _complete(status, answer, is_conditional=is_conditional)
            operation["responses"] = dict(sorted(operation["responses"].items()))
    return result


def _join_lists(operation: dict[str, Any]) -> None:
    """Say that a list in the query is one parameter, its values joined by commas; OpenAPI has no word for "or several"."""
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "query" and parameter["schema"].get("type") == "array":
            parameter |= {"style": "form", "explode": False}
            parameter["description"] += " Separated by commas; the parameter may also be repeated."


def _complete(status: str, answer: dict[str, Any], *, is_conditional: bool) -> None:
    """Add to an answer what its view leaves out: of a failure it has only said when that happens."""
    answer["description"] = answer["description"] or "Done."
    headers = HEADERS | answer.get("headers", {})
    if status in {"429", "503"}:
        headers |= RETRY_AFTER
    if status == "200" and is_conditional:
        headers |= CONDITIONAL_HEADERS
    answer["headers"] = headers
    if status >= "400":
        answer["content"] = ENVELOPE


def _is_flyer_read(method: str, operation: dict[str, Any]) -> bool:
    return method == "get" and bool({"flyers", "creators"} & set(operation["tags"]))


def _failures(address: str, method: str, operation: dict[str, Any]) -> Iterator[str]:
    """Tell the failures a caller should be ready for; ``default`` stands for the rest (405, 406, 500, …)."""
    yield from ("default", "400", "503")
    if "{" in address:
        yield "404"
    if operation.get("security"):
        yield "401"
    if "requestBody" in operation:
        yield from ("413", "415")
    if method != "get":
        yield "429"
    if _is_flyer_read(method, operation):
        yield from ("429", "502", "504")
