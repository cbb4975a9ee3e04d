"""Mails to people, sent in the background: nobody waits for a mail server, or loses what was stored because of it."""

import contextvars
import logging
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)

# Mails that may wait; with EMAIL_TIMEOUT each, that is how long stopping the process may take.
MAX_WAITING = 20


class Outbox:
    """A thread that sends mails, and a bound on those that wait for it; what is lost is logged."""

    def __init__(self, name: str, *, max_waiting: int = MAX_WAITING) -> None:
        self._max_waiting = max_waiting
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"mail-{name}")
        self._slots = threading.BoundedSemaphore(max_waiting)

    def send(self, template: str, *, subject: str, to: str, context: Mapping[str, Any]) -> None:
        """Send a mail in the background: text and HTML, of ``{template}.txt`` and ``{template}.html``."""
        if not self._slots.acquire(blocking=False):
            logger.error("a letter was thrown away: %s are waiting already", self._max_waiting)
            return
        # In this context, so that log lines carry the id of the request.
        run = contextvars.copy_context().run
        self._worker.submit(run, self._send, template, subject, to, context)

    def settle(self) -> None:
        """Wait until what was handed in is sent, or lost."""
        self._worker.submit(int).result()

    def _send(self, template: str, subject: str, to: str, context: Mapping[str, Any]) -> None:
        try:
            EmailMultiAlternatives(
                subject=subject,
                body=render_to_string(f"{template}.txt", dict(context)),
                to=[to],
                alternatives=[(render_to_string(f"{template}.html", dict(context)), "text/html")],
            ).send()
        except Exception as error:  # noqa: BLE001 - nobody waits for this thread; the log is its only reader
            logger.error("a letter was not sent: %s", type(error).__name__)  # noqa: TRY400 - its text may hold the address
        finally:
            self._slots.release()


_outbox: Final = Outbox("accounts")


def send_password_reset(*, email: str, token: str) -> None:
    """Send the link that sets a new password, in the background: an answer's time must not show who has an account."""
    context = {
        "link": settings.PASSWORD_RESET_URL.replace("{token}", token),
        "minutes": settings.PASSWORD_RESET_TIMEOUT // 60,
    }
    _outbox.send("accounts/password_reset", subject="Set a new password", to=email, context=context)
