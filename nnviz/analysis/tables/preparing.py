"""A table of somebody's own, made ready to be learned from: split, gaps filled, texts turned into numbers, scaled.

All that is learned of the values (medians, means, spreads, the texts there are) is learned from the rows trained on,
by scikit-learn. What became of each column is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from nnviz.analysis.tables.columns import Column, quoted
from nnviz.analysis.tables.decoding import TableError
from nnviz.analysis.tables.leaks import columns_that_answer
from nnviz.analysis.tables.table import Table
from nnviz.analysis.words import count, number
from nnviz.core.datasets import Dataset
from nnviz.core.splits import repeated, split_rows

Array = np.ndarray

TARGET_KINDS = ("auto", "classes", "number")
LEAST_ROWS = 10
MOST_CLASSES = 20
MOST_TEXTS = 30  # different ones in a column that is still used
MOST_FEATURES = 300  # inputs of the network
GAP = "missing"  # what a missing text is called
OUTLIERS = 0.01  # of the rows
OUTWEIGHS = 0.5  # of a number’s variance, in so few rows


@dataclass(frozen=True)
class ColumnFate:
    """What became of a column.

    Attributes:
        name: of the column.
        kind: "numbers", "texts", "dates" or "nothing".
        became: in a few words.
    """

    name: str
    kind: str
    became: str


@dataclass(frozen=True, eq=False)
class OwnData:
    """A table made ready.

    Attributes:
        table: what was read.
        target: the number of the column to be answered.
        real: whether the answer is a real number, not a class.
        numbers, texts: the numbers of the columns used.
        samples, seed: the most rows taken, and what draws them and the split.
        train_rows: how many of them are trained on.
        listed: the rows held back, where some repeat others; else none, and scikit-learn's split has them.
        dataset: split and scaled.
        fates: of every column, in order.
        sentences: what one should know about it, a sentence each.
    """

    table: Table
    target: int
    real: bool
    numbers: tuple[int, ...]
    texts: tuple[int, ...]
    samples: int
    seed: int
    train_rows: int
    listed: tuple[int, ...]
    dataset: Dataset = field(repr=False)
    fates: tuple[ColumnFate, ...] = field(repr=False)
    sentences: tuple[str, ...]


def prepare(
    table: Table,
    target: int,
    answer: str = "auto",
    samples: int = 1000,
    test_fraction: float = 0.5,
    seed: int = 0,
    split: int = 0,
) -> OwnData:
    """Make a table ready to be learned from.

    Rows without an answer are left out, of the others so many are drawn, and split (stratified, where the answer is a
    class). Numbers get the median where one is missing and are standardised; texts become a column of 0 and 1 for each
    text there is. A real answer is standardised too.

    Args:
        table: what was read.
        target: the number of the column to be answered.
        answer: one of `TARGET_KINDS`; "auto" takes texts and few whole numbers as classes.
        samples: the most rows taken.
        test_fraction: the share of them that is held back.
        seed: draws the rows and the split.
        split: another split of the same rows for each number.

    Raises:
        TableError: nothing can be learned from it so.
    """
    target_column, sentences = table.columns[target], list[str]()
    real = _is_real(target_column, answer, sentences)
    known = np.flatnonzero(~np.isnan(target_column.values) if target_column.number else target_column.values != "")
    if len(known) < table.rows:
        gone = count(table.rows - len(known), "row")
        sentences.append(f"{gone} without a value of {quoted(target_column.name)} left out.")
    rows = np.sort(np.random.default_rng(seed).permutation(known)[:samples])
    if len(rows) < len(known):
        sentences.append(f"Of {len(known):,} rows {len(rows):,} were drawn, to keep it quick.")
    if not real:
        rows = _without_rare(target_column, rows, sentences)
    if len(rows) < LEAST_ROWS:
        raise TableError(f"{count(len(rows), 'row')} can be used: at least {LEAST_ROWS} are needed.")
    names, y = _targets(target_column, rows, real)
    train_rows = len(rows) - round(test_fraction * len(rows))
    least = max(2, len(names))
    if min(train_rows, len(rows) - train_rows) < least:
        raise TableError(
            f"Of {len(rows)} rows {len(rows) - train_rows} would be held back: at least {least} are needed there, and "
            "as many to train on."
        )
    inputs = [i for i in range(len(table.columns)) if i != target and _could_repeat(table, i)]
    groups = repeated(_cells(table, inputs, rows))
    train, test = split_rows(groups, len(rows) - train_rows, (seed + split) % 2**32, None if real else y)
    again = len(rows) - len(set(groups))
    if again:
        repeat = "repeats another" if again == 1 else "repeat others"
        sentences.append(f"{count(again, 'row')} {repeat}: equal rows are kept on one side of the split.")
    y_train, y_test, train, test = y[train], y[test], rows[train], rows[test]
    if real:
        scaler = StandardScaler().fit(y_train[:, None])
        y_train, y_test = (scaler.transform(part[:, None])[:, 0] for part in (y_train, y_test))
    numbers, texts, fates = _columns(table, target, len(names), train, sentences)
    sentences += columns_that_answer([table.columns[i] for i in (*numbers, *texts)], rows, y, real)
    if real:
        _say_outliers(target_column, rows, sentences)
    x_train, x_test = _inputs(table, numbers, texts, train, test)
    return OwnData(
        table=table,
        target=target,
        real=real,
        numbers=numbers,
        texts=texts,
        samples=samples,
        seed=seed,
        train_rows=len(train),
        listed=tuple(test.tolist()) if again else (),
        dataset=Dataset(
            x_train=_frozen(x_train),
            y_train=_frozen(y_train),
            x_test=_frozen(x_test),
            y_test=_frozen(y_test),
            feature_names=_feature_names(table, numbers, texts, train),
            class_names=names,
        ),
        fates=fates,
        sentences=tuple(sentences),
    )


def takes_either(column: Column) -> bool:
    """Whether a column's values can be answered as classes and as a number."""
    return column.number and 2 <= column.distinct <= MOST_CLASSES


