"""Every lesson in a browser, from its first screen to its end."""

import re

import pytest
from playwright.sync_api import expect

from nnviz.lessons.course import LESSONS

pytestmark = pytest.mark.browser

PICTURES = ".js-plotly-plot, canvas, .st-key-reveal-pictures table"
CUT = "(main) => main.scrollWidth - main.clientWidth"


def settled(page):
    expect(page.locator("[data-test-script-state=notRunning]")).to_have_count(1, timeout=30_000)


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
        expect(page.locator("p.because")).to_have_text(re.compile(r"^(You foresaw it|Not so)\. .*\d"), timeout=30_000)
        settled(page)
        expect(page.locator(".answers li.measured")).to_have_count(1)
        expect(page.locator(PICTURES).first).to_be_visible()
        page.get_by_role("button", name="Next", exact=True).click()
    heading(page, "Now you")
    expect(page.locator("p.remember")).to_have_text(lesson.remember)
    if lesson.task.check:
        page.get_by_role("button", name="Check it").click()
        expect(page.locator("p.because")).to_have_text(re.compile(r"^(That is it|Not yet)\. .*\d"), timeout=30_000)
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
    page.evaluate("() => new Promise(requestIdleCallback)")
    page.keyboard.press("ArrowRight")  # no answer yet: nothing to move on to
    page.wait_for_timeout(300)
    heading(page, lesson.screens[0].title)
    page.keyboard.press("1")
    expect(page.locator("p.because")).to_be_visible(timeout=30_000)
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
        expect(page.locator(PICTURES).first).to_be_visible(timeout=30_000)
        settled(page)
        assert main.evaluate(CUT) <= 0
        page.get_by_role("button", name="Next", exact=True).click()
    heading(page, "Now you")
    settled(page)
    assert main.evaluate(CUT) <= 0


def test_the_answer_to_a_screen_comes_back_by_its_link(visit):
    visitor = visit()
    page, lesson = visitor.page, LESSONS[0]
    page.goto(f"{visitor.address}/lessons?lesson={lesson.key}&guesses=2")
    expect(page.locator(".answers li", has_text="your guess")).to_have_count(1, timeout=30_000)
    settled(page)
    page.get_by_role("button", name="Next", exact=True).click()
    heading(page, lesson.screens[1].title)
    page.go_back()
    heading(page, lesson.screens[0].title)
    expect(page.locator(".answers li", has_text="your guess")).to_have_count(1)
