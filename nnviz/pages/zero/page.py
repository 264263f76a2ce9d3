"""When is a zero start right? Every case of it, predicted from two factors and measured."""

from __future__ import annotations

import streamlit as st

from nnviz.analysis.symmetry.zero_paths import outcome, zero_paths
from nnviz.figures.style.template import PALETTES
from nnviz.figures.symmetry.zero_paths import plot_zero_paths
from nnviz.pages.zero import controls as own
from nnviz.ui import markup, page
from nnviz.ui.work import compute

choice = own.LAB.sidebar()
palette = PALETTES[st.context.theme.type or "light"]

st.title("When is a zero start right?", anchor=False)
page.remarks(choice.problems)
st.html(markup.paragraphs(own.LAW))
page.presets(own.PAGE, own.PRESETS)

cases = compute.result_of("Training every case", zero_paths, choice.settings["seeds"])
case = next(each for each in cases if each.key == choice.settings["case"])
st.header(f"{case.label[:1].upper()}{case.label[1:]}", anchor=False)
st.html(markup.paragraphs([f"{case.note} {outcome(case)}"]))
st.html(own.parts_table(case))
with st.container(key="zero_open", horizontal=True, vertical_alignment="center"):
    if case.experiment:
        st.page_link(
            page.PLAYGROUND, label="Open in the Playground", query_params=own.playground_query(case.experiment)
        )
    strip = plot_zero_paths(cases, palette)
    st.download_button("Steps as CSV", strip.csv, "zero-paths.csv", "text/csv", on_click="ignore")
if case.code:
    with st.expander("This case in Python"):
        st.code(case.code, language="python", wrap_lines=True)

st.header("Every case", anchor="cases")
page.chart(strip)
st.html(
    '<p class="muted">A ring stands where a part should move first: at the step at which its error and its signal are '
    "both there. A dot, or ×, is where it did. Errors and signals are root mean squares over units and rows.</p>"
)
st.html(own.cases_table(cases))
st.html(
    '<p class="muted">Losses are medians over the seeds, with their range in brackets. They stand beside those of a '
    "random start, or for LoRA of the frozen base. Units act as so many different functions in the end; of LoRA's "
    "directions those that differ to the bit are counted.</p>"
)
