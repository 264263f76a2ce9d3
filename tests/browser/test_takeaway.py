"""The presets, the charts of a moment, and what can be taken home, in the running app."""

import csv
import json
import re

import pytest
from playwright.sync_api import expect

import nnviz
from tests.browser.running import PATIENCE_SECONDS, field

pytestmark = pytest.mark.browser


def test_a_preset_is_a_link_that_shows_its_pair_at_once_and_the_way_back(visit):
    visitor = visit()
    page = visitor.open()
    link = page.get_by_role("link", name="sigmoid: zeros · random", exact=True)
    assert link.get_attribute("href").endswith("?activation=sigmoid&learning_rate=1.0")
    link.click()
    expect(visitor.verdict("A")).to_contain_text("Cloned.")
    expect(page).to_have_url(re.compile(r"\?activation=sigmoid&learning_rate=1.0$"))
    expect(field(page, "Activation")).to_have_value("sigmoid")
    page.go_back()
    expect(visitor.verdict("A")).to_contain_text("Frozen.")
    page.go_forward()
    expect(visitor.verdict("A")).to_contain_text("Cloned.")


def test_what_stands_below_speaks_of_the_moment_at_which_the_clock_rests(visit):
    visitor = visit()
    page = visitor.open()
    page.locator(".stage").focus()
    page.keyboard.press("End")
    expect(page.get_by_role("heading", name="What happened, in numbers")).to_be_visible()
    page.keyboard.press("Home")
    expect(page.get_by_role("heading", name="At epoch 0, in numbers")).to_be_visible()
    expect(page.get_by_text("Not trained yet:")).to_have_count(2)
    expect(page.get_by_text("B at epoch 0: units look different ways")).to_be_visible()
    expect(visitor.verdict("B")).to_contain_text("Free.")
    page.keyboard.press("End")
    expect(page.get_by_role("heading", name="What happened, in numbers")).to_be_visible()
    expect(page.get_by_text("Not trained yet:")).to_have_count(0)


@pytest.fixture(scope="module")
def page(visit_for_all):
    """The section with everything to take home, open."""
    page = visit_for_all().open("?epochs=30")
    page.get_by_text("Take it with you").click()
    return page


@pytest.fixture
def taken(page, tmp_path):
    """A function that takes one thing home."""

    def take(name):
        with page.expect_download() as download:
            page.get_by_role("button", name=name, exact=True).click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        return path

    take.page = page
    return take


def test_every_chart_can_be_taken_as_a_picture_under_its_title(taken):
    expect(taken.page.get_by_role("button", name=re.compile(", PNG$"))).to_have_count(8)
    svg = taken("gradients B, SVG").read_text(encoding="utf-8")
    assert "the hidden layer&#39;s gradient goes from" in svg or "the hidden layer's gradient goes from" in svg
    assert svg.count('class="main-svg"') >= 2
    png = taken("similarity A, PNG")
    assert png.read_bytes().startswith(b"\x89PNG")
    colours = taken.page.evaluate(
        """async (bytes) => {
            const picture = await createImageBitmap(new Blob([Uint8Array.from(bytes)]));
            const canvas = new OffscreenCanvas(picture.width, picture.height);
            const brush = canvas.getContext("2d");
            brush.drawImage(picture, 0, 0);
            const { data } = brush.getImageData(0, 0, canvas.width, canvas.height);
            return [canvas.width, new Set(new Uint32Array(data.buffer)).size];
        }""",
        list(png.read_bytes()),
    )
    assert colours[0] > 600
    assert colours[1] > 20


def test_the_data_and_the_experiments_can_be_taken(taken):
    with taken("loss, CSV").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 60
    experiment = nnviz.Experiment.from_json(taken("experiment A, JSON").read_text(encoding="utf-8"))
    assert (experiment.epochs, str(experiment.kernel_initializer)) == (30, "zeros")
    assert json.loads(taken("experiment B, JSON").read_text(encoding="utf-8"))["epochs"] == 30
    expect(taken.page.locator("code")).to_have_text(re.compile(r"^http://localhost:\d+/?\?epochs=30$"))


@pytest.mark.parametrize("framework", ["Keras 3", "PyTorch", "scikit-learn"])
def test_code_can_be_taken(taken, framework):
    source = taken(f"B in {framework}").read_text(encoding="utf-8")
    compile(source, "script", "exec")
    assert "nnviz" not in re.sub(r"#.*|\"\"\".*?\"\"\"", "", source, flags=re.S)


def test_all_of_it_is_one_page_that_plays_without_a_network(taken):
    path = taken("page, HTML")
    page = taken.page.context.browser.new_context(offline=True).new_page()
    page.set_default_timeout(1000 * PATIENCE_SECONDS)
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(path.as_uri())
    expect(page.get_by_role("button", name="pause", exact=True)).to_be_visible()
    page.wait_for_function("document.querySelector('#stage').shadowRoot.querySelector('input').value > 3")
    expect(page.locator(".js-plotly-plot")).to_have_count(8)
    widths = page.locator("figure").evaluate_all(
        "(all) => all.map((one) => one.querySelector('.main-svg').getBoundingClientRect().width - one.clientWidth)"
    )
    assert max(widths) <= 1
    assert all(re.match("file:|data:|blob:", url) for url in asked)
    assert not errors
    page.context.close()
