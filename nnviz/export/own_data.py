"""The lines with which a script reads a table of somebody's own, and makes it ready as nnviz did.

The script reads the table as it was read here (`table.to_csv`), as plain CSV that goes with it: so every rule by which
a file is read stands in one place, and a script cannot read it otherwise.

The table's own words stand in a script only as texts, written so that Python reads back nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from textwrap import fill

from nnviz.analysis.tables.preparing import OwnData

FILE = "table_as_read.csv"

_READ = """\
# The data: the table as nnviz read it. Its columns go by their place, counted from 0.
PATH = {file}  # where that table is
NUMBERS = {numbers}
TEXTS = {texts}
TARGET = {target}  # {target_name}

table = pd.read_csv(
    PATH,
    header=0,
    names=range({columns}),
    index_col=False,
    dtype=str,
    keep_default_na=False,
    skip_blank_lines=False,
).astype(object)
if len(table) != {rows}:
    raise SystemExit(f"{{PATH}} is not the table as nnviz read it: it has {{len(table)}} rows, not {rows}.")
for place in {to_numbers}:
    table[place] = table[place].replace("", np.nan).astype(float)
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
        columns=len(table.columns),
        rows=table.rows,
        to_numbers="(*NUMBERS, TARGET)" if number_target else "NUMBERS",
        known="~np.isnan(answers)" if number_target else 'answers != ""',
        stratify=None if data.real else "y",
        seed=data.seed,
        samples=data.samples,
        train_rows=data.train_rows,
        listed=fill(" ".join(map(str, data.listed)), 100),
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
