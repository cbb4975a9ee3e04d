"""The running service for the tools: both programs, on free ports and stores of their own."""

from collections.abc import Iterator

import pytest

from mock_upstream.server import start
from tests.operations.programs import UPSTREAM_KEY, Server, running


@pytest.fixture(scope="package")
def service(tmp_path_factory) -> Iterator[Server]:
    """The BFF in front of the bundled flyer service."""
    with (
        start(key=UPSTREAM_KEY) as upstream,
        running(Server(tmp_path_factory.mktemp("service"), upstream=upstream.url)) as server,
    ):
        yield server
