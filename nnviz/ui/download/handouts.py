"""Where a lesson's handouts are taken, and addresses that can be given away."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from urllib.parse import urlencode, urljoin

import streamlit as st

from nnviz.lessons.course import LESSONS
from nnviz.lessons.lesson import Lesson
from nnviz.ui.download.handout import handout
from nnviz.ui.state.lesson_state import link_query
from nnviz.ui.work import compute


def address(page: str, query: Mapping[str, str]) -> str:
    """The whole address of a page of the app with a query.

    Args:
        page: as it stands in addresses, such as "lessons"; empty for the Playground.
        query: as texts.
    """
    return urljoin(st.context.url or "", f"{page or '.'}?{urlencode(query, safe=',')}").removesuffix("?")


def handouts(lesson: Lesson) -> None:
    """A section with both handouts; what they print is measured when it is opened."""
    box = st.expander("Print this lesson", key=f"handouts.{lesson.key}", on_change="rerun")
    if not box.open:
        return
    with box:
        result = [
            compute.result_of("Measuring", screen.measure, *(parameter.default for parameter in screen.settings))
            for screen in lesson.screens
        ]
        st.caption(
            "Each is a web page of its own, to open and print: it needs no network. All numbers in it were measured "
            "here just now. The students' copy asks first, and has what was measured on later pages."
        )
        where, number = address("lessons", link_query(lesson.key)), LESSONS.index(lesson) + 1
        with st.container(horizontal=True, gap="small"):
            for teacher, label in ((False, "for students"), (True, "for teachers, with answers")):
                page = partial(handout, lesson, result, where, number, teacher)
                file = f"nnviz-lesson-{lesson.key}{'-teacher' if teacher else ''}.html"
                st.download_button(
                    f"Handout {label}, HTML", page, file, "text/html", type="tertiary", on_click="ignore"
                )
