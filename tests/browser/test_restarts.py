"""The restart page in a browser: its training can be stopped, and a run opens in the Playground."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.running import at_rest

pytestmark = pytest.mark.browser


def test_stop_keeps_what_is_done_and_a_run_of_it_opens(visit):
    visitor = visit()
    page = visitor.page
    page.goto(f"{visitor.address}/restarts?runs=2000&epochs=20000&seed=7")
    expect(visitor.verdict("B")).to_be_visible()  # some portions are done
    page.locator(".st-key-restarts_stop button").locator("visible=true").click()
    expect(page.locator(".muted", has_text="runs trained, then stopped.")).to_be_visible()
    expect(page.locator(".st-key-restarts_resume")).to_be_visible()
    expect(visitor.verdict("A")).to_contain_text("end below 0.1")
    expect(page.locator("[data-test-script-state=notRunning]")).to_have_count(1)
    at_rest(page)
    point = page.locator(".st-key-chart-losses-A .scatterlayer .trace path.point").nth(8).bounding_box()
    page.mouse.click(point["x"] + point["width"] / 2, point["y"] + point["height"] / 2)
    expect(page.get_by_role("heading", name="Why must a network start from random weights?")).to_be_visible()
    expect(page).to_have_url(re.compile(r"dataset=xor.*&seed=\d+"))
    visitor.settled()
    at_rest(page)  # what a page still sends as it is left, Streamlit obeys
    page.go_back()
    expect(page.get_by_role("heading", name="How often does a start succeed?")).to_be_visible()
    expect(page).to_have_url(re.compile(r"restarts\?.*runs=2000"))
    expect(page.locator(".muted", has_text="runs trained, then stopped.")).to_be_visible()
