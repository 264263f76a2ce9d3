"""Every data set: shapes, the split, the scale, the seed."""

import numpy as np
import pytest

from nnviz import Experiment
from nnviz.core.datasets import CORNERS, load, registry
from nnviz.core.losses import registry as losses

every = pytest.mark.parametrize("source", registry.values(), ids=registry)

SAMPLES, NOISE, SEED, FRACTION = 120, 0.1, 3, 0.3
HALVES = ("x_train", "y_train", "x_test", "y_test")


def arrays(source, samples=SAMPLES, noise=NOISE, seed=SEED, fraction=FRACTION, fresh=False):
    if fresh:
        load.cache_clear()
    dataset = load(source.key, samples, noise, seed, fraction)
    return {name: getattr(dataset, name) for name in HALVES}


def same(one, other):
    return all(np.array_equal(one[name], other[name]) for name in HALVES)


@every
def test_shapes_names_and_dtypes(source):
    dataset = load(source.key, SAMPLES, NOISE, SEED, FRACTION)
    assert dataset.feature_names == source.features
    assert dataset.class_names == source.classes
    assert dataset.x_train.shape == (84, len(source.features))
    assert dataset.x_test.shape == (36, len(source.features))
    assert dataset.y_train.shape == (84,)
    assert dataset.y_test.shape == (36,)
    assert source.split_sizes(SAMPLES, FRACTION) == (84, 36)
    for name in HALVES:
        array = getattr(dataset, name)
        assert np.isfinite(array).all()
        assert array.flags.c_contiguous
        assert array.dtype.kind == ("f" if name.startswith("x") or not source.classes else "i")


@every
def test_the_loss_and_the_outputs_follow_the_target(source):
    by_classes = {0: ("squared_error", 1), 2: ("binary_crossentropy", 1)}
    count = len(source.classes)
    assert (source.loss, source.outputs) == by_classes.get(count, ("categorical_crossentropy", count))
    assert source.loss in losses


@every
def test_classes_are_counted_from_zero_and_stratified(source):
    if not source.classes:
        return
    half = arrays(source)
    y = np.concatenate([half["y_train"], half["y_test"]])
    numbers = np.arange(len(source.classes))
    counts = (y[:, None] == numbers).sum(axis=0)
    assert counts.sum() == SAMPLES
    for name in ("y_train", "y_test"):
        mine = (half[name][:, None] == numbers).sum(axis=0)
        assert (np.abs(mine - counts * len(half[name]) / SAMPLES) <= 1).all()
        assert (mine > 0).all()


@every
def test_the_training_half_sets_the_scale(source):
    half = arrays(source)
    mean, spread = half["x_train"].mean(axis=0), half["x_train"].std(axis=0)
    if source.standardised:
        rounding = SAMPLES * np.finfo(float).eps
        np.testing.assert_allclose(mean, 0, atol=rounding)
        constant = np.ptp(half["x_train"], axis=0) == 0
        np.testing.assert_allclose(spread, np.where(constant, 0, 1), atol=rounding)
        varied = half["x_test"][:, ~constant]
        assert np.abs(varied.mean(axis=0)).max() > 1e-3  # its own mean would be 0
    else:
        assert np.abs(mean).max() > 1e-3


@every
def test_the_same_arguments_give_the_same_bits_and_others_do_not(source):
    once = arrays(source, fresh=True)
    assert same(once, arrays(source, fresh=True))
    assert not same(once, arrays(source, seed=SEED + 1))
    assert not same(once, arrays(source, fraction=0.5))
    assert source.noisy == (not same(once, arrays(source, noise=0.2)))


@every
def test_arrays_are_read_only(source):
    for array in arrays(source).values():
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


@every
def test_real_data_has_only_so_many_rows(source):
    half = arrays(source, samples=20_000)
    assert len(half["y_train"]) + len(half["y_test"]) == (source.rows or 20_000)
    assert (source.rows is None) == source.noisy


@every
@pytest.mark.parametrize("fraction", [0.05, 0.1, 0.25, 0.33, 0.5, 0.67, 0.9, 0.95])
def test_the_smallest_permitted_split_loads(source, fraction):
    for samples in range(8, 400):
        try:
            experiment = Experiment(dataset=source.key, samples=samples, test_fraction=fraction, hidden=(1,))
        except ValueError:
            continue
        dataset = experiment.load_dataset()
        assert len(dataset.y_train) == experiment.train_rows
        if source.classes:
            assert len(np.unique(dataset.y_train)) > 1
        return
    pytest.fail("no split is permitted")


@every
@pytest.mark.parametrize("noise", [0.0, 2.0])
def test_the_ends_of_the_noise_range_load(source, noise):
    half = arrays(source, noise=noise)
    assert np.isfinite(half["x_train"]).all()


def test_xor_without_noise_is_its_four_corners_in_turn():
    half = arrays(registry["xor"], samples=40, noise=0.0, fraction=0.5)
    np.testing.assert_array_equal(half["x_train"], np.tile(CORNERS, (5, 1)))
    np.testing.assert_array_equal(half["x_test"], np.tile(CORNERS, (5, 1)))
    np.testing.assert_array_equal(half["y_train"], half["x_train"].prod(axis=1) < 0)
