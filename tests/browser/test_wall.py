"""The wall of flyers for an anonymous visitor: filter, search, scroll, read, and come back."""

from playwright.sync_api import Page, expect


def cards(page: Page):
    return page.locator("li.card:not(.skeleton)")


def test_a_passer_by_sees_flyers_with_picture_creator_place_and_end(visitor):
    page = visitor.opens()

    first = cards(page).first
    expect(first.get_by_role("heading")).not_to_be_empty()
    expect(first.locator(".byline")).not_to_be_empty()
    expect(first.locator(".facts")).to_contain_text("until")
    expect(page).to_have_title("The wall · Flyers")
    expect(first.locator(".sheet img")).to_have_js_property("naturalWidth", 800)


def test_scrolling_brings_page_after_page_and_no_flyer_twice(visitor):
    page = visitor.opens()
    expect(cards(page)).to_have_count(20)

    for seen in (40, 60):
        page.keyboard.press("End")
        expect(cards(page).nth(seen - 1)).to_be_attached()

    links = [link.get_attribute("href") for link in page.locator("a.cover").all()]
    assert len(links) == len(set(links))


def test_typing_searches_once_one_pauses_and_an_older_answer_never_wins(visitor):
    page = visitor.opens()
    expect(cards(page)).to_have_count(20)
    searches = []
    page.on("request", lambda request: "/search/" in request.url and searches.append(request.url))

    page.get_by_role("searchbox").press_sequentially("gypsy jazz", delay=20)
    expect(page).to_have_url(f"{visitor.stage.app}/#/?q=gypsy+jazz")

    expect(cards(page).first).to_contain_text("Gypsy Jazz")
    expect(page.get_by_role("heading", name="Gypsy Jazz")).to_have_count(cards(page).count())
    assert len(searches) == 1


def test_categories_narrow_the_wall_and_stand_in_the_address(visitor):
    page = visitor.opens()

    page.get_by_role("button", name="Food & Drink").click()

    expect(page.get_by_role("button", name="Food & Drink")).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(f"{visitor.stage.app}/#/?categories=food")
    cards(page).first.get_by_role("link").first.click()
    expect(page.locator(".tags")).to_contain_text("food")


def test_near_me_shows_distances(new_visitor):
    visitor = new_visitor(permissions=["geolocation"], geolocation={"latitude": 40.41, "longitude": -3.7})
    page = visitor.opens()

    page.get_by_role("button", name="Near me").click()

    expect(cards(page).first.locator(".facts")).to_contain_text("m")
    page.get_by_role("button", name="1 km", exact=True).click()
    expect(page.get_by_role("button", name="1 km", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(cards(page).first.locator(".facts")).to_contain_text(" m")
    assert "40.4" not in page.url


def test_whoever_keeps_their_position_to_themselves_sees_the_whole_city(new_visitor):
    page = new_visitor(permissions=[]).opens()
    expect(cards(page)).to_have_count(20)

    page.get_by_role("button", name="Near me").click()

    expect(page.get_by_text("Your position stays yours.")).to_be_visible()
    expect(page.get_by_role("button", name="Near me")).to_have_attribute("aria-pressed", "false")
    expect(cards(page)).to_have_count(20)


def test_nothing_found_offers_a_way_on(visitor):
    page = visitor.opens("/?q=zzzzzzzz")

    page.get_by_role("link", name="To the wall").click()

    expect(cards(page)).to_have_count(20)
    expect(page.get_by_role("searchbox")).to_have_value("")


def test_one_reads_a_flyer_and_comes_back_to_the_same_spot_of_the_wall(visitor):
    page = visitor.opens()
    expect(cards(page)).to_have_count(20)
    page.keyboard.press("End")
    expect(cards(page).nth(39)).to_be_attached()
    link = cards(page).nth(30).get_by_role("link").first
    title = link.inner_text()
    link.click()

    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page).to_have_title(f"{title} · Flyers")
    page.go_back()

    expect(link).to_be_in_viewport()
    expect(link).to_be_focused()


def test_a_creator_has_a_page_with_their_flyers(visitor):
    page = visitor.opens()
    creator = cards(page).first.locator(".byline")
    name = creator.inner_text()
    creator.click()

    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(cards(page).first.locator(".byline")).to_have_text(name)


def test_a_flyer_that_is_gone_says_so(visitor):
    page = visitor.opens("/flyer/999999999")

    expect(page.get_by_role("alert")).to_contain_text("Not on the wall any more")
    expect(page.get_by_role("alert")).to_contain_text("Request ")
    visitor.expects("status of 404")


def test_the_keyboard_alone_is_enough(visitor):
    page = visitor.opens()
    expect(cards(page)).to_have_count(20)

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("searchbox")).to_be_focused()


def test_a_flyer_without_pictures_is_set_in_type(visitor):
    page = visitor.opens("/flyer/3")  # every flyer with id % 20 == 3 of the sample has none

    title = (
        page.get_by_role("article").get_by_role("heading", level=1).inner_text()
    )  # once the flyer is there
    expect(page.locator(".typeset")).to_have_text(title)
