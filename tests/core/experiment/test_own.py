"""Experiments on arrays of one's own."""

import dataclasses

import numpy as np
import pytest

import nnviz
from nnviz import Experiment
from nnviz.core.datasets import Dataset
from nnviz.core.experiment import OwnExperiment
from nnviz.core.training import train_from

RECIPES = [
    Experiment(epochs=4, hidden=(5,), restarts=3),
    Experiment(dataset="iris", epochs=3, kernel_initializer="zeros", optimizer="adam", learning_rate=0.01),
    Experiment(dataset="line_and_bump", epochs=3, batch_size=None),
    Experiment(samples=90, test_fraction=0.3, epochs=3, dtype="float32"),
]


def data_of(rows=40, features=3, classes=("a", "b")):
    generator = np.random.default_rng(0)
    x, y = generator.normal(size=(rows, features)), np.arange(rows) % max(1, len(classes))
    return Dataset(x, y, x[: rows // 2], y[: rows // 2], tuple(f"x{i}" for i in range(features)), classes)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: str(recipe.to_query()))
def test_a_data_set_of_the_registry_given_as_ones_own_trains_to_the_same_bits(recipe):
    known, own = nnviz.train(recipe), nnviz.train(OwnExperiment.of(recipe, recipe.load_dataset()))
    for name in ("train_loss", "test_loss", "train_accuracy", "test_accuracy", "gradient_norms", "epochs"):
        np.testing.assert_array_equal(getattr(own, name), getattr(known, name))
    x = known.dataset.x_test
    np.testing.assert_array_equal(nnviz.predict(own, x), nnviz.predict(known, x))


def test_sizes_and_loss_follow_the_data():
    many = OwnExperiment(data=data_of(features=7, classes=("a", "b", "c")), batch_size=16)
    assert many.layer_sizes == (7, 8, 3)
    assert many.train_rows == 40
    assert many.steps_per_epoch == 3
    assert many.task.loss == "categorical_crossentropy"
    assert OwnExperiment(data=data_of(classes=())).task.loss == "squared_error"
    start = np.zeros((1, 8 * 8 + 9 * 3))
    assert train_from(many.replace(epochs=1), start).kernels[0].shape[2:] == (7, 8)


def test_it_is_a_value_of_its_recipe_and_of_that_one_data_set():
    data = data_of()
    own = OwnExperiment(data=data)
    assert own == OwnExperiment(data=data)
    assert hash(own) == hash(OwnExperiment(data=data))
    assert own != OwnExperiment(data=data_of())
    assert own != Experiment()
    assert own.replace(seed=3).data is data


def test_links_json_and_words_leave_the_data_out():
    data = dataclasses.replace(data_of(), feature_names=("secret", "b", "c"))
    own = OwnExperiment(data=data, seed=3)
    assert own.to_query() == {"seed": "3"}
    assert Experiment.from_json(own.to_json()) == Experiment(seed=3)
    for words in (repr(own), str(own), own.to_json()):
        assert "secret" not in words
        assert "array" not in words


def test_it_keeps_the_budget_and_the_checks_of_an_experiment():
    with pytest.raises(ValueError, match="times the work"):
        OwnExperiment(data=data_of(rows=4000, features=200), epochs=100_000)
    with pytest.raises(ValueError, match="work in one layer"):
        OwnExperiment(data=data_of(rows=10_000, features=300), epochs=1)
    with pytest.raises(ValueError, match="this table needs at least 2"):
        OwnExperiment(data=data_of(rows=3))
    with pytest.raises(ValueError, match="learning_rate"):
        OwnExperiment(data=data_of(), learning_rate=-1)
