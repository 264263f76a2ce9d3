"""The teacher's page in the running app: its links, and the handouts on paper."""

import re

import pytest
from playwright.sync_api import expect

from nnviz.lessons.course import LESSONS
from tests.browser.running import at_rest, field

pytestmark = pytest.mark.browser

LESSON = LESSONS[0]


def opened(visit, query="", **options):
    visitor = visit(**options)
    visitor.page.goto(f"{visitor.address}/teacher{query}")
    return visitor.page


def test_from_the_plan_to_a_lesson_and_its_screens(visit):
    page = opened(visit)
    page.get_by_role("link", name=f"1. {LESSON.title}").click()
    expect(page.get_by_role("heading", name="Common wrong answers")).to_be_visible()
    expect(page).to_have_url(re.compile(rf"/teacher\?lesson={LESSON.key}$"))
    with page.expect_popup() as popup:
        page.get_by_role("link", name="with the answer").nth(1).click()
    expect(popup.value.get_by_role("heading", name=LESSON.screens[1].title)).to_be_visible()
    expect(popup.value.locator("li.measured")).to_have_count(1)
    popup.value.close()
    with page.expect_popup() as popup:
        page.get_by_role("link", name="projector").first.click()
    expect(popup.value.get_by_role("heading", name=LESSON.screens[0].title)).to_be_visible()
    expect(popup.value.get_by_text("Leave presenter mode")).to_be_visible()
    popup.value.close()
    page.get_by_role("link", name="The whole course").click()
    expect(page.get_by_role("heading", name="The course, for teachers")).to_be_visible()


def test_a_link_that_hides_a_control_is_made_and_holds(visit):
    visitor = visit()
    page = visitor.page
    page.goto(f"{visitor.address}/teacher")
    menu = page.get_by_label("Hide", exact=True)
    menu.scroll_into_view_if_needed()  # a menu closes as the page is scrolled
    expect(page.locator("[data-test-script-state=notRunning]")).to_have_count(1)
    at_rest(page)  # and loses a click while the page is being drawn
    menu.click()
    page.get_by_role("option", name="Data set", exact=True).click()
    made = page.locator(".st-key-link-maker code")
    expect(made).to_have_text(f"{visitor.address}/?hide=dataset")
    page.goto(made.inner_text())
    expect(field(page, "A starts from")).to_be_visible()
    expect(field(page, "Data set")).to_have_count(0)


@pytest.mark.parametrize("who", ["students", "teachers"])
def test_a_handout_stands_alone_and_prints_on_both_papers(visit, chromium, tmp_path, who):
    page = opened(visit, f"?lesson={LESSON.key}")
    page.get_by_text("Print this lesson").click()
    with page.expect_download() as download:
        page.get_by_role("button", name=f"Handout for {who}").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    paper = chromium.new_page()
    asked, errors = [], []
    paper.on("request", lambda request: asked.append(request.url))
    paper.on("pageerror", lambda error: errors.append(str(error)))
    paper.goto(path.as_uri())
    charts = paper.locator("figure")
    expect(paper.locator("figure .main-svg").first).to_be_visible()
    assert asked == [path.as_uri()]
    paper.emulate_media(media="print")
    assert charts.count() == paper.locator("figure .js-plotly-plot").count() > 0
    fits = "() => [...document.querySelectorAll('figure, table, p')].every((e) => e.scrollWidth <= e.clientWidth + 1)"
    paper.set_viewport_size({"width": 680, "height": 900})  # what A4 leaves between its margins
    assert paper.evaluate(fits)
    pages = [len(re.findall(rb"/Type\s*/Page\b", paper.pdf(format=paper_size))) for paper_size in ("A4", "Letter")]
    assert all(3 <= number <= 20 for number in pages)
    assert not errors
    paper.close()
