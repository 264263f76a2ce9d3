"""A table from a CSV file of somebody's own: any bytes at all give either a table, or one clear sentence.

Nothing is believed: neither what the file is called, nor what stands in it. Encoding, separator, decimal sign and the
row of names are found from the text, what is odd is said in a sentence each, and all sizes are bounded. Cells stay
plain text, whatever they look like: nothing here computes a formula or reads markup. RFC 4180 (Shafranovich 2005) says
what CSV mostly is.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from nnviz.analysis.tables.cells import has_comma, is_grouped, missing, number_in, ungrouped
from nnviz.analysis.tables.decoding import TableError, decode
from nnviz.analysis.words import count

Array = np.ndarray

MOST_ROWS = 20_000
MOST_COLUMNS = 200
MOST_CELL = 10_000  # characters: more is mostly a quotation mark that never closes
MOST_NAME = 60  # characters of a column's name
SEPARATORS = {"\t": "tabs", ";": "semicolons", "|": "bars", ",": "commas"}  # the likelier comes first
LOOKED_AT = 50  # rows, to find the separator
CONSISTENT = 0.9  # of the rows that have as many cells
NUMBERS_FROM = 0.9  # of the cells that are there: then the column holds numbers, and the others count as missing


@dataclass(frozen=True, eq=False)
class Column:
    """A column of a table.

    Attributes:
        name: as in the row of names, or "column 3"; no two columns have the same one.
        number: whether it holds numbers.
        values: `[n]`, read-only: numbers with NaN where one is missing, or texts with "" where one is missing.
        missing: how many are missing.
        distinct: how many different ones there are.
        grouped: whether its numbers have a sign between their thousands.
    """

    name: str
    number: bool
    values: Array = field(repr=False)
    missing: int
    distinct: int
    grouped: bool = False


@dataclass(frozen=True, eq=False)
class Table:
    """What was read of a file.

    Attributes:
        columns: at least one.
        sentences: what was found out, and what was odd, a sentence each.
        encoding, separator, decimal: how the file is to be read, as Python calls it.
        header: whether its first row holds the columns' names.
        skipped: how many lines stand above that row.
    """

    columns: tuple[Column, ...] = field(repr=False)
    sentences: tuple[str, ...]
    encoding: str
    separator: str
    decimal: str
    header: bool
    skipped: int

    @property
    def rows(self) -> int:
        """How many rows there are, names apart."""
        return len(self.columns[0].values)


def read(given: bytes | str, header: bool | None = None) -> Table:
    r"""The table in a file, or in a text that was pasted.

    Args:
        given: the file's bytes, or the text.
        header: whether the first row holds names; looked for unless told.

    Raises:
        TableError: there is none that can be used; nothing else is ever raised.

    >>> table = read("height,colour\n1.5,red\n2,blue\n")
    >>> [(column.name, column.number, column.values.tolist()) for column in table.columns]
    [('height', True, [1.5, 2.0]), ('colour', False, ['red', 'blue'])]
    >>> read("")
    Traceback (most recent call last):
    nnviz.analysis.tables.decoding.TableError: There is nothing in it.
    """
    sentences: list[str] = []
    text, encoding = decode(given, sentences)
    separator, skipped, body = _separator(text)
    try:
        rows = list(_rows(body, separator))
    except csv.Error:
        raise TableError("One cell never ends: a quotation mark opens it and none closes it.") from None
    if not rows:
        raise TableError("There is nothing in it.")
    rows, above = _without_titles(rows, sentences)
    skipped += above
    if len(rows) == 1:
        raise TableError("There is no row of values in it, only one that may hold names.")
    width = _width(rows)
    if header is None:
        header = _has_header([row for _, row in rows])
    names = _names(rows[0][1][:width] if header else [], width, sentences)
    body_rows = _regular(rows[1:] if header else rows, width, sentences)
    if not body_rows:
        raise TableError("There is no row of values in it, only names.")
    cells = list(zip(*body_rows, strict=True))
    decimal = _decimal(cells, separator)
    columns = tuple(_column(name, column, decimal, sentences) for name, column in zip(names, cells, strict=True))
    said = f"{count(len(body_rows), 'row')} of {count(width, 'column')}"
    said += f", separated by {SEPARATORS[separator]}" if width > 1 else ""
    said += ", with decimal commas" if decimal == "," else ""
    if any(column.grouped for column in columns):
        said += f"; {'points' if decimal == ',' else 'commas'} between thousands left out"
    sentences.insert(0, f"{said}.")
    if not header:
        sentences.insert(1, "The first row was taken for values, not for names.")
    return Table(columns, tuple(sentences), encoding, separator, decimal, header, skipped)


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Rows of stripped cells that have anything in them, each with the number of its last line."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    result = 0
    for row in reader:
        if not row:
            continue
        if len(row) > MOST_COLUMNS and any(map(str.strip, row[MOST_COLUMNS:])):
            raise TableError(f"Line {reader.line_num:,} has {len(row):,} cells: at most {MOST_COLUMNS} can be read.")
        cells = [cell.strip() for cell in row[:MOST_COLUMNS]]
        if not any(cells):
            continue
        longest = max(map(len, cells))
        if longest > MOST_CELL:
            raise TableError(
                f"A cell that ends in line {reader.line_num:,} has {longest:,} characters: does a quotation mark "
                "never close?"
            )
        result += 1
        if result > MOST_ROWS + 1:  # one may hold the names
            raise TableError(f"It has more than {MOST_ROWS:,} rows: that is the most that can be read.")
        yield reader.line_num, cells


def _separator(text: str) -> tuple[str, int, str]:
    """What stands between cells, how many lines stand above the table, and the table's text."""
    told = re.match(r"sep=([,;|\t])\r?\n", text)  # what some spreadsheets write
    if told:
        return told[1], 1, text[told.end() :]
    best, most = ",", 0.0
    for separator in SEPARATORS:
        try:
            widths = Counter(len(row) for _, row in islice(_rows(text, separator), LOOKED_AT))
        except (csv.Error, TableError):
            continue  # told later, if this one is taken
        if not widths:
            continue
        width, often = widths.most_common(1)[0]
        share = often / widths.total() if width > 1 else 0.0
        if share >= CONSISTENT:
            return separator, 0, text
        if share > most:
            best, most = separator, share
    return best, 0, text


