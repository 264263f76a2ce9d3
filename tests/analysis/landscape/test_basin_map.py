"""The basin map: each pixel is the run it says, and the map has the symmetries that XOR has."""

import numpy as np
import pytest

from nnviz.analysis.landscape import basin_map as module
from nnviz.analysis.landscape.basin_map import Window, basins, check, find_weight, pixel_experiment, weights
from nnviz.core.experiment import Experiment
from nnviz.core.training import initial_parameters, train

XOR = Experiment(
    dataset="xor", samples=8, noise=0.0, hidden=(2,), learning_rate=0.5, batch_size=None, epochs=60, seed=2,
    snapshots=10, dtype="float64",
)  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"dtype": "float32", "learning_rate": 10.0},
        {"optimizer": "momentum", "activation": "relu", "bias_initializer": "random_normal(stddev=1.0)"},
        {"dataset": "moons", "samples": 40, "noise": 0.1, "batch_size": 8, "hidden": (3,), "optimizer": "adam"},
        {"kernel_initializer": "ones", "learning_rate": 1000.0, "activation": "relu"},
        {"dataset": "iris", "samples": 30, "output_initializer": "zeros"},
    ],
)
def test_a_pixel_is_the_same_run_alone_to_the_bit(changes):
    experiment, window = XOR.replace(**changes), Window(x=0.3, y=-0.2, width=6, side=7)
    found = basins(experiment, window)
    for row, column in ((0, 0), (2, 5), (3, 3), (6, 1)):
        alone = pixel_experiment(experiment, window, row, column)
        assert alone.restarts == 1
        trace = train(Experiment.from_query(alone.to_query())[0])  # as a link to the Playground carries it
        np.testing.assert_array_equal(trace.train_loss[0].astype(experiment.dtype), found.losses[row, column])
        assert trace.diverged_at[0] == found.diverged_at[row, column]


def test_a_pixel_is_what_plain_gradient_descent_gives():
    window = Window(across="x2_to_unit_2", up="unit_1_to_output", width=4, side=3)
    found = basins(XOR, window)
    start = initial_parameters(XOR, XOR.seed)
    x, y = found.experiment.load_dataset().x_train, found.experiment.load_dataset().y_train
    for row, up in enumerate((-4 / 3, 0, 4 / 3)):
        for column, across in enumerate((-4 / 3, 0, 4 / 3)):
            hidden, output = start[:4].reshape(2, 2).copy(), start[6:8].copy()
            hidden[1, 1], output[0], offsets, offset = across, up, np.zeros(2), 0.0
            for _ in range(XOR.epochs):
                signal = np.tanh(x @ hidden + offsets)
                error = (1 / (1 + np.exp(-(signal @ output + offset))) - y) / len(y)
                back = np.outer(error, output) * (1 - signal**2)
                output, offset = output - 0.5 * error @ signal, offset - 0.5 * error.sum()
                hidden, offsets = hidden - 0.5 * x.T @ back, offsets - 0.5 * back.sum(axis=0)
            z = np.tanh(x @ hidden + offsets) @ output + offset
            assert found.losses[row, column, -1] == pytest.approx(np.mean(np.logaddexp(0, z) - y * z), rel=1e-9)


@pytest.mark.parametrize(
    ("across", "up"),
    [("unit_1_to_output", "unit_2_to_output"), ("x1_to_unit_1", "x1_to_unit_2"), ("x2_to_unit_1", "x2_to_unit_2")],
)
def test_turned_by_half_a_turn_the_map_of_xor_is_the_same(across, up):
    """XOR looks the same from behind (x → -x), and a tanh unit with all its signs flipped is the same unit."""
    found = basins(XOR, Window(across=across, up=up, side=10))
    np.testing.assert_allclose(found.losses, found.losses[::-1, ::-1], rtol=1e-9)


def test_other_pairs_of_weights_have_no_such_symmetry():
    found = basins(XOR, Window(side=10))
    assert np.abs(found.losses - found.losses[::-1, ::-1]).max() > 0.1


