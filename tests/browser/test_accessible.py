"""Every page for those who cannot see it, do not use a mouse, magnify it, or want nothing to move."""

import re
from importlib.resources import files

import pytest
from playwright.sync_api import expect

import nnviz
from nnviz.figures.style.template import DARK, LIGHT
from nnviz.lessons.course import course
from nnviz.ui.download.offline import offline_page
from tests.browser.running import at_rest, charts_drawn

pytestmark = pytest.mark.browser

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
LOOK = """async () => {
    const rules = { region: { enabled: false } }; // Streamlit lays menus and hints over the page, outside its landmarks
    const found = await axe.run(document, { resultTypes: ["violations"], rules });
    return found.violations
        .filter(({ impact }) => impact !== "minor")
        .map(({ id, impact, nodes }) => `${impact}: ${id}: ${nodes[0].target} ${nodes[0].html}`);
}"""
GO = "(url) => { history.pushState({}, '', url); dispatchEvent(new PopStateEvent('popstate', { state: {} })); }"
UNFOLD = """() => {
    for (const box of document.querySelectorAll("details:not([open])")) {
        if (box.dataset.testid || box.closest("[data-testid=stExpander]")) box.firstElementChild.click();
        else box.open = true;
    }
}"""
CHARTS = """() => [...document.querySelectorAll(".stPlotlyChart")].map((chart) => [
    chart.closest(".stElementContainer").previousElementSibling.querySelector("p.finding").textContent, chart.ariaLabel,
])"""
CUT = """() => {
    const main = document.querySelector("[data-testid=stMain]");
    const wide = ({ scrollWidth, clientWidth }) => clientWidth > 1 && scrollWidth > clientWidth + 1;
    const cut = [...main.querySelectorAll("p, h1, h2, h3, a, a > span, button, label, td, th, summary")]
        .filter((label) => wide(label) && getComputedStyle(label).overflowX !== "visible");
    return [
        ...(wide(main) ? [`the page is ${main.scrollWidth} wide, the screen ${main.clientWidth}`] : []),
        ...cut.map((label) => `cut: ${label.textContent}`),
    ];
}"""

# Where to go, and what stands there once it is drawn: first every page of the menu, then other states of them.
PAGES = {
    "references": "text=sources, the oldest first",
    "": "text=Take it with you",
    "lessons": "text=Eight lessons:",
    "your_data?epochs=10&seeds=6&hidden=4": "text=Try it with an example",
    "initializers": ".st-key-map_train button",
    "depth": "h2:has-text('In numbers')",
    "claims": "text=Measure all",
    "quiz": "text=Ten questions, drawn for you",
    "teacher": "text=A link that hides controls",
    "restarts": "text=Are two runs the same network?",
    "pinch": "text=What rounding would do",
    "starts": "text=Or choose a cell",
    "zero?seeds=2": "text=A ring stands where",
    "order": "text=Or choose a start",
    "basins": "text=Zoom in at A",
    "landscape": "h2:has-text('In numbers')",
    "seeds": "text=Click a point, or choose a seed",
}
STATES = {
    "lessons?lesson=zero": ".st-key-options",
    "lessons?lesson=zero&guesses=1": "p.because",
    "lessons?lesson=search&guesses=1": ".film .bar",
    f"lessons?lesson=zero&screen={1 + len(course['zero'].screens)}": "text=The sentence to remember",
    "quiz?draw=4": "h1:has-text('Question 1 of')",
    "quiz?draw=4&answers=1": ".because",
    "quiz?draw=4&question=11&answers=1111111111": "text=Now explain it to someone else",
    "teacher?lesson=zero": "text=Common wrong answers",
    "depth?present=1": "text=Leave presenter mode",
}
PRESSED = {"your_data?epochs=10&seeds=6&hidden=4": ("Try it with an example", "p.finding:has-text('Over 10 splits')")}


def settled(page, mark):
    expect(page.locator(mark).locator("visible=true").first).to_be_visible()
    expect(page.locator("[data-test-script-state=notRunning]")).to_have_count(1)


def walk(visitor, places):
    """Goes to each place within the app, as Back and Forward do, and yields its name; where a button makes it another
    place, yields that too."""
    page = visitor.page
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{visitor.address}/references")
    settled(page, PAGES["references"])
    page.evaluate(AXE)  # past the Content-Security-Policy, as what a developer types
    for query, mark in places.items():
        page.evaluate(GO, f"/{query}")
        settled(page, mark)
        page.evaluate(UNFOLD)
        settled(page, mark)
        yield query
        if query in PRESSED:
            name, mark = PRESSED[query]
            page.get_by_role("button", name=name).click()
            settled(page, mark)
            yield f"{query}, {name}"


def test_axe_finds_nothing_and_every_chart_says_its_finding(visit):
    visitor = visit()
    found = {}
    for place in walk(visitor, PAGES | STATES):
        found[place] = visitor.page.evaluate(LOOK)
        for finding, words in visitor.page.evaluate(CHARTS):
            assert finding.replace("\N{NO-BREAK SPACE}", " ") in words, place
    assert not {place: words for place, words in found.items() if words}


