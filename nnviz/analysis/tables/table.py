"""A table of somebody's own: whatever bytes come in, a table goes out, or one sentence why not.

The encoding, the separator, the row of names, the numbers and what each column holds are found from the file; what is
odd is said in a sentence each, and all sizes are bounded. Cells stay plain text, whatever they look like: nothing here
computes a formula or reads markup. RFC 4180 (Shafranovich 2005) says what CSV mostly is.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import numpy as np

from nnviz.analysis.tables.columns import KINDS, Column, columns_of, quoted, summary
from nnviz.analysis.tables.decoding import ENCODINGS, MOST_BYTES, TableError, check_size
from nnviz.analysis.tables.formats import MOST_COLUMNS, MOST_ROWS, grid_of
from nnviz.analysis.tables.shape import has_header, names_of, regular, width_of, without_extras, without_titles
from nnviz.analysis.words import count

__all__ = ["MOST_COLUMNS", "MOST_ROWS", "Column", "Table", "quoted", "read", "read_table", "to_csv"]

PREVIEWED = 8  # rows
_NOTHING: Mapping[int, str] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class Table:
    """What was read of a file.

    Attributes:
        columns: at least one.
        sentences: what was found out, and what was odd, a sentence each.
        encoding, separator, decimal: how the file is to be read, as Python calls it.
        header: whether its first row holds the columns' names.
        skipped: how many lines stand above that row.
        preview: the first rows, as they stand in the file.
    """

    columns: tuple[Column, ...] = field(repr=False)
    sentences: tuple[str, ...]
    encoding: str
    separator: str
    decimal: str
    header: bool
    skipped: int
    preview: tuple[tuple[str, ...], ...] = field(repr=False, default=())

    @property
    def rows(self) -> int:
        """How many rows there are, names apart."""
        return len(self.columns[0].values)


def read_table(source: bytes | str | Path) -> Table:
    r"""The table in a file or a text: CSV and its relatives, JSON records, ARFF, Parquet.

    Args:
        source: the path of a file, its bytes, or a text of several lines. Of a text without a line break a file must
            go by that name.

    Returns:
        Its columns, each with `name`, `number`, `values`, `distinct`; `rows`; `sentences`, what was noticed and done.

    Raises:
        TableError: a ValueError whose message is one sentence: there is no table that can be used.

    >>> table = read_table("height;when\n1.234,5;5.1.2024\n2,5;6.2.2024\n")
    >>> [(column.name, column.number, column.values.tolist()) for column in table.columns]
    [('height', True, [1234.5, 2.5]), ('when', True, [19727.0, 19759.0])]
    """
    if isinstance(source, (bytes, bytearray, memoryview)):
        return read(bytes(source))
    if not isinstance(source, (str, Path)):
        raise TableError(f"A table is read from a path, bytes or a text, not from {type(source).__name__}.")
    path = Path(source)
    try:
        if path.is_file():
            with path.open("rb") as file:
                check_size(path.stat().st_size)
                return read(file.read(MOST_BYTES + 1))
    except OSError as problem:
        if isinstance(source, Path):
            raise TableError(f"{quoted(path.name)} cannot be opened: {problem.strerror}.") from None
    except ValueError as problem:  # a path cannot hold every character
        if isinstance(problem, TableError):
            raise
    if isinstance(source, str) and ("\n" in source or "\r" in source):
        return read(source)
    raise TableError(f"There is no file {quoted(str(source), 60)}, and it is no table: that has several lines.")


def read(
    given: bytes | str, header: bool | None = None, encoding: str | None = None, kinds: Mapping[int, str] = _NOTHING
) -> Table:
    r"""The table in a file, or in a text that was pasted.

    Args:
        given: the file's bytes, or the text.
        header: whether the first row holds names; looked for unless told.
        encoding: one of `decoding.ENCODINGS`; looked for unless told.
        kinds: by index, one of `columns.KINDS`, for columns that are to be read so, whatever they look like.

    Raises:
        TableError: there is none that can be used; nothing else is ever raised.

    >>> table = read("height,colour\n1.5,red\n2,blue\n")
    >>> [(column.name, column.number, column.values.tolist()) for column in table.columns]
    [('height', True, [1.5, 2.0]), ('colour', False, ['red', 'blue'])]
    >>> read("")
    Traceback (most recent call last):
    nnviz.analysis.tables.decoding.TableError: There is nothing in it.
    """
    if encoding is not None and encoding not in ENCODINGS:
        raise TableError(f"There is no encoding {quoted(encoding)}: it is one of {', '.join(ENCODINGS)}.")
    if not set(kinds.values()) <= set(KINDS):
        raise TableError(f"A column is read as one of {', '.join(KINDS)}.")
    sentences: list[str] = []
    grid = grid_of(given, encoding, sentences)
    rows = grid.rows
    if not rows:
        raise TableError("There is nothing in it.")
    above = 0
    if grid.header is None:
        rows, above = without_titles(rows, sentences)
    if len(rows) == 1:
        raise TableError("There is no row of values in it, only one that may hold names.")
    width = width_of(rows)
    if header is None:
        header = has_header(rows) if grid.header is None else grid.header
    first = rows[0].cells if header else []
    body = without_extras(rows[1:] if header else rows, first, width, sentences)
    cells = regular(body, width, sentences)
    if not cells:
        raise TableError("There is no row of values in it, only names.")
    names = names_of(first[:width], width, sentences)
    told = {**grid.kinds, **kinds}
    columns, said = columns_of(names, list(zip(*cells, strict=True)), told, header)
    sentences.insert(0, _what(cells, width, grid.format, said.decimal, said.signs))
    if not header:
        sentences.insert(1, "The first row was taken for values, not for names.")
    elif any(name.isdigit() for name in names):
        sentences.insert(1, "The first row was taken for names, though it holds numbers.")
    return Table(
        columns=columns,
        sentences=tuple(sentences + summary(said, columns)),
        encoding=grid.encoding,
        separator=grid.separator,
        decimal=said.decimal,
        header=header,
        skipped=grid.skipped + above,
        preview=tuple(map(tuple, cells[:PREVIEWED])),
    )


def _what(cells: list[list[str]], width: int, form: str, decimal: str, signs: set[str]) -> str:
    """The sentence that says how much was read, and how."""
    said = f"{count(len(cells), 'row')} of {count(width, 'column')}"
    said += f", {form}" if width > 1 or not form.startswith("separated") else ""
    said += ", with decimal commas" if decimal == "," else ""
    if signs:
        said += f"; {' and '.join(sorted(signs))} between thousands left out"
    return f"{said}."


def to_csv(table: Table) -> str:
    """The table as it was read, as plain CSV: names, decimal points, gaps empty; pandas reads back the same."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in table.columns])
    cells = [
        ["" if np.isnan(value) else repr(float(value)) for value in column.values] if column.number else column.values
        for column in table.columns
    ]
    writer.writerows(zip(*cells, strict=True))
    return text.getvalue()
