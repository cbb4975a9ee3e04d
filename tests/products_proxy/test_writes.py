"""Writes to the store: by administrators alone, sent once, logged, and seen by every reader at once."""

from decimal import Decimal

import pytest

from products_proxy.catalog import PRODUCTS as CATALOG
from tests import payloads_fakestore as payloads
from tests.conftest import signed_in
from tests.payloads import flyer
from tests.products_proxy.store import CATEGORIES, PRODUCTS
from tests.products_proxy.writes import CREATE, KETTLE, ONE, WRITES, Write, each_write
from tests.proxy.test_hit_path_signed_in import bearer


@pytest.fixture
def shelf(store):
    store.has(
        payloads.product(7, title="Pan", price=22.3, category="men's clothing"),
        payloads.product(8, title="Pot", category="garden"),
    )
    return store


def sent(store):
    """Return the writes that the store has received, as method, path and body."""
    return [(each.method, each.path, each.body) for each in store.received if each.method != "GET"]


# --- Who may write ---------------------------------------------------------------------------------


@each_write
def test_an_anonymous_caller_writes_nothing(anyone, db, shelf, write):
    answer = write.send(anyone)

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "NOT_AUTHENTICATED")
    assert shelf.asked() == []


@each_write
def test_who_is_no_administrator_writes_nothing(as_alice, shelf, write):
    answer = write.send(as_alice)

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "PERMISSION_DENIED")
    assert shelf.asked() == []


@pytest.mark.parametrize(("caller", "status"), [("anyone", 401), ("as_alice", 403)])
def test_who_may_not_write_is_refused_before_the_body_is_read(anyone, as_alice, shelf, caller, status):
    client = {"anyone": anyone, "as_alice": as_alice}[caller]

    for method, address in (("post", PRODUCTS), ("put", ONE), ("patch", ONE)):
        answer = getattr(client, method)(address, "{not json", content_type="application/json")
        large = getattr(client, method)(address, "x" * 1_500_000, content_type="text/plain")

        assert (answer.status_code, large.status_code) == (status, status)


@each_write
def test_a_cookie_alone_never_writes(anyone, carol, shelf, write):
    anyone.force_login(carol)  # a session of the admin site
    anyone.cookies["refresh_token"] = bearer(carol).removeprefix("Bearer ")

    answer = write.send(anyone, Origin="https://flyers.test")

    assert answer.status_code == 401
    assert shelf.asked() == []


@each_write
def test_a_page_of_another_origin_is_let_in_by_no_header_of_ours(as_carol, shelf, write):
    preflight = as_carol.options(
        write.address,
        headers={"Origin": "https://evil.example", "Access-Control-Request-Method": write.method.upper()},
    )
    answer = write.send(as_carol, Origin="https://evil.example")

    assert not preflight.has_header("Access-Control-Allow-Origin")
    assert not answer.has_header("Access-Control-Allow-Origin")


