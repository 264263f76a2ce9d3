"""What a viewer can take home: the link, the pictures, the data, the experiments, code, and all of it as one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import streamlit as st

from nnviz.core.experiment import Experiment
from nnviz.core.trace import Trace
from nnviz.export import code
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import PALETTES
from nnviz.ui.download.offline import offline_page
from nnviz.ui.page import chart_key
from nnviz.ui.state import state
from nnviz.ui.state.state import Comparison

_pictures = st.components.v2.component(
    "nnviz_pictures",
    html='<div class="pictures"></div>',
    css=Path(__file__).with_name("pictures.css").read_text(encoding="utf-8"),
    js=Path(__file__).with_name("pictures.js").read_text(encoding="utf-8"),
)


def takeaway(
    comparison: Comparison,
    traces: Sequence[Trace],
    sentences: Sequence[str],
    figures: Mapping[str, Sequence[Figure]],
    theme: str,
) -> None:
    """The section with everything to take home; made when it is opened."""
    box = st.expander("Take it with you", key="view.takeaway", on_change="rerun")
    if not box.open:
        return
    with box:
        link = state.link(comparison.to_query())
        st.caption("This link opens the same pair anywhere.")
        st.code(link, language=None, wrap_lines=True)
        st.caption("All of it as one page: the stage plays in it, with no server and no network.")
        whole = partial(offline_page, traces, sentences, PALETTES[theme], link)
        _button("page, HTML", whole, "nnviz.html", "text/html")
        st.caption("The charts as they stand above.")
        _save_pictures([figure for name, row in figures.items() if name != "boundary" for figure in row], theme)
        st.caption("The numbers behind them.")
        with st.container(horizontal=True, gap="small"):
            for row in figures.values():
                for figure in row:
                    if figure.table:
                        _button(f"{figure.name}, CSV", figure.csv, f"{_file(figure.name)}.csv", "text/csv")
        st.caption("The experiments, and code that repeats them without nnviz.")
        for letter, experiment in (("A", comparison.a), ("B", comparison.b)):
            with st.container(horizontal=True, gap="small"):
                file = f"nnviz-experiment-{letter}.json"
                _button(f"experiment {letter}, JSON", experiment.to_json(), file, "application/json")
                for framework, name in code.frameworks.items():
                    _code(letter, experiment, framework, name)


def _code(letter: str, experiment: Experiment, framework: str, name: str) -> None:
    try:
        script = code.script(experiment, framework)
    except ValueError as error:
        st.caption(str(error))
        return
    _button(f"{letter} in {name}", script, f"nnviz_{letter}_{framework.replace('-', '_')}.py".lower(), "text/x-python")


def _button(label: str, data: object, file: str, mime: str) -> None:
    st.download_button(label, data, file, mime, type="tertiary", on_click="ignore")  # type: ignore[arg-type]


def _save_pictures(figures: Sequence[Figure], theme: str) -> None:
    palette = PALETTES[theme]
    charts = [
        {"label": figure.name, "name": _file(figure.name), "title": figure.title, "chart": chart_key(figure)}
        for figure in figures
    ]
    data = {"charts": charts, "colors": {"background": palette.background, "text": palette.text}}
    _pictures(key="pictures", data=data)


def _file(name: str) -> str:
    return f"nnviz {name}".replace(" ", "-")