def _without_titles(rows: list[tuple[int, list[str]]], sentences: list[str]) -> tuple[list[tuple[int, list[str]]], int]:
    """The rows from the table's first on, and how many lines stand above: those of one cell, where most have more."""
    usual = Counter(_filled(row) for _, row in rows).most_common(1)[0][0]
    first = next((i for i, (_, row) in enumerate(rows) if _filled(row) > 1), 0)
    titles = rows[:first]
    if usual == 1 or not titles or any("\n" in row[0] or "\r" in row[0] for _, row in titles):
        return rows, 0
    sentences.append(
        f"{count(first, 'row')} of a single cell above the table left out, such as {quoted(titles[0][1][0])}."
    )
    return rows[first:], titles[-1][0]


def _width(rows: Sequence[tuple[int, list[str]]]) -> int:
    """How many columns there are: as many as most rows fill, or as the first row has."""
    return max(len(rows[0][1]), Counter(_filled(row) for _, row in rows).most_common(1)[0][0])


def _filled(row: Sequence[str]) -> int:
    """How many cells a row has, up to the last that holds anything."""
    return max(i for i, cell in enumerate(row, start=1) if cell)


def _has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row holds names: it holds no number, or numbers only above texts."""
    first = rows[0]
    for i, cell in enumerate(first):
        if math.isnan(number_in(cell)) and not has_comma(cell):
            continue
        below = [row[i] for row in rows[1 : 1 + LOOKED_AT] if i < len(row) and not missing(row[i])]
        numbers = sum(not math.isnan(number_in(other)) or has_comma(other) for other in below)
        if below and numbers >= NUMBERS_FROM * len(below):
            return False
    return any(first)


def _names(given: Sequence[str], width: int, sentences: list[str]) -> list[str]:
    """A name for each column, no two alike."""
    names: list[str] = []
    taken: set[str] = set()
    doubled = 0
    for i in range(width):
        name = plain_name = " ".join(given[i].split())[:MOST_NAME] if i < len(given) else ""
        name = plain_name = plain_name or f"column {i + 1}"
        again = 2
        while name in taken:
            name, again = f"{plain_name} ({again})", again + 1
        doubled += name != plain_name
        taken.add(name)
        names.append(name)
    if doubled:
        had = "1 column has the name" if doubled == 1 else f"{doubled} columns have the names"
        sentences.append(f"{had} of another: a number was added.")
    return names


def _regular(rows: Sequence[tuple[int, list[str]]], width: int, sentences: list[str]) -> list[list[str]]:
    """The rows, each of as many cells: short ones are filled up, longer ones left out."""
    kept, short, long = [], [], []
    for line, row in rows:
        filled = _filled(row)
        if filled > width:
            long.append(line)
            continue
        if len(row) < width:
            short.append(line)
        kept.append((row + [""] * width)[:width])
    if short:
        sentences.append(
            f"{count(len(short), 'row')} had fewer than {count(width, 'cell')}, the first in line {short[0]:,}: "
            "what is not there counts as missing."
        )
    if long:
        sentences.append(
            f"{count(len(long), 'row')} had more than {count(width, 'cell')}, the first in line {long[0]:,}: left out."
        )
    if len(kept) > MOST_ROWS:
        raise TableError(f"It has more than {MOST_ROWS:,} rows: that is the most that can be read.")
    return kept


def _decimal(columns: Sequence[Sequence[str]], separator: str) -> str:
    """The decimal sign: a comma where whole columns of numbers have it, and it does not part their thousands."""
    for column in columns:
        there = {cell for cell in column if not missing(cell)}
        if separator == "," and is_grouped(there, "."):  # who separates by commas writes decimal points
            continue
        commas = sum(map(has_comma, there))
        plain = sum("." not in cell and not math.isnan(number_in(cell)) for cell in there)
        if commas and commas + plain >= NUMBERS_FROM * len(there):
            return ","
    return "."


def _column(name: str, cells: Sequence[str], decimal: str, sentences: list[str]) -> Column:
    """The column of these cells: numbers if nearly all of them are some."""
    grouped = is_grouped(set(cells), decimal)
    meanings = {cell: number_in(ungrouped(cell, decimal) if grouped else cell, decimal) for cell in set(cells)}
    gone = {cell for cell in meanings if missing(cell)}
    absent = sum(cell in gone for cell in cells)
    stray = [cell for cell in cells if math.isnan(meanings[cell]) and cell not in gone]
    there = len(cells) - absent
    if there and len(stray) <= (1 - NUMBERS_FROM) * there:
        if stray:
            verb = "is no number that can be used" if len(stray) == 1 else "are no numbers that can be used"
            stands = f"{quoted(name)}: {count(len(stray), 'cell')} {verb}"
            sentences.append(f"{stands}, such as {quoted(stray[0], 20)}; counted as missing.")
        numbers = np.array([meanings[cell] for cell in cells])
        numbers.setflags(write=False)
        known = len({value for value in meanings.values() if not math.isnan(value)})
        return Column(name, True, numbers, absent + len(stray), known, grouped)
    texts = np.array(["" if cell in gone else cell for cell in cells], dtype=object)
    texts.setflags(write=False)
    return Column(name, False, texts, absent, len(meanings.keys() - gone))


def quoted(text: str, most: int = 40) -> str:
    """A text of the table's, as it stands in a sentence: cut, on one line."""
    text = " ".join(text.split())
    return f"“{text if len(text) <= most else text[: most - 1] + '…'}”"