def test_a_form_of_another_page_is_no_body(as_carol, shelf):
    for content_type in (
        "application/x-www-form-urlencoded",
        "text/plain",
        "multipart/form-data; boundary=x",
    ):
        answer = as_carol.post(PRODUCTS, "title=Kettle&price=5", content_type=content_type)

        assert (answer.status_code, answer.json()["error"]["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert shelf.asked() == []


def test_who_is_no_administrator_any_more_writes_nothing_more(as_carol, carol, shelf):
    carol.is_staff = False
    carol.save()

    assert as_carol.delete(ONE).status_code == 403
    assert shelf.asked() == []


@each_write
def test_writes_are_limited_by_person(settings, as_carol, carol, shelf, clock, write):
    settings.THROTTLE_USER = (2, 60)
    client = signed_in(carol)

    statuses = [write.send(client).status_code for _ in range(3)]
    refused = write.send(signed_in(carol))

    assert 429 not in statuses[:2]
    assert statuses[2] == 429
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "THROTTLED")
    assert len(sent(shelf)) <= 2


@each_write
def test_a_query_is_refused_before_anything_is_sent(as_carol, shelf, write):
    answer = write.send(as_carol, "?dry_run=true")

    assert (answer.status_code, list(answer.json()["error"]["details"])) == (400, ["dry_run"])
    assert shelf.asked() == []


# --- What is sent, and answered --------------------------------------------------------------------


def test_a_product_is_created_and_answered_with_its_id(as_carol, shelf):
    body = KETTLE | {
        "description": "One litre.",
        "image": "https://img.example/1.jpg",
        "categories": ["garden"],
    }

    answer = as_carol.post(PRODUCTS, body)

    assert answer.status_code == 201
    assert answer.json() == {
        "kind": "product",
        "id": 9,
        "title": "Kettle",
        "description": "One litre.",
        "price": {"amount": "109.95", "currency": "USD"},
        "categories": [{"slug": "garden", "name": "garden"}],
        "images": [{"url": "https://img.example/1.jpg", "order": 0}],
        "rating": None,
        "is_favorited": False,
    }
    assert sent(shelf) == [
        (
            "POST",
            "/products",
            {
                "title": "Kettle",
                "price": Decimal("109.95"),
                "description": "One litre.",
                "category": "garden",
                "image": "https://img.example/1.jpg",
            },
        )
    ]
    assert answer["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("said", ['{"id": 21}', "21", '{"id": 21, "title": null}'])
def test_an_answer_that_is_only_an_id_stands_for_what_was_sent(as_carol, shelf, said):
    shelf.created = said

    answer = as_carol.post(PRODUCTS, KETTLE | {"categories": ["mens-clothing"]})

    body = answer.json()
    assert (answer.status_code, body["id"], body["title"]) == (201, 21, "Kettle")
    assert body["price"]["amount"] == "109.95"
    assert body["categories"] == [{"slug": "mens-clothing", "name": "men's clothing"}]


def test_a_product_is_replaced_and_what_is_not_given_is_gone(as_carol, shelf):
    answer = as_carol.put(ONE, KETTLE)

    body = answer.json()
    assert (answer.status_code, body["id"], body["title"], body["description"]) == (200, 7, "Kettle", "")
    assert (body["categories"], body["images"]) == ([], [])
    assert body["rating"] == {"rate": 3.0, "count": 400}, "nobody can write it"
    assert shelf.asked() == ["GET /products/7", "PUT /products/7"]
    assert shelf.all_received[-1].body == {"title": "Kettle", "price": Decimal("109.95"), "description": ""}


@pytest.mark.parametrize(
    ("changes", "changed"),
    [
        ({"price": "19.90"}, {"price": Decimal("19.90")}),
        ({"title": " Frying\tpan "}, {"title": "Frying pan"}),
        ({"description": ""}, {"description": ""}),
        ({"categories": ["garden"]}, {"category": "garden"}),
        ({"categories": []}, {"category": None}),
        ({"image": None}, {"image": None}),
        ({}, {}),
    ],
)
def test_changes_are_merged_and_sent_as_one_put_with_all_fields(as_carol, shelf, changes, changed):
    was = {
        "title": "Pan",
        "price": Decimal("22.3"),
        "description": "Classic Created Wedding Engagement Solitaire Diamond Promise Ring.",
        "category": "men's clothing",
        "image": "https://fakestoreapi.com/img/71YAIFU48IL._AC_UL640_QL65_ML3_.jpg",
    }

    answer = as_carol.patch(ONE, changes)

    expected = {name: value for name, value in (was | changed).items() if value is not None}
    assert answer.status_code == 200, answer.content
    assert [(method, path) for method, path, _ in sent(shelf)] == [("PUT", "/products/7")]
    assert sent(shelf)[0][2] == expected
    assert str(sent(shelf)[0][2]["price"]) == str(expected["price"])
    assert answer.json()["rating"] == {"rate": 3.0, "count": 400}


def test_changes_begin_with_what_the_store_has_now_and_not_with_a_copy(as_carol, anyone, shelf):
    anyone.get(ONE)
    shelf.has(payloads.product(7, title="Renamed meanwhile", price="5.10"))

    as_carol.patch(ONE, {"description": "New."})

    body = sent(shelf)[0][2]
    assert (body["title"], str(body["price"]), body["description"]) == ("Renamed meanwhile", "5.10", "New.")


def test_a_product_is_deleted(as_carol, shelf):
    answer = as_carol.delete(ONE)

    assert (answer.status_code, answer.content) == (204, b"")
    assert shelf.asked() == ["GET /products/7", "DELETE /products/7"]


@pytest.mark.parametrize(("method", "body"), [("put", KETTLE), ("patch", {"price": 5}), ("delete", None)])
@pytest.mark.parametrize("nothing", ["null", ""])
def test_a_product_that_the_store_lacks_is_a_404_and_nothing_is_written(
    as_carol, shelf, method, body, nothing
):
    shelf.nothing = nothing

    answer = Write(method, f"{PRODUCTS}99/", body, "").send(as_carol)

    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["details"]) == (404, "NOT_FOUND", {"id": ["99"]})
    assert error["message"] == "There is no such product."
    assert sent(shelf) == []
    assert 99 not in shelf.products


def test_a_favorite_is_marked_on_what_is_answered(as_carol, shelf):
    as_carol.put(f"{ONE}favorite/")

    answers = [as_carol.put(ONE, KETTLE), as_carol.patch(ONE, {"price": 5})]

    assert [answer.json()["is_favorited"] for answer in answers] == [True, True]


# --- What readers see ------------------------------------------------------------------------------

READS = [
    PRODUCTS,
    f"{PRODUCTS}?sort=-price",
    f"{PRODUCTS}?search=pan",
    ONE,
    CATEGORIES,
    f"{CATEGORIES}garden/",
]


@each_write
@pytest.mark.parametrize("read", READS)
def test_after_a_write_the_next_read_is_a_miss_for_everybody(
    clock, anyone, hit_path, carol, shelf, write, read
):
    as_carol = signed_in(carol)
    as_carol.get(ONE)
    for _ in range(2):
        _, before, _ = hit_path.request(read)
    clock.shift(1)
    written = write.send(as_carol)
    shelf.asked()
    clock.shift(1)

    _, after, _ = hit_path.request(read)
    _, again, _ = hit_path.request(read)

    assert written.status_code in {200, 201, 204}
    assert before["x-cache"] == "HIT"
    assert after.get("x-cache", "MISS") == "MISS"
    assert shelf.asked() == ["GET /products"]
    assert again.get("x-cache", "HIT") == "HIT"
    assert anyone.get(read).get("X-Cache", "HIT") == "HIT"


def test_lists_items_and_categories_show_what_was_written(clock, anyone, carol, shelf):
    as_carol = signed_in(carol)
    for read in READS:
        anyone.get(read)
    clock.shift(1)
    as_carol.post(PRODUCTS, KETTLE | {"categories": ["garden"]})
    as_carol.patch(ONE, {"price": "1.00"})
    as_carol.delete(f"{PRODUCTS}8/")
    clock.shift(1)

    cheap, gone = anyone.get(ONE).json(), anyone.get(f"{PRODUCTS}8/").status_code
    titles = [product["title"] for product in anyone.get(PRODUCTS, {"sort": "price"}).json()["results"]]
    garden = anyone.get(f"{CATEGORIES}garden/").json()

    assert (cheap["price"]["amount"], gone, titles) == ("1.00", 404, ["Pan", "Kettle"])
    assert garden["product_count"] == 1


def test_what_was_deleted_is_gone_among_favorites(clock, carol, shelf):
    as_carol = signed_in(carol)
    as_carol.put(f"{ONE}favorite/")
    clock.shift(1)
    as_carol.delete(ONE)
    clock.shift(1)

    (row,) = as_carol.get("/api/v1/users/me/favorites/", {"kind": "product"}).json()["results"]

    assert (row["availability"], row["title"]) == ("gone", "Pan")


def test_a_list_that_can_not_be_renewed_after_a_write_is_served_stale(clock, anyone, carol, shelf):
    as_carol = signed_in(carol)
    anyone.get(PRODUCTS)
    clock.shift(1)
    as_carol.patch(ONE, {"price": 5})
    shelf.fails(504)
    clock.shift(1)

    answer = anyone.get(PRODUCTS)

    assert (answer.status_code, answer["X-Cache"], answer.json()["meta"]["stale"]) == (200, "STALE", True)


def test_flyers_stay_cached_when_a_product_is_written(clock, anyone, carol, shelf, wire):
    wire.get("http://upstream.test/api/v1/flyers/7/", json=flyer(7))
    anyone.get("/api/v1/flyers/7/")
    clock.shift(1)
    signed_in(carol).delete(ONE)
    clock.shift(1)

    assert anyone.get("/api/v1/flyers/7/")["X-Cache"] == "HIT"


# --- The line that stays ---------------------------------------------------------------------------


def lines(caplog):
    """Return what is logged of writes, without the time and the like."""
    names = ("action", "product_id", "user_id", "outcome", "reason")
    return [
        tuple(record.msg[name] for name in names)
        for record in caplog.records
        if record.name == "products_proxy.writes" and record.msg["event"] == "product written"
    ]


@each_write
def test_a_write_leaves_a_line_of_who_did_what(as_carol, carol, shelf, caplog, write):
    caplog.set_level("INFO")

    write.send(as_carol)

    assert lines(caplog) == [(write.action, 9 if write is CREATE else 7, carol.pk, "done", "ok")]
    said = " ".join(str(vars(record)) for record in caplog.records)
    assert "Kettle" not in said
    assert "109.95" not in said


@pytest.mark.parametrize(
    ("answer", "reason"),
    [((403, payloads.BLOCKED), "unavailable"), ((429, ""), "throttled"), ((400, ""), "malformed")],
)
def test_a_write_that_is_refused_has_failed(as_carol, carol, anyone, shelf, caplog, answer, reason):
    caplog.set_level("INFO")
    shelf.fails(*answer)

    status = as_carol.post(PRODUCTS, KETTLE).status_code

    assert status in {502, 503}
    assert lines(caplog) == [("create", None, carol.pk, "failed", reason)]


def test_nothing_was_written_where_the_store_has_no_such_product_or_category(as_carol, carol, shelf, caplog):
    caplog.set_level("INFO")

    as_carol.put(f"{PRODUCTS}99/", KETTLE)
    as_carol.post(PRODUCTS, KETTLE | {"categories": ["zebras"]})

    assert lines(caplog) == [
        ("replace", 99, carol.pk, "failed", "not_found"),
        ("create", None, carol.pk, "failed", "unknown_category"),
    ]
    assert sent(shelf) == []


@pytest.mark.parametrize("answer", [(500, "{}"), (502, ""), (200, "[]"), (200, "null"), (201, "<html>")])
def test_where_nobody_knows_the_line_and_the_answer_say_so(as_carol, carol, anyone, shelf, caplog, answer):
    caplog.set_level("INFO")
    anyone.get(PRODUCTS)
    shelf.fails(*answer)

    response = as_carol.post(PRODUCTS, KETTLE)

    assert response.status_code in {502, 503}
    assert "Nobody knows whether it has done what was asked" in response.json()["error"]["message"]
    assert [(line[0], line[3]) for line in lines(caplog)] == [("create", "unknown")]
    assert len(sent(shelf)) == 1


def test_after_a_write_of_which_nobody_knows_the_next_read_is_a_miss(clock, anyone, carol, shelf):
    as_carol = signed_in(carol)
    anyone.get(PRODUCTS)
    clock.shift(1)
    shelf.fails(500)
    as_carol.post(PRODUCTS, KETTLE)
    shelf.is_well()
    clock.shift(1)

    assert anyone.get(PRODUCTS)["X-Cache"] == "MISS"


def test_after_a_write_that_failed_copies_are_as_good_as_before(clock, anyone, carol, shelf):
    as_carol = signed_in(carol)
    anyone.get(PRODUCTS)
    clock.shift(1)
    shelf.fails(400)
    as_carol.post(PRODUCTS, KETTLE)
    shelf.is_well()
    clock.shift(1)

    assert anyone.get(PRODUCTS)["X-Cache"] == "HIT"


def test_an_address_without_products_is_no_missing_product(as_carol, carol, shelf, caplog):
    caplog.set_level("INFO")
    shelf.fails(404)

    answer = as_carol.post(PRODUCTS, KETTLE)

    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (502, "UPSTREAM_BAD_RESPONSE")
    assert error["message"] == "The store gave an answer that can't be used."
    assert [line[3] for line in lines(caplog)] == ["failed"]


def test_the_store_is_asked_for_products_alone(as_carol, as_alice, anyone, shelf):
    for read in READS:
        anyone.get(read)
    for write in WRITES:
        write.send(as_carol)
    as_alice.put(f"{PRODUCTS}8/favorite/")
    for address in ("/api/v1/users/", "/api/v1/auth/me/", "/api/v1/carts/", "/api/v1/carts/users/1/"):
        as_carol.get(address)
    CATALOG.settle()

    assert {each.path.partition("/")[2].partition("/")[0] for each in shelf.all_received} == {"products"}
