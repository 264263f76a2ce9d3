"""The presets: each does what its label promises."""

import pytest

from nnviz.analysis.playground.diagnosis import diagnose
from nnviz.core.training import train
from nnviz.ui.state.presets import PRESETS
from nnviz.ui.state.state import Comparison

KINDS = {
    "zeros · random": ("frozen", "converged"),
    "constant · constant + a pinch": ("cloned", "learning"),
    "ordered 1/n to 1 · random": ("converged", "converged"),
    "Glorot · He, same seed": ("converged", "converged"),
    "seed 0 · seed 1": ("converged", "converged"),
    "too small · right": ("stuck", "converged"),
    "right · too large": ("converged", "saturated"),
    "sigmoid: zeros · random": ("cloned", "converged"),
    "all zeros · output zeros only": ("frozen", "converged"),
    "all zeros · random biases only": ("frozen", "learning"),
    "deep ReLU: ones · He": ("dead", "converged"),
    "deep ReLU: far too large · He": ("diverged", "converged"),
    "deep ReLU: Glorot · He": ("learning", "converged"),
    "no hidden layer: zeros · random": ("converged", "converged"),
}


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.label)
def test_it_shows_what_its_label_says(preset):
    comparison, sentences = Comparison.from_query(preset.query)
    assert not sentences
    assert comparison.to_query() == preset.query  # so that the link is the one the page would write
    a, b = train(comparison.a), train(comparison.b)
    losses = [float(trace.train_loss[0, -1]) for trace in (a, b)]
    kinds = diagnose(a, losses[1])[0].kind, diagnose(b, losses[0])[0].kind
    assert kinds == KINDS[preset.label]


def test_every_preset_is_another_pair():
    assert len({Comparison.from_query(preset.query)[0] for preset in PRESETS}) == len(PRESETS) == len(KINDS)
