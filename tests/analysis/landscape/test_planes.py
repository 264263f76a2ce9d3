"""The planes through weight space: what each holds exactly, against independent algebra."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.decomposition import TruncatedSVD

from nnviz.analysis.landscape.landscape import survey
from nnviz.analysis.landscape.loss_surface import losses_at
from nnviz.analysis.landscape.planes import KINDS, RUNS, LandscapeError, parameters, plane, solved
from nnviz.core.experiment import Experiment
from nnviz.core.network import layer_views
from nnviz.core.training import initial_parameters, train

QUICK = Experiment(samples=60, epochs=20, restarts=3, hidden=(4, 3), snapshots=12)


@pytest.fixture(scope="module")
def trace():
    return train(QUICK)


def first(trace):
    """The same trace with its first run only."""
    one = {name: getattr(trace, name)[:1] for name in ("seeds", "train_loss", "test_loss", "diverged_at")}
    return replace(
        trace,
        experiment=trace.experiment.replace(restarts=1),
        kernels=tuple(kernel[:1] for kernel in trace.kernels),
        biases=tuple(bias[:1] for bias in trace.biases),
        **one,
    )


def without(trace, *runs):
    """The same trace with some runs diverged at the end."""
    loss = trace.train_loss.copy()
    kernels = tuple(kernel.copy() for kernel in trace.kernels)
    for run in runs:
        loss[run, -1] = np.nan
        for kernel in kernels:
            kernel[run, -1] = np.nan
    return replace(trace, train_loss=loss, kernels=kernels)


def rescaled(trace, factors):
    """The same ReLU function: what goes into the hidden units times `factors`, what goes out divided by them."""
    kernels, biases = list(trace.kernels), list(trace.biases)
    kernels[0], biases[0] = kernels[0] * factors, biases[0] * factors
    kernels[1] = kernels[1] / factors[:, None]
    return replace(trace, kernels=tuple(kernels), biases=tuple(biases))


def test_parameters_stand_as_training_lays_them_out(trace):
    assert np.array_equal(parameters(trace)[1, 0], initial_parameters(QUICK, 1))


@pytest.mark.parametrize("kind", KINDS)
def test_points_of_the_plane_are_found_again(trace, kind):
    cut = plane(trace, kind, seed=3)
    points = np.random.default_rng(0).normal(size=(50, 2))
    assert np.abs(cut.project(cut.at(points)) - points).max() < 1e-12
    assert np.abs(cut.project(cut.origin)).max() == 0


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "scaled_random"])
def test_distances_on_the_picture_are_distances_between_weights(trace, kind):
    directions = plane(trace, kind).directions
    assert np.abs(directions @ directions.T - np.eye(2)).max() < 1e-14


def test_what_is_outside_is_at_right_angles_to_the_plane(trace):
    for kind in KINDS:
        cut = plane(trace, kind)
        weights = parameters(trace)[2]
        rest = weights - cut.at(cut.project(weights))
        assert np.abs(rest @ cut.directions.T).max() < 1e-12


def test_three_ends_lie_in_the_plane_of_three_runs(trace):
    cut = plane(trace, "three_runs")
    ends = parameters(trace)[:, -1]
    points = cut.project(ends)
    assert np.abs(cut.at(points) - ends).max() < 1e-14
    assert np.abs(points[0]).max() == 0
    assert abs(points[1, 1]) < 1e-14  # the second lies on the first axis
    assert points[1, 0] > 0
    assert points[2, 1] > 0
    for one, other in ((0, 1), (0, 2), (1, 2)):
        apart = np.linalg.norm(ends[one] - ends[other])
        assert np.linalg.norm(points[one] - points[other]) == pytest.approx(apart, rel=1e-14)
    assert cut.axes == ("distance, run 1 → run 2", "distance, at right angles → run 3")


def test_two_ends_and_the_first_start_lie_in_the_plane_of_two_runs(trace):
    cut = plane(trace, "two_runs")
    weights = parameters(trace)
    held = np.array([weights[0, -1], weights[1, -1], weights[0, 0]])
    assert np.abs(cut.at(cut.project(held)) - held).max() < 1e-14


def test_a_paths_plane_is_that_of_its_main_directions(trace):
    cut = plane(trace, "own_path")
    ways = parameters(trace)[0] - parameters(trace)[0, -1]
    fitted = TruncatedSVD(2, algorithm="arpack").fit(ways)
    ours, theirs = cut.directions, fitted.components_
    assert np.abs(np.abs((ours * theirs).sum(axis=1)) - 1).max() < 1e-9
    share = np.square(ways @ theirs.T).sum() / np.square(ways).sum()
    path = survey(first(trace), "own_path", 1.5, 11, 0).paths[0]
    assert 1 - path.outside == pytest.approx(share, rel=1e-12)
    assert "1st main direction (" in cut.axes[0]


def test_no_other_plane_through_its_end_holds_more_of_a_path(trace):
    one = first(trace)
    best = survey(one, "own_path", 1.5, 11, 0).paths[0].outside
    for seed in range(5):
        assert survey(one, "plain_random", 1.5, 11, seed).paths[0].outside > best


def test_scaled_directions_are_as_long_as_each_units_weights_and_leave_biases(trace):
    cut = plane(trace, "scaled_random", seed=2)
    sizes = QUICK.layer_sizes
    for direction, own in zip(layer_views(cut.directions, sizes), layer_views(cut.origin, sizes), strict=True):
        lengths = np.linalg.norm(own[:-1], axis=0)
        assert np.linalg.norm(direction[:, :-1], axis=1) == pytest.approx(np.array([lengths, lengths]), rel=1e-12)
        assert not direction[:, -1].any()


def test_a_relu_layer_written_at_another_scale_gives_the_same_scaled_picture_but_another_plain_one():
    trace = train(QUICK.replace(activation="relu", hidden=(6,), restarts=1))
    other = rescaled(trace, np.full(6, 4.0))

    def loss(trace, kind):
        return survey(trace, kind, 1.0, 11, 5).loss

    assert loss(other, "scaled_random") == pytest.approx(loss(trace, "scaled_random"), rel=1e-9)
    assert np.abs(loss(other, "plain_random") - loss(trace, "plain_random")).max() > 0.1


def test_one_unit_alone_at_another_scale_changes_even_the_scaled_picture():
    """The output unit's filter is scaled as a whole, so its single weights are not: no more is promised."""
    trace = train(QUICK.replace(activation="relu", hidden=(6,), restarts=1))
    other = rescaled(trace, np.array([16.0, 1, 1, 1, 1, 1]))
    experiment = trace.experiment
    same = losses_at(experiment, parameters(trace)[:, -1]), losses_at(experiment, parameters(other)[:, -1])
    assert same[0] == pytest.approx(same[1], rel=1e-12)
    pictures = [survey(t, "scaled_random", 1.0, 11, 5).loss for t in (trace, other)]
    assert np.abs(pictures[0] - pictures[1]).max() > 1e-3