def test_where_the_other_unit_treats_both_inputs_alike_the_map_mirrors_at_its_diagonal():
    alike = XOR.replace(kernel_initializer="listed(values=0 0.7 0 0.7)", output_initializer="listed(values=0.5 -0.8)")
    found = basins(alike, Window(side=10))
    np.testing.assert_allclose(found.losses, found.losses.swapaxes(0, 1), rtol=1e-9)
    assert np.abs(found.losses - found.losses[::-1].swapaxes(0, 1)).max() > 0.1


def test_cut_into_several_experiments_it_is_the_same_map(monkeypatch):
    window = Window(side=9)
    whole, shares = basins(XOR, window), []
    monkeypatch.setattr(module, "MOST_RUNS", 20)
    parts = basins(XOR, window, shares.append)
    np.testing.assert_array_equal(whole.losses, parts.losses)
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


def test_what_progress_raises_stops_the_work_and_passes_on():
    def stop(share):
        if share > 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        basins(XOR.replace(epochs=2000), Window(side=60), stop)


def test_pixels_lie_in_the_middle_of_their_squares():
    window = Window(x=1.0, y=-2.0, width=8.0, side=4)
    x, y = window.axes("float64")
    assert x.tolist() == [-2, 0, 2, 4]
    assert y.tolist() == [-5, -3, -1, 1]
    assert window.pixel == 2


def test_the_weights_have_names_and_places():
    found = weights(Experiment(hidden=(3,)))
    assert [weight.label for weight in found[:4]] == ["x₁ → unit 1", "x₁ → unit 2", "x₁ → unit 3", "x₂ → unit 1"]
    assert found[-1].label == "unit 3 → output"
    assert len({weight.key for weight in found}) == len(found) == 9
    assert weights(Experiment(dataset="iris", hidden=(1,)))[-1].key == "unit_1_to_virginica"
    assert find_weight(XOR, "x2_to_unit_1").row == 1


@pytest.mark.parametrize(
    ("experiment", "window", "words"),
    [
        (XOR, {"across": "x3_to_unit_1"}, "no such weight; it has x1_to_unit_1,"),
        (XOR, {"up": "unit_3_to_output"}, "no such weight"),
        (XOR.replace(hidden=(2, 2)), {}, "2 layers: the map needs exactly one"),
        (XOR.replace(hidden=()), {}, "0 layers: the map needs exactly one"),
        (XOR.replace(dtype="float32"), {"x": 5.0, "width": 1e-6}, "take float64 or a wider window"),
        (XOR, {"x": 5.0, "width": 1e-15}, "take a wider window"),
        (XOR.replace(epochs=1_000_000), {}, "100 × 100 pixels, each a restart: .* times the work that is allowed"),
        (XOR.replace(kernel_initializer="random_normal(stddev=1000.0)"), {}, "within ±1,000"),
    ],
)
def test_what_cannot_be_drawn_is_said_before_anything_is_trained(experiment, window, words):
    for work in (check, basins):
        with pytest.raises(ValueError, match=words):
            work(experiment, Window(**window))


@pytest.mark.parametrize(
    "values",
    [
        {"up": "x1_to_unit_1"},
        {"side": 1},
        {"side": 100_000},
        {"width": 0.0},
        {"width": float("nan")},
        {"x": float("nan")},
        {"x": 999.0},
        {"y": -1e300},
    ],
)
def test_no_window_is_impossible(values):
    with pytest.raises(ValueError, match="must"):
        Window(**values)


def test_starts_that_no_link_can_hold_are_refused_in_plain_words():
    with pytest.raises(ValueError, match=r"starts with 640 weights.* takes up to 512 within ±1,000"):
        check(XOR.replace(dataset="digits", samples=100, hidden=(10,)), Window(side=7))
    with pytest.raises(ValueError, match=r"starts with 4 weights, the largest \d,\d{3}"):
        check(XOR.replace(kernel_initializer="random_normal(stddev=1000)", seed=0), Window(side=7))
