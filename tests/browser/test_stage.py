"""The stage in a browser: on an empty page, where it is quick to reach, and in the app."""

import base64
import itertools
import json
import re

import numpy as np
import pytest
from playwright.sync_api import expect

import nnviz
from nnviz.analysis.words import number
from nnviz.core import activations
from nnviz.figures.style.template import DARK, LIGHT
from nnviz.stage.payload import payload
from nnviz.ui.components.assets import script, style
from tests.browser.running import PATIENCE_SECONDS, REST_MS, timers_over

pytestmark = pytest.mark.browser

SCRIPT, STYLE = script("stage.js"), style("stage.css")
PAGE = f"""<meta name="viewport" content="width=device-width">
<style>:host, body {{ margin: 0; --st-text-color: #000; --st-background-color: #fff; }} {STYLE}</style>
<div id="host"><div class="stage"></div></div>"""

LOAD = """async (script) => {
    window.stage = await import(URL.createObjectURL(new Blob([script], {type: "text/javascript"})));
    window.bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    window.said = [];
    window.show = (text) => {
        window.end = window.stage.default({
            data: window.bytes(text),
            parentElement: document.querySelector("#host"),
            setStateValue: (name, value) => window.said.push([name, value]),
        });
    };
}"""
ANSWER = """([text, side, snapshot, x]) => {
    const network = window.stage.networkAt(window.stage.unpack(window.bytes(text)).sides[side], snapshot);
    return Array.from(window.stage.evaluate(network, Float64Array.from(x.flat()), x[0].length).answer);
}"""

COUNT_COLOURS = """(canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
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


def blob(*experiments, palette=LIGHT):
    traces = [nnviz.train(nnviz.Experiment(**fields)) for fields in experiments]
    return encoded(traces, palette)


def encoded(traces, palette=LIGHT):
    sentences = [nnviz.diagnose(trace)[0].sentence for trace in traces]
    return base64.b64encode(payload(traces, palette, sentences)).decode()


ZEROS_AND_RANDOM = ({"kernel_initializer": "zeros", "epochs": 40}, {"epochs": 40})


@pytest.fixture
def bare(chromium):
    """Opens empty pages that know the stage; none may meet an error."""
    opened, errors = [], []

    def new(viewport=(940, 900), alone=False, still=False):
        context = chromium.browser.new_context() if alone else chromium  # a clock is set for all tabs of a context
        context.set_default_timeout(1000 * PATIENCE_SECONDS)
        page = context.new_page()
        opened.append(context if alone else page)
        page.set_viewport_size(dict(zip(("width", "height"), viewport, strict=True)))
        page.emulate_media(reduced_motion="reduce" if still else "no-preference")
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: message.type == "error" and errors.append(message.text))
        page.set_content(PAGE)
        page.evaluate(LOAD, SCRIPT)
        return page

    yield new
    for page_or_context in opened:
        page_or_context.close()
    assert not errors


@pytest.fixture
def still(bare):
    """The stage of zeros beside random weights, for one who asked for little motion."""
    page = bare(still=True)
    page.evaluate("show", blob(*ZEROS_AND_RANDOM))
    return page


def slider(page):
    return float(page.get_by_role("slider").input_value())


def counters(page):
    frames(page)
    return page.locator(".counter").all_inner_texts()


def frames(page):
    """Wait until what was asked for is painted."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def test_every_activation_is_there(bare):
    assert bare().evaluate("Object.keys(stage.ACTIVATIONS)") == list(activations.registry)


@pytest.mark.parametrize("activation", activations.registry)
def test_it_answers_as_the_library_does(bare, activation):
    page = bare()
    shapes, sets = [(), (1,), (8,), (5, 7), (4, 4, 4, 4)], ["moons", "iris", "line_and_bump"]
    worst = 0.0
    for hidden, dataset in itertools.product(shapes, sets):
        trace = nnviz.train(
            nnviz.Experiment(activation=activation, hidden=hidden, dataset=dataset, epochs=20, learning_rate=0.05)
        )
        x = np.random.default_rng(0).uniform(-3, 3, (200, trace.dataset.x_train.shape[1]))
        text = encoded([trace])
        for snapshot in (0, 7, 31, len(trace.steps) - 1):
            expected = nnviz.predict(trace, x, snapshot=snapshot)
            found = np.array(page.evaluate(ANSWER, [text, 0, snapshot, x.T.tolist()])).reshape(-1, len(x)).T
            worst = max(worst, np.abs(found - expected[:, -found.shape[1] :]).max())
    assert worst < 1e-5


def test_between_two_snapshots_weights_go_in_a_straight_line(bare):
    trace = nnviz.train(nnviz.Experiment(hidden=(), epochs=5))
    weights = bare().evaluate(
        "(text) => Array.from(stage.networkAt(stage.unpack(bytes(text)).sides[0], 3.25).kernels[0].values)",
        encoded([trace]),
    )
    before, after = trace.kernels[0][0, 3:5, :, 0]
    np.testing.assert_allclose(weights, before + 0.25 * (after - before), rtol=1e-6)