def test_axe_finds_nothing_in_the_dark_on_a_phone_and_magnified_nothing_is_cut(visit):
    visitor = visit(width=390, height=844, theme="dark")
    page = visitor.page
    found = {}
    for place in walk(visitor, PAGES):
        found[place] = page.evaluate(LOOK)
        page.set_viewport_size({"width": 320, "height": 256})  # a laptop's 1280 by 1024 at 400 %
        found[place] += page.evaluate(CUT)
        page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_test_id("stExpandSidebarButton").click()
    expect(page.get_by_test_id("stSidebarNavLink").first).to_be_visible()
    expect(page.get_by_test_id("stSidebar").get_by_text("More", exact=True)).to_be_visible()  # it slides in
    found["the menu"] = page.evaluate(LOOK)
    assert not {place: words for place, words in found.items() if words}


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda palette: palette.name)
def test_axe_finds_nothing_on_a_page_that_was_taken_home(chromium, tmp_path, palette):
    file = tmp_path / "page.html"
    traces = [nnviz.train(nnviz.Experiment(epochs=3, kernel_initializer=name)) for name in ("zeros", "he_normal")]
    file.write_text(offline_page(traces, ["Frozen.", "Free."], palette), encoding="utf-8")
    page = chromium.new_page()
    page.emulate_media(reduced_motion="reduce")
    page.goto(file.as_uri())
    expect(page.get_by_role("button", name="play", exact=True)).to_be_visible()
    page.evaluate(AXE)
    assert not page.evaluate(LOOK)
    page.close()


STEP = """() => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    if (!at || at === document.body) return null;
    const { left, right, top, bottom } = at.getBoundingClientRect();
    const around = [at, at.parentElement, at.closest("label"), at.closest("[data-rac][role=group]")]
        .filter(Boolean)
        .map((part) => getComputedStyle(part));
    window.reached = (window.reached ?? new Set()).add(at);
    return {
        name: at.ariaLabel ?? at.textContent.trim(),
        ring: around.some((style) => style.outlineStyle === "solid" && parseFloat(style.outlineWidth) >= 2),
        seen: right > 0 && left < innerWidth && bottom > 0 && top < innerHeight,
    };
}"""
MISSED = """() => {
    const inside = (part) => (part.shadowRoot ? all(part.shadowRoot) : []);
    const all = (root) => [...root.querySelectorAll("*")].flatMap((part) => [part, ...inside(part)]);
    // The arrow keys of a field do what its buttons do, which take no focus: + and −, the arrow of a menu, a tag's ×.
    const inField = "[data-rac] button, [data-testid=stNumberInputContainer] button, [data-tag] *";
    return all(document)
        .filter((part) => part.matches("a[href], button, input, select, textarea, summary") && !part.matches(inField))
        .filter((part) => !part.disabled && part.type !== "file" && part.checkVisibility({ visibilityProperty: true }))
        .filter((part) => !window.reached.has(part))
        .map((part) => part.ariaLabel ?? part.textContent);
}"""

MOVING = """() => [...document.querySelectorAll("*")].some((part) => {
    const { transitionDuration, animationName, animationDuration } = getComputedStyle(part);
    const longest = (durations) => Math.max(...durations.split(",").map(parseFloat));
    return longest(transitionDuration) > 0.001 || (animationName !== "none" && longest(animationDuration) > 0.001);
})"""


def tabbed(page):
    """The names of all that the Tab key leads to, from the top to the end, each seen and with a ring around it."""
    names = []
    while len(names) < 150:
        page.keyboard.press("Tab")
        at = page.evaluate(STEP)
        if at is None:
            return names
        names.append(at["name"])
        assert at["ring"], at
        assert at["seen"], at
    raise AssertionError(f"The Tab key does not leave the page: {names}")


@pytest.mark.parametrize(
    ("query", "mark", "width", "met"),
    [
        ("", "text=Take it with you", 1400, "Skip to main content, A starts from, Lessons, play, speed"),
        ("basins?side=25&epochs=100", "text=Zoom in at A", 1400, "Start across, Start upwards"),
        ("lessons?lesson=search&guesses=1", ".film .bar", 1400, "play, step, Start, Next"),
        ("depth", "h2:has-text('In numbers')", 390, "Expand sidebar, He · ReLU"),
    ],
    ids=["playground", "basins", "lesson", "phone"],
)  # fmt: skip
def test_the_keyboard_reaches_everything_and_one_sees_where_it_is(visit, query, mark, width, met):
    visitor = visit(width=width)
    page = visitor.page
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{visitor.address}/{query}")
    settled(page, mark)
    charts_drawn(page)  # what is drawn late takes no focus away
    settled(page, mark)
    at_rest(page)
    names = tabbed(page)
    assert [name for name in names if name in met.split(", ")] == met.split(", "), names
    assert not page.evaluate(MISSED)


def test_a_start_on_the_basin_map_and_a_page_of_the_menu_are_chosen_by_keys(visit):
    visitor = visit()
    page = visitor.page
    page.goto(f"{visitor.address}/basins?side=25&epochs=100")
    settled(page, "text=Zoom in at A")
    start = page.locator(".verdict").first
    expect(start).to_contain_text("starts at 0 and 0: ")
    page.get_by_role("spinbutton", name="Start across").focus()
    page.keyboard.press("ArrowUp")
    expect(start).to_contain_text("starts at 0.4 and 0: ")
    page.get_by_role("button", name="Restart lab").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="Restarts")).to_be_visible()
    page.get_by_role("menuitem", name="Restarts").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="How often does a start succeed?")).to_be_visible()


def test_the_stage_says_where_it_stands_and_for_who_wants_no_motion_nothing_moves(visit):
    visitor = visit()
    page = visitor.page
    page.emulate_media(reduced_motion="reduce")
    visitor.open()
    expect(page.get_by_role("button", name="play", exact=True)).to_be_visible()
    expect(page.get_by_role("slider", name="moment of training")).to_have_value("59")
    picture = page.locator(".picture").first
    expect(picture).to_have_attribute("aria-label", re.compile(r"At epoch 200: 0\.69\d loss.* At the end: Frozen\."))
    page.get_by_role("slider", name="moment of training").focus()
    page.keyboard.press("Home")
    expect(picture).to_have_attribute("aria-label", re.compile(r"At epoch 0: 0\.69\d loss"))
    assert not page.evaluate(MOVING)
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(MOVING)
