"""A person's journey: sign up, add favorites, follow, share, and delete the account."""

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from tests.browser.stage import PASSWORD
from tests.browser.visitor import until

OTHER_PASSWORD = "a-short-walk-by-the-sea"


def title_of(card):
    return card.get_by_role("heading").inner_text()


def first_card(page):
    return page.get_by_role("listitem").filter(has=page.get_by_role("article")).first


def saved(page, ending, status):
    """Expect an answer of the API while something is pressed."""
    return page.expect_response(lambda answer: answer.url.endswith(ending) and answer.status == status)


def test_whoever_adds_a_favorite_signs_up_and_is_back_where_they_were(visitor, stage):
    page = visitor.opens("/?categories=music")
    title = title_of(first_card(page))

    page.get_by_role("button", name=f"Keep {title}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome back")
    page.get_by_role("link", name="I'm new here").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nice to meet you")
    page.get_by_label("E-mail").fill(f"carol{next(stage.numbers)}@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("First name").fill("Carol")
    page.get_by_role("button", name="Sign up").click()

    expect(page.get_by_role("link", name="Account", exact=True)).to_be_visible()
    expect(page).to_have_url(f"{stage.app}/#/?categories=music")
    expect(page.get_by_role("button", name=f"Keep {title}")).to_be_visible()


def test_a_favorite_is_marked_and_listed(alice, visitor):
    title = title_of(first_card(alice))
    heart = alice.get_by_role("button", name=f"Keep {title}")

    with saved(alice, "/favorite/", 201):
        heart.click()
    expect(heart).to_have_attribute("aria-pressed", "true")

    alice.reload()
    expect(heart).to_have_attribute("aria-pressed", "true")
    alice.get_by_role("link", name="Kept").click()
    expect(alice.get_by_role("link", name=title)).to_be_visible()
    visitor.waits(alice)
    visitor.expects("status of 404")  # she shares nothing, and the API says so


def test_followed_creators_have_a_page_and_narrow_the_wall(alice):
    first_card(alice).get_by_role("link").first.click()
    follow = alice.get_by_role("button", name=re.compile("^Follow"))
    with saved(alice, "/follows/", 201):
        follow.click()
    expect(follow).to_have_attribute("aria-pressed", "true")
    creator = alice.locator(".who a").inner_text()

    alice.get_by_role("link", name="The wall").click()
    alice.get_by_role("button", name="Following").click()
    expect(alice.locator(".byline").filter(has_not_text=creator)).to_have_count(0)
    expect(alice.locator(".byline").first).to_have_text(creator)
    alice.get_by_role("navigation").get_by_role("link", name="Following").click()
    expect(alice.locator(".people a")).to_have_text([creator])

    with alice.expect_response(lambda answer: "/follows/" in answer.url and answer.status == 204):
        alice.locator(".people").get_by_role("button", name="Following").click()
    alice.reload()
    expect(alice.get_by_text("Nobody yet")).to_be_visible()


def test_a_shared_list_can_be_seen_renamed_and_taken_back(alice, visitor, new_visitor):
    title = title_of(first_card(alice))
    with saved(alice, "/favorite/", 201):
        alice.get_by_role("button", name=f"Keep {title}").click()
    alice.get_by_role("link", name="Kept").click()
    alice.get_by_text("Share this list").click()
    alice.get_by_label("Name of the list").fill("<b>Weekends</b>")
    alice.get_by_role("button", name="Make a link").click()
    link = alice.get_by_label("Link to your list").input_value()

    # A stranger with the link sees it, her first name, and nothing more of her.
    stranger = new_visitor()
    there = stranger.context.new_page()
    there.goto(link)
    expect(there.get_by_role("heading", level=1)).to_have_text("<b>Weekends</b>")
    expect(there.get_by_text("Kept by Alice")).to_be_visible()
    expect(there.get_by_role("link", name=title)).to_be_visible()
    expect(there.get_by_text("@example.com")).to_have_count(0)

    # Another name keeps the link; a revoked link leads nowhere.
    alice.get_by_text("Rename or revoke").click()
    alice.get_by_label("Name of the list").fill("Sundays")
    alice.get_by_role("button", name="Rename").click()
    expect(alice.get_by_role("heading", name="Shared as “Sundays”")).to_be_visible()
    assert alice.get_by_label("Link to your list").input_value() == link
    alice.get_by_text("Rename or revoke").click()
    alice.get_by_role("button", name="Revoke the link").click()
    expect(alice.get_by_text("The link leads nowhere now.")).to_be_visible()
    there.reload()
    expect(there.get_by_role("alert")).to_contain_text("Not on the wall any more")
    stranger.expects("status of 410")
    visitor.expects("status of 404")  # before she shared anything


def test_the_link_can_be_copied(new_visitor, stage):
    visitor = new_visitor(permissions=["clipboard-read", "clipboard-write"])
    page = visitor.opens()
    visitor.signs_in(page, stage.sign_up("Alice"))
    page.get_by_role("link", name="Kept").click()
    page.get_by_text("Share this list").click()
    page.get_by_label("Name of the list").fill("Weekends")
    page.get_by_role("button", name="Make a link").click()

    page.get_by_role("button", name="Copy").click()

    expect(page.get_by_text("Copied.")).to_be_visible()
    link = page.get_by_label("Link to your list").input_value()
    assert page.evaluate("navigator.clipboard.readText()") == link
    visitor.expects("status of 404")  # before she shared anything


def test_whoever_deletes_their_account_is_gone(alice, visitor, stage):
    alice.get_by_role("link", name="Account").click()
    alice.get_by_text("Delete the account").click()
    alice.get_by_label("Your password").fill(PASSWORD)
    alice.get_by_role("button", name="Delete it all").click()

    expect(alice.get_by_role("link", name="Sign in")).to_be_visible()
    expect(alice.get_by_role("heading", level=1)).to_contain_text("around the corner")
    alice.reload()
    expect(alice.get_by_role("article").first).to_be_visible()
    expect(alice.get_by_role("link", name="Sign in")).to_be_visible()
    assert visitor.context.cookies(f"{stage.api}/api/") == []


def test_a_heart_that_could_not_be_saved_is_taken_back(alice, visitor):
    heart = alice.get_by_role("button", name=re.compile("^Keep ")).first
    alice.route("**/favorite/", lambda route: route.abort())

    heart.click()

    expect(alice.get_by_text("Not saved")).to_be_visible()
    expect(heart).to_have_attribute("aria-pressed", "false")
    visitor.expects("net::ERR_FAILED")


def test_hasty_clicks_end_as_the_last_one_said(alice, visitor):
    card = alice.get_by_role("listitem").filter(has=alice.get_by_role("article")).first
    title, heart = title_of(card), card.get_by_role("button")

    for _ in range(5):
        heart.click()

    expect(heart).to_have_attribute("aria-pressed", "true")
    alice.get_by_role("link", name="Kept").click()  # at once: what was clicked is not yet said to the API
    expect(alice.get_by_role("link", name=title)).to_be_visible()
    visitor.waits(alice)
    visitor.expects("status of 404")  # she shares nothing, and the API says so


def test_a_list_waits_for_what_was_clicked_just_before(alice, visitor):
    card = alice.get_by_role("listitem").filter(has=alice.get_by_role("article")).first
    title, held = title_of(card), []

    def hold(route):
        held.append(route)

    alice.route("**/favorite/", hold)
    card.get_by_role("button").click()
    alice.get_by_role("link", name="Kept").click()
    expect(alice.get_by_role("heading", level=1)).to_have_text("Kept")
    until(alice, lambda: held)
    held[0].continue_()

    expect(alice.get_by_role("link", name=title)).to_be_visible()
    visitor.waits(alice)
    visitor.expects("status of 404")  # she shares nothing, and the API says so


def test_favorites_that_ended_or_vanished_are_distinguished(alice, visitor, stage):
    begin = {"valid_from": "2020-01-01T00:00:00Z"}
    soon = (datetime.now(UTC) + timedelta(seconds=10)).isoformat(timespec="seconds")
    short = {"id": 9001, "title": "Over in a moment", "valid_until": soon, **begin}
    long = {"id": 9002, "title": "Here today", "valid_until": "2099-01-01T00:00:00Z", **begin}
    stage.turn(added=[short, long])
    for flyer_id in (9001, 9002):
        alice.goto(f"{stage.app}/#/flyer/{flyer_id}")
        with saved(alice, "/favorite/", 201):
            alice.get_by_role("button", name=re.compile("^Keep ")).click()

    stage.turn(gone=[9002])
    alice.get_by_role("link", name="Kept").click()
    seen_in_time(alice, "Over in a moment", "Ended ")
    seen_in_time(alice, "Here today", "Taken down")

    visitor.expects("status of 404")  # she shares nothing, and the API says so


def seen_in_time(page, title, words):
    """Reload until a favorite shows these words: the API serves its cached copy while it revalidates in background."""
    remark = page.get_by_role("listitem").filter(has_text=title).locator(".remark")
    for _ in range(20):
        expect(page.get_by_role("article")).to_have_count(2)
        if words in "".join(remark.all_inner_texts()):
            return
        page.wait_for_timeout(1000)
        page.reload()
    expect(remark).to_contain_text(words)


def test_a_form_says_beside_the_field_what_is_wrong(visitor, stage):
    taken = stage.sign_up("Bob")
    page = visitor.opens("/sign-up")
    page.get_by_label("E-mail").fill(taken)
    page.get_by_label("Password").fill("12345678")
    page.get_by_role("button", name="Sign up").click()

    password = page.get_by_label("Password")
    expect(password).to_have_attribute("aria-invalid", "true")
    expect(password).to_have_accessible_description(re.compile("too common"))
    password.fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()

    expect(page.get_by_label("E-mail")).to_have_accessible_description("This field must be unique.")
    expect(page.get_by_label("E-mail")).to_be_focused()
    visitor.expects("status of 400")


def test_a_wrong_password_is_reported_in_a_sentence(visitor, stage):
    page = visitor.opens("/sign-in?next=%2Fkept")
    page.get_by_label("E-mail").fill(stage.sign_up("Bob"))
    page.get_by_label("Password").fill("not-this-one")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("alert")).to_contain_text("Request ")
    visitor.expects("status of 401")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kept")
    visitor.waits(page)
    visitor.expects("status of 404")  # he shares nothing, and the API says so


def test_whoever_forgot_the_password_gets_a_link_that_works_once(visitor, stage):
    email = stage.sign_up("Bob")
    page = visitor.opens("/forgot")
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_text("the link is on its way")).to_be_visible()

    link = re.search(r"http://localhost:\S+", stage.mail_to(email))[0]
    page.goto(link)
    page.get_by_label("New password").fill(OTHER_PASSWORD)
    page.get_by_role("button", name="Save it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome back")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(OTHER_PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Account")).to_be_visible()

    page.goto(link)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Save it").click()
    expect(page.get_by_role("alert").first).to_contain_text("not valid any more")
    visitor.expects("status of 400")
