"""The moving stage in a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from nnviz.analysis.playground.diagnosis import diagnose
from nnviz.core.experiment import Experiment
from nnviz.core.trace import Trace
from nnviz.core.training import train
from nnviz.figures.style.template import PALETTES
from nnviz.stage.payload import clock, in_palettes

__all__ = ["SavedPage", "show"]

MISSING = "The stage that answers to Python needs anywidget: pip install 'nnviz-lab[notebook]'. This is the saved page."


class SavedPage:
    """The page that the app saves, in a frame of its own.

    Attributes:
        html: the whole page; it needs no network.
        remark: a sentence that stands above it, if any.
    """

    def __init__(self, html: str, remark: str = ""):
        self.html, self.remark = html, remark

    def __repr__(self) -> str:
        return self.remark or "<the saved page of a stage>"

    def _repr_html_(self) -> str:
        return (
            f"<p>{escape(self.remark)}</p>"
            f'<iframe title="nnviz" sandbox="allow-scripts" srcdoc="{escape(self.html)}" '
            'style="width: 100%; height: 800px; border: 0"></iframe>'
        )


def show(a: Experiment | Trace, b: Experiment | Trace | None = None, *, saved: bool = False) -> Any:
    """The moving stage of one training or of two, for the end of a notebook's cell.

    The first run of each is shown. The widget has two traits that both Python and the browser may change or follow
    (`observe`, `link`): `moment`, the index of the snapshot at which the clock rests, at first the last one; and
    `drawn`, True once the stage stands on the screen.

    Args:
        a: what was trained, or what to train now.
        b: a second one to compare, then called B.
        saved: give the saved page, which says nothing back and plays in exported HTML without a network; widgets there
            are drawn by scripts from elsewhere.

    Returns:
        An `anywidget.AnyWidget`; a `SavedPage` if asked for, or where anywidget is not installed.

    Raises:
        TypeError: not an experiment or a trace.
    """
    traces = [_trace(each) for each in (a, b) if each is not None]
    sentences = [diagnose(trace)[0].sentence for trace in traces]
    if saved:
        return SavedPage(_page(traces, sentences))
    try:
        from nnviz.notebook.widget import Stage
    except ModuleNotFoundError as missing:
        if missing.name != "anywidget":
            raise
        return SavedPage(_page(traces, sentences), MISSING)
    heads, arrays = in_palettes(traces, list(PALETTES.values()), sentences)
    last = len(clock(traces)) - 1
    return Stage(heads=dict(zip(PALETTES, heads, strict=True)), arrays=arrays, last=last, moment=last)


def _page(traces: Sequence[Trace], sentences: Sequence[str]) -> str:
    from nnviz.ui.download.offline import offline_page  # Plotly is slow to load, and needed only here

    return offline_page(traces, sentences)


def _trace(given: Experiment | Trace) -> Trace:
    if isinstance(given, Trace):
        return given
    if isinstance(given, Experiment):
        return train(given)
    raise TypeError(f"show() takes an Experiment or a Trace, not {type(given).__name__}.")
