"""Every lesson in a browser, from its first screen to its end."""

import re

import pytest
from playwright.sync_api import expect

from nnviz.lessons.course import LESSONS, course
from tests.browser.running import at_rest, timers_over

pytestmark = pytest.mark.browser

PICTURES = ".js-plotly-plot, canvas, .st-key-reveal-pictures table"
CUT = "(main) => main.scrollWidth - main.clientWidth"


def settled(page):
    expect(page.locator("[data-test-script-state=notRunning]")).to_have_count(1)


def heading(page, title):
    expect(page.get_by_role("heading", name=title, level=1, exact=True)).to_be_visible()


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_a_lesson_can_be_walked_to_its_end(visit, lesson):
    visitor = visit()
    page = visitor.page
    page.goto(f"{visitor.address}/lessons")
    page.get_by_role("link", name=re.compile(re.escape(lesson.title) + "$")).click()
    for screen in lesson.screens:
        heading(page, screen.title)
        options = page.locator(".st-key-options button")
        expect(options).to_have_count(len(screen.options))
        expect(page.locator("p.because")).to_have_count(0)
        options.last.click()
        expect(page.locator("p.because")).to_have_text(re.compile(r"^(You foresaw it|Not so)\. .*\d"))
        settled(page)
        expect(page.locator(".answers li.measured")).to_have_count(1)
        expect(page.locator(PICTURES).first).to_be_visible()
        page.get_by_role("button", name="Next", exact=True).click()
    heading(page, "Now you")
    expect(page.locator("p.remember")).to_have_text(lesson.remember)
    if lesson.task.check:
        page.get_by_role("button", name="Check it").click()
        expect(page.locator("p.because")).to_have_text(re.compile(r"^(That is it|Not yet)\. .*\d"))
    settled(page)
    page.get_by_role("link", name="All lessons").click()
    entry = page.locator(
        "[class*=st-key-lesson-]", has=page.get_by_role("link", name=re.compile(re.escape(lesson.title)))
    )
    expect(entry).to_contain_text("done")  # this browser remembers
    page.go_back()
    heading(page, "Now you")
    page.get_by_role("link", name="Open in the Playground").click()
    visitor.settled()


