"""Sessions in one tab and in many, and whoever may not use them."""

import re
from contextlib import ExitStack

from playwright.sync_api import expect

from tests.browser.stage import PASSWORD
from tests.browser.visitor import until

SIGNED_IN = "Account"
# Some browsers have neither, and an attacker's or a proxy's copy of the app need not use them.
NO_COORDINATION = "delete Navigator.prototype.locks; window.BroadcastChannel = class { postMessage() {} };"


def answers(context, ending, *wanted):
    """Write down the status of every answer from such an address."""
    statuses = []

    def hear(answer):
        if answer.url.endswith(ending) and (not wanted or answer.status in wanted):
            statuses.append(answer.status)

    context.on("response", hear)
    return statuses


def reload_together(*tabs):
    with ExitStack() as reloads:
        for tab in tabs:
            reloads.enter_context(tab.expect_event("load"))
        for tab in tabs:
            tab.evaluate("setTimeout(() => location.reload())")


def test_no_script_can_read_what_keeps_a_person_signed_in(alice, visitor, stage):
    assert alice.evaluate("document.cookie") == ""
    assert "eyJ" not in alice.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")

    cookies = visitor.context.cookies(f"{stage.api}/api/")
    assert {cookie["name"] for cookie in cookies} == {"refresh_token", "known_device"}
    for cookie in cookies:
        assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "Strict")
        assert (cookie["domain"], cookie["path"]) == ("localhost", "/api/")


def test_a_reload_keeps_a_person_signed_in(alice):
    alice.reload()

    expect(alice.get_by_role("link", name=SIGNED_IN)).to_be_visible()


def test_a_visitor_who_never_signed_in_is_not_asked_to_refresh(visitor):
    statuses = answers(visitor.context, "/auth/refresh/")

    page = visitor.opens()

    expect(page.get_by_role("article").first).to_be_visible()
    assert statuses == []


def test_many_calls_that_meet_a_dead_token_share_one_refresh(alice, visitor):
    refreshed, saved = answers(visitor.context, "/auth/refresh/"), answers(visitor.context, "/favorite/", 201)
    refused = []

    def refuse_once(route):
        if len(refused) < 3 and route.request.headers.get("authorization"):
            refused.append(route.request.headers["authorization"])
            body = {"error": {"code": "INVALID_TOKEN", "message": "", "details": {}, "request_id": "1"}}
            origin = {"Access-Control-Allow-Origin": visitor.stage.app}
            route.fulfill(status=401, json=body, headers=origin)
        else:
            route.continue_()

    alice.route(re.compile(r"/favorite/$"), refuse_once)
    hearts = alice.get_by_role("button", name=re.compile("^Keep "))
    alice.evaluate(
        "document.querySelectorAll('.heart').forEach((heart, index) => index < 3 && heart.click())"
    )

    until(alice, lambda: saved == [201, 201, 201])
    for index in range(3):
        expect(hearts.nth(index)).to_have_attribute("aria-pressed", "true")
    assert len(refused) == 3
    assert refreshed == [200]
    visitor.expects("status of 401")


def test_a_token_is_renewed_before_it_ends(alice, visitor):
    statuses = answers(visitor.context, "/auth/refresh/")
    alice.clock.install()
    alice.clock.fast_forward("09:50")

    with alice.expect_response(re.compile(r"/favorite/$")):
        alice.get_by_role("button", name=re.compile("^Keep ")).first.click()

    assert statuses == [200]


def test_two_tabs_that_refresh_at_once_stay_signed_in(alice, visitor):
    other = visitor.opens()
    expect(other.get_by_role("link", name=SIGNED_IN)).to_be_visible()

    for _ in range(3):
        reload_together(alice, other)
        for tab in (alice, other):
            visitor.waits(tab)
            expect(tab.get_by_role("link", name=SIGNED_IN)).to_be_visible()


def test_tabs_that_know_nothing_of_each_other_stay_signed_in_too(new_visitor, stage):
    visitor = new_visitor()
    visitor.context.add_init_script(NO_COORDINATION)
    page = visitor.opens()
    visitor.signs_in(page, stage.sign_up("Bob"))
    tabs = [page, *(visitor.opens() for _ in range(3))]
    statuses = answers(visitor.context, "/auth/refresh/")

    reload_together(*tabs)

    for tab in tabs:
        visitor.waits(tab)
        expect(tab.get_by_role("link", name=SIGNED_IN)).to_be_visible()
    assert statuses.count(200) >= len(tabs)
    if 401 in statuses:  # TOKEN_SUPERSEDED: how often is a matter of luck
        visitor.expects("status of 401")


