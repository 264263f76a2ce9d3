"""The Playground: two starts side by side."""

from __future__ import annotations

import streamlit as st

from nnviz.figures.style.sides import traced_sides
from nnviz.figures.style.template import PALETTES
from nnviz.ui import markup, page
from nnviz.ui.components.stage import stage
from nnviz.ui.download.takeaway import takeaway
from nnviz.ui.state import controls, state
from nnviz.ui.state.presets import PRESETS
from nnviz.ui.work import compute

choice = controls.playground.sidebar()
comparison = choice.comparison
theme = st.context.theme.type or "light"

st.title("Why must a network start from random weights?", anchor=False)
page.remarks(choice.problems)
traces = compute.traces_of(comparison)
both = traced_sides(traces, PALETTES[theme])
verdicts = compute.verdicts(traces)
st.html(markup.verdicts(both, verdicts) + markup.act_as(verdicts))
moment = stage(traces, theme, verdicts)
page.presets(page.PLAYGROUND, PRESETS, lessons=True)
page.let_the_browser_paint(comparison.to_query(), moment.drawn)
instead = st.container()  # the static pictures, where a browser cannot draw the stage
loss_place, drift_place = st.columns(2)
with loss_place:
    loss_chart = st.container()
    log_loss = st.toggle("Logarithmic loss", key="view.log_loss", on_change=state.touch)
with drift_place:
    drift_chart = st.container()
    layer = page.layer_menu(len(comparison.a.hidden), len(comparison.b.hidden))

figures = compute.figures(comparison, theme, log_loss, layer, moment.snapshots, traces)
if moment.drawn is False:
    with instead:
        page.pair(figures["boundary"])
with loss_chart:
    page.chart(figures["loss"][0])
with drift_chart:
    page.chart(figures["drift"][0])
for name in ("paths", "similarity", "gradients"):
    page.pair(figures[name])

so_far = [trace.until(snapshot) for trace, snapshot in zip(traces, moment.snapshots, strict=True)]
page.summary_numbers(both, so_far, compute.verdicts(so_far))
takeaway(comparison, traces, verdicts, figures, theme)
