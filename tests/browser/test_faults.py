"""What goes wrong between browser and server: the server is killed, the network is cut; the pages come back."""

import re

import pytest
from playwright.sync_api import expect

from nnviz.ui.own_table import GONE
from tests.browser.running import (
    PATIENCE_SECONDS,
    REST_MS,
    Network,
    Visitor,
    at_rest,
    field,
    free_port,
    launch,
    stop,
    timers_over,
)

pytestmark = pytest.mark.browser

APP = "[data-testid=stApp]"
AWAY = "The server does not answer. This page connects again by itself"
OWN = "your_data?epochs=10&seeds=6&hidden=4"
LESSON = "lessons?lesson=zero&screen=2&guesses=1"
LONG = "?hidden=64,64&samples=1000&batch_size=8&epochs=1"


def settled(page):
    expect(page.locator("[data-test-connection-state=CONNECTED][data-test-script-state=notRunning]")).to_have_count(1)


def set_seed(page, seed):
    settled(page)
    field(page, "Seed").fill(str(seed))
    page.keyboard.press("Enter")


def has_url(page, pattern):
    expect(page).to_have_url(re.compile(pattern))


class Visitors:
    """Tabs that may lose their server. What they ask of other hosts, and any error but that loss, is noted."""

    def __init__(self, context, address):
        self.context, self.address, self.all = context, address, []

    def open(self, link):
        visitor = Visitor(self.context, self.address)
        self.all.append(visitor)
        visitor.page.goto(f"{self.address}/{link}")
        return visitor.page

    def close(self):
        """Nobody met an error of the app's, or asked another host."""
        for visitor in self.all:
            words = visitor.page.inner_text("body")
            visitor.page.close()
            assert not visitor.foreign()
            assert "Traceback" not in words
            assert not [
                e
                for e in visitor.errors
                if not re.search("server endpoint|Streamlit still running|Connection|WebSocket onclose|net::ERR_", e)
            ]


def test_pages_come_back_when_their_server_was_killed(chromium, tmp_path):
    port, log = free_port(), tmp_path / "server.log"
    server = launch(port, log)
    visitors = Visitors(chromium, f"http://localhost:{port}")
    try:
        playground, lesson, own = map(visitors.open, ("?epochs=30&seed=5", LESSON, OWN))
        own.get_by_role("button", name="Try it with an example").click()
        lesson.locator(".st-key-options button").first.click()
        expect(own.locator("p.finding")).to_contain_text("Over 10 splits")
        expect(lesson.locator("p.because")).to_be_visible()
        set_seed(playground, 9)
        has_url(playground, "seed=9")
        for page in (playground, lesson, own):
            settled(page)
        before = playground.locator("p.verdict").all_inner_texts()
        links = [page.url for page in (playground, lesson)]

        server.kill()
        server.wait()
        expect(lesson.get_by_role("dialog")).to_be_visible()
        said = "(words) => getComputedStyle(words, '::after').content"
        assert AWAY in lesson.locator(".stDialog h2 + div").evaluate(said)
        expect(field(playground, "Seed")).to_be_disabled()  # no press is lost
        server = launch(port, log)

        expect(own.locator(".remarks")).to_have_text(GONE)
        for page in (playground, lesson, own):
            settled(page)
            expect(page.get_by_role("dialog")).to_have_count(0)
        assert [page.url for page in (playground, lesson)] == links
        expect(field(playground, "Seed")).to_have_value("9")
        assert playground.locator("p.verdict").all_inner_texts() == before

        set_seed(playground, 12)
        has_url(playground, "seed=12")
        lesson.get_by_role("button", name="Next", exact=True).click()
        has_url(lesson, "screen=3&guesses=11")
        own.get_by_role("button", name="Try it with an example").click()
        expect(own.locator("p.finding")).to_contain_text("Over 10 splits")
        for page in (playground, lesson, own):
            settled(page)
    finally:
        stop(server)
    assert not re.search("Traceback|Error|Warning", log.read_text()), log.read_text()
    visitors.close()


def test_the_network_fails_for_a_while(server, chromium):
    address, log = server
    network = Network(int(address.rpartition(":")[2]))
    visitors = Visitors(chromium, network.address)
    try:
        idle, busy, own = map(visitors.open, ("?epochs=30&seed=21", LONG, OWN))
        own.get_by_role("button", name="Try it with an example").click()
        expect(own.locator("p.finding")).to_contain_text("Over 10 splits")
        for page in (idle, busy, own):
            settled(page)

        field(busy, "Epochs").fill("150")
        busy.keyboard.press("Enter")
        expect(busy.get_by_role("progressbar")).to_be_visible()
        network.cut()
        expect(idle.get_by_role("dialog")).to_be_visible()
        for _ in range(10):
            assert network.refused.acquire(timeout=PATIENCE_SECONDS)
        network.mend()
        for page in (idle, busy, own):
            settled(page)
            expect(page.get_by_role("dialog")).to_have_count(0)
        expect(busy.get_by_text("150 epochs").first).to_be_visible()
        expect(own.get_by_text("178 rows of 14 columns")).to_be_visible()  # the session is the one before

        settled(idle)
        network.hold()  # this time without a word: the browser notices nothing
        field(idle, "Seed").fill("23")
        idle.keyboard.press("Enter")
        assert network.holding.wait(PATIENCE_SECONDS)
        network.mend()
        has_url(idle, "seed=23")
        settled(idle)
        network.hold()
        field(idle, "Seed").fill("24")
        idle.keyboard.press("Enter")
        network.cut()  # before the press has come through
        network.mend()
        has_url(idle, "seed=24")
        settled(idle)
        own.get_by_role("link", name="no hidden layer").click()
        has_url(own, "hidden=none")
        settled(own)
    finally:
        network.close()
    assert not re.search("Traceback|Error|Warning", log.read_text()), log.read_text()
    visitors.close()