def _is_real(column: Column, answer: str, sentences: list[str]) -> bool:
    """Whether the column is to be answered as a real number; TableError where it cannot be answered as asked."""
    if column.distinct == 0:
        raise TableError(f"{quoted(column.name)} is empty: there is no answer to learn.")
    if column.distinct == 1:
        raise TableError(f"{quoted(column.name)} has the same value in every row: there is nothing to tell apart.")
    if answer == "auto":
        there = column.values[~np.isnan(column.values)] if column.number else column.values
        few = column.distinct <= MOST_CLASSES and 2 * column.distinct <= len(there)
        whole = column.number and bool((there == np.round(there)).all())
        answer = "classes" if not column.number or (few and whole) else "number"
        if whole and not few and 4 * column.distinct <= len(there):
            sentences.append(
                f"{quoted(column.name)} has {column.distinct:,} different whole numbers, so it is a number to predict: "
                f"at most {MOST_CLASSES} are learned as classes."
            )
    if answer == "number" and not column.number:
        raise TableError(f"{quoted(column.name)} holds texts: they can be learned as classes only.")
    if answer == "classes" and column.distinct > MOST_CLASSES:
        what = "numbers" if column.number else "texts"
        raise TableError(
            f"{quoted(column.name)} has {column.distinct:,} different {what}: at most {MOST_CLASSES} can be learned as "
            "classes."
        )
    return answer == "number"


def _say_outliers(column: Column, rows: Array, sentences: list[str]) -> None:
    """A sentence where a few rows make up most of what is to be predicted."""
    values = column.values[rows]
    middle = float(np.median(values))
    squares = np.sort((values - middle) ** 2)
    few = max(1, int(OUTLIERS * len(rows)))
    if squares[-few:].sum() >= OUTWEIGHS * squares.sum() > 0:
        verb = "weighs" if few == 1 else "weigh"
        furthest = float(values[np.argmax(np.abs(values - middle))])
        sentences.append(
            f"{quoted(column.name)} reaches {number(furthest)}, where the median is {number(middle)}: "
            f"{count(few, 'row')} of {len(rows):,} {verb} more in the squared error than all others."
        )


def _without_rare(column: Column, rows: Array, sentences: list[str]) -> Array:
    """The rows whose class has at least two of them, one for each half."""
    classes, y, counts = np.unique(column.values[rows], return_inverse=True, return_counts=True)
    rare = [_class_name(value) for value in classes[counts < 2]]
    if rare:
        these = ", ".join(quoted(name, 20) for name in rare[:3]) + (f" and {len(rare) - 3} more" if rare[3:] else "")
        sentences.append(f"Classes with a single row left out: {these}.")
    if (counts >= 2).sum() < 2:
        only = [_class_name(value) for value in classes[counts >= 2]]
        which = f"only the class {quoted(only[0])} has" if only else "no class has"
        raise TableError(f"Of the rows that can be used {which} two or more: there is nothing to tell apart.")
    kept: Array = rows[counts[y] >= 2]
    return kept


def _targets(column: Column, rows: Array, real: bool) -> tuple[tuple[str, ...], Array]:
    """The classes' names, none for a real number, and the answer in each row."""
    if real:
        return (), column.values[rows].astype(float)
    classes, y = np.unique(column.values[rows], return_inverse=True)
    return tuple(map(_class_name, classes)), y


def _class_name(value: str | float) -> str:
    if isinstance(value, str):
        return value
    return f"{value:.0f}" if value == np.round(value) else f"{value:g}"


