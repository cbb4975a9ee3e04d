"""Accessibility: axe-core finds nothing serious on any page, light or dark."""

import json
import os
import shutil
import subprocess

import pytest

from tests.browser.stage import ADMINISTRATOR, ROOT

AXE = "axe-core@4.14.1"
PASSING_BY = [
    "/",
    "/?q=zzzzzzzz",
    "/flyer/3",
    "/flyer/999999999",
    "/creator/1",
    "/shop",
    "/sign-in",
    "/sign-up",
    "/forgot",
    "/reset/x",
]
SIGNED_IN = ["/", "/flyer/7", "/cart", "/kept", "/following", "/account"]


@pytest.fixture(scope="package")
def axe() -> str:
    """The source of axe-core, fetched once into a folder that is not committed."""
    folder = ROOT / ".run" / "npm"
    script = folder / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        if not shutil.which("npm") and not os.environ.get("CI"):
            pytest.skip("axe-core is fetched with npm, and there is no npm here")
        subprocess.run(
            ["npm", "install", "--silent", "--no-save", "--ignore-scripts", "--prefix", str(folder), AXE],
            check=True,
        )
    return script.read_text()


def problems(page, axe):
    """Return what axe finds, serious or worse: rule and place."""
    page.evaluate(axe)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        (problem["id"], node["target"], node.get("any", [{}])[:1])
        for problem in found["violations"]
        if problem["impact"] in {"serious", "critical"}
        for node in problem["nodes"]
    ]


@pytest.mark.parametrize("viewport", [(390, 844), (1280, 800)], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_can_be_used_by_everybody(new_visitor, axe, scheme, viewport):
    width, height = viewport
    visitor = new_visitor(color_scheme=scheme, viewport={"width": width, "height": height})
    page = visitor.context.new_page()
    found = {}
    for route in PASSING_BY:
        visitor.opens(route, in_tab=page)
        visitor.waits(page)
        found[route] = problems(page, axe)
    visitor.signs_in(page, ADMINISTRATOR)  # who sees one form more
    page.get_by_role("article").get_by_role("button", pressed=False).first.click()
    visitor.waits(page)
    visitor.opens("/product/7", in_tab=page)
    page.get_by_role("button", name="Add to cart").click()
    page.get_by_text("In your cart").wait_for()
    found["signed in: /product/7"] = problems(page, axe)
    for route in SIGNED_IN:
        visitor.opens(route, in_tab=page)
        visitor.waits(page)
        found[f"signed in: {route}"] = problems(page, axe)

    assert {route: bad for route, bad in found.items() if bad} == {}, json.dumps(found, indent=1)
    visitor.expects("status of 404")
