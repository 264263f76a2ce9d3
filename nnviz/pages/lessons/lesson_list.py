"""The list of all lessons, with how far the reader has come in each."""

from __future__ import annotations

import streamlit as st

from nnviz.lessons.course import LESSONS
from nnviz.lessons.lesson import Lesson
from nnviz.pages.lessons import lesson_progress
from nnviz.ui import markup, page
from nnviz.ui.state.lesson_state import LessonPlace, link_query, to_query

PAGE = page.script("lessons")
WORDS = (
    "Each lesson asks you to guess first. Then your guess is put to the test, here and now: nothing is prepared, every "
    "number is measured while you look. You need no account. This browser remembers how far you are, and so does the "
    "link."
)


def show() -> None:
    """Every lesson in its order, then the quiz."""
    st.html(f'<div class="lesson"><p>{markup.text(WORDS)}</p></div>')
    places = lesson_progress.kept()
    for number, lesson in enumerate(LESSONS, 1):
        _entry(number, lesson, places.get(lesson.key))
    with st.container(key="lesson-quiz", gap=None):
        st.page_link(page.script("quiz"), label="The quiz: ten questions, drawn anew each time")
        st.page_link(page.script("teacher"), label="For teachers: questions, handouts, links")


def _entry(number: int, lesson: Lesson, place: LessonPlace | None) -> None:
    last = len(lesson.screens) + 1
    far = f"{lesson.teaching.minutes} minutes in class"
    if place:
        far = "done" if place.screen == last else f"you are at {place.screen} of {last}"
    query = to_query(place) if place and place.screen < last else link_query(lesson.key)
    with st.container(key=f"lesson-{number}", gap=None):
        st.page_link(PAGE, label=f"{number}. {markup.plain(lesson.title)}", query_params=query)
        st.html(f'<p class="promise">{markup.text(lesson.promise)} <span class="muted">{far}</span></p>')
