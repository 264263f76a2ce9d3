"""Ranking from a program: what it takes and refuses; and how often it claims something, on many made-up tables."""

import numpy as np
import pytest
from sklearn.datasets import load_iris

import nnviz
from nnviz import Experiment, initializers
from nnviz.analysis.tables.example import example
from nnviz.analysis.tables.preparing import prepare
from nnviz.analysis.tables.rank import again, rank_table, train_table_split
from nnviz.analysis.tables.split_runs import RECIPE
from nnviz.analysis.tables.table import read

X, Y = load_iris(return_X_y=True)
QUICK = {"splits": 5, "seeds": 1, "epochs": 20, "hidden": (8,)}


def test_starts_are_ranked_on_arrays():
    shares = []
    found = nnviz.rank(X, Y, **QUICK, on_progress=shares.append)
    assert found.beats_baseline
    assert found.places[-1].initializer.key == "zeros"
    assert found.baselines[1].accuracy > 0.9
    assert len(found.splits) == 5
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_each_split_is_another_with_seeds_of_its_own():
    found = nnviz.rank(X, Y, **QUICK | {"seeds": 2}, starts=["he_normal"], seed=3)
    assert [split.seeds.tolist() for split in found.splits] == [[3, 4], [5, 6], [7, 8], [9, 10], [11, 12]]
    alone = nnviz.train(
        Experiment.from_arrays(
            X, Y, data_seed=2, seed=7, restarts=2, hidden=(8,), epochs=20, kernel_initializer="he_normal",
            activation=RECIPE.activation, learning_rate=RECIPE.learning_rate,
        )
    )  # fmt: skip
    np.testing.assert_array_equal(found.places[0].losses[2], alone.test_loss[:, -1])


def test_labels_targets_and_starts_of_any_kind_are_taken():
    starts = [initializers.get("he_normal"), "random_normal(stddev=0.2)"]
    real = nnviz.rank(X[:, 1:].tolist(), X[:, :1], starts=starts, **QUICK)
    assert real.classes == ()
    assert real.baselines[1].name == "linear regression"
    assert nnviz.rank(X, np.array(["a", "b", "c"])[Y], starts=starts, **QUICK).classes == ("a", "b", "c")
    assert {place.initializer.key for place in real.places} == {"he_normal", "random_normal"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"splits": 4}, "splits=4: must be a whole number from 5 to 20."),
        ({"splits": 2.5}, "splits=2.5: must be a whole number"),
        ({"seeds": 0}, "seeds=0: must be a whole number from 1 to 30."),
        ({"starts": []}, "must be a list of initializers"),
        ({"starts": "zeros"}, "must be a list of initializers"),
        ({"starts": ["zeros", "zeros"]}, "starts: one is named twice."),
        ({"starts": ["best"]}, "initializer='best'"),
        ({"restarts": 3}, "restarts: is set here"),
        ({"epochs": 200_000, "samples": 5}, "samples: is set here"),
        ({"epochs": 10**6}, "times the work that is allowed"),
        ({"test_fraction": 0.999}, "test_fraction"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(options, words):
    with pytest.raises(ValueError, match=words.replace("(", r"\(")) as refused:
        nnviz.rank(X, Y, **QUICK | options)
    assert "\n" not in str(refused.value)


def test_a_table_is_ranked_over_splits_of_the_same_rows():
    table = read(example())
    data = prepare(table, 13, samples=100)
    recipe = RECIPE.replace(epochs=5)
    found = rank_table(data, recipe, ["zeros", "he_normal"], splits=5, seeds=2)
    one = train_table_split(data, recipe, ("zeros", "he_normal"), 2, 3)
    np.testing.assert_array_equal(found.splits[3].losses, one.losses)
    parts = [again(data, recipe, j).dataset for j in range(3)]
    assert parts[0] is data.dataset
    assert not np.array_equal(parts[1].x_test, parts[2].x_test)
    assert {len(part.y_train) for part in parts} == {50}


def test_rows_repeated_five_times_are_not_known_by_heart():
    random = np.random.default_rng(1)
    x, y = np.tile(random.normal(size=(60, 2)), (5, 1)), np.tile(random.integers(0, 2, 60), 5)
    assert not nnviz.rank(x, y, **QUICK | {"epochs": 50}).beats_baseline


def test_most_of_one_class_is_no_success():
    random = np.random.default_rng(2)
    found = nnviz.rank(random.normal(size=(300, 3)), (np.arange(300) % 25 < 3).astype(int), **QUICK)
    assert not found.beats_baseline
    assert found.winner is None
    assert "88 % right" in found.headline


def chance_tables(amount, rows, signal=0.0):
    """Tables of two random columns, and labels that hang on them by so much."""
    for seed in range(amount):
        random = np.random.default_rng(seed)
        x = random.normal(size=(rows, 2))
        yield x, (random.random(rows) < 1 / (1 + np.exp(-signal * x[:, 0]))).astype(int)


@pytest.mark.simulation
def test_in_noise_at_most_one_table_in_twenty_gets_a_claim_and_a_signal_is_seen():
    noise = [nnviz.rank(x, y) for x, y in chance_tables(200, 100)]
    claims = sum(found.beats_baseline or found.winner is not None for found in noise)
    named = sum(any(place.name in found.headline for place in found.places) for found in noise)
    assert claims <= 10
    assert named <= 10
    seen = sum(nnviz.rank(x, y).beats_baseline for x, y in chance_tables(20, 200, 2.0))
    assert seen >= 16
