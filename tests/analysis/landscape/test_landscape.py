"""The loss over a plane, against what training recorded, scikit-learn's loss and closed forms."""

import math
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import log_loss

from nnviz.analysis.landscape import landscape as ground_of_lines
from nnviz.analysis.landscape import loss_surface as module
from nnviz.analysis.landscape.landscape import FLIPPING, LINE_POINTS, LossLine, landscape, prepared, survey, valleys
from nnviz.analysis.landscape.loss_surface import losses_at
from nnviz.analysis.landscape.planes import KINDS, LandscapeError, parameters, plane
from nnviz.core import activations
from nnviz.core.experiment import Experiment
from nnviz.core.network import layer_views
from nnviz.core.trace import predict
from nnviz.core.training import train

QUICK = Experiment(samples=60, epochs=20, hidden=(4,), snapshots=12)
XOR = Experiment(
    dataset="xor", samples=8, noise=0.0, hidden=(2,), learning_rate=0.5, batch_size=None, epochs=2000, snapshots=12
)


@pytest.fixture(scope="module")
def found():
    return landscape(QUICK, resolution=21)


@pytest.fixture(scope="module")
def xor():
    return landscape(XOR, resolution=61)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"dataset": "iris", "activation": "relu", "hidden": (5, 4)},
        {"dataset": "line_and_bump", "activation": "sigmoid"},
        {"dataset": "blobs", "hidden": ()},
        {"dataset": "digits", "samples": 100, "epochs": 2},
    ],
    ids=str,
)
def test_the_loss_at_the_runs_weights_is_the_one_that_training_recorded(changes):
    trace = train(QUICK.replace(restarts=2, **changes))
    found = losses_at(trace.experiment, parameters(trace).reshape(-1, parameters(trace).shape[-1]))
    assert found == pytest.approx(trace.train_loss.ravel(), rel=1e-12)


def test_the_ground_under_a_solution_is_its_own_loss(found):
    for path in found.paths:
        assert path.plane_loss[-1] == pytest.approx(path.loss[-1], rel=1e-12)


def test_a_point_of_the_grid_has_the_loss_of_its_weights():
    trace = train(QUICK.replace(restarts=3))
    found = survey(trace, "three_runs", 1.5, 15, 0)
    cut = plane(trace, "three_runs")
    for row, column in ((0, 14), (7, 7), (12, 3)):
        weights = cut.at(np.array([found.x[column], found.y[row]]))
        assert found.loss[row, column] == pytest.approx(losses_at(trace.experiment, weights[None])[0], rel=1e-12)


def test_a_line_has_the_loss_of_mixed_weights_as_scikit_learn_measures_it():
    trace = train(QUICK.replace(restarts=3))
    line = survey(trace, "three_runs", 1.5, 11, 0).lines[1]
    assert line.runs == (0, 2)
    for place in (0, 37, 50, LINE_POINTS - 1):
        share = place / (LINE_POINTS - 1)
        mixed = replace(
            trace,
            kernels=tuple((1 - share) * kernel[:1] + share * kernel[2:] for kernel in trace.kernels),
            biases=tuple((1 - share) * bias[:1] + share * bias[2:] for bias in trace.biases),
        )
        chances = predict(mixed, trace.dataset.x_train)
        assert line.loss[place] == pytest.approx(log_loss(trace.dataset.y_train, chances), rel=1e-9)
    assert line.loss[0] == pytest.approx(trace.train_loss[0, -1], rel=1e-12)
    assert line.loss[-1] == pytest.approx(trace.train_loss[2, -1], rel=1e-12)


def test_three_solutions_of_xor_lie_in_three_valleys_with_mountains_between(xor):
    assert max(path.loss[-1] for path in xor.paths) < 0.005
    assert valleys(xor) == 3
    peaks = [line.peak for line in xor.lines]
    assert max(peaks) > 2
    assert min(peaks) > math.log(2) - 0.01  # as bad as a guess, at least
    assert [line.runs for line in xor.lines] == [(0, 1), (0, 2), (1, 2)]


def test_two_solutions_of_xor_are_one_once_units_are_matched_and_a_third_is_another(xor):
    """The issue's question: does the mountain between two solutions vanish?"""
    assert [line.runs for line in xor.matched] == [line.runs for line in xor.lines]
    first = xor.matched[0]
    assert xor.lines[0].distance > 100 * first.distance
    assert first.peak < 0.005 < 2 < xor.lines[0].peak
    assert min(line.peak for line in xor.matched[1:]) > 0.6


def test_a_matched_end_is_the_same_network(found):
    for line, other in zip(found.lines, found.matched, strict=True):
        assert other.loss[[0, -1]] == pytest.approx(line.loss[[0, -1]], rel=1e-12)
        assert other.distance <= line.distance


def test_only_runs_with_hidden_units_are_matched_and_only_if_that_is_quick(monkeypatch):
    assert landscape(QUICK.replace(hidden=()), "two_runs", resolution=11).matched == ()
    assert landscape(QUICK, "own_path", resolution=11).matched == ()
    monkeypatch.setattr(ground_of_lines, "MATCH_SECONDS", 0.0)
    assert landscape(QUICK, "two_runs", resolution=11).matched == ()


def test_stuck_runs_of_xor_lie_at_half_a_guess():
    stuck = landscape(XOR.replace(seed=3), resolution=11)
    assert [path.loss[-1] for path in stuck.paths[:2]] == pytest.approx([math.log(2) / 2] * 2, abs=2e-3)


