"""What each data set looks like. (Shapes, splits and scales of all of them are in tests/contracts.)"""

import numpy as np
import pytest
from sklearn import datasets as sklearn_datasets

from nnviz import Experiment
from nnviz.core.datasets import load, registry


def made(key, samples=400, noise=0.0, seed=0):
    return registry[key].make(samples, noise, seed)


@pytest.mark.parametrize(("key", "radii"), [("circles", {0.5, 1.0}), ("spirals", None)])
def test_rings_and_arms_lie_about_the_origin(key, radii):
    x, y = made(key)
    radius = np.hypot(*x.T)
    if radii:
        assert set(radius.round(12)) == radii
        assert len(set(radius[y == 0].round(12))) == 1
    else:
        np.testing.assert_allclose(radius.max(), 1, atol=0.01)
        angle = np.arctan2(*x.T[::-1]) - 3 * np.pi * radius
        turned = np.exp(1j * angle)  # each arm is one angle, once its turns are undone
        assert np.ptp(turned[y == 0].real) < 1e-9
        np.testing.assert_allclose(turned[y == 1].mean(), -turned[y == 0].mean(), atol=1e-9)


def test_blobs_are_two_points_and_noise():
    x, y = made("blobs", noise=0.0)
    np.testing.assert_array_equal(x, np.where(y[:, None] == 1, [1.0, 1.0], [-1.0, -1.0]))
    x, y = made("blobs", samples=4000, noise=0.1)
    np.testing.assert_allclose(x[y == 1].std(axis=0), 0.5, rtol=0.1)


def test_xor_is_a_checkerboard_in_turn():
    x, y = made("xor", samples=10)
    assert x[:4].tolist() == [[-1, -1], [-1, 1], [1, -1], [1, 1]]
    assert y.tolist() == [0, 1, 1, 0, 0, 1, 1, 0, 0, 1]
    x, y = made("xor", samples=4000, noise=0.1)
    np.testing.assert_allclose((x - np.sign(x)).std(), 0.1, rtol=0.1)


def test_xor_is_neither_scaled_nor_drawn():
    """The four corners, in equal parts: the levels on which stuck runs land depend on it."""
    dataset = load("xor", 200, 0.0, 7, 0.5)
    corners, counts = np.unique(dataset.x_train, axis=0, return_counts=True)
    assert corners.tolist() == [[-1, -1], [-1, 1], [1, -1], [1, 1]]
    assert counts.tolist() == [25] * 4


def test_line_and_bump_without_noise_is_its_formula():
    x, y = made("line_and_bump")
    assert x.shape == (400, 1)
    np.testing.assert_allclose(y, 0.5 * x[:, 0] + np.exp(-((x[:, 0] / 0.2) ** 2)))
    assert x.min() >= -1
    assert x.max() <= 1


def test_the_target_of_a_regression_is_left_as_it_is():
    dataset = load("line_and_bump", 400, 0.0, 0, 0.5)
    y = np.concatenate([dataset.y_train, dataset.y_test])
    np.testing.assert_array_equal(np.sort(y), np.sort(made("line_and_bump")[1]))


@pytest.mark.parametrize("key", ["iris", "wine", "digits"])
def test_real_data_is_scikit_learn_s(key):
    x, y = getattr(sklearn_datasets, f"load_{key}")(return_X_y=True)
    source = registry[key]
    assert x.shape == (source.rows, len(source.features))
    assert len(source.classes) == y.max() + 1
    mine, classes = made(key, samples=20_000)
    np.testing.assert_array_equal(mine, x)
    np.testing.assert_array_equal(classes, y)
    some, _ = made(key, samples=40)
    rows = {tuple(r) for r in x.tolist()}
    assert all(tuple(r) in rows for r in some.tolist())


@pytest.mark.parametrize("key", ["moons", "circles", "spirals", "xor"])
def test_points_scatter_by_the_noise_around_their_noiseless_places(key):
    one, other = made(key, 4000, 0.1)[0], made(key, 4000, 0.2)[0]
    clean = made(key, 4000, 0.0)[0]
    # The same seed draws the same scatter, in proportion to the noise.
    np.testing.assert_allclose(other - clean, 2 * (one - clean), atol=1e-9)
    assert (one - clean).std() == pytest.approx(0.03 if key == "spirals" else 0.1, rel=0.1)


def test_nothing_trained_on_is_tested_on():
    for key in registry:
        if registry[key].in_turn:
            continue
        dataset = load(key, 100, 0.1, 0, 0.5)
        trained = {tuple(row) for row in dataset.x_train.round(12).tolist()}
        tested = [tuple(row) for row in dataset.x_test.round(12).tolist()]
        assert sum(row in trained for row in tested) <= (1 if key == "iris" else 0)  # iris has two equal flowers


def test_an_experiment_loads_its_own_arguments():
    experiment = Experiment(dataset="circles", samples=50, noise=0.2, data_seed=4, test_fraction=0.2)
    assert experiment.load_dataset() is load("circles", 50, 0.2, 4, 0.2)
