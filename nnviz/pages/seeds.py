"""When to fix the seed: the same run to the bit, a change traced to its cause, and a verdict that one draw decides."""

from __future__ import annotations

import streamlit as st

from nnviz.ui import page, seeds

choice = seeds.LAB.sidebar()
pair, said = seeds.shown(choice)
theme = st.context.theme.type or "light"

st.title("When should a seed be fixed?", anchor=False)
found, fewer = seeds.judgement(pair, choice.settings["seeds"])
page.remarks([*said, *filter(None, [fewer])])
same, moved = seeds.again(pair.a), seeds.changed(pair.a)
seeds.answer(same, found)
page.presets(seeds.PAGE, seeds.PRESETS)
figures = seeds.figures(pair, choice.settings["seeds"], theme, found, moved)

st.header("It misleads: judging by one seed", anchor=False)
if found:
    picture, words = st.columns([3, 2])
    with picture:
        seeds.clicked(figures["seeds"], found, pair)
    with words:
        seeds.why_it_misleads(found, pair)

st.header("It helps: the same run again, for whoever needs it", anchor=False)
seeds.digests(same)

st.header("It helps: a difference has a cause", anchor=False)
picture, words = st.columns([3, 2])
with picture:
    page.chart(figures["ripple"])
with words:
    seeds.causes_of(moved)

st.header("What a fixed seed does not fix", anchor=False)
seeds.beyond(same)
