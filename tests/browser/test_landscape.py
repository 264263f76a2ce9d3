"""The landscape in a browser: the map is painted, and the surface when asked for."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_the_map_becomes_a_surface_and_a_preset_another_map(visit):
    visitor = visit()
    page = visitor.page
    page.goto(f"{visitor.address}/landscape?resolution=21")
    finding = page.locator(".finding").first
    expect(finding).to_contain_text("3 separate valleys")
    expect(page.locator(".st-key-chart-ground .contourlayer").first).to_be_attached()
    page.get_by_text("3-D surface", exact=True).click()
    expect(page.locator(".st-key-chart-relief .gl-container").first).to_be_attached()
    expect(page.locator(".st-key-chart-ground")).to_have_count(0)
    page.get_by_role("link", name="XOR: solved and stuck", exact=True).click()
    expect(page).to_have_url(re.compile("seed=3"))
    expect(finding).to_contain_text("one valley")
