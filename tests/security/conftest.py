"""One running service for all attacks, with a verbose log and a mail server that never answers."""

import socket
from collections.abc import Iterator

import pytest

from mock_upstream.server import start
from tests.operations.programs import UPSTREAM_KEY, running
from tests.security.attacker import Target


@pytest.fixture(scope="package")
def service(tmp_path_factory) -> Iterator[Target]:
    """The service with one worker, so that what was asked once is a hit the next time."""
    with (
        socket.create_server(("127.0.0.1", 0)) as silence,
        start(key=UPSTREAM_KEY) as upstream,
        running(
            Target(
                tmp_path_factory.mktemp("service"),
                upstream=upstream.url,
                WORKERS="1",
                LOG_LEVEL="DEBUG",
                EMAIL_URL=f"smtp://127.0.0.1:{silence.getsockname()[1]}",
            )
        ) as server,
    ):
        yield server


@pytest.fixture(scope="package")
def alice(service) -> str:
    """Alice's access token."""
    return service.sign_in("alice")


@pytest.fixture(scope="package")
def bob(service) -> str:
    """Bob's access token."""
    return service.sign_in("bob")
