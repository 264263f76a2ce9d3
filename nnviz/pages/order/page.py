"""Start or order: which of the two chances in training decides how it ends."""

from __future__ import annotations

import streamlit as st

from nnviz.analysis.chance.order import check_pairs, order
from nnviz.figures.chance.order_matrix import plot_order_matrix
from nnviz.figures.chance.order_shares import plot_order_shares
from nnviz.figures.style.template import PALETTES
from nnviz.pages.order.controls import LAB, METHOD, PAGE, PRESETS, playground_query
from nnviz.ui import page
from nnviz.ui.work import compute

choice = LAB.sidebar()
asked = choice.experiment, choice.settings["starts"], choice.settings["orders"], choice.settings["first_order"]
palette = PALETTES[st.context.theme.type or "light"]

st.title("Which chance matters: the start or the order?", anchor=False)
problem = check_pairs(*asked)
page.remarks([*choice.problems, *filter(None, [problem])])
st.html(
    '<p class="muted">Training is a game of chance twice: in the weights it starts from, and in the order in which it '
    "sees the rows. Here every start is trained with every order.</p>"
)
page.presets(PAGE, PRESETS)
if problem:
    st.stop()

orders = compute.result_of(f"Training {asked[1]} starts with {asked[2]} orders each", order, *asked)
picture, shares = plot_order_matrix(orders, palette), plot_order_shares(orders, palette)
left, right = st.columns([3, 2])
with right:
    page.chart(shares)
with left:
    points = page.clicked(picture)
if points:
    page.go(page.PLAYGROUND, playground_query(orders, int(points[0]["y"]), int(points[0]["x"])))

st.html(
    '<p class="muted">Each square is one training. Click one to see it in the Playground, beside the best of all.</p>'
)
with st.container(key="order_open", horizontal=True, vertical_alignment="bottom"):
    row = st.selectbox("Or choose a start", range(asked[1]), format_func=lambda i: str(orders.seeds[i]), width=180)
    column = st.selectbox("and an order", range(asked[2]), format_func=lambda i: str(orders.orders[i]), width=180)
    st.page_link(page.PLAYGROUND, label="Open in the Playground", query_params=playground_query(orders, row, column))
    st.download_button("Losses as CSV", picture.csv, "order.csv", "text/csv", on_click="ignore")
    st.download_button("Shares as CSV", shares.csv, "order-shares.csv", "text/csv", on_click="ignore")
st.html(f'<p class="muted">{METHOD}</p>')
