"""A seed's place among others."""

import numpy as np
import pytest
from scipy.stats import rankdata

from nnviz.analysis.chance.seed_ranks import AMONG, standings
from nnviz.core.experiment import Experiment
from nnviz.core.training import train

TASKS = {
    "moons": Experiment(samples=40, hidden=(2,), epochs=3),
    "wild": Experiment(
        samples=40, hidden=(16,) * 8, activation="relu", kernel_initializer="random_normal(stddev=2)",
        batch_size=None, learning_rate=10.0, epochs=5,
    ),
}  # fmt: skip


@pytest.mark.parametrize("seed", [0, 42, 199])
def test_the_place_is_the_rank(seed):
    found = standings(TASKS, seed)["moons"]
    assert found.place == rankdata(found.losses, "min")[seed]
    assert found.own == found.losses[seed]
    assert found.experiment == TASKS["moons"].replace(seed=seed)
    assert found.better_half == (found.place <= AMONG / 2)


def test_a_seed_beyond_the_others_is_trained_alone():
    found = standings(TASKS, 5000)["moons"]
    alone = train(TASKS["moons"].replace(seed=5000)).test_loss[0, -1]
    assert found.own == alone
    assert found.place == 1 + (found.losses < alone).sum()


def test_diverged_runs_count_as_the_worst():
    found = standings(TASKS, 0)["wild"]
    assert not np.isnan(found.losses).any()
    assert np.isinf(found.losses).any()


def test_progress_goes_from_nothing_to_all():
    shares = []
    standings(TASKS, 5000, shares.append)
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)
