"""The restart lab: one start after another, and how often it works."""

from __future__ import annotations

import streamlit as st

from nnviz.pages.restarts import lab as restarts_lab
from nnviz.ui import page

choice = restarts_lab.LAB.sidebar()
theme = st.context.theme.type or "light"

st.title("How often does a start succeed?", anchor=False)
page.remarks(choice.problems)
st.html(f'<p class="muted">{restarts_lab.INTRODUCTION}</p>')
both = restarts_lab.trained(choice, theme)
restarts_lab.say(both, choice)
page.presets(restarts_lab.PAGE, restarts_lab.PRESETS)
if both is None:
    st.stop()
figures = restarts_lab.figures(both, choice, theme)
restarts_lab.curves(figures["curves"], choice)
restarts_lab.reading(both, choice)
restarts_lab.seed_menu(both, choice)
page.let_the_browser_paint(restarts_lab.query(choice))  # the other charts stand further down
page.pair(figures["ends"])
page.pair(figures["restarts"])
restarts_lab.in_numbers(both, choice)

restarts_lab.distinct(both, choice, theme)
restarts_lab.take_home(choice, figures)
