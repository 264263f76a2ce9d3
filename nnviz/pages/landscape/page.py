"""The loss landscape: the ground under the runs' paths."""

from __future__ import annotations

import streamlit as st

from nnviz.analysis.landscape import sentences as words
from nnviz.figures.landscape.barrier import plot_barrier
from nnviz.figures.landscape.heights import Heights
from nnviz.figures.landscape.landscape import plot_landscape
from nnviz.figures.landscape.relief import plot_relief
from nnviz.figures.style.template import PALETTES
from nnviz.pages.landscape import controls as lab
from nnviz.ui import markup, page

choice = lab.LAB.sidebar()
palette = PALETTES[st.context.theme.type or "light"]

st.title("What does the ground look like that training walks on?", anchor=False)
page.remarks(choice.problems)
surface, log = lab.view()
page.presets(lab.PAGE, lab.PRESETS)
try:
    landscape = lab.landscape_of(choice.experiment, choice.settings)
except ValueError as error:
    page.remarks([str(error)])
    st.stop()
page.remarks(landscape.remarks)

picture = plot_relief(landscape, palette, log) if surface else plot_landscape(landscape, palette, log)
lines = plot_barrier(landscape, palette)
left, right = st.columns(2)
with left:
    page.chart(picture)
    lab.explain_picture(landscape, surface, Heights(landscape, log).cuts())
with right:
    page.chart(lines)
    lab.explain_runs(landscape)

st.header("In numbers", anchor=False)
st.html(markup.table(words.landscape_numbers(landscape)))
lab.to_playground(landscape)
lab.take_home(choice.experiment, choice.settings, {"ground": picture, "lines": lines})
