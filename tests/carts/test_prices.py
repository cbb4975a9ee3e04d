"""What a cart costs, when prices change, products go, and the store is down."""

import pytest

from tests.carts.calls import CARTS, content, fill, lines, make, refusal, stored
from tests.conftest import signed_in

OUTAGE = (503, "UPSTREAM_UNAVAILABLE", [])


def only_line(answer):
    (line,) = answer.json()["lines"]
    return line


@pytest.fixture
def address(as_alice, store):
    """A cart of two kettles at 10.50."""
    store.has(7, price=10.50, title="Kettle")
    return make(as_alice, p7=2)


# --- Prices change ----------------------------------------------------------------------------------


def test_a_new_price_stands_beside_the_old_one_and_counts(as_alice, address, store):
    store.has(7, price=12, title="Kettle, new")

    cart = as_alice.get(address)

    line = only_line(cart)
    assert (line["price_then"], line["price_now"], line["is_price_changed"]) == ("10.5", "12", True)
    assert (line["title"], cart.json()["total"], cart.json()["is_partial"]) == ("Kettle, new", "24.00", False)


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("put", {"lines": lines(p7=1)}),
        ("patch", {"add": lines(p7=1)}),
        ("patch", {"update": lines(p7=1)}),
    ],
    ids=["put", "add", "update"],
)
def test_whoever_sets_the_line_has_seen_the_new_price(as_alice, address, store, method, body):
    store.has(7, price=12)

    line = only_line(getattr(as_alice, method)(address, body))

    assert (line["price_then"], line["price_now"], line["is_price_changed"]) == ("12", "12", False)


def test_to_change_another_line_is_not_to_have_seen_it(as_alice, address, store):
    store.has(7, price=12)

    answer = as_alice.patch(address, {"add": lines(p3=1)})

    assert answer.json()["lines"][0]["price_then"] == "10.5"
    assert answer.json()["lines"][0]["is_price_changed"] is True


def test_the_same_price_in_other_digits_is_no_other(as_alice, alice, store):
    cart = fill(alice, 7)  # remembers 5.00
    store.has(7, price=5)

    assert only_line(as_alice.get(f"{CARTS}{cart.pk}/"))["is_price_changed"] is False


def test_totals_are_exact(as_alice, store):
    for id_, price in {1: 0.1, 2: 0.2, 3: 999999999, 4: 0.0001}.items():
        store.has(id_, price=price)

    answer = as_alice.post(CARTS, {"lines": lines(p1=3, p2=1, p3=999, p4=999)})

    assert answer.json()["total"] == "998999999001.5999"


# --- Products go ------------------------------------------------------------------------------------


def test_what_the_store_has_no_more_does_not_count_and_can_be_taken_out(as_alice, address, store):
    as_alice.patch(address, {"add": lines(p3=1)})
    store.lacks(7)

    cart = as_alice.get(address).json()

    gone = cart["lines"][0]
    assert (gone["availability"], gone["title"], gone["price_then"]) == ("gone", "Kettle", "10.5")
    assert (gone["price_now"], gone["is_price_changed"]) == (None, False)
    assert (cart["total"], cart["is_partial"]) == ("9.99", False)
    assert content(as_alice.patch(address, {"remove": [7]})) == {3: 1}


def test_who_asks_for_prices_too_often_is_told_to_wait(as_alice, address, store, settings):
    settings.THROTTLE_USER = (2, 60)

    answers = []
    for _ in range(3):
        store.forget_caches()
        answers.append(as_alice.get(address))

    assert answers[-1].status_code == 429
    assert answers[-1].json()["error"]["code"] == "THROTTLED"