def test_numbers_are_written_as_everywhere(bare):
    values = [0, 0.69314, 0.0376, 8, 12.5, 999.4, 1234.6, 127612718.2, 3.066e17, 0.0000471, 0.001, 100]
    assert bare().evaluate("(values) => values.map(stage.number)", values) == [number(value) for value in values]


def test_it_plays_once_by_itself_in_under_ten_seconds(bare):
    page = bare(alone=True)
    page.clock.install()
    page.evaluate("show", blob(*ZEROS_AND_RANDOM))
    page.clock.run_for(2_000)
    assert 5 < slider(page) < 40
    page.clock.run_for(8_000)
    assert slider(page) == 59
    assert page.get_by_role("button", name="play", exact=True).is_visible()
    page.clock.run_for(1_000)
    assert page.evaluate("said") == [["drawn", True]]  # the end is what the page speaks of anyway


def test_with_reduced_motion_it_shows_the_end_and_stands_still(still):
    assert slider(still) == 59
    said = counters(still)
    assert "0.693 loss" in said[0]
    assert "8 units act as 1" in said[0]
    assert "8 units act as 8" in said[1]
    assert slider(still) == 59


def test_keys_move_the_clock(still):
    still.locator(".stage").focus()
    for key, time in [("Home", 0), ("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", 59)]:
        still.keyboard.press(key)
        frames(still)
        assert slider(still) == time
    still.keyboard.press("Home")
    still.keyboard.press("Space")
    still.wait_for_function("document.querySelector('.stage input').value > 1")
    still.keyboard.press("Space")
    assert still.get_by_role("button", name="play", exact=True).is_visible()


def test_the_page_is_told_of_a_moment_when_the_clock_rests_there(bare):
    page = bare(alone=True, still=True)
    page.evaluate("show", blob(*ZEROS_AND_RANDOM))
    page.wait_for_function("said.length === 1")  # "drawn"
    page.clock.install()
    drag = """(input) => [10, 20, 30.2].forEach((time) => {
        input.value = time;
        input.dispatchEvent(new Event("input"));
    }) ?? said.length"""
    assert page.get_by_role("slider").evaluate(drag) == 1
    page.clock.run_for(1_000)
    assert page.evaluate("said") == [["drawn", True], ["moment", 30]]
    assert page.get_by_role("slider").get_attribute("aria-valuetext").startswith("epoch 10 of 40")


def test_a_new_experiment_keeps_the_moment_and_the_speed(still):
    still.locator(".stage").focus()
    still.keyboard.press("Home")
    for _ in range(12):
        still.keyboard.press("ArrowRight")
    still.get_by_label("speed").select_option("2")
    before = counters(still)
    still.evaluate("show", blob({"kernel_initializer": "ones", "epochs": 40}, {"epochs": 40}, palette=DARK))
    assert slider(still) == 12
    assert still.get_by_label("speed").input_value() == "2"
    after = counters(still)
    assert after[0] != before[0]
    assert after[1] == before[1]
    assert still.locator(".side").count() == 2


def test_pointing_at_a_unit_shows_its_numbers_and_its_twins_and_a_click_pins_it(still):
    canvas = still.locator(".picture").first
    spot = {"x": 165, "y": 240}
    canvas.hover(position=spot)
    frames(still)
    card = still.locator(".card")
    assert "weights in: 0, 0" in card.inner_text()
    assert "gradient: 0" in card.inner_text()
    assert "same as" in card.inner_text()
    canvas.click(position=spot)
    still.locator(".bar .epoch").hover()
    frames(still)
    assert card.is_visible()
    still.evaluate("show", blob(*ZEROS_AND_RANDOM))  # the page runs again, with nothing new for the stage
    frames(still)
    assert card.is_visible()
    still.locator(".stage").focus()
    still.keyboard.press("Escape")
    frames(still)
    assert card.is_hidden()


def test_arrows_go_from_unit_to_unit(still):
    still.locator(".stage").focus()
    card = still.get_by_role("status")
    for key, heading in [
        ("ArrowDown", "unit 1"),
        ("ArrowDown", "unit 2"),
        ("ArrowUp", "unit 1"),
        ("ArrowUp", "unit 8"),
    ]:
        still.keyboard.press(key)
        expect(card.locator("p").first).to_have_text(heading)
    expect(card).to_contain_text("no twin")  # it is B's last
    still.keyboard.press("ArrowDown")
    expect(card).to_contain_text("same as 2–8")
    still.keyboard.press("Escape")
    expect(card).to_be_hidden()


def test_pointing_at_a_line_shows_its_weight(still):
    still.locator(".picture").last.hover(position={"x": 34, "y": 190})
    still.mouse.move(
        *(still.locator(".picture").last.bounding_box()[side] + by for side, by in (("x", 34), ("y", 197)))
    )
    frames(still)
    assert still.locator(".card").inner_text().startswith("x₁ → unit")


