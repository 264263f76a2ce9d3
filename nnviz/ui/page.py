"""What stands on a page besides charts: verdicts, remarks, tables, downloads."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path

import streamlit as st

from nnviz.figures.figure import Figure
from nnviz.figures.sides import Side
from nnviz.ui import state
from nnviz.ui.state import Comparison

STYLE = Path(__file__).with_name("style.css")
CHART_CONFIG = {"displayModeBar": False, "responsive": True}
PATIENCE, PAUSE = 1.5, 0.15  # seconds for the browser to paint the stage: at first, and when it knows it

_CHARTED = "charted"  # in the session: the comparison whose charts were sent last


def dress() -> None:
    """The few rules of style that Streamlit's own settings do not reach."""
    st.html(STYLE)


def verdict(side: Side, sentence: str) -> None:
    """One side's verdict: letter, what it is, what happened, with a thin bar in its colour."""
    st.html(
        f'<p class="verdict" style="border-left: 4px {_border(side)} {side.color}">'
        f'<span class="who"><b style="color: {side.color}">{side.letter}</b> {escape(side.label)}</span> '
        f'<span class="what">{escape(sentence)}</span></p>'
    )


def _border(side: Side) -> str:
    return "solid" if side.dash == "solid" else "dashed"


def remarks(sentences: Iterable[str]) -> None:
    """Sentences about what could not be used; shown as they are, never as markup."""
    items = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)
    if items:
        st.html(f'<div class="remarks" role="status">{items}</div>')


def let_the_stage_come_first(comparison: Comparison, drawn: bool | None) -> None:
    """Hold back the charts of a new comparison for a moment, until the browser has painted the stage.

    A browser draws all the charts in one go, and paints nothing meanwhile; at first it has to load Plotly too, which
    is large. So at first the wait is for the stage's word, though not for long, and later it is short.
    """
    query, charted = comparison.to_query(), st.session_state.get(_CHARTED)
    patience = 0.0
    if charted is None and drawn is None:
        patience = PATIENCE
    elif charted not in (None, query) and drawn:
        patience = PAUSE
    end = time.monotonic() + patience
    while time.monotonic() < end:
        time.sleep(0.01)
        state.yield_to_newer_run()
    st.session_state[_CHARTED] = query


def chart(figure: Figure) -> None:
    """A figure under its finding."""
    with st.container(gap=None):
        st.html(f'<p class="finding">{escape(figure.title)}</p>')
        st.plotly_chart(figure.plot, theme=None, config=CHART_CONFIG, alt=figure.alt, key=f"chart {figure.name}")


def pair(figures: Sequence[Figure]) -> None:
    """Two figures side by side; on a phone one above the other."""
    for column, figure in zip(st.columns(2), figures, strict=True):
        with column:
            chart(figure)


def layer_menu(*depths: int) -> int:
    """Which hidden layer the charts of units show, from 0; asked for only where there are several."""
    if max(depths) < 2:
        return 0
    return st.selectbox(
        "Hidden layer shown",
        range(max(depths)),
        format_func=lambda i: str(i + 1),
        key="view.layer",
        on_change=state.touch,
    )


def table(columns: Mapping[str, Mapping[str, str]]) -> None:
    """Named figures side by side, a column for each heading."""
    names = list(next(iter(columns.values())))
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in columns)
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(f"<td>{escape(column[name])}</td>" for column in columns.values())
        + "</tr>"
        for name in names
    )
    st.html(f'<table class="numbers"><thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table>')


def downloads(figures: Sequence[Figure], experiments: Mapping[str, str]) -> None:
    """The data behind the charts as CSV, and the experiments as JSON; made when asked for."""
    with st.expander("Data"), st.container(horizontal=True):
        for figure in figures:
            if figure.table:
                file = f"nnviz {figure.name}.csv".replace(" ", "-")
                st.download_button(f"{figure.name}, CSV", figure.csv, file, "text/csv", type="tertiary")
        for letter, text in experiments.items():
            st.download_button(
                f"experiment {letter}, JSON",
                text,
                f"nnviz-experiment-{letter}.json",
                "application/json",
                type="tertiary",
            )
