"""What the stage is sent. What it draws is tested in a browser."""

import json

import numpy as np
import pytest

import nnviz
from nnviz.analysis.playground.functions import distinct_functions
from nnviz.core import activations
from nnviz.figures.style.template import LIGHT
from nnviz.stage import payload as stage_payload
from nnviz.stage.payload import clock, pack, payload
from nnviz.ui.components.stage import Moment, moment_of

QUICK = {"epochs": 5, "samples": 60}
MOST_BYTES = 1_500_000
KINDS = {"f4": "<f4", "i1": "i1"}


def unpack(blob):
    """What pack() made, read as the page describes it: the header, with its arrays in their places."""
    start = 4 + int.from_bytes(blob[:4], "little")

    def revive(value):
        if "kind" not in value:
            return value
        count = int(np.prod(value["shape"]))
        return np.frombuffer(blob, KINDS[value["kind"]], count, start + value["at"]).reshape(value["shape"])

    return json.loads(blob[4:start], object_hook=revive)


def trained(**fields):
    return nnviz.train(nnviz.Experiment(**{**QUICK, **fields}))


def sent(*traces):
    return unpack(payload(traces, LIGHT, ["It is said." for _ in traces]))["sides"]


def test_arrays_come_back_and_one_that_stands_twice_is_sent_once():
    array = np.arange(6.0).reshape(2, 3)
    blob = pack({"one": array, "other": [array], "small": np.array([-127, 3], np.int8), "word": "ä"})
    back = unpack(blob)
    np.testing.assert_array_equal(back["one"], array)
    np.testing.assert_array_equal(back["other"][0], array)
    np.testing.assert_array_equal(back["small"], [-127, 3])
    assert back["word"] == "ä"
    assert len(blob) < 4 + 200 + 6 * 4 + 4


def test_the_default_takes_a_few_tens_of_kilobytes():
    a, b = (nnviz.train(nnviz.Experiment(kernel_initializer=key)) for key in ("zeros", "glorot_uniform"))
    assert len(payload([a, b], LIGHT, ["", ""])) < 60_000


def test_every_snapshot_of_a_small_network_is_sent():
    trace = trained(hidden=(3, 2))
    (side,) = sent(trace)
    for sent_kernel, kernel in zip(side["kernels"], trace.kernels, strict=True):
        np.testing.assert_array_equal(sent_kernel, kernel[0].astype(np.float32))
    np.testing.assert_array_equal(side["epochs"], trace.epochs.astype(np.float32))
    np.testing.assert_allclose(side["losses"], trace.train_loss[0], rtol=1e-6)
    np.testing.assert_array_equal(side["functions"][1], distinct_functions(trace, 1)[0])
    assert side["sizes"] == [2, 3, 2, 1]
    assert side["pictures"] is None
    assert side["diverged"] is None


@pytest.mark.parametrize(
    "fields",
    [
        {"hidden": (64,) * 10, "activation": "relu"},
        {"hidden": (256,) * 3, "activation": "relu"},
        {"hidden": (8,) * 64},
        {"dataset": "digits", "samples": 1797, "hidden": (256, 64)},
        {"dataset": "line_and_bump", "hidden": (256, 256)},
        {"hidden": (16, 16), "snapshots": 1000, "epochs": 300},
    ],
    ids=str,
)
def test_a_large_network_stays_within_the_budget(fields):
    traces = [trained(**fields, seed=seed) for seed in (0, 1)]
    blob = payload(traces, LIGHT, ["", ""])
    assert len(blob) < MOST_BYTES
    for side in unpack(blob)["sides"]:
        assert side["epochs"][-1] == np.float32(traces[0].epochs[-1])
        assert len(side["layers"]) <= stage_payload.MOST_LAYERS
        for layer in side["layers"]:
            assert layer["twins"].shape == (len(side["epochs"]), min(12, side["sizes"][layer["index"] + 1]))


