"""One row less: what is dropped, and what is compared."""

import numpy as np
import pytest

import nnviz
from nnviz.analysis.chance.one_row import POINTS, one_row
from nnviz.core.experiment import Experiment
from nnviz.core.training import train

RECIPE = Experiment(dataset="xor", samples=40, noise=0.7, hidden=(3,), learning_rate=0.5, batch_size=8, epochs=40)


@pytest.fixture(scope="module")
def found():
    return one_row(RECIPE, 4)


def test_only_the_last_row_is_missing(found):
    whole, less = (recipe.load_dataset() for recipe in (found.experiment, found.less))
    assert np.array_equal(whole.x_train[:-1], less.x_train)
    assert np.array_equal(whole.y_train[:-1], less.y_train)


def test_saved_weights_answer_as_before(found):
    assert not found.loaded.any()


def test_shares_are_those_of_single_networks(found):
    """Each network trained alone, and asked by `nnviz.predict`."""
    fresh = RECIPE.replace(samples=2 * POINTS, data_seed=1).load_dataset().x_test

    def says(recipe, seed):
        trace = train(recipe.replace(seed=seed, snapshots=2))
        return nnviz.predict(trace, fresh)[:, 1] > 0.5, trace

    for seed in (0, 2):
        first, trace = says(found.experiment, seed)
        dropped, again = says(found.less, seed)
        assert found.dropped[seed] == np.mean(first != dropped)
        assert found.other[seed] == np.mean(first != says(found.experiment, seed + 1)[0])
        if seed == 0:
            pairs = zip((*trace.kernels, *trace.biases), (*again.kernels, *again.biases), strict=True)
            assert found.kept == sum(int((a[0, -1] == b[0, -1]).sum()) for a, b in pairs)
    assert found.weights == 3 * 3 + 4


@pytest.mark.parametrize("wrong", [{"dataset": "moons"}, {"samples": 42}, {"test_fraction": 0.25}])
def test_what_does_not_drop_one_row_is_refused(wrong):
    with pytest.raises(ValueError, match="xor only"):
        one_row(RECIPE.replace(**wrong), 4)


def test_it_can_be_stopped():
    def stop(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        one_row(RECIPE, 4, stop)
