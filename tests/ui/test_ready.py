"""What is sent of a figure says the same as what Plotly itself would send."""

import json
from base64 import b64decode

import numpy as np
import plotly.io
import pytest

from nnviz.core.experiment import Experiment
from nnviz.core.training import train
from nnviz.figures.playground.gallery import playground_figures
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import PALETTES, new_plot
from nnviz.ui.ready import ready

QUICK = {"epochs": 3, "snapshots": 4}


def plain(value):
    """A figure as the browser reads it: arrays of bytes as lists."""
    if isinstance(value, dict) and "bdata" in value:
        array = np.frombuffer(b64decode(value["bdata"]), value["dtype"])
        shape = [int(length) for length in value.get("shape", f"{array.size}").split(",")]
        return np.where(np.isfinite(array), array, None).reshape(shape).tolist()
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    return [plain(part) for part in value] if isinstance(value, list) else value


def sent(figure):
    return plain(json.loads(plotly.io.to_json(figure, validate=False)))


@pytest.mark.parametrize("theme", PALETTES)
@pytest.mark.parametrize(
    "fields",
    [{}, {"kernel_initializer": "zeros", "hidden": (3, 4)}, {"dataset": "digits"}, {"dataset": "line_and_bump"},
     {"learning_rate": 10.0, "dataset": "line_and_bump", "activation": "relu"}],
    ids=str,
)  # fmt: skip
def test_figures_are_sent_as_plotly_would_send_them(fields, theme):
    traces = [train(Experiment(seed=seed, **QUICK, **fields)) for seed in range(2)]
    for figure in (figure for figures in playground_figures(traces, PALETTES[theme]).values() for figure in figures):
        assert sent(ready(figure).to_dict()) == sent(figure.plot.to_dict())


@pytest.mark.parametrize(
    "array",
    [np.arange(300), np.arange(3, dtype=np.uint8), np.array([0.5, np.nan, np.inf]), np.zeros((2, 3), np.float32),
     np.ones((2, 3), np.float32).T, np.array([]), np.array(["a", "b"]), np.array([True, False])],
    ids=str,
)  # fmt: skip
def test_arrays_of_every_kind_are_sent(array):
    spec = new_plot(
        [{"type": "heatmap" if array.ndim == 2 else "scatter", "z": array, "text": None}], PALETTES["light"]
    )
    figure = Figure("some", "Some.", "Some.", spec)
    assert sent(ready(figure).to_dict()) == sent(figure.plot.to_dict())
