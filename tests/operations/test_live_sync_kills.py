"""The server is killed in a storm of writes of one person: what was acknowledged is in the table and in the changes."""

import json
import os
import signal
from datetime import UTC, datetime

import pytest

from tests.operations.programs import Load, Server, running, until

LIBRARY = "/api/v1/users/me/library/"
DISCOVER = "/api/v1/flyers/discover/"
SHELVES = ("favorites", "watchlist", "favorites", "watchlist")


class Writer:
    """Writes to one shelf, flyers of its own: singly, by queues, and batches; records what was acknowledged of each.

    ``None`` is what nobody acknowledged.
    """

    def __init__(self, server: Server, token: str, shelf: str, flyers: list[int]) -> None:
        self.server, self.token, self.shelf = server, token, shelf
        self.flyers = flyers
        self.turn = 0
        self.is_there: dict[int, bool | None] = {}
        self.lost: list[list[dict[str, object]]] = []

    def go_on(self) -> None:
        """Do the next thing; ``OSError`` if nobody answers."""
        self.turn += 1
        start = self.turn * 3 % len(self.flyers)
        ids = self.flyers[start : start + 3]
        is_add = self.turn % 4 != 0
        do = (self._singly, self._by_queue, self._by_batch)[self.turn % 3]
        do(ids, is_add)

    def _singly(self, ids: list[int], is_add: bool) -> None:
        relation = "favorite" if self.shelf == "favorites" else "watchlist"
        path = f"/api/v1/flyers/{ids[0]}/{relation}/"
        self._acknowledge(ids[:1], is_add, lambda: self._request(path, "PUT" if is_add else "DELETE"))

    def _by_queue(self, ids: list[int], is_add: bool) -> None:
        now, word = datetime.now(UTC).isoformat(), "add" if is_add else "remove"
        about = {"op": word, "shelf": self.shelf, "kind": "flyer", "at": now}
        ops = [{**about, "op_id": f"{self.shelf}-{id_}-{self.turn}", "id": id_} for id_ in ids]
        self.lost.append(ops)
        self._acknowledge(ids, is_add, lambda: self._request(f"{LIBRARY}ops/", "POST", {"ops": ops}))
        self.lost.remove(ops)

    def _by_batch(self, ids: list[int], is_add: bool) -> None:
        path = f"/api/v1/users/me/{self.shelf}/"
        body = {"flyer_ids": ids} if self.shelf == "favorites" else {"kind": "flyer", "ids": ids}
        if is_add:
            self._acknowledge(ids, True, lambda: self._request(path, "PUT", body))
        else:
            self._acknowledge(ids, False, lambda: self._request(f"{path}remove/", "POST", body))

    def _acknowledge(self, ids, is_there, call) -> None:
        before = {id_: self.is_there.get(id_) for id_ in ids}
        self.is_there |= dict.fromkeys(ids)
        try:
            call()
        except ConnectionRefusedError:  # It was never sent.
            self.is_there |= before
            raise
        self.is_there |= dict.fromkeys(ids, is_there)

    def _request(self, path: str, method: str, body: object = None) -> None:
        answer = self.server.request(path, method, body, token=self.token)
        assert answer.status in {200, 201, 204, 404}, answer.body


class Reader:
    """Follows the changes to the end, again and again, with a copy of the library."""

    def __init__(self, server: Server, token: str) -> None:
        self.server, self.token = server, token
        self.cursor: str | None = None
        self.copy: set[tuple[str, int]] = set()

    def go_on(self) -> bool:
        """Read a page; return whether there is more. ``OSError`` if nobody answers."""
        since = f"&since={self.cursor}" if self.cursor else ""
        answer = self.server.request(f"{LIBRARY}changes/?limit=20{since}", token=self.token)
        assert answer.status == 200, answer.body
        page = answer.json()
        for change in page["changes"]:
            key = change["shelf"], change["id"]
            if change["op"] == "set":
                self.copy.add(key)
            else:
                self.copy.discard(key)
        self.cursor = page["cursor"]
        more: bool = page["has_more"]
        return more


def versions(server: Server) -> tuple[int, list[int]]:
    """Return Alice's version and those of her rows, read from the table itself."""
    code = (
        "from favorites.models import Entry; from accounts.models import User; import json;"
        "versions = Entry.objects.filter(version__gt=0).order_by('version').values_list('version', flat=True);"
        "print(json.dumps([User.objects.get().library_version, list(versions)]))"
    )
    version, found = json.loads(server.manage("shell", "--no-imports", "-c", code).splitlines()[-1])
    return version, found


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_what_was_acknowledged_before_a_kill_is_there_and_in_the_changes(
    store, tmp_path, flyer_service, request
):
    settings = {"DATABASE_URL": request.getfixturevalue("postgres").url} if store == "postgres" else {}
    with running(Server(tmp_path, upstream=flyer_service.url, WORKERS="2", **settings)) as server:
        flyers = [
            flyer["id"]
            for page in (1, 2)
            for flyer in server.request(f"{DISCOVER}?limit=100&page={page}").json()["results"]
        ]
        token = server.sign_in("alice")
        parts = [flyers[:60], flyers[:60], flyers[60:120], flyers[60:120]]
        writers = [Writer(server, token, *each) for each in zip(SHELVES, parts, strict=True)]
        readers = [Reader(server, token) for _ in range(2)]

        with Load(*(each.go_on for each in [*writers, *readers])):
            until(lambda: all(writer.turn > 30 for writer in writers), what="a storm")
            killed = server.workers[0]
            os.kill(killed, signal.SIGKILL)  # One is replaced ...
            until(lambda: len(set(server.workers) - {killed}) == 2, what="another worker")
            turns = [writer.turn for writer in writers]
            until(
                lambda: all(writer.turn > turn + 30 for writer, turn in zip(writers, turns, strict=True)),
                what="a storm",
            )
            server.kill()  # ... and with all of them the storm is over.
        server.start()

        for reader in [*readers, fresh := Reader(server, token)]:
            while reader.go_on():
                pass
        assert [reader.copy == fresh.copy for reader in readers] == [True, True]
        for writer in writers:
            known = {id_: is_there for id_, is_there in writer.is_there.items() if is_there is not None}
            assert {id_: (writer.shelf, id_) in fresh.copy for id_ in known} == known
            assert set(known.values()) == {True, False}
        version, found = versions(server)
        assert len(set(found)) == len(found)
        assert found[-1] == version

        # Queues whose answers were lost are sent again: what was done is not done twice.
        lost = [op for writer in writers for ops in writer.lost for op in ops][:100]
        first = server.request(f"{LIBRARY}ops/", "POST", {"ops": lost}, token=token)
        again = server.request(f"{LIBRARY}ops/", "POST", {"ops": lost}, token=token)
        assert lost
        assert (first.status, first.json()) == (200, again.json())
        assert first.headers["x-library-version"] == again.headers["x-library-version"]
