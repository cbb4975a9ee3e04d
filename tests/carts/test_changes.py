"""PATCH adds, then updates, then removes, all of it or nothing; and what a cart may hold is bounded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carts.models import Line
from carts.services.lines import Lines, Offer, Offers, Wanted
from tests.carts.calls import CARTS, content, fill, lines, make, refusal, stored

OK, INVALID = 200, (400, "VALIDATION_ERROR")


def test_add_increments_update_sets_and_remove_takes_out(as_alice):
    address = make(as_alice, p1=1, p2=2, p3=3)

    answer = as_alice.patch(
        address, {"add": lines(p1=4, p4=4), "update": lines(p2=9, p5=5), "remove": [3, 8]}
    )

    assert content(answer) == {1: 5, 2: 9, 4: 4, 5: 5}
    assert as_alice.get(address).json() == answer.json()


def test_the_three_run_in_order_whatever_the_order_in_the_body(as_alice):
    address = make(as_alice, p1=1)

    answer = as_alice.patch(
        address,
        {
            "remove": [2],
            "update": [*lines(p3=7), *lines(p3=8)],
            "add": [*lines(p1=1, p2=1), *lines(p1=1, p3=5)],
        },
    )

    assert content(answer) == {1: 3, 3: 8}


@pytest.mark.parametrize("body", [{}, {"add": [], "update": [], "remove": []}, {"remove": [9]}])
def test_a_change_of_nothing_changes_nothing(as_alice, body):
    address = make(as_alice, p1=1)
    before = stored()

    assert as_alice.patch(address, body).status_code == OK
    assert stored() == before


def test_the_date_can_be_changed_alone(as_alice):
    answer = as_alice.patch(make(as_alice, p1=1), {"date": "2030-01-01T00:00:00Z"})

    assert (content(answer), answer.json()["date"]) == ({1: 1}, "2030-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"add": lines(p1=1, p2=998)}, "add.1.quantity"),
        ({"add": [*lines(p3=999), *lines(p3=1)], "remove": [3]}, "add.1.quantity"),
        ({"add": lines(p1=1), "update": [{"product_id": 2, "quantity": 1000}]}, "update.0.quantity"),
        ({"add": lines(p1=1), "remove": [0]}, "remove.0"),
        ({"add": lines(p1=1), "update": [], "price": 1}, "price"),
    ],
)
def test_what_breaks_a_rule_at_any_step_changes_nothing(as_alice, body, place):
    address = make(as_alice, p1=1, p2=2)
    before = stored()

    assert refusal(as_alice.patch(address, body)) == (*INVALID, [place])
    assert stored() == before


@pytest.mark.parametrize("word", ["add", "update"])
def test_a_product_that_the_store_lacks_changes_nothing(as_alice, word):
    address = make(as_alice, p1=1)
    before = stored()

    answer = as_alice.patch(address, {"add": lines(p1=1), word: lines(p2=1, p99=1), "remove": [1]})

    assert refusal(answer) == (404, "NOT_FOUND", ["id"])
    assert answer.json()["error"]["message"] == "There is no such product."
    assert answer.json()["error"]["details"] == {"id": ["99"]}
    assert stored() == before


@pytest.mark.parametrize(
    ("method", "body"), [("post", {"lines": lines(p99=1)}), ("put", {"lines": lines(p1=1, p99=1)})]
)
def test_nor_is_a_cart_made_of_it(as_alice, method, body):
    address = make(as_alice, p1=1)
    before = stored()

    answer = getattr(as_alice, method)(CARTS if method == "post" else address, body)

    assert refusal(answer) == (404, "NOT_FOUND", ["id"])
    assert stored() == before


# --- Bounds -----------------------------------------------------------------------------------------


def test_a_cart_has_at_most_100_lines_after_all_is_done(as_alice, alice):
    address = f"{CARTS}{fill(alice, *range(101, 201)).pk}/"
    before = stored()

    assert refusal(as_alice.patch(address, {"add": lines(p1=1)})) == (*INVALID, ["add"])
    assert refusal(as_alice.patch(address, {"update": lines(p1=1)})) == (*INVALID, ["update"])
    assert stored() == before
    assert len(content(as_alice.patch(address, {"add": lines(p1=1), "remove": [101]}))) == 100


@pytest.mark.parametrize("name", ["lines", "add", "update", "remove"])
def test_a_list_in_a_body_has_at_most_100_items(as_alice, store, name):
    address = make(as_alice)
    store.received.clear()
    items = list(range(1, 102)) if name == "remove" else lines(**{f"p{n}": 1 for n in range(1, 102)})

    answers = [as_alice.patch(address, {name: items})]
    if name == "lines":
        answers = [as_alice.post(CARTS, {name: items}), as_alice.put(address, {name: items})]

    assert [refusal(answer) for answer in answers] == [(*INVALID, [name])] * len(answers)
    assert store.received == []


def test_a_person_has_at_most_20_carts(as_alice, as_bob, alice):
    for _ in range(20):
        as_alice.post(CARTS)

    answer = as_alice.post(CARTS)

    assert refusal(answer) == (*INVALID, ["non_field_errors"])
    assert as_bob.post(CARTS).status_code == 201
    as_alice.delete(f"{CARTS}{as_alice.get(CARTS).json()['results'][0]['id']}/")
    assert as_alice.post(CARTS).status_code == 201


# --- Any sequence of changes is what a dict would make of it ------------------------------------------

WANTED = st.lists(st.builds(Wanted, st.integers(1, 5), st.integers(1, 20)), max_size=4)
OFFERS = Offers({id_: Offer(f"Product {id_}", None, f"{id_}.50") for id_ in range(1, 6)})


@given(st.lists(st.tuples(WANTED, WANTED, st.lists(st.integers(1, 5), max_size=3)), max_size=6))
def test_lines_are_what_a_dict_of_quantities_would_be(changes):
    content = Lines((), OFFERS)
    expected = {}
    for add, update, remove in changes:
        content.add(add, place="add")
        content.update(update, place="update")
        content.remove(remove)
        for product_id, quantity in add:
            expected[product_id] = expected.get(product_id, 0) + quantity
        expected |= dict(update)
        for product_id in remove:
            expected.pop(product_id, None)

    assert {id_: line.quantity for id_, line in content.lines.items()} == expected
    assert list(content.lines) == list(expected)
    assert set(content.touched) == set(expected)
    assert all(
        isinstance(line, Line) and line.price_then == f"{id_}.50" for id_, line in content.lines.items()
    )
