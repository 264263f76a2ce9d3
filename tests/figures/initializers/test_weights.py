"""A histogram of weights that does not say who drew them."""

import numpy as np
import plotly.graph_objects as go
import pytest

from nnviz.figures.initializers.weights import BINS, plot_weights
from nnviz.figures.style.template import DARK, LIGHT


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_every_weight_is_counted_once_in_a_way_plotly_accepts(palette):
    values = np.random.default_rng(0).normal(size=500)
    figure = plot_weights(values, palette)
    go.Figure(figure.plot.to_dict())
    (bars,) = figure.plot.data
    assert sum(bars.y) == figure.table["weights"].sum() == 500
    assert len(bars.x) == BINS
    inside = (values >= figure.table["from"][3]) & (values < figure.table["to"][3])
    assert figure.table["weights"][3] == inside.sum()
    assert "500 weights" in figure.title
