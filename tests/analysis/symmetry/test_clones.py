"""H clones are one unit with other learning rates."""

import pytest

from nnviz.analysis.symmetry.clones import as_one
from nnviz.core.experiment import Experiment

CLONES = Experiment(kernel_initializer="constant(value=0.5)", batch_size=None, learning_rate=0.5, epochs=300)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"hidden": (3,), "activation": "relu"},
        {"dataset": "blobs", "activation": "sigmoid", "learning_rate": 0.2},
        {"dataset": "line_and_bump", "learning_rate": 0.05},
        {"bias_initializer": "constant(value=0.3)", "output_initializer": "constant(value=-0.2)"},
    ],
    ids=str,
)
def test_one_unit_ends_where_its_clones_do(changes):
    found = as_one(CLONES.replace(**changes))
    # 300 steps of a few roundings each of 1e-16, not blown up where nothing is unstable
    assert found.one == pytest.approx(found.many, rel=1e-9)
    start = as_one(CLONES.replace(**changes, epochs=1))
    assert abs(found.many - start.many) > 1e-3


def test_the_rates_are_what_makes_it_so():
    assert as_one(CLONES).units == 8
    assert as_one(CLONES.replace(hidden=(1,))).many != pytest.approx(as_one(CLONES).many, rel=1e-3)


@pytest.mark.parametrize(
    "changes",
    [
        {"kernel_initializer": "glorot_uniform"},
        {"output_initializer": "glorot_uniform"},
        {"bias_initializer": "ordered"},
        {"optimizer": "adam"},
        {"batch_size": 16},
        {"hidden": (4, 4)},
    ],
    ids=str,
)
def test_others_are_refused(changes):
    with pytest.raises(ValueError, match="Only equal units"):
        as_one(CLONES.replace(**changes))


def test_progress_runs_from_nothing_to_all_and_stops_when_told():
    shares = []
    as_one(CLONES, shares.append)
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)

    def stop(share):
        if share > 0.6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        as_one(CLONES, stop)
