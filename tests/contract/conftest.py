"""The running service for the tools, and the services behind it: on free ports and stores of their own."""

from collections.abc import Iterator

import pytest

from mock_upstream.server import start_store, start_tmdb
from tests.operations.programs import TMDB_TOKEN, Server, flyer_service, running


@pytest.fixture(scope="package")
def service(tmp_path_factory) -> Iterator[Server]:
    """The BFF in front of the bundled services."""
    with (
        flyer_service() as upstream,
        start_tmdb(key=TMDB_TOKEN) as tmdb,
        start_store() as store,
        running(
            Server(
                tmp_path_factory.mktemp("service"),
                upstream=upstream.url,
                TMDB_API_URL=tmdb.url,
                TMDB_API_TOKEN=TMDB_TOKEN,
                STORE_API_URL=store.url,
            )
        ) as server,
    ):
        yield server