def test_from_its_start_straight_to_its_end_the_loss_never_climbs():
    """Goodfellow, Vinyals and Saxe 2015 found it so for many networks; it is so for this one."""
    line = landscape(QUICK.replace(epochs=100), "own_path", resolution=11).lines[0]
    assert line.ends == ("start", "end")
    assert line.climb == 0
    assert (np.diff(line.loss) < 0).all()


def test_a_peak_is_what_stands_above_both_ends():
    shares = np.linspace(0, 1, 3)
    line = LossLine(("a", "b"), (0, 1), 1.0, shares, np.array([0.25, 1.0, 0.5]))
    assert (line.peak, line.climb) == (1.0, 0.5)
    assert LossLine(("a", "b"), (0, 1), 1.0, shares, np.array([0.25, 0.3, 0.5])).climb == 0


def test_the_picture_is_square_and_holds_all_paths(found):
    sides = np.ptp(found.x), np.ptp(found.y)
    assert sides[0] == pytest.approx(sides[1], rel=1e-12)
    points = np.concatenate([path.points for path in found.paths])
    low, high = points.min(axis=0), points.max(axis=0)
    assert ((low > [found.x[0], found.y[0]]) & (high < [found.x[-1], found.y[-1]])).all()
    assert sides[0] == pytest.approx(1.5 * (high - low).max(), rel=1e-12)


def test_around_one_end_the_reach_is_in_lengths_of_the_weights():
    scaled = landscape(QUICK, "scaled_random", extent=0.5, resolution=11)
    assert (scaled.x[0], scaled.x[-1]) == (-0.5, 0.5)
    trace = train(QUICK)
    plain = landscape(QUICK, "plain_random", extent=2.0, resolution=11)
    assert plain.y[-1] == pytest.approx(2 * np.linalg.norm(parameters(trace)[0, -1]), rel=1e-12)


def test_the_same_call_gives_the_same_bits(found):
    again = landscape(QUICK, resolution=21)
    assert np.array_equal(again.loss, found.loss)
    assert all(np.array_equal(a.plane_loss, b.plane_loss) for a, b in zip(again.paths, found.paths, strict=True))


def test_small_chunks_change_nothing(found, monkeypatch):
    monkeypatch.setattr(module, "CHUNK_BYTES", 1)
    monkeypatch.setattr(module, "BLOCK_BYTES", 10_000)
    assert landscape(QUICK, resolution=21).loss == pytest.approx(found.loss, rel=1e-12)


def test_progress_rises_to_one_and_what_it_raises_stops_the_work():
    shares = []
    landscape(QUICK, resolution=11, on_progress=shares.append)
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] == 1

    class Enough(Exception):
        pass

    def stop(share):
        if share > 0.9:
            raise Enough

    with pytest.raises(Enough):
        landscape(QUICK, resolution=101, on_progress=stop)


def test_weights_too_large_for_a_number_have_infinite_loss_and_no_warning():
    weights = np.full((3, 17), 1.0)
    weights[1], weights[2, 0] = 1e308, np.nan
    found = losses_at(QUICK.replace(activation="relu"), weights)
    assert np.isfinite(found[0])
    assert np.isinf(found[1:]).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "changes",
    [{}, {"kernel_initializer": "zeros"}, {"hidden": ()}, {"epochs": 1, "batch_size": None}, {"dtype": "float32"}],
    ids=str,
)
def test_every_plane_can_be_laid_through_runs_of_any_kind(kind, changes):
    if kind == "scaled_random" and "kernel_initializer" in changes:
        with pytest.raises(LandscapeError, match="plain random"):
            landscape(QUICK.replace(**changes), kind, resolution=11)
        return
    found = landscape(QUICK.replace(**changes), kind, resolution=11)
    assert np.isfinite(found.loss).all()
    assert all(0 <= path.outside <= 1 for path in found.paths)


def test_too_much_work_and_unknown_planes_are_refused_before_any_work():
    with pytest.raises(LandscapeError, match="times the work that is allowed"):
        prepared(Experiment(dataset="digits", samples=1200, hidden=(64, 64), epochs=1), "three_runs", 151)
    with pytest.raises(ValueError, match="kind='four_runs': must be one of"):
        prepared(QUICK, "four_runs", 11)
    assert [prepared(QUICK, kind, 11).restarts for kind in KINDS] == [3, 2, 1, 1, 1]


def test_valleys_touch_at_corners_too(found):
    low, high = 0.0, 1.0
    loss = np.array([[low, high, low], [high, low, high], [high, high, high], [low, high, high]])
    assert valleys(replace(found, loss=loss)) == 2
    assert valleys(replace(found, loss=loss + 1)) == 0


def test_units_can_be_flipped_where_that_is_said():
    z = np.linspace(-3, 3, 13)
    for key, activation in activations.registry.items():
        here, there = np.empty_like(z), np.empty_like(z)
        activation.value(z.copy(), here)
        activation.value(-z, there)
        assert (np.ptp(here + there) < 1e-12) == (key in FLIPPING), key


def test_renamed_and_flipped_units_have_the_same_loss():
    weights = parameters(train(QUICK))[0, -1]
    other = weights.copy()
    kernel, output = layer_views(other, QUICK.layer_sizes)
    kernel[:] = kernel[:, [2, 0, 1, 3]] * [-1, 1, 1, -1]
    output[:-1] = output[[2, 0, 1, 3]] * np.array([[-1], [1], [1], [-1]])
    one, two = losses_at(QUICK, np.array([weights, other]))
    assert one == pytest.approx(two, rel=1e-12)
