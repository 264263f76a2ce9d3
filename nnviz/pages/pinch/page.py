"""How little is enough? A pinch of noise, and when it parts equal units."""

from __future__ import annotations

import streamlit as st

from nnviz.analysis.symmetry.escape_laws import verdict
from nnviz.analysis.symmetry.perturbation import DECADES, by_width, perturb, recipe, ridges, xor
from nnviz.analysis.symmetry.rounding import rounding
from nnviz.figures.style.template import PALETTES
from nnviz.figures.symmetry import perturbation as draw
from nnviz.figures.symmetry import rounding as draw_rounding
from nnviz.pages.pinch import controls as pinch_controls
from nnviz.ui import page
from nnviz.ui.work import compute

choice = pinch_controls.CONTROLS.sidebar()
theme = st.context.theme.type or "light"
palette = PALETTES[theme]
shown, value, starts = pinch_controls.chosen(choice), choice.settings["value"], choice.settings["starts"]

st.title("How little randomness is enough?", anchor=False)
page.remarks(choice.problems)
try:
    recipe(choice.experiment)
    perturbation = compute.result_of("Training every ε", perturb, choice.experiment, value, DECADES, starts)
except ValueError as error:
    page.remarks([str(error)])
    page.presets(pinch_controls.PAGE, pinch_controls.PRESETS)
    st.stop()
st.html(pinch_controls.words(verdict(perturbation), pinch_controls.describe_perturbation(perturbation)))
figures = pinch_controls.figures(perturbation, (choice.experiment, value, starts), shown, theme)
page.presets(pinch_controls.PAGE, pinch_controls.PRESETS)
page.pair(figures)
st.page_link(
    page.PLAYGROUND,
    label=pinch_controls.playground_label(value, DECADES[shown]),
    query_params=pinch_controls.playground_query(choice.experiment, value, DECADES[shown]),
)
page.let_the_browser_paint(pinch_controls.CONTROLS.to_query(choice.experiment, **choice.settings))

st.header("Two saddles, two laws", anchor=False)
st.html(f"<p>{pinch_controls.WHY_LAWS}</p>")
strict = compute.result_of("Training on two ridges", ridges)
degenerate = compute.result_of("Training on XOR", xor)
laws = [draw.plot_escape(strict, palette, "two ridges"), draw.plot_escape(degenerate, palette, "XOR")]
page.pair(laws)
st.html(pinch_controls.by_width_words(compute.result_of("Looking at the curvature", by_width)))

st.header("What rounding would do", anchor=False)
st.html(f"<p>{pinch_controls.WHY_ROUNDING}</p>")
rounded = draw_rounding.plot_rounding(
    compute.result_of("Training equal units with BLAS, and with exact sums", rounding), palette
)
page.chart(rounded)
st.html(f'<p class="muted">{pinch_controls.METHOD}</p>')
pinch_controls.take_home(choice, [*figures, *laws, rounded])
