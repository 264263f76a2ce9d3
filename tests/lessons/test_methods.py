"""Lesson 6's findings against formulas and what is known; its answers follow from the numbers."""

import math
from dataclasses import replace

import numpy as np
import pytest

from nnviz.analysis import claims
from nnviz.lessons.methods import CHOICES, LESSON, check_method
from nnviz.lessons.methods.trained import RELU, TANH
from tests.lessons.measuring import measured

SCREENS = {screen.key: screen for screen in LESSON.screens}


def found_by(key):
    return measured(SCREENS[key])


def answer(key, found=None):
    return SCREENS[key].reveal(found_by(key) if found is None else found).right


def test_fifteen_names_are_half_as_many_scales():
    found = found_by("names")
    assert [len(found), answer("names")] == [15, 1]
    few = tuple(method for method in found if method.family == "constant" or "truncated" in method.initializer.key)
    assert answer("names", few) == 2
    assert "0.05 and gave 0.044" in SCREENS["names"].reveal(found).why


def test_only_hes_weights_shrink_by_the_root_of_sixteen():
    found = found_by("wider")
    assert answer("wider") == 1
    assert found.weights["he_normal"][-1] / found.weights["he_normal"][1] == pytest.approx(1 / 4, rel=0.03)
    swapped = {"random_normal": found.weights["he_normal"], "he_normal": found.weights["random_normal"]}
    assert answer("wider", replace(found, weights=swapped)) == 2
    same = dict.fromkeys(found.weights, np.ones(4))
    assert answer("wider", replace(found, weights=same)) == 0
    falling = dict.fromkeys(found.weights, np.array([8.0, 4.0, 2.0, 1.0]))
    assert answer("wider", replace(found, weights=falling)) == 3


def test_glorot_uniform_is_a_box_and_glorot_normal_is_not():
    uniform, normal = found_by("shape")
    assert answer("shape") == 1
    assert answer("shape", (normal, uniform)) == 0
    assert uniform.high == pytest.approx(0.25, rel=1e-3)
    assert uniform.within == pytest.approx(1 / math.sqrt(3), abs=0.014)  # four times √(p (1 - p) / 20,480)
    assert claims.check(claims.registry["xavier_normal"]).verdict == "refuted"


def test_pytorchs_default_does_not_get_ten_relu_layers_going():
    found = found_by("defaults")
    assert answer("defaults") == 1
    assert found.loss("PyTorch") == pytest.approx(math.log(10), rel=1e-3)
    assert found.loss("He") < found.loss("Keras") < 0.25 * math.log(10)
    traces = found.traces
    for keras, torch, right in (("He", "He", 0), ("PyTorch", "He", 2), ("PyTorch", "PyTorch", 3)):
        other = {"Keras": traces[keras], "PyTorch": traces[torch], "He": traces["He"]}
        assert answer("defaults", replace(found, traces=other)) == right


def test_each_task_has_another_winner():
    found = found_by("contest")
    assert [found[name].best.initializer.key for name in (RELU, TANH)] == ["he_normal", "orthogonal"]
    assert [len(found[name].tied) for name in (RELU, TANH)] == [1, 1]
    assert answer("contest") == 3
    assert answer("contest", dict.fromkeys(found, found[RELU])) == 0
    assert answer("contest", dict.fromkeys(found, found[TANH])) == 2


@pytest.mark.parametrize(("key", "done"), [("he_uniform", True), ("glorot_uniform", False), ("zeros", False)])
def test_the_task_is_solved_by_hes_rule(key, done):
    checked = check_method(key)
    assert checked.done is done
    assert key in checked.sentence
    assert key in CHOICES


def test_the_task_starts_from_two_that_do_not_solve_it():
    assert LESSON.task.a.kernel_initializer.key == "random_normal"
    assert LESSON.task.b.kernel_initializer.key == "glorot_uniform"
