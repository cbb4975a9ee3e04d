"""tests: the flyer service fails and recovers, and the app says what is true, no more and no less."""

from playwright.sync_api import expect

from tests.browser.stage import FRESH_SECONDS

BANNER = "the flyer service is not answering"
FAR_LATER_MS = 20_000


def freshness(answer):
    return answer.headers.get("x-cache") if "/discover/" in answer.url else None


def outdated(stage, new_visitor):
    """Let somebody look at the wall, and wait until what they saw is past its time."""
    page = new_visitor().opens()
    expect(page.get_by_role("article")).to_have_count(20)
    page.wait_for_timeout(FRESH_SECONDS * 1200)
    page.close()


def test_in_an_outage_the_wall_stays_and_says_how_old_it_is(new_visitor, stage):
    outdated(stage, new_visitor)
    stage.turn(mode="down")

    page = new_visitor().opens()

    banner = page.get_by_role("status").filter(has_text=BANNER)
    expect(banner).to_contain_text("As of")
    expect(page.get_by_role("article")).to_have_count(20)

    stage.turn()
    for _ in range(FAR_LATER_MS // 500):  # the API leaves a service that failed alone for a moment
        page.get_by_role("button", name="Check now").evaluate_all(
            "found => found.forEach((it) => it.click())"
        )
        page.wait_for_timeout(500)
        if banner.is_hidden():
            break
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