def test_random_directions_follow_their_seed(trace):
    for kind in ("scaled_random", "plain_random"):
        one, again, other = (plane(trace, kind, seed).directions for seed in (1, 1, 2))
        assert np.array_equal(one, again)
        assert np.abs(one - other).max() > 0.01


def test_runs_that_end_at_one_point_get_random_directions_and_a_remark():
    trace = train(Experiment(kernel_initializer="zeros", batch_size=None, epochs=3, restarts=3))
    for kind in ("three_runs", "two_runs", "own_path"):
        cut = plane(trace, kind)
        assert np.abs(cut.directions @ cut.directions.T - np.eye(2)).max() < 1e-14
        assert "distance, a random direction" in cut.axes
        assert "random" in " ".join(cut.remarks)
    assert len(plane(trace, "three_runs").remarks) == 2


def test_a_run_that_diverged_is_left_out_and_said_so(trace):
    lost = without(trace, 1)
    assert solved(lost) == [0, 2]
    cut = plane(lost, "three_runs")
    assert cut.remarks == ("Run 2 diverged, so it is not in the picture.",)
    assert cut.axes == ("distance, run 1 → run 3", "distance, at right angles → run 1's start")
    found = survey(lost, "three_runs", 1.5, 11, 0)
    assert [path.run for path in found.paths] == [0, 2]
    assert [line.runs for line in found.lines] == [(0, 2)]
    alone = survey(without(trace, 0, 1), "three_runs", 1.5, 11, 0)
    assert [path.run for path in alone.paths] == [2]
    assert len(alone.remarks) == 3


def test_where_every_run_diverged_there_is_nothing_to_draw(trace):
    with pytest.raises(LandscapeError, match="Every run diverged"):
        plane(without(trace, 0, 1, 2), "three_runs")


def test_weights_of_zero_have_no_length_to_scale_to():
    trace = train(Experiment(kernel_initializer="zeros", epochs=2))
    with pytest.raises(LandscapeError, match="choose plain random directions"):
        plane(trace, "scaled_random")
    half = train(
        Experiment(kernel_initializer="zeros", output_initializer="glorot_uniform", activation="relu", epochs=2)
    )
    assert "8 of 9 units have no incoming weights" in plane(half, "scaled_random").remarks[0]


def test_every_kind_says_how_many_runs_it_takes():
    assert set(RUNS) < set(KINDS)
