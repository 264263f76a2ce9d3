"""The basin map in a browser: a click chooses a start, the view comes closer, and the start opens in the Playground."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.running import at_rest

pytestmark = pytest.mark.browser


def test_a_pixel_is_chosen_zoomed_in_on_and_opened_in_the_playground(visit):
    visitor = visit()
    page = visitor.page
    page.goto(f"{visitor.address}/basins?side=25&epochs=100")
    pixels = page.locator(".st-key-chart-basins .nsewdrag")
    start = page.locator(".verdict").first
    expect(start).to_contain_text("starts at 0 and 0: ")
    pixels.scroll_into_view_if_needed()
    at_rest(page)
    box = pixels.bounding_box()
    page.mouse.click(box["x"] + 0.1 * box["width"], box["y"] + 0.1 * box["height"])
    expect(start).to_contain_text("starts at −4 and 4: ")
    words = start.inner_text()
    page.get_by_role("link", name="Zoom in at A").click()
    expect(page).to_have_url(re.compile(r"x=-4.0&y=4.0&width=2.5"))
    expect(start).to_contain_text("starts at −4 and 4: ")
    assert start.inner_text() == words
    page.go_back()
    expect(page).not_to_have_url(re.compile("width"))
    expect(page.get_by_role("spinbutton", name="Width of the window")).to_have_value("10")
    page.get_by_role("link", name="Open both in the Playground").click()
    expect(visitor.verdict("B")).to_be_visible()
    end = re.search(r"it ends at (\S+)\.$", words)[1]
    expect(visitor.verdict("A")).to_contain_text(f"to {end}")
