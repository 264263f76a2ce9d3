"""Starts and orders in a browser: a click on a training opens it in the Playground."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.running import at_rest, field

pytestmark = pytest.mark.browser

PLAYGROUND = "Why must a network start from random weights?"


def shown(visitor, path, chart):
    """The page, once all is computed and painted; and the place of a chart's plot on the screen."""
    page = visitor.page
    page.goto(f"{visitor.address}/{path}")
    plot = page.locator(f".st-key-chart-{chart} .nsewdrag")
    expect(plot).to_have_count(1)
    expect(page.locator("[data-test-script-state=notRunning]")).to_have_count(1)
    plot.scroll_into_view_if_needed()
    at_rest(page)
    return page, plot.bounding_box()


def click(page, box, across, down):
    page.mouse.click(box["x"] + across * box["width"], box["y"] + down * box["height"])
    expect(page.get_by_role("heading", name=PLAYGROUND)).to_be_visible()


def test_a_pair_opens_with_its_seed_and_its_order(visit):
    visitor = visit()
    page, box = shown(visitor, "order?starts=4&orders=4&epochs=5", "order-picture")
    click(page, box, 0.62, 0.4)
    expect(page).to_have_url(re.compile(r"seed=1&.*shuffle_seed=2|shuffle_seed=2&.*seed=1"))
    expect(visitor.verdict("B")).to_be_visible()
    page.go_back()  # one step, to the page as it was
    expect(field(page, "Orders")).to_have_value("4")
    expect(page).to_have_url(re.compile(r"order\?(?=.*starts=4)(?=.*orders=4)(?=.*epochs=5)"))


def test_a_start_and_a_part_open(visit):
    visitor = visit()
    quick = "starts?epochs=60&random_starts=3"
    page, box = shown(visitor, quick, "zero-parts")
    click(page, box, 0.5, 0.95 / 8)
    expect(page).to_have_url(re.compile("activation=relu"))
    expect(visitor.verdict("A")).to_contain_text("Frozen")
    page, box = shown(visitor, quick, "starts")
    mark = page.locator(".st-key-chart-starts .scatterlayer .trace").nth(1).locator("path.point").nth(6).bounding_box()
    page.mouse.click(mark["x"] + mark["width"] / 2, mark["y"] + mark["height"] / 2)
    expect(page.get_by_role("heading", name=PLAYGROUND)).to_be_visible()
    expect(page).to_have_url(re.compile("constant"))
    expect(visitor.verdict("A")).to_contain_text("Cloned")
