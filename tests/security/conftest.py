"""One running service for all attacks, in front of all services, with a verbose log and a mail server that never answers."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from mock_upstream.server import start_store, start_tmdb
from tests.operations.programs import TMDB_TOKEN, flyer_service, running
from tests.security.attacker import Target
from tests.security.routes import IDS, TIME

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


@pytest.fixture(scope="package")
def booked(service, bob) -> None:
    """Bob has the first of all reservations, and has offered it in the first of all swaps; there is primetime, too."""
    dora = service.sign_in("dora")

    def post(path: str, body: dict[str, Any], token: str) -> int:
        answer = service.request(f"/api/v1/reservations/{path}", "POST", body, token=token)
        assert answer.status == 201, answer.body
        return int(answer.json()["id"])

    mine = post("", TIME | {"start_time": "10:00", "end_time": "11:00", "notes": "a secret"}, bob)
    theirs = post("", TIME | {"start_time": "11:00", "end_time": "12:00"}, dora)
    trade = post("trades/", {"requester_reservation_id": mine, "target_reservation_id": theirs}, bob)
    assert (mine, trade) == (IDS["reservation_id"], IDS["trade_id"])
    add = "from reservations.models import Primetime; Primetime.objects.create(weekday=0, start_time='20:00', end_time='21:00')"
    service.manage("shell", "-v", "0", "-c", add)
