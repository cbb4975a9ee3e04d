"""Swagger UI in a visitor's browser: signing in there, and calling the API as people do who read about it."""

import json
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.stage import PASSWORD
from tests.browser.visitor import Visitor

# It reads the whole document before it shows anything of it.
MAX_WAIT_MS = 60_000


class DocsPage:
    """The API's own page, open at the operations whose tag has a word in it.

    Of as many as there are in all, the page holds only those that can be seen; people scroll, or use its filter.
    """

    def __init__(self, visitor: Visitor, tag: str) -> None:
        self.stage = visitor.stage
        self.page: Page = visitor.context.new_page()
        self.page.set_default_timeout(MAX_WAIT_MS)
        self.page.goto(f"{self.stage.api}/api/docs/")
        expect(self.page.get_by_role("heading", name="Flyers BFF")).to_be_visible(timeout=MAX_WAIT_MS)
        self.show(tag)

    def show(self, tag: str) -> None:
        """Let the page hold the operations whose tag has this in it."""
        self.page.get_by_placeholder("Filter by tag").fill(tag)

    def sign_in(self, email: str) -> None:
        """Have every call from now on carry a token of this person's."""
        login = self.page.context.request.post(
            f"{self.stage.api}/api/v1/auth/login/",
            data={"email": email, "password": PASSWORD},
            headers={"Origin": self.stage.app},
        )
        self.page.get_by_role("button", name="Authorize").first.click()
        form = self.page.locator("form").filter(has_text="accessToken")
        form.get_by_role("textbox").fill(login.json()["tokens"]["access"])
        form.get_by_role("button", name="Apply credentials").click()
        form.get_by_role("button", name="Close").click()

    def operation(self, method: str, path: str) -> Locator:
        """Return the box of an operation, opened, with its fields ready to be filled in."""
        summary = self.page.locator(f'.opblock-summary-path[data-path="/api/v1/{path}"]')
        box = self.page.locator(f".opblock-{method.lower()}").filter(has=summary)
        if box.locator(".opblock-body").count() == 0:
            box.get_by_role("button").first.click()
            box.get_by_role("button", name="Try it out").click()
        return box

    def call(self, method: str, path: str, body: Any = None, *, status: int = 200, **parameters: Any) -> Any:
        """Fill in an operation and execute it; return its JSON, once the page shows the status that it has to have."""
        box = self.operation(method, path)
        for name, value in parameters.items():
            box.locator(f"tr[data-param-name={name}]").locator("input").fill(str(value))
        if body is not None:
            box.locator("textarea.body-param__text").fill(json.dumps(body))
        is_this = f"/api/v1/{path}".format(**parameters)
        with self.page.expect_response(lambda answer: answer.url.split("?")[0].endswith(is_this)) as answer:
            box.get_by_role("button", name="Execute").click()
        expect(box.locator(".live-responses-table tbody .response-col_status").first).to_have_text(
            str(status), use_inner_text=True
        )
        return answer.value.json() if status != 204 else None
