"""Decoder of a gzip body that arrives in pieces, bounded in what it takes and gives."""

import zlib
from typing import Final

from clients.errors import UpstreamMalformedError, UpstreamUnavailableError

# What gzip can add to a text that it can't make smaller.
_MAX_OVERHEAD: Final = 1024
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS


class Inflater:
    """Decodes one gzip body (RFC 1952, one member, as web servers send it) of at most ``max_bytes``."""

    def __init__(self, max_bytes: int) -> None:
        self._decompressor = zlib.decompressobj(_GZIP_WINDOW)
        self._max_bytes = max_bytes
        self._taken = self._given = 0

    def feed(self, piece: bytes) -> bytes:
        """Return what ``piece`` adds to the body; ``UpstreamMalformedError`` if it is broken or makes it too large.

        A bomb is cut while inflating: never more than the limit and a byte is made of it.
        """
        self._taken += len(piece)
        try:
            made = self._decompressor.decompress(piece, self._max_bytes - self._given + 1)
        except zlib.error:
            raise UpstreamMalformedError("the body is not the gzip it is said to be") from None
        self._given += len(made)
        # A stream without end may also make nothing.
        if self._given > self._max_bytes or self._taken > self._max_bytes + _MAX_OVERHEAD:
            raise UpstreamMalformedError("the body is too large")
        if self._decompressor.unused_data:
            raise UpstreamMalformedError("something follows the gzip body")
        return made

    def finish(self) -> None:
        """Raise ``UpstreamUnavailableError`` if the body has ended before its gzip has."""
        if not self._decompressor.eof:
            raise UpstreamUnavailableError("the body was cut", is_momentary=True)


def inflater_for(encoding: str | None, max_bytes: int) -> Inflater | None:
    """Return what decodes a body of this ``Content-Encoding``; ``None`` for one that comes as it is, as we ask for it.

    Some services send gzip all the same. Every other encoding, or several, is an ``UpstreamMalformedError``.
    """
    if encoding is None or (coding := encoding.lower()) == "identity":
        return None
    if coding not in {"gzip", "x-gzip"}:  # RFC 9110, section 8.4.1.3
        raise UpstreamMalformedError("an encoding that was not asked for")
    return Inflater(max_bytes)
