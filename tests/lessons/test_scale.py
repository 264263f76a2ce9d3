"""Lesson 5's findings against closed forms and what is known; its answers follow from the numbers."""

import math
from dataclasses import replace

import numpy as np
import pytest

from nnviz.analysis.depth.verdict import factor, typical
from nnviz.analysis.rates import rate
from nnviz.analysis.symmetry.escape_laws import curvature, law_of
from nnviz.lessons.scale import LESSON, check_stddev
from nnviz.lessons.scale.much import FEW, LARGE, XOR_STDDEVS
from tests.lessons.measuring import measured

SCREENS = {screen.key: screen for screen in LESSON.screens}


def found_by(key):
    return measured(SCREENS[key])


def answer(key, found=None):
    return SCREENS[key].reveal(found_by(key) if found is None else found).right


def test_ten_times_less_noise_costs_what_the_curvature_says():
    # A gap grows by 1 + lr |μ| a step. The clones still drift while it grows, so 3 % are allowed.
    found = found_by("pinch")
    law = law_of(found)
    per_decade = math.log(10) / math.log1p(-curvature(found) * found.experiment.learning_rate)
    assert law.slope == pytest.approx(per_decade, rel=0.03)
    assert answer("pinch") == 2
    assert (found.parted[-1] == -1).all()


def test_the_pinchs_answer_follows_from_the_steps():
    found = found_by("pinch")
    for millionth, right in ((-1, 0), (60 * 1060, 1), (3 * 1060, 2)):
        parted = found.parted.copy()
        parted[5] = millionth
        assert answer("pinch", replace(found, parted=parted)) == right


def test_small_positive_numbers_are_a_straight_line():
    found = found_by("small_positive")
    small, around, usual = found.losses.values()
    assert answer("small_positive") == 1
    assert small == pytest.approx(found.line, abs=0.03)
    assert around == pytest.approx(math.log(2), abs=1e-3)
    assert usual < 0.05
    # The cosine of two vectors from U(0, 1) is near (E u)² / E u² = 3/4: off by about 1/n for 64 inputs.
    assert next(iter(found.cosines.values())) == pytest.approx(0.75, abs=0.02)
    assert next(iter(found.likeness.values()))[3] == pytest.approx(1, abs=5e-3)


@pytest.mark.parametrize(("loss", "right"), [(0.69, 0), (0.31, 1), (0.1, 2)])
def test_the_straight_lines_answer_follows_from_the_loss(loss, right):
    found = found_by("small_positive")
    small = next(iter(found.losses))
    assert answer("small_positive", replace(found, losses={**found.losses, small: loss})) == right


def test_a_signal_fades_by_the_closed_form():
    # A layer of n ReLU units with weights of spread s multiplies the spread by s √(n/2): 0.283 here. Over 30 layers the
    # logarithm of a network's factor strays by √(30 · 5/64)/2 = 0.8, by 0.026 a layer, and leans down as much again.
    record = found_by("fading")["0.05"]
    assert factor(typical(record.activations)) == pytest.approx(0.05 * math.sqrt(64 / 2), rel=0.1)
    assert answer("fading") == 3


def test_four_times_the_inputs_take_half_the_weights():
    found = found_by("level")
    assert found.relu[found.wide] / found.relu[found.narrow] == pytest.approx(0.5, rel=0.1)
    assert found.relu / found.straight == pytest.approx(math.sqrt(2), rel=0.1)
    assert answer("level") == 1
    assert answer("level", replace(found, relu=np.ones(5))) == 2
    assert answer("level", replace(found, relu=found.widths)) == 3
    assert answer("level", replace(found, relu=1 / found.widths)) == 0


def test_deep_relu_breaks_from_the_plain_bell_and_learns_from_hes_rule():
    found = found_by("much")
    assert found.scales.stddevs[9] == 1
    assert answer("much") == 2
    low, high = found.scales.window
    assert low < math.sqrt(2 / 16) < high < 1
    assert found.ones[0] > 1000
    assert found.ones[2] == pytest.approx(math.log(2), abs=1e-6)


def test_other_losses_give_another_answer_to_too_large():
    found = found_by("much")
    runs = found.scales
    for loss, right in ((1e-9, 0), (0.1, 1)):
        losses, kinds = runs.losses.copy(), list(runs.kinds)
        losses[9], kinds[9] = loss, ("converged",) * 3
        assert answer("much", replace(found, scales=replace(runs, losses=losses, kinds=tuple(kinds)))) == right


def test_xor_is_solved_more_often_from_small_weights():
    found = found_by("xor")
    small, large = (found.rates[XOR_STDDEVS.index(spread)] for spread in (FEW, LARGE))
    assert small.low > large.high  # Wilson's intervals do not even touch
    assert small == rate(int((found.losses[XOR_STDDEVS.index(FEW)] < 0.25 * math.log(2)).sum()), 100)
    assert answer("xor") == 0
    assert answer("xor", replace(found, losses=found.losses[::-1])) in (0, 1)
    assert answer("xor", replace(found, losses=np.zeros_like(found.losses))) == 2


@pytest.mark.parametrize(
    ("stddev", "done", "word"), [(0.05, False, "small"), (0.3536, True, "loss"), (3, False, "large")]
)
def test_the_task_is_solved_by_hes_spread_alone(stddev, done, word):
    checked = check_stddev(stddev)
    assert checked.done is done
    assert word in checked.sentence


def test_the_task_starts_with_two_networks_that_do_not_learn():
    for experiment in (LESSON.task.a, LESSON.task.b):
        assert not check_stddev(experiment.kernel_initializer.parameters["stddev"]).done


@pytest.mark.parametrize(
    ("spread", "layers", "words"), [(0.05, 30, "deaf"), (0.05, 2, "hard of hearing"), (1.0, 30, "drowns")]
)
def test_the_fading_signals_last_word_follows_from_what_is_left(spread, layers, words):
    screen = SCREENS["fading"]
    assert words in screen.reveal(screen.measure(spread, layers)).why