def test_signing_in_and_out_reaches_the_other_tabs(alice, visitor):
    other = visitor.opens()
    expect(other.get_by_role("link", name=SIGNED_IN)).to_be_visible()

    alice.get_by_role("link", name=SIGNED_IN).click()
    alice.get_by_role("button", name="Sign out", exact=True).click()

    expect(other.get_by_role("link", name="Sign in")).to_be_visible()


def test_a_person_sees_their_devices_and_ends_one(new_visitor, stage):
    email = stage.sign_up("Dora")
    laptop, phone = (
        new_visitor(),
        new_visitor(user_agent="Mozilla/5.0 (iPhone) AppleWebKit Version/18.0 Safari/604.1"),
    )
    at_laptop, at_phone = laptop.opens(), phone.opens()
    laptop.signs_in(at_laptop, email)
    phone.signs_in(at_phone, email)

    at_laptop.get_by_role("link", name=SIGNED_IN).click()
    expect(at_laptop.get_by_text("This device")).to_have_count(1)
    at_laptop.get_by_role("button", name="Sign out Safari on iPhone").click()
    expect(at_laptop.get_by_text("Safari on iPhone")).to_have_count(0)

    at_phone.get_by_role("button", name=re.compile("^Keep ")).first.click()
    expect(at_phone.get_by_role("link", name="Sign in")).to_be_visible()
    phone.expects("status of 401")


def test_signing_out_everywhere_ends_every_device(new_visitor, stage):
    email = stage.sign_up("Dora")
    one, two = new_visitor(), new_visitor()
    here, there = one.opens(), two.opens()
    one.signs_in(here, email)
    two.signs_in(there, email)

    here.get_by_role("link", name=SIGNED_IN).click()
    here.get_by_role("button", name="Sign out everywhere").click()
    expect(here.get_by_role("link", name="Sign in")).to_be_visible()

    there.reload()
    expect(there.get_by_role("link", name="Sign in")).to_be_visible()
    two.expects("status of 401")


def test_a_changed_password_signs_the_other_devices_out(new_visitor, stage):
    email = stage.sign_up("Dora")
    one, two = new_visitor(), new_visitor()
    here, there = one.opens(), two.opens()
    one.signs_in(here, email)
    two.signs_in(there, email)

    here.get_by_role("link", name=SIGNED_IN).click()
    here.get_by_label("Current password").fill(PASSWORD)
    here.get_by_label("New password").fill("a-short-walk-by-the-sea")
    here.get_by_role("button", name="Change the password").click()
    expect(here.get_by_text("Changed. All other devices were signed out.")).to_be_visible()

    there.reload()
    expect(there.get_by_role("link", name="Sign in")).to_be_visible()
    two.expects("status of 401")
    here.reload()
    expect(here.get_by_role("link", name=SIGNED_IN)).to_be_visible()


def test_the_app_on_an_origin_that_is_not_allowed_gets_nothing(visitor, stage):
    page = visitor.opens(at=stage.stranger)

    expect(page.get_by_role("alert")).to_contain_text("could not be reached")
    visitor.expects("blocked by CORS policy")
    visitor.expects("net::ERR_FAILED")


def test_a_foreign_page_cannot_use_the_cookie_of_somebody_who_is_signed_in(alice, visitor, stage):
    foreign = visitor.opens(at=stage.stranger)
    expect(foreign.get_by_role("alert")).to_be_visible()
    visitor.expects("CORS policy|ERR_FAILED")
    for route in ("refresh", "logout", "login"):
        with foreign.expect_response(f"**/auth/{route}/") as answer:
            # A request without a preflight: the browser sends it, cookie and all (ports share a site).
            foreign.evaluate(
                "address => fetch(address, {method: 'POST', mode: 'no-cors', credentials: 'include', body: '{}'})",
                f"{stage.api}/api/v1/auth/{route}/",
            )
        assert answer.value.status == 403, route

    alice.reload()
    expect(alice.get_by_role("link", name=SIGNED_IN)).to_be_visible()
    visitor.expects("403")
