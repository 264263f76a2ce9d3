"""Keras's fifteen by what they draw: the families of its documentation, the spreads of their formulas."""

import math

import numpy as np
import pytest

from nnviz.analysis.initializers.families import FAMILIES, by_inputs, family, methods, scales_among
from nnviz.core import initializers

DOCUMENTED = {
    "constant": {"zeros", "ones", "constant"},
    "diagonal": {"identity"},
    "fixed": {"random_normal", "random_uniform", "truncated_normal"},
    "scaled": {
        "variance_scaling", "lecun_uniform", "lecun_normal", "glorot_uniform", "glorot_normal", "he_uniform",
        "he_normal",
    },
    "rotation": {"orthogonal"},
}  # fmt: skip
SPREADS = {
    "random_uniform": 0.1 / math.sqrt(12), "truncated_normal": 0.0439813, "random_normal": 0.05,
    "lecun_normal": math.sqrt(1 / 64), "lecun_uniform": math.sqrt(1 / 64), "glorot_normal": math.sqrt(2 / 96),
    "glorot_uniform": math.sqrt(2 / 96), "he_normal": math.sqrt(2 / 64), "he_uniform": math.sqrt(2 / 64),
}  # fmt: skip


def test_families_are_those_of_the_documentation_whatever_the_layer():
    for layer in ((64, 32), (3, 200)):
        found = methods(*layer)
        assert {name: {m.initializer.key for m in found if m.family == name} for name in FAMILIES} == DOCUMENTED


def test_settings_do_not_change_the_family():
    assert family(initializers.get("random_normal(stddev=3)")) == "fixed"
    assert family(initializers.get("orthogonal(gain=2)")) == "rotation"
    assert family(initializers.get("variance_scaling(mode=fan_in, distribution=uniform)")) == "scaled"


@pytest.mark.parametrize("key", SPREADS)
def test_spreads_are_those_of_the_formulas(key):
    # Of n = 20,480 normal draws the standard deviation strays by 1/√(2n) = 0.5 %; four times that.
    found = {method.initializer.key: method.draws for method in methods(64, 32)}
    assert found[key].spread == pytest.approx(SPREADS[key], rel=0.02)


def test_fifteen_names_have_seven_scales():
    found = scales_among(methods(64, 32))
    assert len(found) == 7
    assert found == sorted(found)


def test_methods_stand_by_family_and_then_by_spread():
    found = methods(64, 32)
    places = [(list(FAMILIES).index(method.family), method.draws.spread) for method in found]
    assert places == sorted(places)


def test_sums_spread_by_the_root_of_the_number_of_inputs():
    found = by_inputs(("random_normal", "he_normal"), (16, 256), 64)
    # A sum's variance is n s². The kernel's 64 n squares and the 200 rows stray by at most 3 % at n = 16; four times.
    assert found.preactivations["random_normal"] == pytest.approx(0.05 * np.sqrt([16, 256]), rel=0.12)
    assert found.preactivations["he_normal"] == pytest.approx([math.sqrt(2)] * 2, rel=0.12)
    assert found.weights["he_normal"][0] / found.weights["he_normal"][1] == pytest.approx(4, rel=0.12)
