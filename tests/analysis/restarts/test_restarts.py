"""Many starts are kept small, and the same whatever portions they were trained in."""

import numpy as np
import pytest

from nnviz.analysis.restarts.restarts import (
    MOMENTS,
    QUANTILES,
    bands,
    join,
    keep,
    portion,
    possible_runs,
    train_portion,
)
from nnviz.core.experiment import MOST_SEED, Experiment
from nnviz.core.training import train

SMALL = Experiment(samples=40, hidden=(3,), epochs=8, seed=5)
WILD = Experiment(dataset="line_and_bump", samples=40, hidden=(4,), activation="relu", learning_rate=2.0, epochs=20)


def runs_of(experiment, runs):
    return train_portion(portion(experiment, 0, runs))


def test_what_is_kept_is_what_the_trace_holds():
    trace = train(SMALL.replace(restarts=4, snapshots=MOMENTS))
    kept = runs_of(SMALL, 4)
    assert kept.experiment == SMALL.replace(snapshots=MOMENTS)
    assert kept.seeds.tolist() == [5, 6, 7, 8]
    assert np.array_equal(kept.steps, trace.steps)
    assert np.array_equal(kept.epochs, trace.epochs)
    assert np.array_equal(kept.curves, trace.train_loss.astype(np.float32))
    for name in ("train_loss", "test_loss", "train_accuracy", "test_accuracy"):
        assert np.array_equal(getattr(kept, name), getattr(trace, name)[:, -1])
    assert np.array_equal(kept.diverged_at, trace.diverged_at)


@pytest.mark.parametrize("cut", [1, 2, 5])
def test_the_portions_do_not_show_in_the_result(cut):
    whole = runs_of(SMALL, 6)
    joined = join([train_portion(portion(SMALL, 0, cut)), train_portion(portion(SMALL, cut, 6))])
    for name, array in vars(whole).items():
        assert name == "experiment" or np.array_equal(array, getattr(joined, name), equal_nan=True)
    assert joined.experiment == whole.experiment


def test_portions_that_do_not_follow_each_other_are_refused():
    first, other = runs_of(SMALL, 2), runs_of(SMALL.replace(seed=8), 2)
    with pytest.raises(ValueError, match="seed=8: this portion does not follow"):
        join([first, other])
    with pytest.raises(ValueError, match="does not follow"):
        join([first, runs_of(SMALL.replace(seed=7, epochs=9), 2)])


def test_the_first_runs_are_those_of_fewer_seeds():
    few, many = runs_of(SMALL, 2), runs_of(SMALL, 5)
    assert np.array_equal(many.first(2).curves, few.curves)
    assert many.first(2).seeds.tolist() == few.seeds.tolist()
    assert many.first(9) is many


def test_two_thousand_runs_stay_under_a_megabyte():
    one = runs_of(SMALL.replace(epochs=100), 1)
    moments = one.steps.nbytes + one.epochs.nbytes
    assert len(one.steps) == MOMENTS
    assert 2000 * (one.nbytes - moments) + moments < 1_000_000


def test_a_record_cannot_be_written_to():
    for record in (runs_of(SMALL, 2), join([runs_of(SMALL, 2), runs_of(SMALL.replace(seed=7), 2)])):
        with pytest.raises(ValueError, match="read-only"):
            record.train_loss[0] = 0
        with pytest.raises(ValueError, match="read-only"):
            record.curves[0] = 0


def test_a_portion_is_about_a_second_and_within_the_budget():
    xor = Experiment(dataset="xor", samples=8, noise=0.0, hidden=(2,), batch_size=None, epochs=5000)
    assert 200 <= portion(xor, 0, 2000).restarts <= 500
    assert portion(xor, 1990, 2000).restarts == 10
    assert portion(xor, 7, 2000).seed == 7
    assert portion(SMALL, 0, 2000).restarts == 500
    slow = Experiment(samples=2000, hidden=(64, 64), epochs=500)
    assert portion(slow, 0, 2000).restarts == 1
    large = Experiment(samples=8, hidden=(256, 256), epochs=59, batch_size=None)  # a run is quick, its trace is 32 MB
    assert 1 < portion(large, 0, 2000).restarts < 12


def test_an_experiment_whose_one_run_is_beyond_the_budget_is_refused():
    deep = Experiment(samples=8, hidden=(256,) * 32, epochs=59, batch_size=None, snapshots=2)
    with pytest.raises(ValueError, match="times the memory"):
        portion(deep, 0, 5)


def test_seeds_end_somewhere():
    assert possible_runs(SMALL, 10) == 10
    assert possible_runs(SMALL.replace(seed=MOST_SEED - 2), 10) == 3
    assert portion(SMALL.replace(seed=MOST_SEED - 2), 2, 3).seeds == (MOST_SEED,)


def test_runs_that_diverge_are_the_worst_and_leave_the_bands():
    record = runs_of(WILD, 20)
    lost = record.diverged_at >= 0
    assert 0 < record.diverged == lost.sum() < 20
    assert np.isinf(record.ranked[lost]).all()
    assert not record.below(1e9)[lost].any()
    spans = bands(record)
    assert spans.shape == (5, len(record.steps))
    assert spans[2, -1] == pytest.approx(np.median(record.train_loss[~lost]), rel=1e-6)
    assert np.isnan(bands(runs_of(WILD.replace(learning_rate=9.0), 3))[:, -1]).all()


def test_bands_are_the_quantiles_of_the_runs_left():
    record = keep(train(SMALL.replace(restarts=9, snapshots=MOMENTS)))
    assert bands(record) == pytest.approx(np.quantile(record.curves, QUANTILES, axis=0), rel=1e-6)


def test_progress_rises_and_what_it_raises_stops_the_training():
    shares = []
    train_portion(portion(SMALL.replace(epochs=200), 0, 50), shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1

    def stop(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_portion(portion(SMALL, 0, 5), stop)
