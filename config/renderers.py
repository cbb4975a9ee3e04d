"""How answers become JSON."""

from typing import Any

import msgspec
from rest_framework.renderers import BaseRenderer


class JSON(BaseRenderer):
    """Encodes what views return: dicts, structs, and JSON that is there already as bytes (``msgspec.Raw``)."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        """Return the body; none for an answer without data."""
        return b"" if data is None else msgspec.json.encode(data)
