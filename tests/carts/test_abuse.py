"""What a stranger, somebody else, or a body that lies can't do."""

import pytest

from tests.carts.calls import CARTS, content, fill, lines, make, refusal, stored

INVALID = (400, "VALIDATION_ERROR")
BODIES = {"get": None, "put": {"lines": []}, "patch": {"add": lines(p1=1)}, "delete": None}


@pytest.mark.parametrize("method", BODIES)
def test_somebody_elses_cart_is_no_other_than_one_that_is_not_there(as_bob, alice, method):
    theirs = fill(alice, 1)
    before = stored()

    answers = [getattr(as_bob, method)(f"{CARTS}{id_}/", BODIES[method]) for id_ in (theirs.pk, 987654321)]

    assert [refusal(answer) for answer in answers] == [(404, "NOT_FOUND", [])] * 2
    assert stored() == before


@pytest.mark.parametrize(
    ("method", "address"),
    [
        *[("get", CARTS), ("post", CARTS), ("get", f"{CARTS}users/1/")],
        *[(method, f"{CARTS}1/") for method in BODIES],
    ],
)
def test_a_stranger_gets_nowhere(anyone, db, method, address):
    assert refusal(getattr(anyone, method)(address)) == (401, "NOT_AUTHENTICATED", [])


@pytest.mark.parametrize("whose", ["bob", "alice"])
def test_nobody_but_an_administrator_says_whose_a_cart_is(as_alice, alice, bob, whose):
    address = make(as_alice, p1=1)
    user_id = {"alice": alice, "bob": bob}[whose].pk
    before = stored()

    for answer in (
        as_alice.post(CARTS, {"user_id": user_id}),
        as_alice.patch(address, {"user_id": user_id, "add": lines(p1=1)}),
    ):
        assert refusal(answer) == (403, "PERMISSION_DENIED", [])
    assert stored() == before


@pytest.mark.parametrize("field", ["price", "price_now", "price_then", "title", "id"])
def test_a_price_is_the_stores_to_say(as_alice, field):
    line = {"product_id": 7, "quantity": 1, field: 1}
    address = make(as_alice, p1=1)
    before = stored()

    assert refusal(as_alice.post(CARTS, {"lines": [line]})) == (*INVALID, [f"lines.0.{field}"])
    assert refusal(as_alice.patch(address, {"add": [line]})) == (*INVALID, [f"add.0.{field}"])
    assert stored() == before


@pytest.mark.parametrize("field", ["total", "currency", "user", "updated_at", "id"])
def test_nor_is_anything_else_that_is_not_the_callers(as_alice, field):
    address = make(as_alice, p1=1)

    for answer in (
        as_alice.post(CARTS, {field: 1}),
        as_alice.put(address, {"lines": [], field: 1}),
        as_alice.patch(address, {field: 1}),
    ):
        assert refusal(answer) == (*INVALID, [field])


@pytest.mark.parametrize(
    "quantity", ["-1", "0", "1e9", "1000", "1.5", '"2"', "true", "null", "[]", "1e400", "9" * 30]
)
@pytest.mark.parametrize("word", ["add", "update"])
def test_a_quantity_is_a_whole_number_from_1_to_999(as_alice, word, quantity):
    address = make(as_alice, p1=1)
    before = stored()
    body = f'{{"{word}": [{{"product_id": 1, "quantity": {quantity}}}]}}'

    answer = as_alice.patch(address, body, content_type="application/json")

    status, code, places = refusal(answer)
    assert (status, code) == INVALID
    assert places == [] if quantity == "1e400" else places == [f"{word}.0.quantity"]
    assert stored() == before


@pytest.mark.parametrize("product_id", ["-1", "0", "1.5", '"2"', "true", "null", "9223372036854775808"])
def test_a_product_is_a_whole_number_too(as_alice, product_id):
    body = f'{{"lines": [{{"product_id": {product_id}, "quantity": 1}}]}}'

    answer = as_alice.post(CARTS, body, content_type="application/json")

    assert refusal(answer) == (*INVALID, ["lines.0.product_id"])


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        "7",
        '"a"',
        '{"lines": {}}',
        '{"lines": [7]}',
        '{"lines": [[]]}',
        '{"lines": null}',
        '{"date": 7}',
    ],
)
def test_a_body_of_another_shape_is_refused(as_alice, body):
    answer = as_alice.post(CARTS, body, content_type="application/json")

    assert refusal(answer)[:2] == INVALID


@pytest.mark.parametrize(
    "date",
    [
        *("", "soon", "2026-05-01", "2026-W18-5", "2026-W18-5T12:00:00Z", "20260501T12", "20260501T120000Z"),
        *("2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-05-01T24:30:00Z", "2026-05-01T12:00:60Z"),
        *("2026-05-01T12:00Z", "2026-05-01 12:00:00Z", "2026-05-01T12:00:00,5Z", "2026-05-01T12:00:00.Z"),
        *(
            "2026-05-01T12:00:00",
            "2026-05-01T12:00:00+02",
            "2026-05-01T12:00:00+0200",
            "2026-05-01T12:00:00+24:00",
        ),
        *(
            "2026-05-01T12:00:00+23:59:59",
            "٢٠٢٦-05-01T12:00:00Z",
            " 2026-05-01T12:00:00Z",
            "2026-05-01T12:00:00Z\n",
        ),
        *("0001-01-01T00:00:00+23:00", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00+00:01"),
        *("9999-12-31T23:59:59-00:01", "10000-01-01T00:00:00Z"),
    ],
)
def test_a_date_is_a_moment_of_the_calendar_with_its_zone(as_alice, date):
    assert refusal(as_alice.post(CARTS, {"date": date})) == (*INVALID, ["date"])


@pytest.mark.parametrize(
    ("date", "shown"),
    [
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
        ("2026-05-01t12:00:00z", "2026-05-01T12:00:00Z"),
        ("2026-05-01T12:00:00.5-00:00", "2026-05-01T12:00:00.500000Z"),
        ("2026-05-01T12:00:00.123456789Z", "2026-05-01T12:00:00.123456Z"),
        ("2026-05-01T12:00:00+23:59", "2026-04-30T12:01:00Z"),
    ],
)
def test_every_moment_with_a_zone_will_do_and_is_shown_in_utc(as_alice, date, shown):
    assert as_alice.post(CARTS, {"date": date}).json()["date"] == shown


@pytest.mark.parametrize(
    ("address", "name"),
    [(f"{CARTS}?user=1", "user"), (f"{CARTS}?user_id=0", "user_id"), (f"{CARTS}?user_id=x", "user_id")],
)
def test_a_parameter_that_is_wrong_is_named(as_alice, address, name):
    assert refusal(as_alice.get(address)) == (*INVALID, [name])


def test_a_cart_takes_no_parameters_and_ids_are_in_range(as_alice):
    address = make(as_alice, p1=1)

    assert refusal(as_alice.get(f"{address}?page=1")) == (*INVALID, ["page"])
    for nothing in ("0", "-1", "x", "9223372036854775808", "users/0"):
        assert refusal(as_alice.get(f"{CARTS}{nothing}/")) == (404, "NOT_FOUND", [])
    assert as_alice.get(f"{CARTS}9223372036854775807/").status_code == 404
    assert content(as_alice.get(address)) == {1: 1}
