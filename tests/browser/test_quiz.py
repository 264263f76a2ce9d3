"""The quiz in the running app: ten answers by click and by key, and the way back."""

import re

import pytest
from playwright.sync_api import expect

from nnviz.lessons.quiz.quiz import LENGTH, question
from nnviz.lessons.quiz.words import PROMPTS, graded

pytestmark = pytest.mark.browser

DRAW = 4


def test_ten_answers_lead_to_the_end_and_the_link_remembers_them(visit):
    visitor = visit()
    page = visitor.page
    page.goto(f"{visitor.address}/quiz")
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", name=f"Question 1 of {LENGTH}")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/quiz\?draw=\d+$"))
    page.goto(f"{visitor.address}/quiz?draw={DRAW}")
    said = ""
    for number in range(1, LENGTH + 1):
        asked = question(DRAW, number - 1)
        expect(page.get_by_role("heading", name=f"Question {number} of {LENGTH}")).to_be_visible()
        expect(page.locator(".because")).to_have_count(0)
        page.locator(".st-key-options button").nth(asked.right).click()
        said += str(asked.right + 1)
        expect(page.locator("li.measured")).to_contain_text("your answer · measured")
        expect(page.locator(".because")).to_contain_text("Right.")
        expect(page).to_have_url(re.compile(rf"answers={said}$"))
        name = "Next" if number < LENGTH else "How did it go?"
        page.get_by_role("button", name=name, exact=True, disabled=False).click()
    expect(page.get_by_role("heading", name=graded(LENGTH))).to_be_visible()
    page.get_by_text(PROMPTS[0][0]).click()
    expect(page.get_by_text(PROMPTS[0][1])).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name=graded(LENGTH))).to_be_visible()


def test_on_a_projector_keys_answer_and_go_on(visit):
    visitor = visit()
    page = visitor.page
    page.goto(f"{visitor.address}/quiz?draw={DRAW}&present=1")
    expect(page.get_by_role("heading", name=f"Question 1 of {LENGTH}")).to_be_visible()
    expect(page.locator(".st-key-options button")).to_have_count(len(question(DRAW, 0).options))
    page.keyboard.press("2")
    expect(page.locator(".because")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name=f"Question 2 of {LENGTH}")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".because")).to_be_visible()
