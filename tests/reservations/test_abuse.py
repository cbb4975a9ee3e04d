"""What a stranger, somebody else, or a request that lies can't do; nothing of it is half done."""

import json
from functools import partial
from typing import NamedTuple

import pytest
from django.core import serializers

from accounts.models import IdempotencyKey
from reservations.models import Claim, PlaceSettings, Primetime, Reservation, Trade
from tests.conftest import signed_in
from tests.races import at_once
from tests.reservations.calls import (
    RESERVATIONS,
    TUESDAY,
    book,
    every_claim_is_right,
    failure,
    offer,
    primetime,
    wish,
)

pytestmark = pytest.mark.django_db
INVALID = (400, "VALIDATION_ERROR")
MAX_ID = 2**63 - 1
NO_IDS = ["0", "-1", "x", "1.0", "+1", "٣", "1%00", str(MAX_ID + 1), "9" * 400]
NO_NUMBERS = [0, -1, "1", 1.5, True, None, [], {}, MAX_ID + 1]


class Write(NamedTuple):
    """An honest write of the cast's: {mine}, {theirs}, {pending}, {trade} and {primetime} are ids."""

    method: str
    path: str
    body: dict | None = None
    who: str = "alice"


REJECT = {"action": "reject", "rejection_reason": "The league plays"}
WRITES = {
    "book": Write("post", "", wish(12, 13)),
    "change": Write("put", "{mine}/", {"notes": "More"}),
    "move": Write("put", "{mine}/", wish(12, 13)),
    "cancel": Write("delete", "{mine}/"),
    "offer": Write("post", "trades/", {"requester_reservation_id": 0, "target_reservation_id": 0}, "bob"),
    "accept": Write("post", "trades/{trade}/", {"action": "accept"}, "bob"),
    "decline": Write("post", "trades/{trade}/", {"action": "reject", "response_message": "Sorry"}, "bob"),
    "take back": Write("delete", "trades/{trade}/"),
    "approve": Write("post", "{pending}/approve/", {"action": "approve"}, "root"),
    "decide many": Write("post", "approve/", REJECT | {"ids": [1]}, "root"),
    "change the place": Write("put", "admin/settings/", {"slot_duration_minutes": 30}, "root"),
    "add primetime": Write(
        "post", "admin/primetime/", {"weekday": 4, "start_time": "18:00", "end_time": "19:00"}, "root"
    ),
    "change primetime": Write("put", "admin/primetime/{primetime}/", {"is_active": False}, "root"),
    "remove primetime": Write("delete", "admin/primetime/{primetime}/", None, "root"),
}
WITH_BODY = [name for name, write in WRITES.items() if write.body]
READS = [
    "",
    "{mine}/",
    f"calendar/?start_date={TUESDAY}&end_date={TUESDAY}",
    "dashboard/",
    "dashboard/user/",
    "trades/",
    "trades/{trade}/",
]
ADMIN_READS = [
    "admin/dashboard/",
    "dashboard/admin/",
    "admin/settings/",
    "admin/primetime/",
    "admin/primetime/{primetime}/",
]
METHODS = ("get", "head", "options", "post", "put", "patch", "delete")


class Scene:
    """What everybody has at first, and who does what."""

    def __init__(self, **clients):
        self.clients = clients
        self.primetime = primetime()
        self.mine = book(clients["alice"], 10, 11, notes="a secret of Alice's")
        self.theirs = book(clients["bob"], 14, 15, notes="a secret of Bob's")
        self.pending = book(clients["alice"], 18, 19, notes="a secret of Alice's, too")
        self.trade = offer(clients["alice"], self.mine, self.theirs).json()

    @property
    def ids(self):
        """Return the ids of all that there is."""
        rows = {name: getattr(self, name)["id"] for name in ("mine", "theirs", "pending", "trade")}
        return rows | {"primetime": self.primetime.pk}

    def at(self, path):
        """Return the address of something."""
        return RESERVATIONS + path.format(**self.ids)

    def honest(self, write):
        """Return the body with which it is done."""
        ids = {"requester_reservation_id": self.theirs["id"], "target_reservation_id": self.mine["id"]}
        real = {"ids": [self.pending["id"]], **ids}
        return {name: real.get(name, value) for name, value in write.body.items()}

    def send(self, write, body=None, *, who=None, client=None, query="", **more):
        """Do something honest, unless another body, person or client is given."""
        client = client or self.clients[who or write.who]
        if body is None and write.body is not None:
            body = self.honest(write)
        return getattr(client, write.method)(self.at(write.path) + query, body, **more)


