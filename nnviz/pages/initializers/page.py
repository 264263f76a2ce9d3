"""The initializers: what each of them draws, two side by side, and which works with which activation."""

from __future__ import annotations

import streamlit as st

from nnviz.pages.initializers import cards as initializer_cards
from nnviz.pages.initializers import works_map

TWO, WORKS = "Two side by side", "Which works with what?"

theme = st.context.theme.type or "light"

initializer_cards.dress()
st.title("Which numbers should a layer start from?", anchor=False)
initializer_cards.jumps({"two": TWO, "works": WORKS})
layer, kernel = initializer_cards.layer_chooser()
initializer_cards.describe_layer(layer, kernel)
initializer_cards.card_gallery(layer, kernel, theme)
st.header(TWO, anchor="two")
initializer_cards.comparison(layer, kernel, theme)
st.header(WORKS, anchor="works")
works_map.works_map(theme)
