"""The known levels follow from the data, and failed runs do rest at them."""

import math

import numpy as np
import pytest

from nnviz.analysis.playground.baselines import line_loss
from nnviz.analysis.restarts.loss_levels import at_levels, levels, meanings, tolerance
from nnviz.analysis.restarts.restarts import portion, train_portion
from nnviz.core.experiment import Experiment

XOR = Experiment(
    dataset="xor", samples=8, noise=0.0, hidden=(2,), batch_size=None, learning_rate=0.5, epochs=5000
)  # fmt: skip


@pytest.fixture(scope="module")
def xor():
    return train_portion(portion(XOR, 0, 300))


def test_xor_has_the_levels_of_its_groups_of_corners():
    found = levels(XOR)
    assert [level.loss for level in found] == pytest.approx([0.346574, 0.477386, math.log(2)], abs=5e-7)
    assert [level.name for level in found] == ["ln 2 / 2", "¾·H(1/3)", "ln 2"]
    assert [level.guess for level in found] == [False, False, True]
    assert found[0].words == "ln 2 / 2 = 0.347"
    assert levels(XOR.replace(samples=16)) == found


def test_unequal_corners_have_levels_of_their_own():
    """Five rows, three zeros and two ones: the twice-given corner weighs double."""
    found = levels(XOR.replace(samples=10))
    entropy = -(0.4 * math.log(0.4) + 0.6 * math.log(0.6))
    assert found[-1].loss == pytest.approx(entropy)
    assert found[-1].guess
    assert found[0].loss == pytest.approx(2 / 5 * math.log(2))
    losses = [level.loss for level in found]
    assert losses == sorted(losses)
    assert len({level.name for level in found}) == len(found)


@pytest.mark.parametrize(
    ("dataset", "names"),
    [
        ("moons", ["the best straight line", "ln 2"]),
        ("blobs", ["ln 2"]),  # a line parts them: where it lies is no place to be stuck
        ("iris", ["ln 3"]),
        ("digits", ["the entropy of the classes"]),
        ("line_and_bump", ["the target's variance"]),
        ("xor", ["ln 2"]),  # with noise
    ],
)
def test_other_data_has_the_guess_and_the_line(dataset, names):
    experiment = Experiment(dataset=dataset)
    found = levels(experiment)
    assert [level.name for level in found] == names
    assert found[-1].guess
    if len(found) == 2:
        assert found[0].loss == line_loss(experiment.load_dataset())


def test_every_failed_run_rests_at_a_level(xor):
    failed = xor.train_loss[~xor.below(0.1)]
    known = levels(XOR)
    counts = at_levels(known, failed)
    assert sum(counts) == len(failed) > 50
    assert counts[0] > counts[1] > 0


def test_runs_creep_down_to_a_level_as_fast_as_the_tolerance_assumes(xor):
    """What is left above a level is about 1 / (learning rate · steps), far within the tolerance here."""
    known = levels(XOR)
    failed = xor.train_loss[~xor.below(0.1)]
    left = np.array([min(loss - level.loss for level in known if loss > level.loss) for loss in failed])
    assert (left > 0).all()
    expected = 1 / (XOR.learning_rate * XOR.total_steps)
    assert np.median(left) == pytest.approx(expected, rel=0.5)
    assert left.max() < tolerance(known)


def test_counting_takes_the_nearest_level_and_leaves_out_what_is_far():
    known = levels(XOR)
    near = tolerance(known)
    assert near == pytest.approx(0.02 * math.log(2))
    low, middle, top = (level.loss for level in known)
    losses = np.array([low, low + 0.9 * near, low - 0.9 * near, low + 1.1 * near, middle, top, np.nan, np.inf, 0.0])
    assert at_levels(known, losses) == [3, 1, 1]
    assert at_levels(known, np.array([])) == [0, 0, 0]


def test_only_levels_with_runs_are_explained():
    low = levels(XOR)[0].loss
    assert meanings([XOR, XOR], [np.array([low]), np.array([0.0])]) == "ln 2 / 2: two corners share one answer"
    assert meanings([XOR], [np.array([0.0])]) == ""