@pytest.fixture
def scene(as_alice, as_bob, as_carol, as_root, anyone):
    return Scene(alice=as_alice, bob=as_bob, carol=as_carol, root=as_root, nobody=anyone)


def stored():
    """Return all that is stored about reservations."""
    tables = (Reservation, Claim, Trade, Primetime, PlaceSettings)
    return [serializers.serialize("json", table.objects.order_by("pk")) for table in tables]


# --- Who may do what -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WRITES)
def test_what_is_attacked_here_is_done_when_it_is_honest(scene, name):
    before = stored()

    assert scene.send(WRITES[name]).status_code in {200, 201, 204}
    assert stored() != before
    assert every_claim_is_right()


@pytest.mark.parametrize("name", WRITES)
def test_nobody_else_writes(scene, name):
    write = WRITES[name]
    before = stored()

    stranger = scene.send(write, who="nobody")
    third = scene.send(write, who="carol") if name != "book" else None

    assert failure(stranger) == (401, "NOT_AUTHENTICATED", [])
    if write.who == "root":
        assert failure(third) == (403, "PERMISSION_DENIED", [])
    elif third is not None:
        assert failure(third)[:2] == (404, "NOT_FOUND")
    assert stored() == before


@pytest.mark.parametrize("path", [*READS, *ADMIN_READS])
def test_nobody_reads_without_signing_in(scene, path):
    assert failure(scene.clients["nobody"].get(scene.at(path))) == (401, "NOT_AUTHENTICATED", [])


@pytest.mark.parametrize("path", ADMIN_READS)
def test_what_is_for_administrators_is_for_nobody_else(scene, path):
    for method in ("get", "head", "put", "post", "delete"):
        assert getattr(scene.clients["alice"], method)(scene.at(path)).status_code == 403


def test_of_others_nobody_sees_more_than_names_and_times(scene):
    rejected = scene.send(WRITES["approve"], REJECT)
    taken = scene.clients["carol"].post(RESERVATIONS, wish(9, 16))

    assert rejected.json()["rejection_reason"] == "The league plays"
    assert failure(taken) == (409, "SLOT_TAKEN", ["taken"])
    for who in ("bob", "carol"):
        pages = [scene.clients[who].get(scene.at(path)) for path in READS if path != "{mine}/"]
        seen = b" ".join(page.content for page in [*pages, taken]).decode()
        assert "Alice" in seen
        for hidden in ("secret of Alice", "example.com", "The league plays"):
            assert hidden not in seen


def test_nor_does_who_takes_a_reservation_over_read_what_its_owner_had_noted(scene):
    scene.send(WRITES["accept"])

    alices, bobs = (scene.clients[who].get(RESERVATIONS).json()["results"] for who in ("alice", "bob"))

    assert {(each["start_time"], each["notes"]) for each in alices} == {
        ("18:00:00", "a secret of Alice's, too"),
        ("14:00:00", "a secret of Alice's"),
    }
    assert [(each["start_time"], each["notes"]) for each in bobs] == [("10:00:00", "a secret of Bob's")]


@pytest.mark.parametrize("name", WITH_BODY)
def test_nobody_says_what_is_not_theirs_to_say(scene, name):
    before = stored()

    for field in ("status", "user", "user_id", "id", "created_at", "__proto__"):
        answer = scene.send(WRITES[name], scene.honest(WRITES[name]) | {field: 1})
        assert failure(answer) == (*INVALID, [field])
    assert stored() == before


# --- Ids -------------------------------------------------------------------------------------------------


def test_an_id_that_can_not_be_is_not_there(as_root):
    for path in ("{}/", "{}/approve/", "trades/{}/", "admin/primetime/{}/"):
        for method in ("get", "put", "post", "delete"):
            for nothing in NO_IDS:
                answer = getattr(as_root, method)(RESERVATIONS + path.format(nothing))
                assert failure(answer) == (404, "NOT_FOUND", []), nothing


