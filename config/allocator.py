"""How a server process takes memory from the system, where the C library is glibc."""

import ctypes
import platform
from typing import Final

# <malloc.h> of glibc.
_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8

MAX_ARENAS: Final = 2
MMAP_BYTES: Final = 512 * 1024


def limit_heaps() -> None:
    """Stop the allocator from holding memory that nobody uses. Other C libraries than glibc are left alone.

    By default glibc has up to eight heaps a core, and what a request frees in one of them is of no use to a thread with
    another. And it learns from the first large body to allocate all of its size from those heaps, where a small piece
    of the cache above it prevents shrinking; with the threshold set, large blocks return to the system at once.
    """
    if platform.libc_ver()[0] == "glibc":
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_ARENA_MAX, MAX_ARENAS)
        mallopt(_M_MMAP_THRESHOLD, MMAP_BYTES)
        mallopt(_M_TRIM_THRESHOLD, 2 * MMAP_BYTES)
