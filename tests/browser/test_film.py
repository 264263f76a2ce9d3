"""The film in a browser, on an empty page: its clock, its keys, its picture."""

import json
from dataclasses import asdict

import pytest
from playwright.sync_api import expect

from nnviz.figures.style.template import DARK, PALETTES
from nnviz.ui.components.assets import script, style

pytestmark = pytest.mark.browser

STYLE = style("film/film.css")
PAGE = f"""<meta name="viewport" content="width=device-width">
<style>body {{ margin: 0; --st-text-color: #000; --st-background-color: #fff; }} {STYLE}</style>
<div id="host"><div class="film"></div></div>"""
LOAD = """async (script) => {
    window.film = await import(URL.createObjectURL(new Blob([script], {type: "text/javascript"})));
    window.said = [];
    window.show = (text) => {
        window.end = window.film.default({
            data: JSON.parse(text),
            parentElement: document.querySelector("#host"),
            setTriggerValue: (name, value) => window.said.push([name, value]),
        });
    };
}"""
PIXELS = """(canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const sum = data.reduce((total, value, i) => (total * 31 + value + i) % 1000003, 0);
    return [canvas.width, new Set(new Uint32Array(data.buffer)).size, sum];
}"""
COUNT_FRAMES = """() => {
    const ask = requestAnimationFrame;
    window.asked = 0;
    window.requestAnimationFrame = (paint) => (window.asked++, ask(paint));
    window.framesOn = (many, done) => (many ? ask(() => window.framesOn(many - 1, done)) : done());
}"""
ASKED = (
    "() => new Promise((done) => window.framesOn(9, () => done(window.asked)))"  # while the screen shows nine frames
)
FRAMES = 9


def sent(frames=FRAMES, values=(3, 1, 2)):
    shown = [
        {"order": [k % 3, (k + 1) % 3, (k + 2) % 3], "pair": [0, 1], "pivot": 0, "placed": [2], "count": k}
        for k in range(frames)
    ]
    film = {
        "scene": "bars",
        "data": {"lanes": [{"label": "Three bars", "values": values, "frames": shown}]},
        "captions": [f"step {k}" for k in range(frames)],
        "title": "Three bars turn.",
        "alt": "Three bars change places.",
        "clicks": False,
    }
    return json.dumps({"film": film, "palettes": [asdict(palette) for palette in PALETTES.values()]})


@pytest.fixture
def tab(chromium):
    """Opens empty tabs that show a film; at the end none may have met an error."""
    tabs, errors = [], []

    def new(text, still=True, width=700):
        page = chromium.new_page()
        tabs.append(page)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.set_viewport_size({"width": width, "height": 600})
        page.emulate_media(reduced_motion="reduce" if still else "no-preference")
        page.set_content(PAGE)
        page.evaluate(LOAD, script("film.js"))
        page.evaluate("text => window.show(text)", text)
        return page

    yield new
    for page in tabs:
        page.close()
    assert not errors


def counter(page):
    return page.locator(".counter")


def test_it_plays_by_itself_to_its_end_and_rests_there(tab):
    page = tab(sent(), still=False)
    expect(page.get_by_role("button", name="pause")).to_be_visible()
    expect(page.locator(".caption")).to_have_attribute("aria-live", "off")
    page.get_by_label("speed").select_option("4")
    expect(counter(page)).to_have_text("8 of 8")
    expect(page.get_by_role("button", name="play", exact=True)).to_be_visible()
    expect(page.locator(".caption")).to_have_attribute("aria-live", "polite")
    page.evaluate(COUNT_FRAMES)
    assert page.evaluate(ASKED) == 0