@pytest.mark.parametrize("field", ["requester_reservation_id", "target_reservation_id"])
def test_an_id_of_a_swap_is_a_whole_number_in_range(scene, field):
    before = stored()

    for id_ in NO_NUMBERS:
        body = scene.honest(WRITES["offer"]) | {field: id_}
        assert failure(scene.send(WRITES["offer"], body)) == (*INVALID, [field]), id_
    assert stored() == before


def test_so_is_each_of_a_batch_and_one_that_is_not_spoils_it(scene):
    before = stored()

    for id_ in NO_NUMBERS:
        body = REJECT | {"ids": [scene.pending["id"], id_]}
        assert failure(scene.send(WRITES["decide many"], body)) == (*INVALID, ["ids.1"]), id_
    assert stored() == before


def test_the_largest_id_is_no_error_and_not_there(scene):
    many = scene.send(WRITES["decide many"], REJECT | {"ids": [MAX_ID]})

    assert [each["outcome"] for each in many.json()["results"]] == ["not_found"]
    for path in ("{}/", "trades/{}/", "admin/primetime/{}/"):
        assert scene.clients["root"].get(RESERVATIONS + path.format(MAX_ID)).status_code == 404


# --- Bodies ----------------------------------------------------------------------------------------------


BODIES = {
    400: [
        *("[]", "[{}]", "null", "7", '"book"', "{", "{} {}", '{"action": NaN}', b'{"notes": "\xff"}'),
        *("[" * 100_000, '{"notes": ' * 50_000),
    ],
    413: ['{"notes": "' + "x" * 1_100_000 + '"}'],
}


@pytest.mark.parametrize("name", WITH_BODY)
def test_a_body_of_another_shape_is_refused(scene, name):
    before = stored()

    for status, bodies in BODIES.items():
        for body in bodies:
            answer = scene.send(WRITES[name], body, content_type="application/json")
            assert answer.status_code == status, body[:20]
    assert stored() == before


@pytest.mark.parametrize("name", WITH_BODY)
def test_a_body_is_json(scene, name):
    before = stored()

    for kind in ("text/plain", "multipart/form-data; boundary=x", "application/xml"):
        answer = scene.send(WRITES[name], "{}", content_type=kind)
        assert failure(answer) == (415, "UNSUPPORTED_MEDIA_TYPE", [])
    assert stored() == before


