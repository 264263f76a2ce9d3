"""The sources, by year."""

import streamlit as st

from nnviz.analysis import references
from nnviz.ui import claim_cards

st.title("References", anchor=False)
st.html(
    f'<p class="muted">{len(references.registry)} sources, the oldest first; below each, what here rests on it.</p>'
)
st.html(claim_cards.bibliography())
