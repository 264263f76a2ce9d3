import re

import pytest
from playwright.sync_api import expect

from tests.browser.running import field

pytestmark = pytest.mark.browser

DEEP = "?hidden=" + ",".join(["64"] * 10) + "&activation=relu&learning_rate=1"


def test_zeros_stand_still_and_random_weights_learn(visit):
    visitor = visit()
    visitor.open()
    expect(visitor.verdict("A")).to_contain_text("Frozen. No hidden weight moved in 200 epochs: 8 units act as 1")
    expect(visitor.verdict("A")).to_contain_text("ln 2 = 0.693")
    expect(visitor.verdict("B")).to_contain_text("Free. 8 units act as 8")
    for letter in "AB":
        assert visitor.verdict(letter).bounding_box()["y"] < 300
    stage = visitor.page.locator(".stage canvas").first.bounding_box()
    assert stage["y"] < 400
    assert visitor.page.url.endswith("/")


NOTE_ORDER = """
    window.order = [];
    new MutationObserver(() => {
        for (const id of ["stBidiComponentIsolated", "stPlotlyChart"])
            if (!order.includes(id) && document.querySelector(`[data-testid=${id}]`)) order.push(id);
    }).observe(document, {subtree: true, childList: true});
"""


def test_the_stage_comes_before_the_charts(visit):
    tab = visit()
    tab.page.add_init_script(NOTE_ORDER)
    assert tab.open("?seed=31").evaluate("order") == ["stBidiComponentIsolated", "stPlotlyChart"]


def test_another_start_changes_verdict_and_url_and_the_link_shows_the_same(visit):
    visitor = visit()
    visitor.open()
    visitor.choose("A starts from", "ones")
    expect(visitor.verdict("A")).to_contain_text("Cloned.")
    expect(visitor.page).to_have_url(re.compile(r"\?kernel_initializer=ones$"))
    said = visitor.verdict("A").inner_text()
    other = visit()
    other.open("?" + visitor.page.url.partition("?")[2])
    assert other.verdict("A").inner_text() == said
    visitor.page.go_back()
    expect(visitor.verdict("A")).to_contain_text("Frozen.")
    expect(field(visitor.page, "A starts from")).to_have_value("zeros")
    visitor.page.go_forward()
    expect(visitor.verdict("A")).to_contain_text("Cloned.")
    visitor.page.reload()
    expect(visitor.verdict("A")).to_contain_text("Cloned.")


def test_a_parameter_a_free_learning_rate_and_a_difference_reach_the_url(visit):
    visitor = visit()
    visitor.open("?kernel_initializer=constant(value%3D0.5)")
    page = visitor.page
    field(page, "value").fill("0.25")
    field(page, "value").press("Enter")
    expect(page).to_have_url(re.compile(r"constant%28value%3D0.25%29"))
    field(page, "Learning rate").click()
    page.keyboard.type("0.123")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"learning_rate=0.123"))
    visitor.choose("Let B differ in", "Activation")
    visitor.page.keyboard.press("Escape")
    visitor.choose("Activation of B", "sigmoid")
    expect(page).to_have_url(re.compile(r"b_activation=sigmoid"))
    expect(visitor.verdict("B")).to_contain_text("sigmoid")


def test_a_new_seed_changes_b(visit):
    visitor = visit()
    visitor.open()
    said = visitor.verdict("B").inner_text()
    visitor.page.get_by_role("button", name="New seed").click()
    expect(visitor.page).to_have_url(re.compile(r"[?&]seed=\d+"))
    expect(visitor.verdict("B")).not_to_have_text(said)


def test_a_mangled_link_opens_with_a_sentence_for_each_fault(visit):
    visitor = visit()
    page = visitor.open("?epochs=many&dataset=%3Cb%3Ebold%3C/b%3E&wings=2&b_noise=-1&seed=3")
    remarks = page.locator(".remarks p")
    expect(remarks).to_have_count(4)
    expect(remarks.nth(0)).to_contain_text("epochs='many': must be a whole number from 1 to 1,000,000.")
    expect(remarks.nth(1)).to_contain_text("<b>bold</b>")
    expect(field(page, "Seed")).to_have_value("3")
    assert page.locator(".remarks b").count() == 0


def test_what_is_too_much_is_said_and_the_last_picture_stays(visit):
    visitor = visit()
    visitor.open()
    said = visitor.verdict("B").inner_text()
    field(visitor.page, "Epochs").fill("1000000")
    field(visitor.page, "Epochs").press("Enter")
    expect(visitor.page.locator(".remarks")).to_contain_text("lower one of them")
    assert visitor.verdict("B").inner_text() == said
    assert "epochs" not in visitor.page.url
    field(visitor.page, "Learning rate").click()
    visitor.page.keyboard.type("fast")
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.locator(".remarks")).to_contain_text("learning_rate='fast': must be a number")


def test_exploding_networks_say_so(visit):
    visitor = visit()
    start = "random_normal(mean%3D0.0,stddev%3D1.0)"
    visitor.open(f"{DEEP}&kernel_initializer={start}&b_kernel_initializer=ones")
    expect(visitor.verdict("A")).to_contain_text(re.compile(r"Diverged at step \d+"))
    expect(visitor.verdict("B")).to_contain_text("Dead.")


def test_two_tabs_do_not_disturb_each_other(visit):
    one, two = visit(), visit()
    one.open()
    two.open("?dataset=xor")
    one.choose("Data set", "two circles")
    expect(one.page).to_have_url(re.compile("dataset=circles"))
    two.page.get_by_role("button", name="New seed").click()
    expect(two.page).to_have_url(re.compile(r"dataset=xor&seed="))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_on_a_phone_nothing_is_cut(visit, theme):
    page = visit(width=390, height=844, theme=theme).open()
    for thing in page.locator(".verdict, .js-plotly-plot, h1, table").all():
        box = thing.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
