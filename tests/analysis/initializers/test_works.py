"""The map counts what the runs did, by a rule that says the same of a run in any company."""

import numpy as np
import pytest

from nnviz.analysis.initializers.works import RECIPE, SHARE_OF_GUESS, judge, measured, pairs, works
from nnviz.analysis.playground.baselines import guess_loss, line_loss
from nnviz.core import datasets
from nnviz.core.experiment import Experiment
from nnviz.core.training import train

QUICK = RECIPE.replace(restarts=3, epochs=20)


@pytest.fixture(scope="module")
def small():
    return works(["zeros", "glorot_uniform"], ["tanh", "relu"], RECIPE.replace(restarts=4))


def test_zeros_never_train_and_glorot_mostly_does(small):
    shares = small.shares()
    assert shares.shape == (2, 2)
    assert (shares[0] == 0).all()
    assert (shares[1] >= 0.5).all()
    assert dict(small.cells[0, 0].kinds) == {"frozen": 4}


def test_a_cell_counts_the_runs_of_its_own_experiment(small):
    for (row, column), cell in small.cells.items():
        assert cell.experiment.kernel_initializer == small.initializers[row]
        assert cell.experiment.activation == small.activations[column]
        trace = train(cell.experiment)
        assert cell.bar == pytest.approx(SHARE_OF_GUESS * guess_loss(trace.dataset))
        assert cell.trained == (trace.train_loss[:, -1] < cell.bar).sum()
        assert cell.median_loss == pytest.approx(np.median(trace.train_loss[:, -1]))
        assert sum(cell.kinds.values()) == cell.runs == 4
        assert cell.share == cell.trained / 4


def test_a_cell_is_the_same_alone(small):
    alone = works(["glorot_uniform"], ["relu"], RECIPE.replace(restarts=4)).cells[0, 0]
    assert alone == small.cells[1, 1]


def test_runs_that_diverge_have_not_trained():
    wild = Experiment(
        hidden=(64,) * 4, activation="relu", kernel_initializer="random_normal(stddev=1)", learning_rate=100.0,
        epochs=3, restarts=2, snapshots=3,
    )  # fmt: skip
    cell = judge(train(wild))
    assert (cell.trained, cell.kinds) == (0, {"diverged": 2})
    assert cell.median_loss == np.inf


@pytest.mark.parametrize("key", ["moons", "circles", "xor", "spirals"])
def test_a_straight_line_is_above_the_bar_where_it_cannot_part_the_classes(key):
    dataset = datasets.load(key, RECIPE.samples, RECIPE.noise, 0, 0.5)
    assert line_loss(dataset) > SHARE_OF_GUESS * guess_loss(dataset)


def test_progress_runs_from_nothing_to_all():
    shares = []
    works(["zeros", "ones"], ["tanh"], QUICK, shares.append)
    assert shares[0] == 0
    assert shares[-1] == 1
    assert shares == sorted(shares)


def test_what_progress_raises_stops_the_work():
    done = []

    def measure(experiment, on_progress):
        done.append(experiment)
        return measured(experiment, on_progress)

    def stop(share):
        if share > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        works(["zeros", "ones", "glorot_uniform"], ["tanh"], QUICK, stop, measure)
    assert len(done) <= 2


def test_pairs_name_every_cell_s_experiment():
    found = pairs(["constant(value=0.5)"], ["tanh", "elu"], QUICK)
    assert list(found) == [(0, 0), (0, 1)]
    assert str(found[0, 1].kernel_initializer) == "constant(value=0.5)"
    assert found[0, 1].activation == "elu"
    with pytest.raises(ValueError, match="initializer="):
        pairs(["nonsense"], ["tanh"])
    with pytest.raises(ValueError, match="activation="):
        pairs(["zeros"], ["nonsense"])
