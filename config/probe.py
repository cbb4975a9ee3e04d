"""The liveness probe of a container: `python -m config.probe`."""

import http.client
import sys

from config import settings

TIMEOUT_SECONDS = 2
_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where the server listens, not where we do


def is_alive() -> bool:
    """Return whether the server of these settings answers ``/health/live`` in time."""
    # The first allowed host, or one that its pattern (".flyers.example", "*") matches.
    host = (settings.ALLOWED_HOSTS or ["localhost"])[0].lstrip(".").replace("*", "localhost")
    address = _ANY_ADDRESS.get(settings.HOST, settings.HOST)
    connection = http.client.HTTPConnection(address, settings.PORT, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/health/live", headers={"Host": host})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(not is_alive())
