"""The stage on a Streamlit page: what goes to the browser, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from nnviz.core.experiment import Experiment
from nnviz.core.trace import Trace
from nnviz.figures.style.template import PALETTES
from nnviz.stage.payload import clock, payload
from nnviz.ui.components.assets import script, style
from nnviz.ui.state import state
from nnviz.ui.work.results import drawn_once

_css, _js = style("stage.css"), script("stage.js")
_component = st.components.v2.component("nnviz_stage", html='<div class="stage"></div>', css=_css, js=_js)
_quiet = st.components.v2.component("nnviz_quiet_stage", html='<div class="stage" data-quiet></div>', css=_css, js=_js)


@dataclass(frozen=True)
class Moment:
    """What the stage says back.

    Attributes:
        snapshots: the snapshot of each trace at which the viewer let the clock rest; at first the last ones.
        drawn: True once it stands on the screen, False where the browser cannot draw it (it says so itself), None
            before the browser has said either.
    """

    snapshots: tuple[int, ...]
    drawn: bool | None


def stage(traces: Sequence[Trace], theme: str, sentences: Sequence[str], key: str = "stage") -> Moment:
    """Draw the stage here.

    Args:
        traces: A, or A and B; the first run of each is shown.
        theme: light or dark.
        sentences: each side's verdict.
        key: of the stage on its page; the moment and the speed stay with it when the traces change.
    """
    data = _blob(traces, theme, sentences)
    said = _component(key=key, data=data, on_moment_change=state.touch, on_drawn_change=state.touch)
    return moment_of(traces, said)


def quiet_stage(traces: Sequence[Trace], theme: str, sentences: Sequence[str], key: str) -> None:
    """Draw a stage that says nothing back, where nothing on the page depends on it: each word is a run of the page.

    Arguments as in `stage`.
    """
    _quiet(key=key, data=_blob(traces, theme, sentences))


def moment_of(traces: Sequence[Trace], said: Mapping[str, Any]) -> Moment:
    """What the browser said, which is not to be trusted, as snapshots."""
    epochs, moment = clock(traces), said.get("moment")
    if isinstance(moment, bool) or not isinstance(moment, int | float) or not 0 <= moment < len(epochs):
        moment = len(epochs) - 1
    snapshots = [int(np.abs(trace.epochs - epochs[int(moment)]).argmin()) for trace in traces]
    drawn = said.get("drawn")
    return Moment(tuple(snapshots), drawn if isinstance(drawn, bool) else None)


def _blob(traces: Sequence[Trace], theme: str, sentences: Sequence[str]) -> bytes:
    return _payload(tuple(trace.experiment for trace in traces), theme, tuple(sentences), traces)


@drawn_once
def _payload(
    experiments: tuple[Experiment, ...], theme: str, sentences: tuple[str, ...], _traces: Sequence[Trace]
) -> bytes:
    """Made once for everybody who looks at the same thing."""
    return payload(_traces, PALETTES[theme], sentences)
