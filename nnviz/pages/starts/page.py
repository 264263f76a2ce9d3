"""Random, or merely different? And which part of the weights may be zero?"""

from __future__ import annotations

import streamlit as st

from nnviz.analysis.symmetry.clones import as_one
from nnviz.analysis.symmetry.starts import check, contest, parts
from nnviz.figures.style.template import PALETTES
from nnviz.figures.symmetry.starts import plot_starts
from nnviz.figures.symmetry.zero_parts import plot_zero_parts
from nnviz.pages.starts import controls as own
from nnviz.ui import page
from nnviz.ui.work import compute

choice = own.LAB.sidebar()
recipe, random_starts = choice.experiment, choice.settings["random_starts"]
palette = PALETTES[st.context.theme.type or "light"]

st.title("Random, or merely different?", anchor=False)
problem = check(recipe, random_starts)
page.remarks([*choice.problems, *filter(None, [problem])])
st.html(
    '<p class="muted">Units that start equal stay equal, so they must start different. Must chance make them so? Here '
    "starts written by hand stand beside random ones.</p>"
)
page.presets(own.PAGE, own.PRESETS)
if problem:
    st.stop()

results = compute.result_of("Training starts by hand and random ones", contest, recipe, random_starts)
strip = plot_starts(results, palette)
points = page.clicked(strip)
if points:
    outcome = (results.random, results.outcomes)[points[0]["curve_number"]][points[0]["point_number"]]
    page.go(page.PLAYGROUND, own.playground_query(outcome))
st.html(
    '<p class="muted">Each mark is one training; the grey band is the range of the random ones. On the right: how many '
    "units start with numbers of their own → how many they act as at the end (how many different functions of the data "
    "they compute), and the final loss. × marks starts whose units act as fewer than there are. Click a mark to see it "
    "in the Playground, beside Glorot uniform.</p>"
)
places = own.places(results)
with st.container(key="starts_open", horizontal=True, vertical_alignment="bottom"):
    place = st.selectbox("Or choose a start", list(places), width=340, key="starts.place")
    query = own.playground_query(places.get(place) or results.median)
    st.page_link(page.PLAYGROUND, label="Open in the Playground", query_params=query)
    st.download_button("Starts as CSV", strip.csv, "starts.csv", "text/csv", on_click="ignore")
with st.expander("What each start is, and how it ended"):
    st.html(own.in_words(results))

st.header("Which part may be zero?", anchor="zero")
table = compute.result_of("Training every part with every activation", parts, recipe, own.columns(recipe.activation))
figure = plot_zero_parts(table, palette)
points = page.clicked(figure)
if points:
    clicked = table.cells[int(points[0]["y"])][int(points[0]["x"])]
    page.go(page.PLAYGROUND, own.playground_query(clicked))
st.html(f'<p class="muted">{own.about_zeros(table)}</p>')
with st.container(key="parts_open", horizontal=True, vertical_alignment="bottom"):
    cells = [cell for row in table.cells for cell in row]
    chosen = st.selectbox(
        "Or choose a cell", range(len(cells)), width=340, key="starts.cell",
        format_func=lambda i: own.cell_label(cells[i]),
    )  # fmt: skip
    query = own.playground_query(cells[chosen])
    st.page_link(page.PLAYGROUND, label="Open in the Playground", query_params=query)
    st.download_button("Parts as CSV", figure.csv, "parts.csv", "text/csv", on_click="ignore")
if recipe.optimizer == "sgd":
    clones = recipe.replace(kernel_initializer="ones")
    st.html(f"<p>{own.as_one_sentence(compute.result_of('Training one unit for many', as_one, clones))}</p>")
