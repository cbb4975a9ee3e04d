"""The app while the flyer service fails and recovers: it shows what is true, no more and no less."""

from playwright.sync_api import expect

from tests.browser.stage import FRESH_SECONDS

BANNER = "the flyer service is not answering"
FAR_LATER_MS = 20_000
TWO_FLYERS = {3: "/api/v1/flyers/3/", 4: "/api/v1/flyers/4/"}
TAKEN_DOWN = 30  # for this test alone: the API caches for a while that there is no such flyer


def freshness(answer, path="/discover/"):
    return answer.headers.get("x-cache") if path in answer.url else None


def outdated(stage, new_visitor):
    """Let somebody look at the wall, and wait until what they saw is past its time."""
    page = new_visitor().opens()
    expect(page.get_by_role("article")).to_have_count(20)
    page.wait_for_timeout(FRESH_SECONDS * 1200)
    page.close()


def checks_until_it_is_over(page):
    """Press "Check now" until there is no banner: the API leaves a service that failed alone for a moment."""
    for _ in range(FAR_LATER_MS // 500):
        page.get_by_role("button", name="Check now").evaluate_all(
            "found => found.forEach((it) => it.click())"
        )
        page.wait_for_timeout(500)
        if page.get_by_text(BANNER).is_hidden():
            return


def test_in_an_outage_the_wall_stays_and_says_how_old_it_is(new_visitor, stage):
    outdated(stage, new_visitor)
    stage.turn(mode="down")

    page = new_visitor().opens()

    banner = page.get_by_role("status").filter(has_text=BANNER)
    expect(banner).to_contain_text("As of")
    expect(page.get_by_role("article")).to_have_count(20)

    stage.turn()
    checks_until_it_is_over(page)
    expect(banner).to_be_hidden()
    expect(page.get_by_role("article")).to_have_count(20)


def test_a_page_that_is_merely_past_its_time_raises_no_alarm(new_visitor, stage):
    outdated(stage, new_visitor)
    visitor = new_visitor()

    with visitor.context.expect_event("response", lambda answer: freshness(answer) == "STALE"):
        page = visitor.opens()
    with page.expect_response(lambda answer: freshness(answer) in {"HIT", "MISS"}):
        pass  # the app has its doubts, and asks once more

    expect(page.get_by_text(BANNER)).to_be_hidden()


def outdated_flyers(new_visitor, numbers=tuple(TWO_FLYERS)):
    """Let somebody look at flyers, and wait until what they saw is past its time."""
    visitor = new_visitor()
    for number in numbers:
        expect(visitor.opens(f"/flyer/{number}").locator("dl.facts")).to_be_visible()
    visitor.context.pages[-1].wait_for_timeout(FRESH_SECONDS * 1200)


def hurries_through(visitor):
    """Look at two flyers that are past their time, one right after the other; return the tab."""
    page = visitor.context.new_page()
    for number, path in TWO_FLYERS.items():
        with page.expect_response(lambda answer, path=path: freshness(answer, path) == "STALE"):
            page.goto(f"{visitor.stage.app}/#/flyer/{number}")
        expect(page.locator("dl.facts")).to_be_visible()
    return page


def test_two_flyers_that_are_merely_past_their_time_raise_no_alarm_together(new_visitor, stage):
    outdated_flyers(new_visitor)

    page = hurries_through(new_visitor())

    assert page.get_by_text(BANNER).is_hidden()
    with page.expect_response(lambda answer: freshness(answer, TWO_FLYERS[4]) == "HIT"):
        pass  # the app has its doubts about the second, and asks once more
    assert page.get_by_text(BANNER).is_hidden()


def test_in_an_outage_whoever_moves_on_hears_of_it_at_the_next_flyer(new_visitor, stage):
    outdated_flyers(new_visitor)
    stage.turn(mode="down")

    page = hurries_through(new_visitor())

    banner = page.get_by_text(BANNER)
    expect(banner).to_be_visible()

    stage.turn()
    checks_until_it_is_over(page)
    expect(banner).to_be_hidden()


def test_two_pages_of_a_list_that_are_merely_past_their_time_raise_no_alarm(new_visitor, stage):
    def scrolls(visitor):
        page = visitor.opens()
        expect(page.get_by_role("article")).to_have_count(20)
        page.keyboard.press("End")
        expect(page.get_by_role("article").nth(39)).to_be_attached()
        return page

    scrolls(new_visitor()).wait_for_timeout(FRESH_SECONDS * 1200)

    page = scrolls(new_visitor())

    assert page.get_by_text(BANNER).is_hidden()


def test_a_flyer_that_was_taken_down_is_gone_and_no_outage(new_visitor, stage):
    outdated_flyers(new_visitor, [TAKEN_DOWN])
    stage.turn(gone=[TAKEN_DOWN])
    visitor = new_visitor()

    page = visitor.opens(f"/flyer/{TAKEN_DOWN}")

    expect(page.get_by_role("alert")).to_contain_text("Not on the wall any more")
    expect(page.get_by_text(BANNER)).to_be_hidden()
    visitor.expects("status of 404")


def test_what_was_never_seen_fails_with_a_reason_and_comes_when_the_service_is_back(visitor, stage):
    stage.turn(mode="down")
    page = visitor.opens("/?q=marionettes")

    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("The flyer service is not available.")
    expect(alert).to_contain_text("Request ")
    expect(page.get_by_role("button", name="Try again in")).to_be_disabled()

    stage.turn()
    expect(page.get_by_role("article").or_(page.get_by_text("Nothing hangs here")).first).to_be_visible(
        timeout=FAR_LATER_MS
    )
    visitor.expects("status of 50[234]")


def test_without_a_network_the_app_says_so(visitor):
    page = visitor.opens()
    expect(page.get_by_role("article")).to_have_count(20)

    visitor.context.set_offline(True)
    page.get_by_role("button", name="Sports").click()

    expect(page.get_by_role("alert")).to_contain_text("Are you online?")
    visitor.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("article").first).to_be_visible()
    visitor.expects("ERR_INTERNET_DISCONNECTED")
