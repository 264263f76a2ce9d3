"""The lessons: all of them as a list, or one of them, screen by screen."""

from __future__ import annotations

import streamlit as st

from nnviz.pages.lessons import lesson, lesson_list
from nnviz.ui import page
from nnviz.ui.state.lesson_state import LINKED

LINKED.incoming(entering=False)
place = LINKED.kept()
if place.lesson:
    lesson.play(place)
else:
    st.title("Eight lessons: why must a network start from random weights?", anchor=False)
    page.remarks(LINKED.sentences())
    lesson_list.show()
