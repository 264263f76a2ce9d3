"""Strips: one mark a run, none on top of another, and words that say the range."""

import numpy as np
import plotly.graph_objects as go
import pytest

from nnviz.figures.strips import RISE, Strip, strips
from nnviz.figures.template import DARK, LIGHT

GROUPS = [
    Strip("alike", np.full(5, 0.25), [f"seed {i}" for i in range(5)]),
    Strip("apart", np.array([0.1, 0.9, np.nan, 0.5]), ["a", "b", "c", "d"]),
]


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda palette: palette.name)
def test_each_run_has_its_mark_at_its_loss(palette):
    figure = strips(GROUPS, "Two groups.", "nats", palette)
    go.Figure(figure.plot.to_dict())  # Plotly's own check of every value
    alike, apart = figure.plot.data
    assert list(alike.x) == [0.25] * 5
    assert sorted(alike.y) == [max(alike.y) - RISE * i for i in reversed(range(5))]
    assert list(apart.x) == [0.1, 0.9, 0.5]
    assert len(set(apart.y)) == 1
    assert list(apart.hovertext) == ["a", "b", "d"]
    assert min(apart.y) > max(alike.y)
    assert figure.title == "Two groups."


def test_its_words_say_range_and_divergence():
    figure = strips(GROUPS, "Two groups.", "nats", LIGHT)
    assert "alike: 0.250;" in figure.alt
    assert figure.alt.endswith("apart: 0.100 to 0.900, 1 run diverged")
    assert len(figure.table["loss"]) == 9
    lost = strips([Strip("all lost", np.full(2, np.nan), ["a", "b"])], "None.", "", LIGHT)
    assert "2 runs diverged" in lost.alt
    assert any("All runs diverged" in note.text for note in lost.plot.layout.annotations)
