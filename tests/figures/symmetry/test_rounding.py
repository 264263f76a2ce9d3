"""What the picture of rounding shows, read from its traces."""

import json
import math

import numpy as np
import plotly.graph_objects as go

from nnviz.analysis.symmetry.rounding import Rounding, RoundingFate
from nnviz.figures.style.template import DARK, LIGHT
from nnviz.figures.symmetry.rounding import plot_rounding

ROUNDING = Rounding(
    (
        RoundingFate(2, "float64", -1, -1),
        RoundingFate(5, "float64", 3, 1785),
        RoundingFate(2, "float32", -1, -1),
        RoundingFate(5, "float32", 8, -1),
    ),
    (RoundingFate(2, "float64", -1, -1), RoundingFate(5, "float64", -1, -1)),
    2000,
)


def test_rounding_marks_each_width_and_what_never_happened():
    for palette in (LIGHT, DARK):
        figure = plot_rounding(ROUNDING, palette)
        go.Figure(json.loads(figure.plot.to_json()))  # checks every property
        assert figure.title in figure.alt
    double, single = figure.plot.data
    assert list(np.round(double.x)) == [2, 5]
    assert double.y[1] == 1785
    assert min(double.y[0], single.y[0], single.y[1]) > ROUNDING.steps
    assert double.marker.symbol != single.marker.symbol
    assert "parted equal units at 1 of 2 widths (units: 5 at step 1,785)" in figure.title
    assert "In float32 this machine's BLAS parted no equal units within 2,000 steps." in figure.title
    assert figure.title.endswith("Exact sums kept all equal to the bit.")
    assert "differ from step 8, not parted in 2,000" in single.text[1]
    assert math.isclose(figure.table["parted_at_step"].max(), 1785)
