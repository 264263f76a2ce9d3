"""The page about fixing a seed, in a browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.running import at_rest

pytestmark = pytest.mark.browser


def test_a_seed_that_misleads_opens_in_the_playground(visit):
    visitor = visit()
    page = visitor.page
    page.goto(f"{visitor.address}/seeds")
    verdicts = page.locator(".verdict")
    expect(verdicts.nth(0)).to_contain_text("gave the same run to the bit")
    expect(verdicts.nth(1)).to_contain_text("50 seeds together")
    page.get_by_role("link", name="8 units · 16", exact=True).click()
    expect(page).to_have_url(re.compile("b_hidden=16"))
    expect(verdicts.nth(1)).to_contain_text("Seed 0 alone")
    expect(page.locator("[data-test-script-state=notRunning]")).to_have_count(1)
    at_rest(page)
    lowest = page.locator(".st-key-chart-seeds .scatterlayer .trace .points path").first.bounding_box()
    page.mouse.click(lowest["x"] + lowest["width"] / 2, lowest["y"] + lowest["height"] / 2)
    expect(visitor.verdict("B")).to_contain_text("16 units")
    expect(page).to_have_url(re.compile(r"/\?.*seed=\d+"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_on_a_phone_nothing_is_cut(visit, theme):
    visitor = visit(width=390, height=844, theme=theme)
    visitor.page.goto(f"{visitor.address}/seeds?seeds=5&hidden=%00&b_seed=x&wings=2")
    expect(visitor.page.locator(".verdict")).to_have_count(2)
    expect(visitor.page.locator("[data-test-script-state=notRunning]")).to_have_count(1)
    main = visitor.page.get_by_test_id("stMain")
    assert main.evaluate("(main) => main.scrollWidth - main.clientWidth") <= 0
