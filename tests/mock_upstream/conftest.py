"""The bundled services on live sockets, always on the same morning in January."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker

from mock_upstream.server import DEFAULT_TMDB_TOKEN, MockUpstream, start, start_store, start_tmdb
from tests.mock_upstream.caller import Asker, Caller, Customer

NOW = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)
CONTRACT = yaml.safe_load(Path("docs/flyer-service.openapi.yaml").read_text())


@pytest.fixture(scope="session")
def running() -> Iterator[MockUpstream]:
    with start(clock=lambda: NOW, hang_seconds=0.3) as service:
        yield service


@pytest.fixture
def mock(running: MockUpstream) -> MockUpstream:
    """The service as it was started."""
    running.knobs.reset()
    running.request_log.clear()
    return running


@pytest.fixture
def caller(mock: MockUpstream) -> Iterator[Caller]:
    caller = Caller(mock.url)
    with caller.session:
        yield caller


@pytest.fixture(scope="session")
def agrees() -> Callable[[str, object], None]:
    """Fail if a document is not what a schema of the contract says."""

    def check(schema: str, document: object) -> None:
        rules = {**CONTRACT, "$ref": f"#/components/{schema}"}
        Draft202012Validator(rules, format_checker=FormatChecker()).validate(document)

    return check


@pytest.fixture(scope="session")
def running_tmdb() -> Iterator[MockUpstream]:
    with start_tmdb(clock=lambda: NOW, hang_seconds=0.3) as service:
        yield service


@pytest.fixture
def tmdb(running_tmdb: MockUpstream) -> MockUpstream:
    """The stand-in for TMDb as it was started."""
    running_tmdb.knobs.reset()
    running_tmdb.request_log.clear()
    return running_tmdb


@pytest.fixture
def asker(tmdb: MockUpstream) -> Iterator[Asker]:
    asker = Asker(tmdb.url, DEFAULT_TMDB_TOKEN)
    with asker.session:
        yield asker


@pytest.fixture
def store() -> Iterator[MockUpstream]:
    """A stand-in for FakeStore to which nobody has written yet."""
    with start_store(hang_seconds=0.3) as service:
        yield service


@pytest.fixture
def customer(store: MockUpstream) -> Iterator[Customer]:
    customer = Customer(store.url)
    with customer.session:
        yield customer