def test_loop_goes_on_and_the_end_leaves_nothing_running(bare):
    page = bare(alone=True)
    page.clock.install()
    page.evaluate("show", blob(*ZEROS_AND_RANDOM))
    page.get_by_role("button", name="loop").click()
    page.clock.run_for(7_500)
    assert slider(page) < 30
    page.evaluate("end()")
    page.evaluate(COUNT_FRAMES)
    page.clock.run_for(1_000)
    assert page.evaluate("asked") == 0


def test_what_stands_still_is_not_painted_again(still):
    frames(still)
    still.evaluate(COUNT_FRAMES)
    assert still.evaluate(ASKED) == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"hidden": ()},
        {"hidden": (8, 8)},
        {"hidden": (4,) * 12},
        {"hidden": (256,)},
        {"hidden": (128, 128), "activation": "relu"},
        {"dataset": "iris"},
        {"dataset": "wine", "hidden": (3, 3)},
        {"dataset": "digits", "hidden": (128, 20)},
        {"dataset": "line_and_bump"},
        {"dataset": "line_and_bump", "hidden": (128, 128)},
        {
            "hidden": (64,) * 10,
            "activation": "relu",
            "learning_rate": 1.0,
            "kernel_initializer": "random_normal(stddev=1)",
        },
    ],
    ids=json.dumps,
)
@pytest.mark.parametrize("viewport", [(940, 900), (390, 844)], ids=["laptop", "phone"])
def test_it_paints_whatever_the_network(bare, fields, viewport):
    page = bare(viewport, still=True)
    page.evaluate("show", blob({**fields, "epochs": 3}, {"epochs": 3}))
    page.locator(".stage").focus()
    page.keyboard.press("Home")
    frames(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport[0]
    for canvas in page.locator(".picture").all():
        assert canvas.evaluate(COUNT_COLOURS) > 20
    tops = [box.bounding_box()["y"] for box in page.locator(".side").all()]
    assert (tops[0] < tops[1]) == (viewport[0] == 390)


def test_it_says_what_it_shows_to_those_who_cannot_see_it(still):
    labels = [canvas.get_attribute("aria-label") for canvas in still.get_by_role("img").all()]
    assert any(label.startswith("A, zeros") and "Frozen." in label for label in labels)
    for button in still.get_by_role("button").all():
        assert button.get_attribute("aria-label")


def test_no_picture_stands_there_without_words_even_before_it_is_painted(bare):
    page = bare()
    labels = """(text) => {
        window.show(text);
        return [...document.querySelectorAll("[role=img]")].map((picture) => picture.ariaLabel);
    }"""
    a, b, curve = page.evaluate(labels, blob(*ZEROS_AND_RANDOM))
    assert a.startswith("A, zeros: ")
    assert "At the end: Frozen." in a
    assert b.startswith("B, Glorot uniform: ")
    assert curve.startswith("Loss over the epochs. ")


def test_a_browser_that_cannot_draw_says_so(bare):
    page = bare()
    page.evaluate("delete window.ResizeObserver")
    page.evaluate("show", blob({"epochs": 3}))
    assert "cannot draw" in page.locator(".stage").inner_text()
    assert page.evaluate("said") == [["drawn", False]]


# In the app.


def test_question_verdicts_both_sides_and_the_play_button_are_seen_without_scrolling(visit):
    visitor = visit()
    page = visitor.open()
    for thing in (page.locator("h1"), *page.locator(".verdict").all(), *page.locator(".picture").all()):
        box = thing.bounding_box()
        assert 0 <= box["y"] < box["y"] + box["height"] <= 900
    box = page.get_by_role("slider", name="moment of training").bounding_box()
    assert box["y"] + box["height"] <= 900


def test_a_new_start_keeps_the_moment_and_playing_sends_nothing(visit):
    visitor = visit()
    page = visitor.page
    frames_sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: frames_sent.append(frame)))
    page.emulate_media(reduced_motion="reduce")
    visitor.open()
    time = page.get_by_role("slider", name="moment of training")
    time.focus()
    for _ in range(20):
        page.keyboard.press("ArrowLeft")
    expect(time).to_have_value("39")
    visitor.choose("A starts from", "ones")
    expect(visitor.verdict("A")).to_contain_text("Cloned.")
    expect(page.locator(".picture").first).to_have_attribute("aria-label", re.compile("Cloned"))
    expect(time).to_have_value("39")
    visitor.settled()
    timers_over(page, REST_MS)  # what came to rest before has been told
    visitor.settled()
    page.get_by_label("speed").select_option("0.5")
    before = len(frames_sent)
    page.get_by_role("button", name="play", exact=True).click()
    expect(time).not_to_have_value("39")
    timers_over(page, REST_MS)
    assert len(frames_sent) == before
    expect(page.get_by_role("button", name="pause", exact=True)).to_be_visible()
    page.get_by_label("speed").select_option("4")
    expect(time).to_have_value("59")


def test_on_a_phone_the_play_button_stays_in_sight_and_nothing_is_cut(visit):
    visitor = visit(width=390, height=844)
    page = visitor.open()
    box = page.get_by_role("button", name=re.compile("^(play|pause)$")).bounding_box()
    assert 0 <= box["y"] < box["y"] + box["height"] <= 844
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