# --- The store is down ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "body"),
    [("patch", {"update": lines(p7=1)}), ("put", {"lines": lines(p7=1)})],
    ids=["updated", "replaced"],
)
def test_what_the_store_has_no_more_may_stay_and_is_remembered(as_alice, address, store, method, body):
    store.lacks(7)

    (line, *_) = getattr(as_alice, method)(address, body).json()["lines"]

    assert (line["product_id"], line["quantity"], line["availability"]) == (7, 1, "gone")
    assert (line["title"], line["price_then"]) == ("Kettle", "10.5")


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("patch", {"add": lines(p7=1)}),
        ("patch", {"update": lines(p9=1)}),
        ("put", {"lines": lines(p7=1, p9=1)}),
    ],
    ids=["more of it", "a new line", "a new line beside it"],
)
def test_nobody_adds_what_the_store_has_no_more(as_alice, address, store, method, body):
    store.lacks(7)
    store.lacks(9)
    before = stored()

    assert refusal(getattr(as_alice, method)(address, body)) == (404, "NOT_FOUND", ["id"])
    assert stored() == before


def test_in_an_outage_a_cart_is_shown_with_what_is_remembered(as_alice, address, store):
    store.is_down()

    cart = as_alice.get(address).json()

    (line,) = cart["lines"]
    assert (line["availability"], line["title"], line["price_then"]) == ("unknown", "Kettle", "10.5")
    assert (line["price_now"], line["is_price_changed"]) == (None, False)
    assert line["image"].startswith("https://")
    assert (cart["total"], cart["is_partial"]) == ("21.00", True)
    assert "meta" not in cart


def test_in_an_outage_a_list_says_that_it_is_not_fresh(as_alice, address, store):
    store.is_down()

    page = as_alice.get(CARTS).json()

    assert page["meta"]["stale"] is True
    assert page["results"][0]["is_partial"] is True


def test_a_stale_copy_is_good_enough(clock, alice, store):
    alice = signed_in(alice)
    address = make(alice, p7=1)
    store.status = 503
    clock.shift(120)

    answer = alice.patch(address, {"add": lines(p7=1)})

    assert (content(answer), answer.json()["is_partial"]) == ({7: 2}, False)
    assert alice.get(CARTS).json()["meta"]["stale"] is True


@pytest.mark.parametrize("word", ["add", "update"])
def test_in_an_outage_nothing_is_put_in_that_is_not_known(as_alice, address, store, word):
    store.is_down()
    before = stored()

    answer = as_alice.patch(address, {word: lines(p3=1), "remove": [7]})

    assert refusal(answer) == OUTAGE
    assert "Retry-After" in answer
    assert stored() == before


def test_in_an_outage_nothing_is_added_to_a_line_that_is_not_known(as_alice, address, store):
    store.is_down()

    assert refusal(as_alice.patch(address, {"add": lines(p7=1)})) == OUTAGE


def test_in_an_outage_no_cart_is_made_of_what_is_not_known(as_alice, store):
    store.is_down()

    assert refusal(as_alice.post(CARTS, {"lines": lines(p7=1)})) == OUTAGE
    assert as_alice.post(CARTS, {}).status_code == 201


@pytest.mark.parametrize(
    ("method", "body", "left"),
    [
        ("patch", {"update": lines(p7=5)}, {7: 5}),
        ("patch", {"update": lines(p7=5), "remove": [7]}, {}),
        ("patch", {"remove": [7]}, {}),
        ("put", {"lines": lines(p7=9)}, {7: 9}),
    ],
    ids=["update", "update and remove", "remove", "put"],
)
def test_in_an_outage_what_is_there_can_be_changed_and_taken_out(
    as_alice, address, store, method, body, left
):
    store.is_down()

    answer = getattr(as_alice, method)(address, body)

    assert content(answer) == left
    assert answer.json()["is_partial"] is bool(left)
    assert {line["title"] for line in answer.json()["lines"]} <= {"Kettle"}
    assert {line["price_then"] for line in answer.json()["lines"]} <= {"10.5"}


def test_to_delete_a_cart_asks_nobody(as_alice, address, store):
    store.is_down()
    store.received.clear()

    assert as_alice.delete(address).status_code == 204
    assert store.received == []
