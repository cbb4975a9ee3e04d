"""The API's own pages, without a network."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.stage import PASSWORD


def test_a_developer_signs_in_and_tries_a_call_without_the_internet(visitor, stage):
    email, hosts = stage.sign_up("Dev"), set()
    visitor.context.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page = visitor.context.new_page()
    page.goto(f"{stage.api}/api/docs/")
    expect(page.get_by_role("heading", name="Flyers BFF")).to_be_visible()

    login = page.context.request.post(
        f"{stage.api}/api/v1/auth/login/",
        data={"email": email, "password": PASSWORD},
        headers={"Origin": stage.app},
    )
    page.get_by_role("button", name="Authorize").first.click()
    form = page.locator("form").filter(has_text="accessToken")
    form.get_by_role("textbox").fill(login.json()["tokens"]["access"])
    form.get_by_role("button", name="Apply credentials").click()
    form.get_by_role("button", name="Close").click()

    operation = page.locator(".opblock-get").filter(has_text="/api/v1/auth/me/")
    operation.get_by_role("button").first.click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()

    expect(operation.locator(".live-responses-table")).to_contain_text(email)
    assert hosts == {urlsplit(stage.api).netloc}


@pytest.mark.parametrize(("path", "noun"), [("movies", "movie"), ("tv", "tv")])
def test_movies_and_shows_are_shown_with_what_people_keep_of_them(visitor, stage, path, noun):
    page = visitor.context.new_page()
    page.goto(f"{stage.api}/api/docs/")

    expect(page.locator(f"#operations-tag-{path}")).to_be_visible()
    shown = page.locator(".opblock-summary-path").evaluate_all("all => all.map(each => each.dataset.path)")

    item = f"/api/v1/{path}/{{{noun}_id}}/"
    reads = [f"/api/v1/{path}/{word}/" for word in ("discover", "search", "trending", "genres")]
    shelves = [f"{item}{word}/" for word in ("favorite", "watchlist", "rating")]
    assert [shown.count(address) for address in (item, f"{item}recommendations/", *reads)] == [1] * 6
    assert [shown.count(address) for address in shelves] == [4] * 3
    operation = page.locator(".opblock-get").filter(has_text=f"/api/v1/{path}/discover/")
    operation.get_by_role("button").first.click()
    for name in ("sort_by", "genres", "language"):
        expect(operation.locator(f"tr[data-param-name={name}]")).to_be_visible()
    expect(operation.locator(".example").first).to_contain_text("is_on_watchlist")
