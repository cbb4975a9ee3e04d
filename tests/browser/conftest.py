"""Fixtures: a browser, the whole product, and its visitors. Without Chromium the tests are skipped, with a notice."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.stage import Stage, raised
from tests.browser.visitor import CHROMIUM, FLAGS, Visitor


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without Chromium say so, and leave these tests out; in CI they fail instead."""
    if CHROMIUM or os.environ.get("CI"):
        return
    skip = pytest.mark.skip(reason="there is no Chromium here; install it with: sh tools/install-browser.sh")
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(skip)


@pytest.fixture(scope="package")
def shared_stage(tmp_path_factory) -> Iterator[Stage]:
    with raised(tmp_path_factory.mktemp("stage")) as stage:
        yield stage


@pytest.fixture
def stage(shared_stage) -> Iterator[Stage]:
    """The product, with the services behind it well."""
    yield shared_stage
    shared_stage.turn()
    shared_stage.turn_store()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM or "chromium is not installed", args=FLAGS
        )
        yield browser
        browser.close()


@pytest.fixture
def new_visitor(browser, stage):
    """Make visitors; at the end nothing may stand in their consoles that was not expected."""
    visitors: list[Visitor] = []

    def make(**options: object) -> Visitor:
        visitors.append(Visitor(browser.new_context(reduced_motion="reduce", **options), stage))
        return visitors[-1]

    yield make
    complaints = [said for visitor in visitors for said in visitor.complaints]
    for visitor in visitors:
        visitor.context.close()
    assert complaints == []


@pytest.fixture
def visitor(new_visitor) -> Visitor:
    return new_visitor()


@pytest.fixture
def alice(visitor, stage) -> Page:
    """A tab in which Alice is signed in and sees the wall."""
    page = visitor.opens()
    visitor.signs_in(page, stage.sign_up("Alice"))
    page.get_by_role("article").first.wait_for()
    return page