@pytest.mark.parametrize("step", ["back", "link"])
def test_a_word_of_the_stage_does_not_call_off_a_step_to_another_page(server, chromium, step):
    address, _ = server
    network = Network(int(address.rpartition(":")[2]))
    visitors = Visitors(chromium, network.address)
    try:
        page = visitors.open("order?starts=2&orders=2&epochs=2")
        settled(page)
        page.get_by_role("link", name="Playground", exact=True).click()
        expect(page.locator("p.verdict").first).to_be_visible()
        page.get_by_role("button", name="one moment back").click()  # it says something: the page runs once more
        expect(page.get_by_role("heading", name="Epoch")).to_be_visible()
        settled(page)
        network.hold()
        if step == "back":
            page.go_back()
        else:
            page.get_by_role("link", name="Lessons", exact=True).click()
        assert network.holding.wait(PATIENCE_SECONDS)  # the wish is on its way
        page.get_by_role("button", name="one moment back").click()
        timers_over(page, REST_MS)  # the page still stands, and the clock rests
        network.mend()
        title = "Which chance matters" if step == "back" else "Lessons"
        expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
        settled(page)
        has_url(page, "/order\\?" if step == "back" else "/lessons$")
        expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
        visitors.close()
    finally:
        network.close()


@pytest.mark.parametrize("step", ["back", "link"])
def test_a_step_wins_over_what_was_pressed_just_before_it_and_is_sent_after_it(visit, step):
    page = (visitor := visit()).page
    page.goto(f"{visitor.address}/order?starts=2&orders=2&epochs=2")
    settled(page)
    page.get_by_role("link", name="Playground", exact=True).click()
    expect(page.get_by_text("Logarithmic loss")).to_be_visible()
    settled(page)
    there = {
        "back": """history.replaceState({}, "", "/order?starts=2&orders=2&epochs=2");
            dispatchEvent(new PopStateEvent("popstate", { state: {} }));""",
        "link": """document.querySelector("a[href$='/lessons']").click();""",
    }
    before = len(visitor.sent)
    # Both in one go: Streamlit sends what a page's controls hold a moment later.
    page.evaluate(f"""() => {{
        document.querySelector(".st-key-view-log_loss input").click();
        {there[step]}
    }}""")
    title = "Which chance matters" if step == "back" else "Lessons"
    expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
    settled(page)
    has_url(page, "/order\\?starts=2" if step == "back" else "/lessons$")
    expect(page.locator("html[data-leaving]")).to_have_count(0)
    assert len(visitor.sent) >= before + 2
    expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()


def test_two_tabs_quick_clicks_the_way_back_and_a_reload_midway(visit):
    one, two = visit(), visit()
    a, b = one.open("?epochs=20&seed=31"), two.open("?epochs=20&seed=32&activation=relu")
    b.get_by_role("link", name="New here?").click()  # so that there is another page behind it
    has_url(b, "/lessons$")
    b.go_back()
    settled(b)
    set_seed(a, 33)
    has_url(a, "seed=33")
    set_seed(b, 34)
    has_url(b, "seed=34")
    settled(a)
    expect(field(a, "Seed")).to_have_value("33")
    expect(field(a, "Activation")).to_have_value("tanh")

    at_rest(a)
    a.get_by_role("link", name="sigmoid: zeros · random").dblclick()
    has_url(a, r"\?activation=sigmoid&learning_rate=1.0$")
    settled(a)
    expect(field(a, "Learning rate")).to_have_value("1.0")
    at_rest(a)
    a.get_by_role("button", name="New seed").dblclick()
    has_url(a, "seed=")
    settled(a)
    for there, link, seed in (
        (a.go_back, "sigmoid.*1.0$", "0"),
        (a.go_back, "=33$", "33"),
        (a.go_forward, "1.0$", "0"),
    ):
        there()
        has_url(a, link)
        expect(field(a, "Seed")).to_have_value(seed)
        settled(a)


def test_a_page_is_loaded_anew_midway(visit):
    one, two = visit(), visit()
    training, lesson = one.page, two.page
    training.goto(f"{one.address}/{LONG.replace('epochs=1', 'epochs=140')}")
    expect(training.get_by_role("progressbar")).to_be_visible()
    training.reload()
    lesson.goto(f"{two.address}/lessons?lesson=chance&guesses=1")
    expect(lesson.locator(".film canvas").first).to_be_visible()
    lesson.reload()
    expect(lesson.locator("p.because")).to_be_visible()
    expect(lesson.locator(".film canvas").first).to_be_visible()
    has_url(lesson, "lesson=chance&guesses=1$")
    expect(training.locator("p.verdict").first).to_contain_text("140 epochs")
    has_url(training, "epochs=140$")
    settled(training)
    settled(lesson)
