"""The shop: browse, rate, fill a cart that follows the prices, and what is said while the store is down."""

import json
import re

from playwright.sync_api import Page, expect

from tests.browser.stage import ADMINISTRATOR, STORE_SECONDS

IN_CART = "In your cart: "
BANNER = "the store is not answering"
# Each test that changes a price has a product of its own: what is written to the store stays.
RULER, BOTTLE, PRICED, DOUBTFUL = 1, 7, 40, 41


def cards(page: Page):
    return page.locator("li.card:not(.skeleton)")


def line(page: Page, title: str):
    return page.locator("li.line").filter(has_text=title)


def adds(page: Page, product_id: int, quantity: int = 1) -> str:
    """Put something into the cart from its page, and return its title."""
    page.goto(f"{page.url.partition('#')[0]}#/product/{product_id}")
    page.get_by_label("Quantity").fill(str(quantity))
    page.get_by_role("button", name="Add to cart").click()
    expect(page.get_by_text(IN_CART)).to_be_visible()
    return page.get_by_role("heading", level=1).inner_text()


def is_looked_at_again(page: Page) -> None:
    """Give the window the focus, which all windows of a browser under test have at once."""
    page.evaluate("dispatchEvent(new Event('focus'))")


def changes_price(page: Page, product_id: int, price: str) -> None:
    page.goto(f"{page.url.partition('#')[0]}#/product/{product_id}")
    page.get_by_label("New price").fill(price)
    page.get_by_role("button", name="Change the price").click()


def test_products_are_searched_narrowed_and_sorted_and_come_page_after_page(visitor, stage):
    page = visitor.opens("/shop")
    expect(cards(page)).to_have_count(20)
    expect(cards(page).first.locator(".price")).to_have_text(re.compile(r"^US\$\d+\.\d\d$"))
    page.keyboard.press("End")
    expect(cards(page).nth(39)).to_be_attached()

    page.get_by_role("button", name="kitchen").click()
    page.get_by_label("Sorted by").select_option("price, highest first")
    expect(page).to_have_url(f"{stage.app}/#/shop?categories=kitchen&sort=-price")
    visitor.waits(page)
    prices = [float(text.removeprefix("US$")) for text in page.locator(".card .price").all_inner_texts()]
    assert prices == sorted(prices, reverse=True)

    title = cards(page).last.get_by_role("heading").inner_text()
    page.get_by_role("searchbox").fill(title)
    expect(cards(page)).to_have_count(1)
    cards(page).get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.locator(".tags")).to_have_text("kitchen", ignore_case=True)


def test_a_product_is_rated_anew_and_not_at_all_and_kept(alice, visitor, stage):
    alice.goto(f"{stage.app}/#/product/{BOTTLE}")
    here = alice.locator("dd").last
    expect(here).to_have_text("Nobody has rated it yet.")

    for value in (2, 5):
        alice.get_by_role("button", name=f"{value} of 5").click()
        expect(here).to_have_text(f"{value} of 5, by 1 person")
    with alice.expect_response(lambda answer: answer.url.endswith("/favorite/") and answer.status == 201):
        alice.get_by_role("button", name=re.compile("^Keep ")).click()
    alice.reload()
    expect(alice.get_by_role("button", name="5 of 5")).to_have_attribute("aria-pressed", "true")
    alice.get_by_role("button", name="Take it back").click()
    expect(here).to_have_text("Nobody has rated it yet.")
    expect(alice.get_by_role("group", name="Your rating").locator("[aria-pressed=true]")).to_have_count(0)

    title = alice.get_by_role("heading", level=1).inner_text()
    alice.get_by_role("link", name="Kept").click()
    expect(alice.get_by_text("Nothing kept yet")).to_be_visible()  # of flyers
    visitor.expects("status of 404")  # she shares nothing, and the API says so
    alice.get_by_role("button", name="Products").click()
    expect(alice.get_by_role("link", name=title)).to_be_visible()


def test_a_cart_follows_a_price_that_an_administrator_changes_elsewhere(alice, new_visitor, stage):
    title = adds(alice, PRICED, 2)
    alice.get_by_role("link", name="Look at the cart").click()
    expect(line(alice, title).locator(".each")).not_to_contain_text("when you last changed it")
    then = line(alice, title).locator(".each").inner_text()

    office = new_visitor()
    at_office = office.opens()
    office.signs_in(at_office, ADMINISTRATOR)
    changes_price(at_office, PRICED, "1234.50")
    expect(at_office.get_by_text("Changed: it costs US$1,234.50 now.")).to_be_visible()
    expect(at_office.locator(".price.large")).to_have_text("US$1,234.50")
    is_looked_at_again(alice)

    expect(line(alice, title).locator(".each")).to_have_text(
        f"US$1,234.50 was {then} when you last changed it"
    )
    expect(alice.locator(".total strong")).to_have_text("US$2,469.00")


