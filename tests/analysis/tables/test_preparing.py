"""A table made ready: against scikit-learn's and pandas' own steps, and what is said of it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split

import nnviz
from nnviz.analysis.tables.decoding import TableError
from nnviz.analysis.tables.example import ABOUT, GAP_EVERY, WORDS, example
from nnviz.analysis.tables.preparing import LEAST_ROWS, MOST_FEATURES, OwnData, prepare, takes_either
from nnviz.analysis.tables.table import read
from nnviz.core.experiment import OwnExperiment


def csv_of(**columns):
    rows = zip(*columns.values(), strict=True)
    return "\n".join([",".join(columns), *(",".join(map(str, row)) for row in rows)])


def small(rows=40, **columns):
    """A table of a number, a text and two classes, and other columns."""
    numbers = np.random.default_rng(0).normal(size=rows).round(3)
    made = {"x": numbers, "colour": ["red" if i % 3 else "blue" for i in range(rows)], **columns}
    return read(csv_of(**made, kind=["a" if i % 2 else "b" for i in range(rows)]))


def sound(data):
    """Everything that is promised of a table made ready."""
    assert isinstance(data, OwnData)
    dataset = data.dataset
    for x, y in ((dataset.x_train, dataset.y_train), (dataset.x_test, dataset.y_test)):
        assert x.shape == (len(y), len(dataset.feature_names))
        assert np.isfinite(x).all()
        assert np.isfinite(y).all()
        assert not x.flags.writeable
    assert len(dataset.y_train) == data.train_rows
    assert len(dataset.feature_names) <= MOST_FEATURES
    assert [fate.name for fate in data.fates] == [column.name for column in data.table.columns]
    assert all(sentence.endswith(".") for sentence in data.sentences)
    if not data.real:
        assert set(dataset.y_train) | set(dataset.y_test) <= set(range(len(dataset.class_names)))
    return data


# What may come in.

CELLS = st.sampled_from(["", "1", "2", "2.5", "-1e99", "1e-300", "red", "blue", "NA", "=1+1", "7"]) | st.text(
    max_size=3
)


@settings(max_examples=80)
@given(
    st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), min_size=1, max_size=30)),
    st.sampled_from(["auto", "classes", "number"]),
    st.floats(0.05, 0.95),
    st.integers(8, 40),
)
def test_any_table_is_made_ready_or_refused_in_a_sentence(rows, answer, test_fraction, samples):
    try:
        table = read("\n".join("\t".join(row) for row in rows))
        found = [prepare(table, i, answer, samples, test_fraction) for i in range(len(table.columns))]
    except TableError as problem:
        assert str(problem).endswith((".", "?"))  # noqa: PT017
        return
    for data in found:
        trace = nnviz.train(OwnExperiment(data=sound(data).dataset, epochs=1, hidden=(2,), snapshots=2))
        assert np.isfinite(trace.train_loss[:, 0]).all()


@settings(max_examples=25)
@given(st.integers(12, 60), st.integers(2, 4), st.integers(1, 3), st.randoms(use_true_random=False))
def test_tables_with_gaps_are_made_ready(rows, classes, width, random):
    columns = {f"n{i}": [random.choice(["", f"{random.gauss(0, 9):.3f}"]) for _ in range(rows)] for i in range(width)}
    columns |= {f"t{i}": [random.choice(["", "red", "blue"]) for _ in range(rows)] for i in range(width)}
    columns["kind"] = [f"k{i % classes}" for i in range(rows)]
    try:
        data = prepare(read(csv_of(**columns)), 2 * width)
    except TableError:
        return
    assert sound(data).dataset.class_names == tuple(f"k{i}" for i in range(classes))


def test_numbers_are_standardised_and_gaps_filled_by_the_training_half_alone():
    generator = np.random.default_rng(1)
    numbers = generator.normal(5, 3, 60).round(4).astype(object)
    numbers[::7] = ""
    data = sound(prepare(read(csv_of(x=numbers, kind=["a", "b"] * 30)), 1))
    values = pd.Series(numbers).replace("", np.nan).astype(float)
    train, test = train_test_split(np.arange(60), train_size=30, random_state=0, stratify=["a", "b"] * 30)
    filled = values.fillna(values[train].median())
    for rows, x in ((train, data.dataset.x_train), (test, data.dataset.x_test)):
        expected = (filled[rows] - filled[train].mean()) / filled[train].std(ddof=0)
        np.testing.assert_allclose(x[:, 0], expected, rtol=1e-9, atol=1e-12)
    assert "9 numbers are missing, in 1 column: each taken as its column’s median" in " ".join(data.sentences)


def test_texts_become_a_column_each_and_a_gap_counts_as_a_text():
    colours = ["red", "blue", "", "blue"] * 10
    data = sound(prepare(read(csv_of(colour=colours, x=range(0, 80, 2), kind=["a", "b"] * 20)), 2))
    assert data.dataset.feature_names == ("x", "colour = missing", "colour = blue", "colour = red")
    hot = np.concatenate([data.dataset.x_train, data.dataset.x_test])[:, 1:]
    assert set(hot.ravel()) == {0.0, 1.0}
    assert (hot.sum(axis=1) == 1).all()
    assert hot.sum(axis=0).tolist() == [10, 20, 10]


def test_a_text_that_only_held_back_rows_have_is_all_zeros():
    for seed in range(40):
        colours = ["red", "blue"] * 20
        colours[0] = "unique"
        data = prepare(read(csv_of(colour=colours, x=range(0, 80, 2), kind=["a", "b"] * 20)), 2, seed=seed)
        if "colour = unique" not in data.dataset.feature_names:
            break
    assert (data.dataset.x_test[:, 1:].sum(axis=1) == 0).sum() == 1


def test_the_split_is_stratified_and_drawn_by_the_seed():
    table = read(csv_of(x=np.random.default_rng(0).normal(size=90), kind=["a", "b", "b"] * 30))
    first, again, other = (prepare(table, 1, test_fraction=1 / 3, seed=seed).dataset for seed in (0, 0, 1))
    assert np.bincount(first.y_train).tolist() == [20, 40]
    np.testing.assert_array_equal(first.x_train, again.x_train)
    assert not np.array_equal(first.x_train, other.x_train)


def test_of_many_rows_some_are_drawn():
    table = small(400)
    data = sound(prepare(table, 2, samples=100))
    assert len(data.dataset.y_train) == len(data.dataset.y_test) == 50
    assert "Of 400 rows 100 were drawn, to keep it quick." in data.sentences


def test_a_real_answer_is_standardised():
    data = sound(prepare(small(y=np.linspace(3, 9, 40).round(3)), 2))
    assert data.real
    assert data.dataset.class_names == ()
    assert abs(data.dataset.y_train.mean()) < 1e-12
    assert abs(data.dataset.y_train.std() - 1) < 1e-12


@pytest.mark.parametrize(
    ("values", "real", "either"),
    [
        ([i % 3 for i in range(40)], False, True),
        ([i % 3 + 0.5 for i in range(40)], True, True),
        (list(range(40)), True, False),
        ([i % 25 for i in range(40)], True, False),
        ([f"t{i % 4}" for i in range(40)], False, False),
    ],
)
def test_few_whole_numbers_and_texts_are_classes(values, real, either):
    table = small(y=values)
    assert prepare(table, 2).real is real
    assert takes_either(table.columns[2]) is either
    if either:
        assert prepare(table, 2, "number").real
        assert not prepare(table, 2, "classes").real


def test_classes_are_named_as_in_the_table():
    assert prepare(small(y=[[1000000, 2][i % 2] for i in range(40)]), 2).dataset.class_names == ("2", "1000000")
    assert prepare(small(y=[[0.5, 2][i % 2] for i in range(40)]), 2, "classes").dataset.class_names == ("0.5", "2")


LEFT_OUT = {
    "empty": ([""] * 40, "empty"),
    "constant number": ([5] * 40, "always 5 in the rows trained on"),
    "constant text": (["x"] * 40, "always “x” in the rows trained on"),
    "names": ([f"name {i}" for i in range(40)], "40 different texts, at most 30"),
    "few names": ([f"name {i}" for i in range(25)] + ["", ""] * 7 + [""], "nearly every row has a text of its own"),
}


@pytest.mark.parametrize(("values", "words"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_columns_that_say_nothing_are_left_out_and_that_is_said(values, words):
    data = sound(prepare(small(odd=values), 3))
    assert data.fates[2].became.startswith(f"left out: {words}")
    assert any("“odd” left out" in sentence for sentence in data.sentences)
    assert not any(name.startswith("odd") for name in data.dataset.feature_names)


def test_a_column_that_numbers_the_rows_is_left_out_if_it_is_called_so():
    numbers = [7 * i + 1 for i in range(40)]
    assert prepare(small(ID=numbers), 3).fates[2].became == "left out: it only numbers the rows"
    assert prepare(small(year=numbers), 3).fates[2].became == "standardised"


def test_there_is_room_for_so_many_inputs():
    wide = {f"t{i}": [f"v{(j + i) % 20}" for j in range(60)] for i in range(30)}
    data = sound(prepare(small(60, **wide), 32))
    assert len(data.dataset.feature_names) <= MOST_FEATURES
    assert "no room for more than 300 inputs" in data.fates[31].became
    assert any("more columns left out" in sentence for sentence in data.sentences)


def test_rows_without_an_answer_and_classes_of_one_row_are_left_out():
    kinds = ["a", "b"] * 20
    kinds[0], kinds[1], kinds[2] = "", "only", "me <b>"
    data = sound(prepare(small(y=kinds), 2))
    assert data.dataset.class_names == ("a", "b")
    assert "1 row without a value of “y” left out." in data.sentences
    assert "Classes with a single row left out: “me <b>”, “only”." in data.sentences


REFUSED = {
    "one class": (["a"] * 40, "auto", "the same value in every row"),
    "one class but for single rows": (["a"] * 38 + ["b", "c"], "auto", "only the class “a” has two or more"),
    "all different": ([f"t{i}" for i in range(40)], "auto", "40 different texts: at most 20"),
    "no class twice": ([f"t{i}" for i in range(15)] + [""] * 25, "auto", "no class has two or more"),
    "empty": ([""] * 40, "auto", "is empty"),
    "texts as a number": (["a", "b"] * 20, "number", "holds texts"),
    "numbers as classes": (list(range(40)), "classes", "40 different numbers: at most 20"),
    "few answers": (["a", "b"] * 4 + [""] * 32, "auto", f"at least {LEAST_ROWS} are needed"),
}


@pytest.mark.parametrize(("values", "answer", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_learned_is_refused_in_a_sentence(values, answer, words):
    with pytest.raises(TableError, match=words):
        prepare(small(y=values), 2, answer)


def test_a_table_of_nothing_but_the_answer_is_refused():
    with pytest.raises(TableError, match="No column is left"):
        prepare(read(csv_of(kind=["a", "b"] * 20)), 0)


def test_a_half_too_small_for_the_classes_is_refused():
    with pytest.raises(TableError, match="held back: at least 4 are needed"):
        prepare(small(y=[f"k{i % 4}" for i in range(40)]), 2, test_fraction=0.05)


def test_the_example_is_scikit_learns_wines_with_a_column_of_words_and_gaps():
    table = read(example())
    x, y = load_wine(return_X_y=True)
    assert example() == example()
    assert table.rows == len(x)
    words = table.columns[9].values
    assert set(words) - {""} == set(WORDS)
    assert np.mean(x[words == "pale", 9]) < np.mean(x[words == "medium", 9]) < np.mean(x[words == "deep", 9])
    assert sum(column.missing for column in table.columns) == len(range(0, 178, GAP_EVERY))
    np.testing.assert_allclose(table.columns[12].values, np.where(np.isnan(table.columns[12].values), np.nan, x[:, 12]))
    data = sound(prepare(table, 13))
    assert np.bincount(np.concatenate([data.dataset.y_train, data.dataset.y_test])).tolist() == np.bincount(y).tolist()
    assert "every ninth row" in ABOUT


# What makes a score too good to be true, and what is odd about a target.


def test_a_column_that_alone_answers_is_told():
    table = small(alive=["yes" if i % 2 else "no" for i in range(40)])
    assert "“alive” (100 % of the rows right) alone answers it" in " ".join(prepare(table, 3).sentences)
    table = small(height=[100 * (i % 2) + i / 8 for i in range(40)])
    assert "“height” (100 % of the rows right) alone answers it" in " ".join(prepare(table, 3).sentences)


def test_a_number_that_is_another_written_otherwise_is_told():
    celsius = np.random.default_rng(1).normal(size=60).round(3)
    table = read(csv_of(fahrenheit=[f"{1.8 * value + 32:.4f}" for value in celsius], x=celsius[::-1], celsius=celsius))
    assert "“fahrenheit” (100 % of its variance) alone answers it" in " ".join(prepare(table, 2).sentences)


def test_columns_that_only_help_are_not_told():
    said = [" ".join(prepare(small(), 2).sentences), " ".join(prepare(read(example()), 13).sentences)]
    assert not any("alone" in sentence for sentence in said)


def test_equal_rows_stay_on_one_side_whatever_numbers_them():
    x = np.random.default_rng(2).normal(size=(60, 2)).round(4).tolist() * 5
    text = "no,a,b,y\n" + "\n".join(f"{i + 1},{a},{b},{'uv'[i % 60 % 2]}" for i, (a, b) in enumerate(x))
    data = sound(prepare(read(text), 3))
    assert not {tuple(row) for row in data.dataset.x_train} & {tuple(row) for row in data.dataset.x_test}
    assert "equal rows are kept on one side of the split" in " ".join(data.sentences)


def test_classes_are_counted_after_some_were_left_out():
    kinds = ["a", "b"] * 20
    kinds[0] = "only"
    assert prepare(small(y=kinds), 2).fates[2].became == "the answer, 2 classes"


def test_many_whole_numbers_are_told_to_be_a_number():
    said = prepare(small(126, y=[i % 21 for i in range(126)]), 2).sentences
    assert "“y” has 21 different whole numbers, so it is a number to predict" in " ".join(said)


def test_an_outlier_in_the_target_is_told():
    y = np.random.default_rng(3).normal(size=40).round(3).tolist()
    assert "squared error" not in " ".join(prepare(small(y=y), 2).sentences)
    y[7] = 1e9
    said = " ".join(prepare(small(y=y), 2).sentences)
    assert "“y” reaches 1,000,000,000" in said
    assert "1 row of 40 weigh more" in said or "1 row of 40 weighs more" in said


@pytest.mark.parametrize("name", ["dates", "constant"])
def test_what_was_found_to_tell_nothing_is_left_out(name):
    cells = {"dates": [f"{i % 28 + 1:02}.{i % 12 + 1:02}." for i in range(40)],
             "constant": [repr(14.62 + 1e-13 * (i % 3)) for i in range(40)]}[name]  # fmt: skip
    data = sound(prepare(small(odd=cells), 3))
    assert data.fates[2].became.startswith("left out")
    assert "odd" not in " ".join(data.dataset.feature_names)
