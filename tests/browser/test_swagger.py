"""The API's own pages, without a network."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.docs_page import DocsPage


def test_a_developer_signs_in_and_tries_a_call_without_the_internet(visitor, stage):
    email, hosts = stage.sign_up("Dev"), set()
    visitor.context.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    docs = DocsPage(visitor, "accounts")
    docs.sign_in(email)

    docs.call("GET", "auth/me/")

    operation = docs.operation("GET", "auth/me/")
    expect(operation.locator(".live-responses-table")).to_contain_text(email)
    assert hosts == {urlsplit(stage.api).netloc}


@pytest.mark.parametrize(("path", "noun"), [("movies", "movie"), ("tv", "tv")])
def test_movies_and_shows_are_shown_with_what_people_keep_of_them(visitor, path, noun):
    docs = DocsPage(visitor, "favorites")
    page, item = docs.page, f"/api/v1/{path}/{{{noun}_id}}/"

    def expect_methods(address, number):
        expect(page.locator(f'.opblock-summary-path[data-path="{address}"]')).to_have_count(number)

    for tag, word in (("favorites", "favorite"), ("watchlist", "watchlist"), ("ratings", "rating")):
        docs.show(tag)
        expect_methods(f"{item}{word}/", 4)
    docs.show(path)
    expect(page.locator(f"#operations-tag-{path}")).to_be_visible()
    reads = [f"/api/v1/{path}/{word}/" for word in ("discover", "search", "trending", "genres")]
    for address in (item, f"{item}recommendations/", *reads):
        expect_methods(address, 1)
    operation = page.locator(".opblock-get").filter(has_text=f"/api/v1/{path}/discover/")
    operation.get_by_role("button").first.click()
    for name in ("sort_by", "genres", "language"):
        expect(operation.locator(f"tr[data-param-name={name}]")).to_be_visible()
    expect(operation.locator(".example").first).to_contain_text("is_on_watchlist")
