"""The films of searching in a browser: what is painted, and where a click starts a walker."""

import re

import pytest
from playwright.sync_api import expect

from nnviz.figures.style.template import DARK, LIGHT
from tests.browser.running import timers_over

pytestmark = pytest.mark.browser

PIXEL = """(canvas, [x, y]) => {
    const ratio = canvas.width / canvas.clientWidth;
    return [...canvas.getContext("2d").getImageData(x * ratio, y * ratio, 1, 1).data].slice(0, 3);
}"""
SHADES = """(canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
}"""


def opened(visit, screen, **options):
    """A screen of the lesson with its answer, whose film rests at its end."""
    visitor = visit(**options)
    page = visitor.page
    page.emulate_media(reduced_motion="reduce", color_scheme=options.get("theme", "light"))
    page.goto(f"{visitor.address}/lessons?lesson=search&screen={screen}&guesses=111111")
    expect(page.locator(".film .counter")).to_have_text(re.compile(r"^(\d+) of \1$"))
    expect(page.locator("[data-test-script-state=notRunning]")).to_have_count(1)
    return page


def click(page, across, down):
    canvas = page.locator(".film canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    canvas.click(position={"x": across * box["width"], "y": down * box["height"]})


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda palette: palette.name)
def test_a_walker_stands_where_it_ends_and_starts_where_one_clicks(visit, palette):
    page = opened(visit, 1, theme=palette.name)
    caption = page.locator(".film .caption")
    expect(caption).to_contain_text("at −1.8")
    click(page, 0.75, 0.5)  # the right half is the deep valley's
    expect(page).to_have_url(re.compile(r"start=2\.\d"))
    expect(caption).to_contain_text("at 1.9")
    canvas = page.locator(".film canvas")
    middle = canvas.evaluate("canvas => 12 + (canvas.clientWidth - 24) * (1.99 + 5) / 10")
    color = [int(palette.text[i : i + 2], 16) for i in (1, 3, 5)]
    rows = range(30, int(canvas.bounding_box()["height"]) - 34)
    column = [canvas.evaluate(PIXEL, [middle, y]) for y in rows]
    assert sum(pixel == color for pixel in column) >= 12  # the walker is 18 pixels tall, on a line of 2.5


def test_a_click_into_any_map_is_a_start_for_all(visit):
    page = opened(visit, 3)
    assert page.locator(".film canvas").evaluate(SHADES) > 50
    click(page, 0.16, 0.55)  # the middle of the first of three
    expect(page).to_have_url(re.compile(r"x=-?0\.\d+"))
    first = page.url
    click(page, 0.84, 0.75)  # lower in the third
    expect(page).not_to_have_url(first)
    expect(page).to_have_url(re.compile(r"x=-?0\.\d+"))
    third = page.url
    click(page, 0.84, 0.05)  # its name
    timers_over(page, 0)  # a word would be on its way
    expect(page.locator("[data-test-script-state=notRunning]")).to_have_count(1)
    expect(page).to_have_url(third)


@pytest.mark.parametrize("screen", [2, 4, 5])
def test_the_films_fit_a_phone(visit, screen):
    page = opened(visit, screen, width=390, height=844)
    canvas = page.locator(".film canvas")
    assert canvas.evaluate(SHADES) > 20
    assert canvas.bounding_box()["width"] <= 390
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