def test_quantities_are_stepped_written_and_taken_out(alice, visitor):
    ruler, bottle = adds(alice, RULER), adds(alice, BOTTLE)
    alice.get_by_role("link", name="Cart", exact=True).click()
    more = line(alice, ruler).get_by_role("button", name="One more")
    quantity = line(alice, ruler).get_by_label("Quantity")

    for _ in range(3):
        more.click()
    expect(quantity).to_have_value("4")
    expect(more).to_be_focused()
    line(alice, ruler).get_by_role("button", name="One less").click()
    line(alice, bottle).get_by_label("Quantity").fill("12")
    alice.keyboard.press("Tab")
    visitor.waits(alice)
    alice.reload()
    expect(quantity).to_have_value("3")
    expect(line(alice, bottle).get_by_label("Quantity")).to_have_value("12")

    line(alice, ruler).get_by_role("button", name="Remove").click()
    expect(line(alice, ruler)).to_have_count(0)
    expect(line(alice, bottle).get_by_role("link")).to_be_focused()
    line(alice, bottle).get_by_role("button", name="Remove").click()
    expect(alice.get_by_text("Nothing in it")).to_be_visible()
    expect(alice.get_by_role("heading", level=1)).to_be_focused()


def test_what_was_added_is_added_once_when_the_answer_is_lost(alice, visitor, stage):
    lost = []

    def lose_the_answer(route):
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    alice.route("**/carts/", lose_the_answer)
    alice.goto(f"{stage.app}/#/product/{RULER}")
    alice.get_by_role("button", name="Add to cart").click()
    expect(alice.get_by_role("alert").filter(has_text="could not be reached")).to_be_visible()

    alice.get_by_role("button", name="Add to cart").click()

    expect(alice.get_by_text(f"{IN_CART}1.")).to_be_visible()
    assert lost == [201]
    visitor.expects("net::ERR_FAILED")


def test_in_an_outage_the_cart_is_shown_with_what_is_remembered(alice, stage):
    title = adds(alice, RULER, 3)
    stage.turn_store(mode="unreachable")
    alice.wait_for_timeout(STORE_SECONDS * 2400)

    alice.get_by_role("link", name="Cart", exact=True).click()

    expect(line(alice, title).locator(".each")).to_contain_text("as remembered")
    expect(alice.get_by_text("Some prices are not known just now")).to_be_visible()
    expect(alice.get_by_text(BANNER)).to_be_visible()

    stage.turn_store()
    for _ in range(40):  # the API leaves a store that failed alone for a moment
        alice.wait_for_timeout(500)
        is_looked_at_again(alice)
        if alice.get_by_text(BANNER).is_hidden():
            break
    expect(line(alice, title).locator(".each")).to_have_text(re.compile(r"^US\$[\d.]+$"))
    expect(alice.get_by_text("Some prices are not known just now")).to_be_hidden()


def test_when_nobody_knows_whether_a_price_was_changed_it_is_said(new_visitor, stage):
    office = new_visitor()
    page = office.opens()
    office.signs_in(page, ADMINISTRATOR)
    keys = []
    sentence = "The store did not answer in time. Nobody knows whether it has done what was asked: look before you try again."

    def time_out(route):
        if route.request.method != "PATCH":
            route.continue_()
            return
        keys.append(route.request.headers["idempotency-key"])
        route.fetch()  # the store has it
        failure = {"code": "UPSTREAM_TIMEOUT", "message": sentence, "details": {"outcome": ["unknown"]}}
        headers = {"Access-Control-Allow-Origin": stage.app, "Content-Type": "application/json"}
        route.fulfill(status=504, body=json.dumps({"error": failure}), headers=headers)

    page.route(f"**/products/{DOUBTFUL}/", time_out)
    changes_price(page, DOUBTFUL, "77.70")

    alert = page.get_by_role("alert").filter(has_text="Nobody knows whether the price was changed.")
    expect(alert).to_contain_text(sentence)
    alert.get_by_role("button", name="Look what it costs").click()
    expect(page.locator(".price.large")).to_have_text("US$77.70")
    expect(alert).to_be_hidden()
    assert len(keys) == 1
    office.expects("status of 504")


def test_a_cart_asks_strangers_in(visitor):
    page = visitor.opens("/cart")

    expect(page.get_by_text("That needs you")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("link", name="Sign in")).to_have_attribute(
        "href", "#/sign-in?next=%2Fcart"
    )


def test_without_products_nothing_of_a_shop_is_shown(visitor, stage):
    headers = {"Access-Control-Allow-Origin": stage.app}
    visitor.context.route("**/api/v1/categories/", lambda route: route.fulfill(status=404, headers=headers))

    page = visitor.opens("/shop")

    expect(page.get_by_role("heading", level=1)).to_contain_text("around the corner")
    for name in ("Shop", "Cart"):
        expect(page.get_by_role("link", name=name, exact=True)).to_have_count(0)
    visitor.expects("status of 404")
