"""A figure ready to be sent: Plotly and Streamlit would take twice as long to prepare it as nnviz takes to draw it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import numpy as np
from plotly.basedatatypes import BaseFigure

from nnviz.figures.style.figure import Figure

TYPED = {"float32": "f4", "float64": "f8", "uint8": "u1"}  # what plotly.js calls those that it takes as they are


class _Ready(BaseFigure):  # type: ignore[misc]
    """What `st.plotly_chart` takes for a figure of Plotly's; that asks it for nothing but the dictionary to send."""

    def __init__(self, spec: Mapping[str, Any]) -> None:
        self._spec = spec

    def to_dict(self) -> Any:
        return _sent(self._spec)


def ready(figure: Figure) -> BaseFigure:
    """A figure for `st.plotly_chart`."""
    return _Ready(figure.spec)


def _sent(value: Any) -> Any:
    """A value as plotly.js takes it: arrays of numbers as their bytes, nothing that is None."""
    if isinstance(value, Mapping):
        return {name: _sent(part) for name, part in value.items() if part is not None}
    if isinstance(value, (list, tuple)):
        return [_sent(part) for part in value]
    if not isinstance(value, np.ndarray):
        return value
    kind = TYPED.get(value.dtype.name)
    if kind is None or not value.size:
        return value.tolist()
    typed = {"dtype": kind, "bdata": b64encode(value.tobytes()).decode("ascii")}
    return typed if value.ndim == 1 else {**typed, "shape": ", ".join(map(str, value.shape))}
