"""config: JSON bodies, read strictly. It knows no route and no field."""

from collections.abc import Iterable
from contextlib import ExitStack
from typing import IO, Any, Final

from django.conf import settings
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

from clients import strict_json

MAX_DEPTH = 20

# More than twice what the largest import of a library holds. A value can be two bytes to send and 200 to keep.
MAX_VALUES = 50_000

# Where in the WSGI environment of a request with a large body stands what is to be done when it is answered.
UNTIL_ANSWERED: Final = "flyers_bff.until_answered"


class PayloadTooLargeError(APIException):
    """The body is larger than ``DATA_UPLOAD_MAX_MEMORY_SIZE`` bytes."""

    status_code = 413
    default_code = "payload_too_large"
    default_detail = "The body is larger than 1 MB."


class BodiesBusyError(Exception):
    """As many bodies as we allow are already being waited for, or worked on."""


class StrictJSONParser(BaseParser):
    """Parse one JSON document as RFC 8259 has it, and refuse what another reader may understand differently.

    Refused with a 400: other encodings than UTF-8, duplicate keys, NaN and infinities, NUL and lone
    surrogates in texts, numbers of thousands of digits, nesting deeper than ``MAX_DEPTH``, more than ``MAX_VALUES``
    values (commas and brackets are counted, before anything is made of them).
    """

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise PayloadTooLargeError
        if sum(map(body.count, (b",", b"[", b"{"))) > MAX_VALUES:
            raise ParseError("The body holds too many values.")
        try:
            document = strict_json.loads(body)
        except strict_json.StrictJSONError as error:
            raise ParseError(str(error)) from error
        except ValueError as error:
            raise ParseError("The body is not valid JSON.") from error
        _forget_when_answered(document, stream)
        _check(document)
        return document


def _forget_when_answered(document: object, stream: Any) -> None:
    """Have a large document emptied when its request is answered.

    Requests, views and serializers of DRF refer to each other: its values would stay until the garbage collector comes.
    """
    until_answered: ExitStack | None = getattr(stream, "META", {}).get(UNTIL_ANSWERED)
    if until_answered is not None and isinstance(document, (dict, list)):
        until_answered.callback(document.clear)


def _check(document: object) -> None:
    """Walk the document level by level, so that depth is an answer and not a crash."""
    level = [document]
    for _ in range(MAX_DEPTH):
        if not level:
            return
        level = [inner for value in level for inner in _checked(value)]
    if level:
        raise ParseError("The body is nested too deeply.")


def _checked(value: object) -> Iterable[object]:
    """Check one value alone; return those inside it."""
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, float) and value in {float("inf"), float("-inf")}:
        raise ParseError("A number in the body is out of range.")
    elif isinstance(value, dict):
        for key in value:
            _check_text(key)
        return value.values()
    elif isinstance(value, list):
        return value
    return ()


def _check_text(text: str) -> None:
    if "\0" in text:
        raise ParseError("A text in the body has a NUL character.")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise ParseError("A text in the body has half of a surrogate pair.")
