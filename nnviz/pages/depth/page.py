"""The depth lab: a signal through a deep network, forwards and back."""

from __future__ import annotations

import streamlit as st

from nnviz.analysis.depth.blocks import compare_depths
from nnviz.analysis.depth.verdict import signal_numbers, standing, verdict
from nnviz.figures.depth.blocks import plot_blocks, plot_depths
from nnviz.figures.depth.depth import describe_signal
from nnviz.figures.style.template import PALETTES
from nnviz.pages.depth import controls as depth_controls
from nnviz.ui import markup, page
from nnviz.ui.work import compute

spec, remarks = depth_controls.sidebar()
theme = st.context.theme.type or "light"

st.title("What happens to a signal in a deep network?", anchor=False)
page.remarks(remarks)
record, theory = depth_controls.measured(spec)
st.html(depth_controls.words(verdict(record), describe_signal(record), PALETTES[theme]))
page.presets(depth_controls.PAGE, depth_controls.PRESETS)

figures = depth_controls.figures(spec, theme, record, theory)
page.pair([figures["signal"], figures["gradient"]])
page.let_the_browser_paint(depth_controls.to_query(spec))  # the other charts stand further down
page.pair([figures["likeness"], figures["histograms"]])
page.pair([figures["chaos"], figures["idle"]])

st.header("In numbers", anchor=False)
for column, table in zip(st.columns([3, 2]), (signal_numbers(record, theory), standing(theory)), strict=True):
    if table:
        column.html(markup.table(table))
st.html(f'<p class="muted">{depth_controls.METHOD}</p>')
depth_controls.take_home(spec, figures)

st.header("With residual blocks", anchor="blocks")
st.html(
    '<p class="muted">Blocks x + V φ(W x + b) that start with V at zero, beside plain layers: two moons, '
    "10 tanh units a layer, 60 epochs. Median and range of 5 seeds.</p>"
)
if st.button("Train at depths 4 to 64", key="blocks") or compute.known(compare_depths) is not None:
    compared = compute.result_of("Training at depths 4 to 64", compare_depths)
    page.pair([plot_blocks(compared, PALETTES[theme], errors) for errors in (False, True)])
    page.chart(plot_depths(compared, PALETTES[theme]))
