"""A visitor in a browser, who reports every error in their console."""

import re
import shutil
from collections.abc import Callable

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect

from tests.browser.stage import PASSWORD, Stage

CHROMIUM = shutil.which("chromium")
# --no-sandbox: it runs as root in CI. The others let it connect to nothing but the product.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MAX_WAIT_MS = 15_000
# Counts in each page, from its beginning, what it asks for and has not read yet. Of what a page was asking for when it went
# the browser does not always report the end.
COUNT = """{
  const fetchOfThePage = window.fetch;
  window.underWay = 0;
  window.fetch = async (...request) => {
    window.underWay += 1;
    const end = () => { window.underWay -= 1; };
    try {
      const answer = await fetchOfThePage(...request);
      answer.clone().arrayBuffer().then(end, end);
      return answer;
    } catch (error) {
      end();
      throw error;
    }
  };
}"""
expect.set_options(timeout=MAX_WAIT_MS)


def until(page: Page, condition: Callable[[], bool]) -> None:
    """Wait until something is true that is not written on the page."""
    for _ in range(MAX_WAIT_MS // 50):
        if condition():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it never came true")


class Visitor:
    """Somebody with a browser of their own: the tabs of one context share cookies and storage."""

    def __init__(self, context: BrowserContext, stage: Stage) -> None:
        self.context = context
        self.stage = stage
        self.complaints: list[str] = []
        context.set_default_timeout(MAX_WAIT_MS)
        context.add_init_script(COUNT)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.complaints.append(f"uncaught: {error.error}"))

    def opens(self, route: str = "/", *, at: str | None = None, in_tab: Page | None = None) -> Page:
        """Open a page of the app afresh, in a new tab unless there is one."""
        page = in_tab or self.context.new_page()
        page.goto("about:blank")  # to another "#" alone the browser would not go anew
        page.goto(f"{at or self.stage.app}/#{route}")
        return page

    def signs_in(self, page: Page, email: str) -> None:
        """Sign in by the form, and come to the wall."""
        page.goto(f"{self.stage.app}/#/sign-in")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="Account").wait_for()

    def waits(self, page: Page) -> None:
        """Wait until a page stands and no call to the API is under way."""
        page.locator("main > *").first.wait_for(state="attached")
        expect(page.locator(".skeleton, [aria-busy]")).to_have_count(0)
        until(page, lambda: page.evaluate("window.underWay") == 0)

    def expects(self, complaint: str) -> None:
        """Forgive the complaints that match, soon: browsers write every 4xx and 5xx into the console, in their own time."""
        until(self.context.pages[-1], lambda: any(re.search(complaint, said) for said in self.complaints))
        self.complaints = [said for said in self.complaints if not re.search(complaint, said)]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text}")
