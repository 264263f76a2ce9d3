"""Runs that answer alike are one solution; how many there are of each is counted."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.cluster import AgglomerativeClustering

from nnviz.analysis.solutions import solutions as module
from nnviz.analysis.solutions.outputs import run_outputs
from nnviz.analysis.solutions.solutions import differences, inputs, solutions
from nnviz.core.experiment import Experiment
from nnviz.core.trace import predict
from nnviz.core.training import train

XOR = Experiment(
    dataset="xor", samples=8, noise=0.0, hidden=(2,), batch_size=None, learning_rate=0.5, epochs=3000, restarts=60,
    snapshots=2,
)  # fmt: skip


@pytest.fixture(scope="module")
def trace():
    return train(XOR)


@pytest.fixture(scope="module")
def found(trace):
    return solutions(trace)


@pytest.mark.parametrize("dataset", ["moons", "iris", "line_and_bump"])
@pytest.mark.parametrize("start", ["glorot_uniform", "ones"])
def test_answers_are_those_that_predict_gives(monkeypatch, dataset, start):
    monkeypatch.setattr("nnviz.analysis.solutions.outputs.MOST_BYTES", 100_000)  # several stacks
    experiment = Experiment(dataset=dataset, samples=90, epochs=3, restarts=5, snapshots=2, kernel_initializer=start)
    trace = train(experiment)
    shares = []
    said = run_outputs(trace, trace.dataset.x_test, [4, 0, 2], on_progress=shares.append)
    for row, run in zip(said, [4, 0, 2], strict=True):
        expected = predict(trace, trace.dataset.x_test, run)
        np.testing.assert_array_equal(row, expected[:, 1:] if dataset == "moons" else expected)
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_every_run_is_in_one_solution_and_the_larger_come_first(found):
    members = np.concatenate([solution.runs for solution in found.distinct])
    assert sorted(members) == list(range(60))
    counts = [solution.count for solution in found.distinct]
    assert counts == sorted(counts, reverse=True)
    assert sum(solution.share for solution in found.distinct) == pytest.approx(1)
    assert all(solution.typical in solution.runs for solution in found.distinct)
    assert (found.diverged, found.left_out, found.where) == (0, 0, "plane")


def test_the_solutions_of_xor_have_the_known_losses(trace, found):
    """Two bands that solve it, and corners on the plateaus ln2/2 and 3/4 H(1/3)."""
    levels = np.array([0.0, np.log(2) / 2, 0.477386, np.log(2)])
    for solution in found.distinct:
        losses = trace.train_loss[solution.runs, -1]
        nearest = np.abs(losses[:, None] - levels).argmin(axis=1)
        assert len(set(nearest)) == 1
        assert np.abs(losses - levels[nearest]).max() < 0.01
    assert [round(solution.loss) for solution in found.distinct[:2]] == [0, 0]


def test_no_two_runs_of_a_solution_differ_by_more_than_the_threshold(trace, found):
    x, _ = inputs(trace, 60)
    said = np.stack([predict(trace, x, run)[:, 1] for run in range(60)])
    for solution in found.distinct:
        within = np.abs(said[solution.runs][:, None] - said[solution.runs]).mean(axis=2)
        assert within.max() == pytest.approx(solution.spread, abs=1e-12)
        assert solution.spread <= found.alike
        assert within.sum(axis=1)[list(solution.runs).index(solution.typical)] == pytest.approx(
            within.sum(axis=1).min()
        )
    typical = said[[solution.typical for solution in found.distinct]]
    np.testing.assert_allclose(found.differences, np.abs(typical[:, None] - typical).mean(axis=2), atol=1e-12)


@pytest.mark.parametrize("alike", [0.02, 0.1, 0.3])
def test_the_solutions_are_scikit_learns_complete_linkage(trace, alike):
    said = np.stack([predict(trace, inputs(trace, 60)[0], run)[:, 1] for run in range(60)])
    apart = np.abs(said[:, None] - said).mean(axis=2)
    labels = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="complete", distance_threshold=alike
    ).fit_predict(apart)
    expected = {tuple(np.flatnonzero(labels == label)) for label in set(labels)}
    assert {tuple(solution.runs) for solution in solutions(trace, alike).distinct} == expected


def test_a_wider_threshold_makes_fewer_solutions(trace, found):
    counts = [len(solutions(trace, alike).distinct) for alike in (1e-6, 0.1, 0.9)]
    assert counts == [60, len(found.distinct), 1]
    with pytest.raises(ValueError, match="alike="):
        solutions(trace, 0.0)


def test_the_same_runs_give_the_same_solutions(trace, found):
    again = solutions(trace)
    for one, other in zip(found.distinct, again.distinct, strict=True):
        np.testing.assert_array_equal(one.runs, other.runs)


def test_the_difference_of_class_probabilities_is_the_total_variation():
    said = np.array([[[1.0, 0.0, 0.0]], [[0.0, 0.5, 0.5]], [[0.5, 0.5, 0.0]]])
    np.testing.assert_allclose(differences(said, 1.0), [[0, 1, 0.5], [1, 0, 0.5], [0.5, 0.5, 0]])


def test_a_real_target_is_compared_relative_to_its_spread():
    trace = train(Experiment(dataset="line_and_bump", epochs=5, restarts=3, snapshots=2))
    found = solutions(trace, 1e-9)
    x, where = inputs(trace, 3)
    assert where == "line"
    said = np.stack([predict(trace, x, solution.typical)[:, 0] for solution in found.distinct])
    expected = np.abs(said[:, None] - said).mean(axis=2) / trace.dataset.y_train.std()
    np.testing.assert_allclose(found.differences, expected, atol=1e-12)
    assert np.isnan(found.distinct[0].test_accuracy)


def test_blocks_and_their_progress(monkeypatch):
    said = np.random.default_rng(0).random((11, 7, 1))
    whole = differences(said, 1.0)
    monkeypatch.setattr(module, "BLOCK", 3)
    shares = []
    np.testing.assert_array_equal(differences(said, 1.0, shares.append), whole)
    assert shares == sorted(shares)
    assert len(shares) == 4
    np.testing.assert_array_equal(whole, whole.T)


def test_rows_are_thinned_out_where_there_are_too_many(monkeypatch):
    trace = train(Experiment(dataset="iris", epochs=1, restarts=4, snapshots=2))
    assert len(inputs(trace, 4)[0]) == 75
    monkeypatch.setattr(module, "MOST_NUMBERS", 8 * 3 * 20)
    thinned, where = inputs(trace, 4)
    assert (len(thinned), where) == (20, "rows")


def test_diverged_runs_and_those_beyond_the_limit_are_counted(monkeypatch, trace):
    losses = np.array(trace.train_loss)
    losses[[3, 7], -1] = np.nan
    monkeypatch.setattr(module, "MOST_RUNS", 50)
    found = solutions(replace(trace, train_loss=losses))
    assert (found.diverged, found.left_out, found.runs) == (2, 10, 60)
    members = np.concatenate([solution.runs for solution in found.distinct])
    assert sorted(members) == [run for run in range(50) if run not in (3, 7)]


def test_of_diverged_runs_alone_nothing_is_found(trace):
    nothing = replace(trace, train_loss=np.full_like(trace.train_loss, np.nan))
    found = solutions(nothing)
    assert (found.distinct, found.diverged) == ((), 60)
    assert found.differences.shape == (0, 0)


def test_what_progress_raises_stops_the_work(trace):
    def stop(share):
        if share > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        solutions(trace, on_progress=stop)
