"""The lines with which a script reads a table of somebody's own, and makes it ready as nnviz did.

The table's own words stand in a script only as texts, written so that Python reads back nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from textwrap import fill

from nnviz.analysis.tables.cells import LARGEST, MISSING, thousands
from nnviz.analysis.tables.preparing import OwnData
from nnviz.analysis.tables.table import Table

FILE = "table.csv"

_READ = """\
# The data: the table, read as nnviz read it. Its columns go by their place, counted from 0.
PATH = {file}  # where your table is
NUMBERS = {numbers}
TEXTS = {texts}
TARGET = {target}  # {target_name}
MISSING = {missing}


def number(cell):
    try:
        value = float({cell})
    except ValueError:
        return np.nan
    return value if abs(value) <= {largest} else np.nan


table = pd.read_csv(
    PATH,
    sep={separator},
    encoding={encoding},
    skiprows={skipped},
    header={header},
    names=range({columns}),
    index_col=False,
    dtype=str,
    keep_default_na=False,
    skipinitialspace=True,
    on_bad_lines="skip",
)
table = table.fillna("").apply(lambda column: column.str.strip()).astype(object)
table = table.mask(table.apply(lambda column: column.str.lower().isin(MISSING)), "")
{ungrouped}for place in {to_numbers}:
    table[place] = table[place].map(number).astype(float)
answers = table[TARGET].to_numpy()

# Rows with an answer, at most so many of them, and their split.
DATA_SEED = {seed}"""
_ROWS = """
rows = np.flatnonzero({known})
rows = np.sort(np.random.default_rng(DATA_SEED).permutation(rows)[:{samples}])"""
_CLASSES = """
_, y, counts = np.unique(answers[rows], return_inverse=True, return_counts=True)
rows = rows[counts[y] >= 2]
classes, y = np.unique(answers[rows], return_inverse=True)"""
_NUMBERS = """
y = answers[rows]"""
_SPLIT = """
train, test, y_train, y_test = train_test_split(
    rows,
    y,
    train_size={train_rows},
    random_state=DATA_SEED,
    stratify={stratify},
)"""
_LISTED = '''
HELD_BACK = """
{listed}
"""  # some rows repeat others, and equal rows stay on one side
back = np.isin(rows, [int(row) for row in HELD_BACK.split()])
train, test, y_train, y_test = rows[~back], rows[back], y[~back], y[back]'''
_REAL = """
scaler = StandardScaler().fit(y_train[:, None])
y_train, y_test = (scaler.transform(part[:, None])[:, 0].astype(DTYPE) for part in (y_train, y_test))"""
_INPUTS = """
inputs = ColumnTransformer(
    [
        ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), list(NUMBERS)),
        ("texts", OneHotEncoder(handle_unknown="ignore", sparse_output=False), list(TEXTS)),
    ]
)
x_train = inputs.fit_transform(table.iloc[train]).astype(DTYPE)
x_test = inputs.transform(table.iloc[test]).astype(DTYPE)"""


def lines(data: OwnData) -> str:
    """The lines that make `x_train`, `y_train`, `x_test` and `y_test` from the table's file."""
    table = data.table
    number_target = table.columns[data.target].number
    split = _LISTED if data.listed else _SPLIT
    pieces = [_READ, _ROWS, _NUMBERS if data.real else _CLASSES, split, _REAL if data.real else "", _INPUTS]
    return "".join(pieces).format(
        file=_literal(FILE),
        numbers=_places(data, data.numbers),
        texts=_places(data, data.texts),
        target=data.target,
        target_name=table.columns[data.target].name,
        missing="[" + ", ".join(map(_literal, MISSING)) + "]",
        cell="cell" if table.decimal == "." else f'cell.replace("{table.decimal}", ".", 1)',
        largest=f"{LARGEST:g}".replace("+", ""),
        ungrouped=_ungrouped(table),
        separator=_literal(table.separator),
        encoding=_literal(table.encoding),
        skipped=table.skipped,
        header=0 if table.header else None,
        columns=len(table.columns),
        to_numbers="(*NUMBERS, TARGET)" if number_target else "NUMBERS",
        known="~np.isnan(answers)" if number_target else 'answers != ""',
        stratify=None if data.real else "y",
        seed=data.seed,
        samples=data.samples,
        train_rows=data.train_rows,
        listed=fill(" ".join(map(str, data.listed)), 100),
    )


def _ungrouped(table: Table) -> str:
    """The lines that leave out the signs between thousands; none where there are none."""
    grouped = [place for place, column in enumerate(table.columns) if column.grouped]
    if not grouped:
        return ""
    return (
        f"for place in {grouped}:  # without the signs between thousands\n"
        f'    table[place] = table[place].str.replace("{thousands(table.decimal)}", "", regex=False)\n'
    )


def _places(data: OwnData, places: Sequence[int]) -> str:
    """Columns by place, with their names, as Python writes them."""
    if not places:
        return "{}"
    inner = "".join(f"    {place}: {_literal(data.table.columns[place].name)},\n" for place in places)
    return f"{{\n{inner}}}"


def _literal(text: str) -> str:
    """A text as Python reads it back: JSON's way of writing is one of Python's."""
    return json.dumps(text, ensure_ascii=False)
