"""Start and order, each on and off: against the experiments trained one by one."""

import numpy as np
import pytest

from nnviz.analysis.chance.sources import CASES, Case, case, four_cases
from nnviz.core.experiment import Experiment
from nnviz.core.training import train

QUICK = Experiment(samples=40, noise=0.3, hidden=(2,), batch_size=4, epochs=3, seed=5)


@pytest.fixture(scope="module")
def cases():
    return four_cases(QUICK, 4)


def test_each_run_is_that_of_its_own_experiment_to_the_bit(cases):
    for found in cases:
        for number in range(4):
            alone = found.run(number)
            assert train(alone).train_loss[0, -1] == found.losses[number]
            assert alone.seed == 5 + number * found.starts
            assert alone.shuffle_seed == 5 + number * found.orders
            assert alone.restarts == 1


def test_only_what_is_switched_on_makes_runs_differ(cases):
    assert [(found.starts, found.orders) for found in cases] == list(CASES)
    assert [found.distinct for found in cases] == [1, 4, 4, 4]
    assert cases[0].spread == 0
    assert all(found.spread > 0 for found in cases[1:])
    assert len({found.losses[0] for found in cases}) == 1, "the first run is the same in all cases"


def test_a_full_batch_has_no_order():
    assert case(QUICK.replace(batch_size=None), False, True, 5).distinct == 1
    assert case(QUICK.replace(batch_size=None), True, True, 5).distinct == 5
    assert case(QUICK.replace(shuffle=False), False, True, 5).distinct == 1


def test_best_and_worst_with_a_diverged_run():
    found = Case(QUICK, True, False, np.array([0.3, np.nan, 0.1, 0.7]), 4)
    assert (found.best, found.worst) == (2, 1)
    assert found.spread == pytest.approx(0.6)
    assert np.isnan(Case(QUICK, True, False, np.full(3, np.nan), 1).spread)


def test_progress_runs_to_the_end_and_stops_when_told():
    shares = []
    four_cases(QUICK, 2, shares.append)
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)

    def stop(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        four_cases(QUICK, 2, stop)
