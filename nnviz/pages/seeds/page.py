"""When to fix the seed: the same run to the bit, a change traced to its cause, and a verdict that one draw decides."""

from __future__ import annotations

import streamlit as st

from nnviz.pages.seeds import sections as seeds
from nnviz.ui import page

choice = seeds.LAB.sidebar()
pair, said = seeds.shown(choice)
theme = st.context.theme.type or "light"

st.title("When should a seed be fixed?", anchor=False)
page.remarks(said)
answer = st.empty()
page.presets(seeds.PAGE, seeds.PRESETS)
st.header("It misleads: judging by one seed", anchor=False)
judging = st.container()  # filled last: it takes the longest

st.header("It helps: the same run again, for whoever needs it", anchor=False)
same = seeds.again(pair.a)
with answer:
    seeds.answer(same)
seeds.digests(same)

st.header("It helps: a difference has a cause", anchor=False)
seeds.causes_of(seeds.changed(pair.a), pair.a, theme)

st.header("What a fixed seed does not fix", anchor=False)
seeds.beyond(same)

with judging:
    judgement = seeds.judgement(pair, choice.settings["seeds"])
    if judgement:
        seeds.why_it_misleads(judgement, pair, theme)
if judgement:
    with answer:
        seeds.answer(same, judgement)
