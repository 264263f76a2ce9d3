"""How far a reader has come, kept in the browser and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from nnviz.lessons.course import course
from nnviz.ui.state.lesson_state import LessonPlace, from_query, to_query

_component = st.components.v2.component(
    "nnviz_lesson_progress", js=Path(__file__).with_name("lesson_progress.js").read_text(encoding="utf-8")
)


def keep(place: LessonPlace) -> None:
    """Let the browser note this place as the last one in its lesson."""
    _component(key="lessons.keep", data={"lesson": place.lesson, "query": to_query(place)})


def kept() -> dict[str, LessonPlace]:
    """The last place in each lesson, as the browser remembers it; empty until it has answered.

    What the browser says is not to be trusted: it is read as a link is.
    """
    said = _component(key="lessons.kept", data={}, on_places_change=lambda: None).get("places")
    places = {}
    for key, query in said.items() if isinstance(said, Mapping) else ():
        if key in course and isinstance(query, Mapping) and all(isinstance(text, str) for text in query.values()):
            places[key] = from_query({**query, "lesson": key})[0]
    return places
