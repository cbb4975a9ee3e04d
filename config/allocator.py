"""config: how a server process takes memory from the system, where the C library is glibc."""

import ctypes
import os
from typing import Final

# <malloc.h> of glibc.
_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8

MAX_ARENAS: Final = 2
MMAP_BYTES: Final = 512 * 1024


def restrain() -> None:
    """Keep the allocator of this process from holding on to memory that nobody uses. Elsewhere than on glibc: nothing.

    By itself glibc has up to eight heaps a core, and what a request leaves free in one of them is of no use to a thread
    with another. And it learns from the first large body to take all of its size from those heaps, where a small piece
    of the cache above them keeps them from shrinking; with the threshold set, large blocks go back at once.
    """
    if not _is_glibc():
        return
    mallopt = ctypes.CDLL(None).mallopt
    mallopt(_M_ARENA_MAX, MAX_ARENAS)
    mallopt(_M_MMAP_THRESHOLD, MMAP_BYTES)
    mallopt(_M_TRIM_THRESHOLD, 2 * MMAP_BYTES)


def _is_glibc() -> bool:
    try:
        return (os.confstr("CS_GNU_LIBC_VERSION") or "").startswith("glibc")
    except (AttributeError, OSError, ValueError):  # Another system, or another C library, has no such name.
        return False