def _columns(
    table: Table, target: int, classes: int, train: Array, sentences: list[str]
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[ColumnFate, ...]]:
    """Which columns are used as numbers and which as texts, and what became of each."""
    used: dict[bool, list[int]] = {True: [], False: []}
    fates: list[ColumnFate] = []
    width = 0
    for i, column in enumerate(table.columns):
        kind = (
            {"number": "numbers", "category": "texts", "date": "dates"}[column.kind] if column.distinct else "nothing"
        )
        if i == target:
            became = f"the answer, {classes} classes" if classes else "the answer, a number: standardised"
            fates.append(ColumnFate(column.name, kind, became))
            continue
        why, inputs = _fault(table, column, train), _inputs_of(column, train)
        if not why and width + inputs > MOST_FEATURES:
            why = f"the network has no room for more than {MOST_FEATURES} inputs"
        if why:
            fates.append(ColumnFate(column.name, kind, f"left out: {why}"))
            continue
        width += inputs
        used[column.number].append(i)
        gaps = ""
        if column.missing and column.number:
            middle = np.median(column.values[train][~np.isnan(column.values[train])])
            gaps = f"; {column.missing:,} missing, taken as {number(middle)}, the median"
        elif column.missing:
            gaps = f"; {column.missing:,} missing, “{GAP}” counted as a text"
        became = "standardised" if column.number else f"{inputs} inputs of 0 or 1, one a text"
        fates.append(ColumnFate(column.name, kind, became + gaps))
    if not width:
        raise TableError(" ".join(["No column is left to learn from.", *_left_out(fates)]))
    _say(table, used, fates, sentences)
    return tuple(used[True]), tuple(used[False]), tuple(fates)


def _say(table: Table, used: dict[bool, list[int]], fates: Sequence[ColumnFate], sentences: list[str]) -> None:
    """Sentences about columns that are left out, and gaps that are filled."""
    sentences += _left_out(fates)
    for numbers, what, filled in (
        (True, "number", "each taken as its column’s median in the rows trained on"),
        (False, "text", f"“{GAP}” counted as a text of its own"),
    ):
        gaps = [table.columns[i].missing for i in used[numbers] if table.columns[i].missing]
        if gaps:
            verb = "is" if sum(gaps) == 1 else "are"
            sentences.append(f"{count(sum(gaps), what)} {verb} missing, in {count(len(gaps), 'column')}: {filled}.")


def _left_out(fates: Sequence[ColumnFate]) -> list[str]:
    """A sentence for each of the first columns left out, and one for the others."""
    out = [fate for fate in fates if fate.became.startswith("left out")]
    sentences = [f"{quoted(fate.name)} {fate.became}." for fate in out[:3]]
    if out[3:]:
        sentences.append(f"{count(len(out) - 3, 'more column')} left out: see the list of columns.")
    return sentences


def _fault(table: Table, column: Column, train: Array) -> str:
    """Why a column cannot be used; empty where it can."""
    if column.distinct == 0:
        return "empty"
    if column.left_out:
        return column.left_out
    values = column.values[train]
    if column.number:
        there = values[~np.isnan(values)]
        if not there.size:
            return "empty in the rows trained on"
        if there.min() == there.max():
            return f"always {number(float(there[0]))} in the rows trained on"
        return ""
    if len(set(values)) == 1:
        return f"always {quoted(values[0] or GAP)} in the rows trained on"
    return _too_many_texts(table, column)


def _too_many_texts(table: Table, column: Column) -> str:
    """Why a column of texts has too many different ones; empty where it has not."""
    if column.distinct > MOST_TEXTS:
        return f"{column.distinct:,} different texts, at most {MOST_TEXTS} can be told apart"
    if 2 * column.distinct > table.rows - column.missing:
        return "nearly every row has a text of its own"
    return ""


def _could_repeat(table: Table, place: int) -> bool:
    """Whether rows can be equal by a column: not by one that numbers or names them."""
    column = table.columns[place]
    if column.number:
        return not column.left_out and (column.missing > 0 or not (np.diff(np.sort(column.values)) == 1).all())
    return not column.left_out and not _too_many_texts(table, column)


def _cells(table: Table, places: Sequence[int], rows: Array) -> Array:
    """The values of some columns in some rows, `[n, columns]`."""
    cells = np.empty((len(rows), len(places)), dtype=object)
    for k, i in enumerate(places):
        cells[:, k] = table.columns[i].values[rows]
    return cells


def _inputs_of(column: Column, train: Array) -> int:
    return 1 if column.number else len(set(column.values[train]))


def _inputs(
    table: Table, numbers: Sequence[int], texts: Sequence[int], train: Array, test: Array
) -> tuple[Array, Array]:
    """The network's inputs for the rows trained on and those held back, `[n, d]` and `[m, d]`."""
    cells = np.empty((table.rows, len(table.columns)), dtype=object)
    for i in (*numbers, *texts):
        cells[:, i] = table.columns[i].values
    ready = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), list(numbers)),
            ("texts", OneHotEncoder(handle_unknown="ignore", sparse_output=False), list(texts)),
        ]
    )
    return ready.fit_transform(cells[train]).astype(float), ready.transform(cells[test]).astype(float)


def _feature_names(table: Table, numbers: Sequence[int], texts: Sequence[int], train: Array) -> tuple[str, ...]:
    """A name for each input, in their order."""
    names = [table.columns[i].name for i in numbers]
    for i in texts:
        column = table.columns[i]
        names += [f"{column.name} = {text or GAP}" for text in sorted(set(column.values[train]))]
    return tuple(names)


def _frozen(array: Array) -> Array:
    array = np.ascontiguousarray(array)
    array.setflags(write=False)
    return array