def test_a_lesson_on_the_projector_goes_by_keys(visit):
    visitor = visit()
    page, lesson = visitor.page, LESSONS[0]
    page.goto(f"{visitor.address}/lessons?lesson={lesson.key}&present=1")
    heading(page, lesson.screens[0].title)
    settled(page)
    at_rest(page)
    page.keyboard.press("ArrowRight")  # no answer yet: nothing to move on to
    timers_over(page, 0)
    heading(page, lesson.screens[0].title)
    page.keyboard.press("1")
    expect(page.locator("p.because")).to_be_visible()
    expect(page).to_have_url(re.compile("present=1"))
    settled(page)
    page.keyboard.press("ArrowRight")
    heading(page, lesson.screens[1].title)
    settled(page)
    page.keyboard.press("ArrowLeft")
    heading(page, lesson.screens[0].title)
    settled(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Leave presenter mode")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("present"))


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_on_a_phone_nothing_is_cut(visit, lesson):
    visitor = visit(width=390, height=844, theme="dark")
    page = visitor.page
    page.goto(f"{visitor.address}/lessons?lesson={lesson.key}&guesses={'1' * len(lesson.screens)}")
    main = page.get_by_test_id("stMain")
    for screen in lesson.screens:
        heading(page, screen.title)
        expect(page.locator(PICTURES).first).to_be_visible()
        settled(page)
        assert main.evaluate(CUT) <= 0
        page.get_by_role("button", name="Next", exact=True).click()
    heading(page, "Now you")
    settled(page)
    assert main.evaluate(CUT) <= 0


def test_on_the_projector_a_click_into_a_picture_takes_no_keys_away(visit):
    visitor = visit()
    page, lesson = visitor.page, course["chance"]
    page.goto(f"{visitor.address}/lessons?lesson={lesson.key}&guesses=11&present=1")
    for picture, key, number in ((".film canvas", "ArrowRight", 1), (".js-plotly-plot, canvas", "ArrowLeft", 0)):
        expect(page.locator("p.because")).to_be_visible()
        settled(page)
        at_rest(page)
        page.locator(picture).first.click()
        page.keyboard.press(key)
        heading(page, lesson.screens[number].title)


def test_on_the_projector_the_answer_stands_before_what_was_read_already(visit):
    visitor = visit()
    page, screen = visitor.page, course["methods"].screens[2]
    page.goto(f"{visitor.address}/lessons?lesson=methods&screen=3&present=1")
    heading(page, screen.title)
    expect(page.locator(".st-key-options button kbd").first).to_be_hidden()  # the number stands there once
    page.locator(".st-key-options button").last.click()
    found = page.locator("p.because")
    expect(found).to_be_in_viewport(ratio=1)
    before = page.get_by_text(screen.before[:40])
    assert found.bounding_box()["y"] < before.bounding_box()["y"]


def test_a_link_s_settings_stand_in_their_controls_though_measuring_was_broken_off(visit):
    visitor = visit()
    page = visitor.page
    page.goto(f"{visitor.address}/lessons?lesson=methods&screen=5&guesses=----1&seed=31337&present=1")  # measured anew
    expect(page.locator("p.question")).to_be_visible()
    page.get_by_role("button", name="Leave presenter mode").click()
    seed = page.get_by_role("spinbutton", name="First seed")
    expect(page.locator("p.because")).to_be_visible()
    settled(page)
    expect(seed).to_have_value("31337")
    expect(page).to_have_url(re.compile("seed=31337$"))


def test_one_can_go_back_while_a_measurement_runs(visit):
    visitor = visit()
    page, screens = visitor.page, course["methods"].screens
    page.goto(f"{visitor.address}/lessons?lesson=methods&screen=5&guesses=---11&seed=271828")
    heading(page, screens[4].title)
    page.get_by_role("button", name="Back", exact=True).click()
    heading(page, screens[3].title)
    expect(page.locator("p.because")).to_be_visible()
    settled(page)
    page.go_back()
    heading(page, screens[4].title)


def test_the_methods_lead_on_to_one_s_own_data(visit):
    visitor = visit()
    page = visitor.page
    page.goto(f"{visitor.address}/lessons?lesson=methods&screen=6")
    page.get_by_role("link", name="Hold the contest on your own data").click()
    expect(page).to_have_url(re.compile("/your_data$"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize(
    "broken",
    [
        "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }",
        "localStorage.setItem('nnviz.lessons', '[1, \"<b>\"')",
        """localStorage.setItem('nnviz.lessons', '{"chance": 7, "zero": {"screen": "99"}, "x": {}}')""",
    ],
    ids=["full", "no JSON", "other things"],
)
def test_a_store_that_fails_or_holds_rubbish_does_no_harm(visit, broken):
    visitor = visit()
    page = visitor.page
    page.add_init_script(broken)
    page.goto(f"{visitor.address}/lessons?lesson={LESSONS[0].key}")
    page.locator(".st-key-options button").first.click()
    expect(page.locator("p.because")).to_be_visible()
    settled(page)
    page.get_by_role("link", name="All lessons").click()
    expect(page.get_by_role("link", name=re.compile(re.escape(LESSONS[-1].title)))).to_be_visible()
    settled(page)
    page.evaluate("() => localStorage.removeItem('nnviz.lessons')")


def test_two_tabs_share_what_the_browser_remembers_and_nothing_else(visit):
    first, second = visit(), visit()
    for visitor, key in ((first, "judging"), (second, "seeds")):
        visitor.page.goto(f"{visitor.address}/lessons?lesson={key}&screen=2")
        heading(visitor.page, course[key].screens[1].title)
        settled(visitor.page)
    heading(first.page, course["judging"].screens[1].title)
    second.page.get_by_role("link", name="All lessons").click()
    for key in ("judging", "seeds"):
        entry = second.page.locator(f".st-key-lesson-{1 + LESSONS.index(course[key])}")
        expect(entry).to_contain_text("you are at 2 of")


def test_the_answer_to_a_screen_comes_back_by_its_link(visit):
    visitor = visit()
    page, lesson = visitor.page, LESSONS[0]
    page.goto(f"{visitor.address}/lessons?lesson={lesson.key}&guesses=2")
    expect(page.locator(".answers li", has_text="your guess")).to_have_count(1)
    settled(page)
    page.get_by_role("button", name="Next", exact=True).click()
    heading(page, lesson.screens[1].title)
    page.go_back()
    heading(page, lesson.screens[0].title)
    expect(page.locator(".answers li", has_text="your guess")).to_have_count(1)