TEXTS = {
    "book": "notes",
    "change": "notes",
    "offer": "message",
    "accept": "response_message",
    "approve": "rejection_reason",
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_that_can_not_be_stored_is_refused(scene, name):
    before = stored()
    honest = json.dumps(scene.honest(WRITES[name]) | {TEXTS[name]: "TEXT"})

    for text in ('"a\\u0000b"', '"\\ud800"', '"a\\udfffb"', "7", "null", "[]", "{}"):
        body = honest.replace('"TEXT"', text)
        answer = scene.send(WRITES[name], body, content_type="application/json")
        assert failure(answer)[:2] == INVALID, text
    assert stored() == before


def test_every_other_text_is_taken_to_the_letter(scene):
    for text in ("<b>bold</b>", "'; DROP TABLE--", "zwölf\nOrte", "🌻", "a\u202eb", "{0} %s"):
        assert scene.send(WRITES["change"], {"notes": text}).json()["notes"] == text
        assert scene.clients["alice"].get(scene.at("{mine}/")).json()["notes"] == text


# --- Addresses, methods, parameters --------------------------------------------------------------------------


@pytest.mark.parametrize("name", WRITES)
def test_a_write_takes_no_parameters(scene, name):
    before = stored()

    assert failure(scene.send(WRITES[name], query="?limit=1")) == (*INVALID, ["limit"])
    assert stored() == before


@pytest.mark.parametrize("path", [*READS, *ADMIN_READS])
def test_an_address_has_a_slash_or_none_and_a_version_or_none(scene, path):
    client = scene.clients["root" if path in ADMIN_READS else "alice"]
    path, _, query = scene.at(path).partition("?")
    bare = path.rstrip("/")

    answers = [
        client.get(f"{each}?{query}") for each in (path, bare, *(p.replace("/v1", "") for p in (path, bare)))
    ]

    assert [each.status_code for each in answers] == [200] * 4
    # But for the links of a list, which are of the address that was asked for.
    assert len({each.content for each in answers}) == 1


@pytest.mark.parametrize("path", [*READS, *ADMIN_READS, "approve/", "{pending}/approve/"])
def test_a_method_that_a_route_does_not_take_is_named_as_that(scene, path):
    client, address, before = scene.clients["root"], scene.at(path), stored()
    taken = {each.strip().lower() for each in client.options(address)["Allow"].split(",")}

    for method in set(METHODS) - taken:
        response = getattr(client, method)(address)
        assert response.status_code == 405, method
        assert response["Allow"].lower().replace(" ", "").split(",")
    assert "patch" not in taken
    assert stored() == before


@pytest.mark.parametrize("path", [*READS, *ADMIN_READS])
def test_head_is_get_without_its_body(scene, path):
    client = scene.clients["root" if path in ADMIN_READS else "alice"]

    get, head = (getattr(client, method)(scene.at(path)) for method in ("get", "head"))

    assert (head.status_code, head["ETag"]) == (200, get["ETag"])


@pytest.mark.parametrize("path", [*READS, *ADMIN_READS])
def test_what_has_not_changed_is_not_sent_again(scene, path, clock):
    client = scene.clients["root" if path in ADMIN_READS else "alice"]
    first = client.get(scene.at(path))
    clock.shift(60)

    again = client.get(scene.at(path), HTTP_IF_NONE_MATCH=first["ETag"])
    PlaceSettings.objects.create(pk=1, slot_duration_minutes=30)
    Primetime.objects.update(start_time="17:00")
    Reservation.objects.update(status="CANCELLED")
    Trade.objects.update(message="Another")
    changed = client.get(scene.at(path), HTTP_IF_NONE_MATCH=first["ETag"])

    assert first["Cache-Control"] == "private, no-cache"
    assert (again.status_code, again.content) == (304, b"")
    assert changed.status_code == 200


# --- Writes that arrive again ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", WRITES)
def test_a_write_that_arrives_again_is_answered_alike_and_done_once(scene, name, mailoutbox):
    first = scene.send(WRITES[name], HTTP_IDEMPOTENCY_KEY="a-key")
    after, mails = stored(), len(mailoutbox)

    again = scene.send(WRITES[name], HTTP_IDEMPOTENCY_KEY="a-key")

    assert first.status_code in {200, 201, 204}
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert (stored(), len(mailoutbox)) == (after, mails)


@pytest.mark.parametrize("name", WRITES)
def test_a_key_with_another_request_is_a_conflict(scene, name):
    scene.clients[WRITES[name].who].put(f"{RESERVATIONS}{MAX_ID}/", {}, HTTP_IDEMPOTENCY_KEY="a-key")
    assert not IdempotencyKey.objects.exists()  # What failed may be sent again.
    own = book(scene.clients[WRITES[name].who], 12, 13, date="2026-05-06")
    scene.clients[WRITES[name].who].put(
        f"{RESERVATIONS}{own['id']}/", {"notes": "x"}, HTTP_IDEMPOTENCY_KEY="a-key"
    )
    before = stored()

    assert failure(scene.send(WRITES[name], HTTP_IDEMPOTENCY_KEY="a-key")) == (409, "CONFLICT", [])
    assert stored() == before


def test_what_was_taken_may_be_tried_again_with_the_same_key(scene):
    send = partial(scene.clients["bob"].post, RESERVATIONS, wish(10, 11), HTTP_IDEMPOTENCY_KEY="a-key")

    taken = send()
    scene.send(WRITES["cancel"])

    assert (taken.status_code, send().status_code, send().status_code) == (409, 201, 201)
    assert Reservation.objects.filter(notes="").count() == 1


# --- At the same moment ------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("name", "statuses"),
    [
        ("book", [201, 409]),
        ("move", [200, 200]),
        ("cancel", [204, 204]),
        ("offer", [201, 409]),
        ("accept", [200, 409]),
        ("take back", [204, 204]),
        ("approve", [200, 409]),
        ("add primetime", [201, 400]),
        ("remove primetime", [204, 404]),
    ],
)
def test_of_a_write_that_is_sent_twice_at_once_one_is_done(scene, alice, bob, root, name, statuses):
    write = WRITES[name]
    user = {"alice": alice, "bob": bob, "root": root}[write.who]

    answers = at_once([partial(scene.send, write, client=signed_in(user)) for _ in range(2)])

    assert sorted(answer.status_code for answer in answers) == statuses
    assert every_claim_is_right()
