"""Arrays of one's own: what is taken, how it is read, and what is refused, each in one sentence."""

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from nnviz import Experiment, predict, train

GENERATOR = np.random.default_rng(0)
X = GENERATOR.normal(5.0, 3.0, (40, 3))
LABELS = np.arange(40) % 2


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        ([1, 2], ("1", "2")),
        ([-1, 1], ("-1", "1")),
        ([5, 3, 9], ("3", "5", "9")),
        (["no", "yes"], ("no", "yes")),
        (["b", "a", "c"], ("a", "b", "c")),
        ([False, True], ("False", "True")),
        ([b"x", b"y"], ("b'x'", "b'y'")),
    ],
    ids=str,
)
def test_labels_of_any_kind_are_classes_in_sorted_order(labels, names):
    y = [labels[i % len(labels)] for i in range(40)]
    experiment = Experiment.from_arrays(X, y, epochs=2)
    assert experiment.task.classes == names
    data = experiment.load_dataset()
    order = np.argsort(np.array(labels, dtype=object).astype(str) if isinstance(labels[0], bytes) else labels)
    expected = {int(place): rank for rank, place in enumerate(order)}
    counts = np.bincount(np.concatenate([data.y_train, data.y_test]))
    assert sorted(counts) == sorted(np.bincount(np.arange(40) % len(labels)))
    assert set(expected.values()) == set(data.y_train.tolist()) == set(data.y_test.tolist())
    assert 0 < train(experiment).train_loss[0, -1] < 5


def test_the_split_and_the_scale_are_scikit_learn_s():
    data = Experiment.from_arrays(X, LABELS, test_fraction=0.25, data_seed=7).load_dataset()
    x_train, x_test, y_train, y_test = train_test_split(X, LABELS, test_size=10, random_state=7, stratify=LABELS)
    scaler = StandardScaler().fit(x_train)
    np.testing.assert_array_equal(data.x_train, scaler.transform(x_train))
    np.testing.assert_array_equal(data.x_test, scaler.transform(x_test))
    np.testing.assert_array_equal(data.transform(x_test), data.x_test)
    np.testing.assert_array_equal(data.y_train, y_train)
    np.testing.assert_array_equal(data.y_test, y_test)
    raw = Experiment.from_arrays(X, LABELS, test_fraction=0.25, data_seed=7, standardize=False).load_dataset()
    np.testing.assert_array_equal(raw.x_train, x_train)
    np.testing.assert_array_equal(raw.transform(x_test), x_test)


def test_lists_columns_and_data_frames_give_the_same():
    expected = Experiment.from_arrays(X, LABELS).load_dataset()
    frame = pd.DataFrame(X, columns=["height", "width", "depth"])
    for x, y in (
        (X.tolist(), LABELS.tolist()),
        (X, LABELS[:, None]),
        (frame, pd.Series(LABELS)),
        (frame, pd.DataFrame({"y": LABELS})),
        (X.astype(object), LABELS.astype(object)),
    ):
        experiment = Experiment.from_arrays(x, y)
        np.testing.assert_array_equal(experiment.load_dataset().x_train, expected.x_train)
        np.testing.assert_array_equal(experiment.load_dataset().y_train, expected.y_train)
        assert experiment.task.features == (("height", "width", "depth") if x is frame else ("x₁", "x₂", "x₃"))


def test_names_can_be_given():
    task = Experiment.from_arrays(X, LABELS, feature_names=["a", "b", "c"], class_names=["cat", "dog"]).task
    assert task.features == ("a", "b", "c")
    assert task.classes == ("cat", "dog")


def test_floating_point_targets_are_real_unless_told():
    y = X @ [1.0, -2.0, 0.5]
    real = Experiment.from_arrays(X, y, learning_rate=0.01, epochs=5)
    assert real.task.loss == "squared_error"
    assert np.isfinite(train(real).train_loss).all()
    assert Experiment.from_arrays(X, LABELS, task="regression").task.classes == ()
    assert Experiment.from_arrays(X, LABELS.astype(float), task="classification").task.classes == ("0.0", "1.0")


