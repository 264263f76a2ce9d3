"""Which moments are shown."""

import numpy as np
import pytest

from nnviz import Experiment, train
from nnviz.analysis.playground.moments import telling_moments

ESCAPE = Experiment(dataset="xor", kernel_initializer="perturbed(value=0.5,epsilon=0.0001)", epochs=1000, snapshots=240)


@pytest.mark.parametrize("amount", [2, 3, 17, 60, 239, 240, 500])
def test_there_are_as_many_as_asked_for_with_the_first_and_the_last(amount):
    trace = train(ESCAPE)
    chosen = telling_moments([trace], amount)
    assert len(chosen) == min(amount, 240)
    assert (chosen[0], chosen[-1]) == (0, 239)
    assert (np.diff(chosen) > 0).all()


def test_most_of_them_lie_where_the_units_part():
    """The loss falls from 0.68 to 0.05 within epochs 23 to 91 of 1,000."""
    trace = train(ESCAPE)
    falling = (trace.train_loss[0] < 0.68) & (trace.train_loss[0] > 0.05)
    first, last = trace.epochs[np.flatnonzero(falling)[[0, -1]]]

    def within(epochs):
        return int(((epochs >= first) & (epochs <= last)).sum())

    assert within(trace.epochs[telling_moments([trace], 60)]) > 1.5 * within(train(ESCAPE.replace(snapshots=60)).epochs)


def test_two_sides_share_them():
    frozen = train(ESCAPE.replace(kernel_initializer="zeros", batch_size=None))
    escaping = train(ESCAPE.replace(batch_size=None))
    both = telling_moments([frozen, escaping], 60)
    assert len(both) == 60
    np.testing.assert_array_equal(both, telling_moments([escaping, frozen], 60))


@pytest.mark.parametrize(
    "fields",
    [
        {"kernel_initializer": "zeros", "batch_size": None},
        {"kernel_initializer": "random_normal(stddev=1)", "hidden": (32,) * 6, "activation": "relu"},
        {"hidden": ()},
        {"dataset": "line_and_bump", "learning_rate": 1000.0, "activation": "relu"},
    ],
    ids=["frozen", "diverged", "no hidden layer", "a curve that diverges"],
)
def test_nothing_that_can_happen_upsets_it(fields):
    trace = train(Experiment(epochs=20, snapshots=80, **fields))
    chosen = telling_moments([trace], 20)
    assert len(chosen) == 20
    assert (chosen[0], chosen[-1]) == (0, len(trace.steps) - 1)
