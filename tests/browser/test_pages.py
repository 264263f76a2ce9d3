"""All pages in a browser: the way from one to the other, and what each is for."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.running import at_rest, field

pytestmark = pytest.mark.browser

TITLES = {
    "Playground": "Why must a network start from random weights?",
    "Initializers": "Which numbers should a layer start from?",
    "Depth": "What happens to a signal in a deep network?",
    "Claims": "What does the literature claim, and is it so?",
    "References": "References",
}
LAB = {
    "Restarts": "How often does a start succeed?",
    "How little is enough?": "How little randomness is enough?",
    "Random or different?": "Random, or merely different?",
    "When is zero right?": "When is a zero start right?",
    "Start or order?": "Which chance matters: the start or the order?",
    "Which starts end where?": "Which starts end where?",
    "Loss landscape": "What does the ground look like that training walks on?",
    "When to fix the seed": "When should a seed be fixed?",
}


def go(page, name):
    page.get_by_test_id("stTopNavLink").filter(has_text=name).click()
    expect(page.get_by_role("heading", name=TITLES[name], level=1)).to_be_visible()


def test_the_way_through_all_pages_and_back_to_what_was_shown(visit):
    visitor = visit()
    page = visitor.open("?activation=relu")
    for name in [*list(TITLES)[1:], "Playground"]:
        go(page, name)
    expect(page).to_have_url(re.compile(r"/\?activation=relu$"))
    expect(field(page, "Activation")).to_have_value("ReLU")


def test_the_way_through_the_restart_lab(visit):
    visitor = visit()
    page = visitor.open("?epochs=20")
    for name, title in LAB.items():
        page.get_by_text("Restart lab", exact=True).click()
        page.get_by_test_id("stTopNavDropdownLink").filter(has_text=name).click()
        expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
    go(page, "Playground")
    expect(page).to_have_url(re.compile(r"/\?epochs=20$"))


@pytest.mark.parametrize(
    "path",
    [
        *("initializers", "depth", "claims", "references"),
        *("restarts", "pinch", "starts", "zero", "order", "basins", "landscape", "seeds"),
    ],
)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_on_a_phone_nothing_is_cut(visit, path, theme):
    visitor = visit(width=390, height=844, theme=theme)
    visitor.page.goto(f"{visitor.address}/{path}")
    expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
    expect(visitor.page.locator("[data-test-script-state=notRunning]")).to_have_count(1)
    main = visitor.page.get_by_test_id("stMain")
    assert main.evaluate("(main) => main.scrollWidth - main.clientWidth") <= 0


def test_a_cell_of_the_map_opens_in_the_playground(visit):
    visitor = visit()
    page = visitor.page
    page.goto(f"{visitor.address}/initializers?map_runs=2&map_epochs=20")
    page.locator(".st-key-map_train button").click()
    cells = page.locator(".st-key-chart-works .nsewdrag")
    expect(page.locator(".st-key-map_train")).to_have_count(0)
    cells.scroll_into_view_if_needed()
    at_rest(page)
    box = cells.bounding_box()
    page.mouse.click(box["x"] + 0.6 * box["width"], box["y"] + 0.5 * box["height"])
    expect(page.get_by_role("heading", name=TITLES["Playground"])).to_be_visible()
    expect(page).to_have_url(re.compile("epochs=20"))
    expect(visitor.verdict("A")).to_be_visible()


def test_a_claim_is_measured_when_asked(visit):
    visitor = visit()
    page = visitor.page
    page.goto(f"{visitor.address}/claims")
    row = page.get_by_test_id("stHorizontalBlock").filter(has=page.get_by_role("heading", name="Weight gradients"))
    row.get_by_role("button", name=re.compile("^Measure")).click()
    expect(row.locator(".judgement")).to_contain_text("Confirmed.")


def test_a_change_in_the_depth_lab_is_in_the_url_and_the_verdict(visit):
    visitor = visit()
    page = visitor.page
    page.goto(f"{visitor.address}/depth")
    verdict = page.locator(".verdict").first
    expect(verdict).to_contain_text("after 30 layers")
    page.get_by_role("link", name="He · ReLU", exact=True).click()
    expect(verdict).not_to_contain_text("shrinks to 0.698")
    expect(page).to_have_url(re.compile("kernel_initializer=he"))


@pytest.mark.parametrize(
    "link",
    [
        "depth?depth=1e9&width=x&activation=%F0%9F%92%A3&kernel_initializer=zeros(&seeds=-1&data=<b>",
        "initializers?layer=LSTM+kernel+x&inputs=1e99&second=%00&map_runs=abc",
        "claims?x=1&y=%FF",
        "restarts?runs=1e9&threshold=nan&b_seed=x&hidden=<b>&epochs=99999999",
        "pinch?less=99&value=inf&starts=-1&hidden=",
        "starts?random_starts=x&hidden=0&data_seed=-1",
        "order?starts=1e9&orders=%00&batch_size=-3",
        "basins?side=99999&width=nan&bar=<i>&hidden=4,4",
        "landscape?plane=nowhere&resolution=1e9&hidden=999,999",
        "seeds?seeds=x&b_=1&learning_rate=1e400",
    ],
)
def test_a_mangled_link_opens_the_page(visit, link):
    visitor = visit()
    visitor.page.goto(f"{visitor.address}/{link}")
    expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
    expect(visitor.page.locator("[data-test-script-state=notRunning]")).to_have_count(1)