def test_pictures_of_a_large_network_are_what_its_units_answer():
    trace = trained(hidden=(128, 128), activation="tanh")
    (side,) = sent(trace)
    points = stage_payload.grid_points(side["data"], stage_payload.PICTURE)
    answers = stage_payload.hidden_signals(trace, points, 0, -1)[1][0]
    np.testing.assert_allclose(side["pictures"][1][-1, 5] / 127, answers[:, 5], atol=0.005)
    chance = nnviz.predict(trace, points)[:, 1]
    np.testing.assert_allclose(0.5 + side["answers"][-1] / 254, chance, atol=0.005)


def test_no_hidden_layer():
    (side,) = sent(trained(hidden=()))
    assert side["layers"] == side["functions"] == []
    assert side["plane"]["points"].shape[1:] == (1, 2)


@pytest.mark.parametrize(
    ("dataset", "view"), [("moons", "plane"), ("iris", "rows"), ("digits", "rows"), ("line_and_bump", "curve")]
)
def test_how_the_data_is_looked_at(dataset, view):
    data = sent(trained(dataset=dataset))[0]["data"]
    assert data["view"] == view
    assert len(data["x"]) == len(data["y"]) == len(data["spots"]) <= stage_payload.MOST_ROWS
    assert bool(data["square"]) == (dataset == "digits")


def test_clones_are_named_by_the_first_of_them():
    (side,) = sent(trained(kernel_initializer="ones"))
    assert (side["layers"][0]["twins"] == 0).all()
    (side,) = sent(trained())
    assert (side["layers"][0]["twins"] == np.arange(8)).all()


def test_the_gradient_of_a_zero_start_is_zero_and_that_of_units_adds_up_to_the_layers():
    (side,) = sent(trained(kernel_initializer="zeros"))
    assert (side["layers"][0]["gradients"] == 0).all()
    trace = trained(hidden=(3,), bias_initializer="zeros", dataset="iris", samples=150)
    (side,) = sent(trace)
    whole = np.sqrt(np.square(side["layers"][0]["gradients"]).sum(axis=1))
    assert (whole >= trace.gradient_norms[0, :, 0] - 1e-6).all()  # it holds the biases' too


def test_a_run_that_diverges_ends_at_its_last_numbers():
    trace = trained(
        hidden=(64,) * 10, activation="relu", learning_rate=1.0, kernel_initializer="random_normal(stddev=1)"
    )
    assert trace.diverged_at[0] > 0
    (side,) = sent(trace)
    assert all(np.isfinite(array).all() for array in (side["kernels"][0], side["kernels"][-1], side["plane"]["points"]))
    assert side["diverged"]["words"] == f"diverged at step {trace.diverged_at[0]:,}"


def test_sides_share_their_ranges_unless_one_goes_far_beyond():
    a, b = sent(trained(kernel_initializer="zeros"), trained())
    assert a["plane"]["high"] == b["plane"]["high"]
    a, b = sent(trained(), trained(kernel_initializer="constant(value=1000)"))
    assert a["plane"]["high"] != b["plane"]["high"]


def test_every_activation_says_how_it_is_coloured():
    for key, activation in activations.registry.items():
        assert (sent(trained(activation=key))[0]["half"] == 0) == activation.squashes


def test_the_clock_is_the_longer_training():
    short, long = trained(), trained(epochs=10)
    np.testing.assert_array_equal(clock([short, long]), long.epochs)


@pytest.mark.parametrize(
    "said", [{}, {"drawn": 1}, {"moment": None}, {"moment": -1}, {"moment": 1e9}, {"moment": "x"}, {"moment": True}]
)
def test_what_a_browser_says_is_not_trusted(said):
    trace = trained()
    assert moment_of([trace], said) == Moment((len(trace.epochs) - 1,), None)


def test_a_moment_is_the_nearest_snapshot_of_each_side():
    short, long = trained(), trained(epochs=10)
    moment = moment_of([short, long], {"moment": 3, "drawn": False})
    assert moment.snapshots[1] == 3
    assert moment.snapshots[0] == np.abs(short.epochs - long.epochs[3]).argmin()
    assert moment.drawn is False