def test_it_waits_until_it_can_be_seen(tab):
    page = tab(sent(), still=False)
    page.evaluate("document.body.style.paddingTop = '3000px'")
    page.evaluate("text => window.show(text)", sent(values=(1, 2, 3)))
    page.evaluate(COUNT_FRAMES)
    page.evaluate(ASKED)  # by then the browser has said what can be seen
    expect(page.get_by_role("button", name="play", exact=True)).to_have_count(1)
    expect(counter(page)).to_have_text("0 of 8")
    page.locator("canvas").scroll_into_view_if_needed()
    expect(counter(page)).not_to_have_text("0 of 8")


def test_who_wants_no_motion_sees_the_end(tab):
    page = tab(sent())
    expect(counter(page)).to_have_text("8 of 8")
    expect(page.get_by_role("button", name="play", exact=True)).to_be_visible()


def test_buttons_keys_and_slider_move_it(tab):
    page = tab(sent())
    page.get_by_role("button", name="one step back").click()
    expect(counter(page)).to_have_text("7 of 8")
    page.keyboard.press("Home")
    expect(counter(page)).to_have_text("0 of 8")
    page.keyboard.press("ArrowRight")
    expect(counter(page)).to_have_text("1 of 8")
    expect(page.locator(".caption")).to_have_text("step 1")
    expect(page.get_by_role("img")).to_have_attribute("aria-label", "Three bars change places. 1 of 8: step 1")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(counter(page)).to_have_text("0 of 8")
    page.keyboard.press("End")
    expect(counter(page)).to_have_text("8 of 8")
    page.get_by_role("slider").fill("4")
    expect(counter(page)).to_have_text("4 of 8")
    expect(page.get_by_role("slider")).to_have_attribute("aria-valuetext", "4 of 8: step 4")
    page.locator(".film").focus()
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="pause")).to_be_visible()
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="play", exact=True)).to_be_visible()


def test_it_takes_its_own_keys_and_no_others(tab):
    page = tab(sent())
    page.evaluate("() => { window.keys = []; document.addEventListener('keydown', (e) => window.keys.push(e.key)); }")
    page.locator(".film").focus()
    for key in ("ArrowLeft", "a", "Control+ArrowLeft"):
        page.keyboard.press(key)
    expect(counter(page)).to_have_text("7 of 8")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("ArrowLeft")
    expect(counter(page)).to_have_text("7 of 8")
    assert page.evaluate("window.keys") == ["a", "Control", "ArrowLeft", "ArrowLeft"]


def test_the_same_again_stays_where_it_is_and_another_starts_anew(tab):
    page = tab(sent())
    page.get_by_role("slider").fill("3")
    page.evaluate("text => window.show(text)", sent())
    expect(counter(page)).to_have_text("3 of 8")
    page.evaluate("text => window.show(text)", sent(frames=5))
    expect(counter(page)).to_have_text("4 of 4")


def test_the_picture_is_as_sharp_as_the_screen_and_changes_with_frame_and_theme(tab):
    page = tab(sent())
    canvas = page.get_by_role("img", name="Three bars change places.")
    width, colours, first = canvas.evaluate(PIXELS)
    assert width == 700 * page.evaluate("devicePixelRatio")
    assert colours > 5
    page.keyboard.press("Tab")
    page.keyboard.press("Home")
    expect(counter(page)).to_have_text("0 of 8")
    second = canvas.evaluate(PIXELS)[2]
    assert first != second
    page.evaluate("color => document.body.style.setProperty('--st-background-color', color)", DARK.background)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.wait_for_function(
        f"(before) => !before.includes(({PIXELS})(document.querySelector('canvas'))[2])", arg=[first, second]
    )


def test_it_fits_a_phone(tab):
    page = tab(sent(), width=390)
    expect(counter(page)).to_have_text("8 of 8")
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_what_has_left_the_page_asks_for_no_frames(tab):
    page = tab(sent(frames=400), still=False)
    expect(page.get_by_role("button", name="pause")).to_be_visible()
    page.evaluate(f"() => {{ window.end(); ({COUNT_FRAMES})(); }}")
    assert page.evaluate(ASKED) == 0
