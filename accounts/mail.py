"""Mails to people, sent in the background."""

import contextvars
import logging
import threading
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)

# Mails that may wait; with EMAIL_TIMEOUT each, that is how long stopping the process may take.
MAX_WAITING = 20

_worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mail")
_slots = threading.BoundedSemaphore(MAX_WAITING)


def send_password_reset(*, email: str, token: str) -> None:
    """Send the link that sets a new password, in the background: an answer's time must not show who has an account."""
    if not _slots.acquire(blocking=False):
        logger.error("a letter was thrown away: %s are waiting already", MAX_WAITING)
        return
    # In this context, so that log lines carry the id of the request.
    _worker.submit(contextvars.copy_context().run, _send_password_reset, email, token)


def _send_password_reset(email: str, token: str) -> None:
    try:
        _password_reset(email, token).send()
    except Exception as error:  # noqa: BLE001 - nobody waits for this thread; the log is its only reader
        logger.error("a letter was not sent: %s", type(error).__name__)  # noqa: TRY400 - its text may hold the address
    finally:
        _slots.release()


def _password_reset(email: str, token: str) -> EmailMultiAlternatives:
    context = {
        "link": settings.PASSWORD_RESET_URL.replace("{token}", token),
        "minutes": settings.PASSWORD_RESET_TIMEOUT // 60,
    }
    return EmailMultiAlternatives(
        subject="Set a new password",
        body=render_to_string("accounts/password_reset.txt", context),
        to=[email],
        alternatives=[(render_to_string("accounts/password_reset.html", context), "text/html")],
    )
