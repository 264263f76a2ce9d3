"""The basin map: two weights on the axes, each pixel a training run."""

from __future__ import annotations

import streamlit as st

from nnviz.figures.landscape.basin_map import plot_basins
from nnviz.figures.landscape.border import plot_border
from nnviz.figures.style.template import PALETTES
from nnviz.pages.basins import controls as lab
from nnviz.ui import page

choice = lab.LAB.sidebar()
palette = PALETTES[st.context.theme.type or "light"]

st.title("Which starts end where?", anchor=False)
st.html(f'<p class="muted">{lab.WHAT}</p>')
page.presets(lab.PAGE, lab.PRESETS)
page.remarks(choice.problems)
try:
    window = lab.window_of(choice)
except ValueError as error:
    page.remarks([str(error)])
    st.stop()
outcome = lab.outcome_of(choice.experiment, window, choice.settings["bar"])

places = lab.places_of(outcome)
figures = (
    plot_basins(outcome, palette, choice.settings["colour"], places["A"], places["B"]),
    plot_border(outcome, palette),
)
left, right = st.columns(2, gap="medium")
with left:
    page.clicked(figures[0])
with right:
    st.html(lab.say(outcome, palette, places))
    lab.actions(choice, outcome, places)
    page.chart(figures[1])
st.html(f'<p class="muted">{lab.WHY}</p><p class="muted">{lab.method(outcome)}</p>')
lab.take_home(choice, figures)
