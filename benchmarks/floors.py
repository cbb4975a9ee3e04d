"""Floors: minimal applications to compare the product with, on the same server with the same workers and threads.

``bare``: a WSGI function that returns the bytes in the file that ``FLOOR_BODY`` names. ``plain``: a Django view
with the middleware that Django recommends for an API, which does nothing and answers 200.
"""

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

sys.setswitchinterval(0.0005)  # as config.wsgi does: the floor gets what the product gets

_FILE = Path(os.environ.get("FLOOR_BODY", ""))
BODY = _FILE.read_bytes() if _FILE.is_file() else b"{}"
HEADERS = [("Content-Type", "application/json"), ("Content-Length", str(len(BODY)))]


def bare(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer the bytes."""
    start_response("200 OK", HEADERS)
    return [BODY]


@csrf_exempt
def nothing(request: HttpRequest) -> HttpResponse:
    """Do nothing."""
    return JsonResponse({})


urlpatterns = [path("", nothing)]


def _plain() -> Callable[..., Any]:
    if not settings.configured:
        settings.configure(
            SECRET_KEY="a-floor-has-no-secrets-but-needs-a-key",  # noqa: S106
            ALLOWED_HOSTS=["*"],
            ROOT_URLCONF=__name__,
            MIDDLEWARE=[
                "django.middleware.security.SecurityMiddleware",
                "django.middleware.common.CommonMiddleware",
            ],
        )
    return get_wsgi_application()


plain = _plain()
