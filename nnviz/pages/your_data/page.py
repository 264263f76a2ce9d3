"""Which start is best on a table of the visitor's own."""

from __future__ import annotations

import streamlit as st

from nnviz.figures.style.template import PALETTES
from nnviz.figures.tables.ranking import plot_ranking
from nnviz.pages.your_data import sections as your_data
from nnviz.ui import own_table, page

choice = your_data.LAB.sidebar()

st.title("Which start is best on your own data?", anchor=False)
page.remarks(choice.problems)
st.html(f'<p class="muted">{your_data.INTRODUCTION}</p>')
given = own_table.table()
if given is None:
    st.stop()
data = own_table.ready(given, choice.experiment)
if data is None:
    st.stop()
own_table.understood(data)
page.presets(your_data.PAGE, your_data.PRESETS)
ranking = your_data.ranked(given, data, choice)
if ranking is None:
    st.stop()
figure = plot_ranking(ranking, PALETTES[st.context.theme.type or "light"])
page.chart(figure)
your_data.reading(ranking)
your_data.in_numbers(ranking)
your_data.take_home(ranking, figure, data, choice)
