"""The moving stage in a notebook."""

from __future__ import annotations

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
    """What `show` gives where anywidget is missing: the page that the app saves, in a frame of its own.

    Attributes:
        html: the whole page; it needs no network.
    """

    def __init__(self, html: str):
        self.html = html

    def __repr__(self) -> str:
        return MISSING

    def _repr_html_(self) -> str:
        return (
            f"<p>{escape(MISSING)}</p>"
            f'<iframe title="nnviz" sandbox="allow-scripts" srcdoc="{escape(self.html)}" '
            'style="width: 100%; height: 800px; border: 0"></iframe>'
        )


def show(a: Experiment | Trace, b: Experiment | Trace | None = None) -> Any:
    """The moving stage of one training or of two, for the end of a notebook's cell.

    The first run of each is shown. The widget has two traits that both Python and the browser may change or follow
    (`observe`, `link`): `moment`, the index of the snapshot at which the clock rests, at first the last one; and
    `drawn`, True once the stage stands on the screen.

    Args:
        a: what was trained, or what to train now.
        b: a second one to compare, then called B.

    Returns:
        An `anywidget.AnyWidget`; a `SavedPage` where anywidget is not installed.

    Raises:
        TypeError: not an experiment or a trace.
    """
    traces = [_trace(each) for each in (a, b) if each is not None]
    sentences = [diagnose(trace)[0].sentence for trace in traces]
    try:
        from nnviz.notebook.widget import Stage
    except ModuleNotFoundError as missing:
        if missing.name != "anywidget":
            raise
        from nnviz.ui.download.offline import offline_page

        return SavedPage(offline_page(traces, sentences))
    heads, arrays = in_palettes(traces, list(PALETTES.values()), sentences)
    last = len(clock(traces)) - 1
    return Stage(heads=dict(zip(PALETTES, heads, strict=True)), arrays=arrays, last=last, moment=last)


def _trace(given: Experiment | Trace) -> Trace:
    if isinstance(given, Trace):
        return given
    if isinstance(given, Experiment):
        return train(given)
    raise TypeError(f"show() takes an Experiment or a Trace, not {type(given).__name__}.")
