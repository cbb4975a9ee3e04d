"""flyers_proxy: an entry as bytes that other processes can read. It knows no store.

A value is 13 digits (fresh until, Unix milliseconds), one letter (how the rest is packed) and the entry as
MessagePack; a flyer or creator that upstream does not have is the digits alone. Nothing in it can run.
"""

import zlib
from typing import Final

import msgspec

from proxy.entries import MAX_ENTRY_BYTES, Entry

_DIGITS: Final = 13
_PLAIN, _PACKED = b"p", b"z"
_WORTH_PACKING = 1024
_ENTRIES = msgspec.msgpack.Decoder(Entry)


def moment(seconds: float) -> bytes:
    """Return a moment (Unix seconds) in the form that values begin with."""
    return b"%013d" % int(seconds * 1000)


def pack(entry: Entry) -> bytes:
    """Return the value for an entry."""
    plain = msgspec.msgpack.encode(entry)
    head = moment(entry.fresh_until)
    if len(plain) < _WORTH_PACKING:
        return head + _PLAIN + plain
    return head + _PACKED + zlib.compress(plain, 1)


def is_gone(value: bytes) -> bool:
    """Say whether the value means that upstream does not have it."""
    return len(value) == _DIGITS


def unpack(value: bytes) -> Entry:
    """Return the entry; ``ValueError`` if the value is none of ours."""
    kind, plain = value[_DIGITS : _DIGITS + 1], value[_DIGITS + 1 :]
    try:
        if kind == _PACKED:
            unpacking = zlib.decompressobj()
            plain = unpacking.decompress(plain, 2 * MAX_ENTRY_BYTES)
            if not unpacking.eof:
                raise ValueError("cut, or larger than any entry")
        entry = _ENTRIES.decode(plain)
    except (zlib.error, msgspec.MsgspecError) as error:
        raise ValueError("not an entry") from error
    if not entry.rendered.is_whole:
        raise ValueError("pieces and holes do not belong together")
    return entry