def test_what_is_trained_predicts_rows_in_their_own_units():
    y = np.where(X[:, 0] > 5, "tall", "short")
    trace = train(Experiment.from_arrays(X, y, epochs=200, optimizer="adam", learning_rate=0.05))
    chances = predict(trace, trace.dataset.transform([[12.0, 5.0, 5.0], [-2.0, 5.0, 5.0]]))
    assert trace.dataset.class_names == ("short", "tall")
    assert chances.argmax(axis=1).tolist() == [1, 0]


def test_the_arrays_given_stay_as_they_are():
    x, y = X.copy(), LABELS.copy()
    Experiment.from_arrays(x, y, standardize=False)
    assert x.flags.writeable
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(y, LABELS)


GAPS = np.where(np.arange(120).reshape(40, 3) == 4, np.nan, X)


@pytest.mark.parametrize(
    ("x", "y", "fields", "sentence"),
    [
        (GAPS, LABELS, {}, "x has NaN or infinity in 1 of 40 rows"),
        (X, np.where(LABELS, np.inf, X[:, 0]), {}, "y has NaN or infinity in 20 of 40 rows"),
        (X[:, 0], LABELS, {}, r"x has shape \(40,\): must be rows × features"),
        (np.zeros((0, 3)), [], {}, r"x has shape \(0, 3\)"),
        (X, LABELS[:-1], {}, "x has 40 rows and y 39"),
        (X, np.stack([LABELS] * 2, axis=1), {}, r"y has shape \(40, 2\): must be one target a row"),
        ([[1.0, 2.0], [3.0]], [0, 1], {}, "x has rows of different lengths"),
        ([["tall"], ["short"]] * 20, LABELS, {}, "x holds what is no number, such as 'tall'"),
        (X, [1] * 40, {}, "y has 1 class: there is nothing to tell apart"),
        (X, [0] * 39 + [1], {}, "y has the class 1 once"),
        (X, np.arange(40), {}, "set task='regression'"),
        (X, [None, "a"] * 20, {}, "y has no label .* in 20 of 40 rows"),
        (X, pd.array([1, None] * 20, dtype="Int64"), {"task": "classification"}, "y has no label"),
        (X, np.array([1, "a"] * 20, dtype=object), {}, "cannot be sorted"),
        (X[:4], [0, 1, 0, 1], {"test_fraction": 0.25}, "leaves 3 to train on and 1 to test on"),
        (X, LABELS, {"feature_names": ["a"]}, "feature_names=.*: must be 3 texts"),
        (X, LABELS, {"class_names": "ab"}, "class_names=.*: must be 2 texts"),
        (X, X[:, 0], {"class_names": ["a", "b"]}, "y is a real target"),
        (X, LABELS, {"task": "ranking"}, "task='ranking': must be one of classification, regression"),
        (X, LABELS, {"test_fraction": 2}, "test_fraction=2: must be"),
        (X, LABELS, {"data_seed": -1}, "data_seed=-1: must be"),
        (X, LABELS, {"noise": 0.1}, "noise: makes data"),
        (X, LABELS, {"hidden": 3.5}, "hidden=3.5"),
    ],
)
def test_what_cannot_be_learned_from_is_refused_in_one_sentence(x, y, fields, sentence):
    with pytest.raises(ValueError, match=sentence) as caught:
        Experiment.from_arrays(x, y, **fields)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_rows_of_another_width_are_not_transformed():
    data = Experiment.from_arrays(X, LABELS).load_dataset()
    with pytest.raises(ValueError, match=r"x has shape \(1, 2\): must be rows × 3 features"):
        data.transform([[1.0, 2.0]])
    with pytest.raises(ValueError, match="no number"):
        data.transform([["a", 1, 2]])


def test_a_recipe_read_back_from_its_link_or_json_is_one_of_the_registry_s_data():
    experiment = Experiment.from_arrays(X, LABELS, hidden=(3,))
    assert experiment.from_json(experiment.to_json()).hidden == (3,)
    assert type(experiment).from_query(experiment.to_query())[0].hidden == (3,)
