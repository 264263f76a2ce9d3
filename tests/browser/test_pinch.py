"""How little is enough, in a browser: the slider, the address, and the way into the Playground."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_the_slider_moves_picture_and_address_and_the_pinch_opens_in_the_playground(visit):
    visitor = visit()
    page = visitor.page
    page.goto(f"{visitor.address}/pinch?samples=60&epochs=300&starts=1")
    expect(page.locator(".verdict")).to_contain_text("Without noise they stayed equal")
    first = page.locator(".finding").first
    expect(first).to_contain_text("With ε = 10⁻⁴")
    slider = page.get_by_role("slider").first
    slider.focus()
    slider.press("ArrowRight")
    expect(first).to_contain_text("With ε = 10⁻⁵")
    expect(page).to_have_url(re.compile("less=5"))
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    page.get_by_role("link", name=re.compile("^Open 0.5 beside")).click()
    expect(page.get_by_role("heading", name="Why must a network start", exact=False)).to_be_visible()
    expect(page).to_have_url(re.compile(r"perturbed"))
    expect(visitor.verdict("B")).to_be_visible()
