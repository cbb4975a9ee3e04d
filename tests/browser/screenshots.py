"""The pictures in docs/images/: the app as it is, on a phone and a desktop, light and dark.

``python -m tests.browser.screenshots``
"""

import re
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.stage import ROOT, raised
from tests.browser.visitor import CHROMIUM, FLAGS, Visitor

IMAGES = ROOT / "docs" / "images"
FRESH_SECONDS = 5
EMAIL = "alice1@example.com"
SEEN_BEFORE = "/?categories=nightlife"
PICTURES_ARE_THERE = """
    Promise.all([...document.images]
        .filter(image => image.getBoundingClientRect().top < innerHeight)
        .map(image => image.decode()))
"""
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"
DESKTOP = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
DEVICES = {"phone": (390, 844, PHONE), "desktop": (1280, 800, DESKTOP)}
FAVORITES = (7, 47, 3, 120, 361, 355, 362)
FOLLOWED = (1, 6, 11, 17, 20, 25)
IN_CART = (7, 2, 40)
VIEWS = {
    "wall": "/",
    "flyer": "/flyer/364",
    "shop": "/shop",
    "cart": "/cart",
    "kept": "/kept",
    "account": "/account",
}


def visit(visitor: Visitor, name: str) -> None:
    """Take one person's pictures: while the flyer service is well, and while it is not."""
    page = visitor.context.new_page()

    def show(route: str) -> None:
        visitor.opens(route, in_tab=page)
        visitor.waits(page)

    def take(view: str) -> None:
        page.evaluate(PICTURES_ARE_THERE)
        page.screenshot(path=IMAGES / f"{view}-{name}.png")

    visitor.signs_in(page, EMAIL)
    for view, route in VIEWS.items():
        show(route)
        take(view)
    show(SEEN_BEFORE)
    visitor.stage.turn(mode="down")
    page.wait_for_timeout(FRESH_SECONDS * 1200)
    show(SEEN_BEFORE)
    page.get_by_text("the flyer service is not answering").wait_for()
    take("outage")
    visitor.stage.turn()


def furnish(visitor: Visitor) -> None:
    """Add favorites, follows, a shared list and a cart for Alice."""
    assert visitor.stage.sign_up("Alice") == EMAIL
    page = visitor.context.new_page()
    visitor.signs_in(page, EMAIL)
    for kind, ids, button in (("flyer", FAVORITES, "Keep "), ("creator", FOLLOWED, "Follow")):
        for number in ids:
            visitor.opens(f"/{kind}/{number}", in_tab=page)
            page.get_by_role("button", name=re.compile(f"^{button}")).first.click()
            visitor.waits(page)
    visitor.opens("/kept", in_tab=page)
    page.get_by_text("Share this list").click()
    page.get_by_label("Name of the list").fill("Weekends in Lavapiés")
    page.get_by_role("button", name="Make a link").click()
    page.get_by_text("Your link is ready.").wait_for()
    for number in IN_CART:
        visitor.opens(f"/product/{number}", in_tab=page)
        page.get_by_role("button", name="Add to cart").click()
        page.get_by_text("In your cart").wait_for()


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    for picture in IMAGES.glob("*.png"):  # drawings of measurements stay
        picture.unlink()
    with (
        tempfile.TemporaryDirectory() as folder,
        raised(Path(folder), FLYERS_FRESH_SECONDS=str(FRESH_SECONDS)) as stage,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS) as browser,
    ):
        furnish(Visitor(browser.new_context(), stage))
        for device, (width, height, user_agent) in DEVICES.items():
            for scheme in ("light", "dark"):
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    color_scheme=scheme,
                    user_agent=user_agent,
                    reduced_motion="reduce",
                )
                visit(Visitor(context, stage), f"{device}-{scheme}")
                context.close()


if __name__ == "__main__":
    main()
