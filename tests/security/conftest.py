"""One running service for all attacks, in front of all services, with a verbose log and a mail server that never answers."""

import socket
from collections.abc import Iterator

import pytest

from mock_upstream.server import start_store, start_tmdb
from tests.operations.programs import TMDB_TOKEN, flyer_service, running
from tests.security.attacker import Target

# Where pictures are, so that no answer has a reason to name a service.
PICTURES = "http://pictures.test"


@pytest.fixture(scope="package")
def service(tmp_path_factory) -> Iterator[Target]:
    """The service with one worker, so that what was asked once is a hit the next time."""
    with (
        socket.create_server(("127.0.0.1", 0)) as silence,
        flyer_service() as upstream,
        start_tmdb(key=TMDB_TOKEN) as tmdb,
        start_store(public_url=PICTURES) as store,
        running(
            Target(
                tmp_path_factory.mktemp("service"),
                upstream=upstream.url,
                TMDB_API_URL=tmdb.url,
                TMDB_API_TOKEN=TMDB_TOKEN,
                TMDB_IMAGE_URL=f"{PICTURES}/t/p",
                STORE_API_URL=store.url,
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
