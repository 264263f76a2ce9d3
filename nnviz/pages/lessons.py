"""The lessons: all of them as a list, or one of them, screen by screen."""

from __future__ import annotations

import streamlit as st

from nnviz.ui import lesson, lesson_list, page
from nnviz.ui.lesson_state import LINKED

LINKED.incoming(entering=False)
place = LINKED.kept()
if place.lesson:
    lesson.play(place)
else:
    st.title("Eight lessons: why must a network start from random weights?", anchor=False)
    page.remarks(LINKED.sentences())
    lesson_list.show()
