"""The password hasher, with a bounded queue, and the longest password."""

import threading
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError

MAX_PASSWORD_LENGTH = 256
# The third of the threads that never waits for upstream.
MAX_QUEUED = max(2, settings.THREADS // 3)


class MaximumLength:
    """A validator: at most ``MAX_PASSWORD_LENGTH`` characters, which bounds the cost of hashing."""

    def validate(self, password: str, user: object = None) -> None:
        if len(password) > MAX_PASSWORD_LENGTH:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        return f"Your password must contain at most {MAX_PASSWORD_LENGTH} characters."


class HashersBusyError(Exception):
    """``MAX_QUEUED`` passwords are already waiting to be hashed."""


class BoundedArgon2(Argon2PasswordHasher):
    """Argon2id at the cost that OWASP names first (19 MiB, 2 passes, 1 lane), two at a time.

    Hashing is slow and hungry by design, so a flood of sign-ins may neither fill the memory nor hold every request
    thread: ``MAX_QUEUED`` of them queue here. The queue is short and always moves, so it needs no clock; past its
    end there is ``HashersBusyError`` at once.
    """

    memory_cost = 19_456  # KiB
    time_cost = 2
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        if len(password) > MAX_PASSWORD_LENGTH:
            raise ValueError("a password this long should have been refused before it was to be hashed")
        with _QUEUE, _HASHING:
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        if len(password) > MAX_PASSWORD_LENGTH:
            return False
        with _QUEUE, _HASHING:
            return super().verify(password, encoded)


class _Queue(threading.BoundedSemaphore):
    """A semaphore whose ``with`` raises ``HashersBusyError`` instead of waiting."""

    def __enter__(self, *args: Any, **kwargs: Any) -> bool:
        if not self.acquire(blocking=False):
            raise HashersBusyError
        return True


_QUEUE = _Queue(MAX_QUEUED)
_HASHING = threading.BoundedSemaphore(2)
