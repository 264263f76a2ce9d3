"""Rows split in two: equal ones on one side."""

import numpy as np
import pytest
from sklearn.model_selection import train_test_split

from nnviz import Experiment
from nnviz.core.splits import repeated, split_rows


def test_without_repeats_it_is_scikit_learns_split():
    classes = np.arange(50) % 3
    ours = split_rows(np.arange(50), 20, 7, classes)
    theirs = train_test_split(np.arange(50), test_size=20, random_state=7, stratify=classes)
    for mine, its in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(mine, its)


@pytest.mark.parametrize("classes", [None, np.arange(60) % 2])
@pytest.mark.parametrize("seed", range(5))
def test_equal_rows_are_on_one_side_and_every_row_on_one(classes, seed):
    groups = np.tile(np.arange(60), 5)
    labels = None if classes is None else np.tile(classes, 5)
    train, test = split_rows(groups, 120, seed, labels)
    assert set(groups[train]).isdisjoint(groups[test])
    assert sorted([*train, *test]) == list(range(300))
    assert len(test) == 120
    if labels is not None:
        assert labels[test].mean() == pytest.approx(0.5)


def test_a_class_of_one_group_can_still_be_split():
    groups, classes = np.repeat(np.arange(30), 2), (np.repeat(np.arange(30), 2) == 0).astype(int)
    train, test = split_rows(groups, 30, 0, classes)
    assert len(train) == len(test) == 30


def test_equal_rows_have_equal_numbers_also_with_gaps_and_texts():
    rows = np.array([[float(i // 2), float("nan"), "a"] for i in range(60)], dtype=object)
    groups = repeated(rows)
    assert len(set(groups.tolist())) == 30
    assert (groups[::2] == groups[1::2]).all()


def test_where_few_rows_are_possible_equal_ones_are_no_repeats():
    few = np.random.default_rng(0).integers(0, 3, (500, 2))
    one_common = np.concatenate([np.arange(100.0), np.zeros(40)])[:, None]
    for rows in (few, one_common):
        assert len(set(repeated(rows).tolist())) == len(rows)


def test_arrays_of_ones_own_are_split_so():
    x = np.random.default_rng(0).normal(size=(60, 3))
    data = Experiment.from_arrays(np.tile(x, (5, 1)), np.tile(np.arange(60) % 2, 5), standardize=False).load_dataset()
    assert {tuple(row) for row in data.x_train.tolist()}.isdisjoint(tuple(row) for row in data.x_test.tolist())
