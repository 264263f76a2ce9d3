"""Which rows of a file are the table's: titles, comments, units, repeated names and footers are none of them."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from nnviz.analysis.tables.cells import is_name, missing, missing_among_numbers, numeral
from nnviz.analysis.tables.columns import NUMBERS_FROM, quoted
from nnviz.analysis.tables.decoding import TableError
from nnviz.analysis.tables.dialects import Record
from nnviz.analysis.tables.formats import COMMENTS, MOST_ROWS
from nnviz.analysis.words import count

MOST_NAME = 60  # characters of a column's name
_LOOKED_AT = 50  # rows, to tell names from values
_MOST_COMMENTS = 200  # lines above a table
_MOST_FOOTERS = 10  # rows below one
_UNIT = re.compile(r"[(\[<]?[^\W\d_]?[^\s\"]{0,11}[)\]>]?|[^\W\d]+ (?:per|/) ?[^\W\d]+", re.IGNORECASE)
_TYPES = {
    "int", "integer", "float", "double", "real", "number", "numeric", "str", "string", "text", "bool",
    "boolean", "date", "datetime", "object", "category", "categorical", "factor", "char", "varchar",
    "nominal", "ordinal", "continuous", "discrete", "class", "meta", "c", "d", "s", "i", "ignore",
}  # fmt: skip
_TOTALS = {
    "total", "totals", "sum", "sums", "summe", "gesamt", "average", "avg", "mean", "durchschnitt", "mittelwert",
    "subtotal", "all",
}  # fmt: skip
_YEAR = re.compile(r"(?:1[5-9]|20|21)\d\d")


def without_titles(rows: list[Record], sentences: list[str]) -> tuple[list[Record], int]:
    """The rows from the table's first on, and the line up to which others stand: titles, and comments."""
    marked = next((i for i, row in enumerate(rows[:_MOST_COMMENTS]) if not row.cells[0].startswith(COMMENTS)), 0)
    last = rows[marked - 1].line if marked else 0
    if marked and _filled(rows[marked].cells) > 1 and rows[0].cells[0].strip("#% "):
        sentences.append(f"{count(marked, 'line')} of comments above the table left out.")
        rows = rows[marked:]
    usual = Counter(_filled(row.cells) for row in rows).most_common(1)[0][0]
    first_row = next((i for i, row in enumerate(rows) if _filled(row.cells) > 1), 0)
    titles = rows[:first_row]
    if usual == 1 or not titles or any("\n" in row.cells[0] for row in titles):
        return rows, last
    sentences.append(
        f"{count(first_row, 'row')} of a single cell above the table left out, such as {quoted(titles[0].cells[0])}."
    )
    return rows[first_row:], titles[-1].line


def width_of(rows: Sequence[Record]) -> int:
    """How many columns there are: as many as most rows fill, or as the first row has."""
    usual = Counter(_filled(row.cells) for row in rows).most_common(1)[0][0]
    return max(usual, _filled(rows[0].cells))


def has_header(rows: Sequence[Record]) -> bool:
    """Whether the first row holds names.

    It does where it holds texts above numbers, or no number at all and texts that do not come again; and where its
    numbers are years, or count up while the rows below do not.
    """
    first, below = rows[0].cells, rows[1 : 1 + _LOOKED_AT]
    numeric = [i for i, cell in enumerate(first) if _is_number(cell)]
    columns = [
        [row.cells[i] for row in below if i < len(row.cells) and not _is_gap(row.cells[i])] for i in range(len(first))
    ]
    over = [i for i in numeric if columns[i] and _share(columns[i]) >= NUMBERS_FROM]
    if over:
        return _counts_up(first, over, below)
    texts_above_numbers = any(columns[i] and _share(columns[i]) >= NUMBERS_FROM for i in range(len(first)) if first[i])
    if not texts_above_numbers and not numeric:
        others = [row.cells for row in rows[1:] if row.cells != first]
        again = [any(i < len(row) and row[i] == cell for row in others) for i, cell in enumerate(first) if cell]
        if again and 2 * sum(again) >= len(again):
            return False
    return any(first)


def _counts_up(first: Sequence[str], places: Sequence[int], below: Sequence[Record]) -> bool:
    """Whether numbers in the first row, above others, are names: years, sizes, or 0, 1, 2, … where rows do not rise."""
    values = [_value(first[i]) for i in places]
    if len(values) < 2 or any(value != round(value) or value < 0 for value in values) or not _rises(values):
        return False
    others = [i for i in range(len(first)) if i not in places]
    for i in others:
        if first[i] and any(i < len(row.cells) and row.cells[i] == first[i] for row in below):
            return False
    rising = sum(_rises([_value(row.cells[i]) if i < len(row.cells) else math.nan for i in places]) for row in below)
    if 2 * rising > len(below):
        return False
    blank = any(not first[i] and any(i < len(row.cells) and row.cells[i] for row in below) for i in others)
    years = all(_YEAR.fullmatch(first[i]) for i in places)
    steps = {b - a for a, b in pairwise(values)}
    from_nought = len(values) > 2 and values[0] in (0, 1) and steps == {1}
    return blank or years or (bool(others) and len(values) > 2) or (from_nought and len(below) > 2)


def _rises(values: Sequence[float]) -> bool:
    return all(value == round(value) for value in values if value == value) and all(a < b for a, b in pairwise(values))


def names_of(given: Sequence[str], width: int, sentences: list[str]) -> list[str]:
    """A name for each column, no two alike."""
    names: list[str] = []
    taken: set[str] = set()
    doubled = 0
    for i in range(width):
        name = plain_name = " ".join(given[i].split())[:MOST_NAME].strip() if i < len(given) else ""
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


def without_extras(rows: list[Record], names: Sequence[str], width: int, sentences: list[str]) -> list[Record]:
    """The rows of values without the names once more, units or types below them, and footers.

    Args:
        rows: below the row of names.
        names: that row; empty where there is none.
        width: of the table.
        sentences: gets one for each kind that was left out.
    """
    if names:
        kept = [row for row in rows if row.cells != list(names)]
        if len(rows) / 2 < len(kept) < len(rows):
            sentences.append(f"The names stand there again in {count(len(rows) - len(kept), 'row')}: left out.")
            rows = kept
        while len(rows) > 2 and _holds_units(rows[0].cells, rows[1:], width):
            shown = ", ".join(quoted(cell, 12) for cell in rows[0].cells if cell)
            sentences.append(f"The row below the names holds units or types ({shown}): left out.")
            rows = rows[1:]
    end = len(rows)
    while end > 2 and len(rows) - end < _MOST_FOOTERS and _is_footer(rows[end - 1].cells, width):
        end -= 1
    if end < len(rows):
        such = quoted(next(cell for cell in rows[end].cells if cell))
        sentences.append(f"{count(len(rows) - end, 'row')} below the table left out, such as {such}.")
    return rows[:end]


def _holds_units(cells: Sequence[str], below: Sequence[Record], width: int) -> bool:
    """Whether a row holds units or types: short words above numbers, and nothing or a type above texts."""
    there = [cell for cell in cells if not _is_gap(cell)]
    if not there or any(_is_number(cell) or not _UNIT.fullmatch(cell) for cell in there):
        return False
    if len(there) == width > 1 and all(cell.strip("()[]<>").lower() in _TYPES for cell in there):
        return True
    above_numbers = 0
    for i, cell in enumerate(cells[:width]):
        column = [row.cells[i] for row in below[:_LOOKED_AT] if i < len(row.cells) and not _is_gap(row.cells[i])]
        if column and _share(column) >= NUMBERS_FROM:
            above_numbers += cell in there
        elif cell in there and cell.lower() not in _TYPES and not cell.startswith(("(", "[", "<")):
            return False
    numbers = sum(
        _share(
            [row.cells[i] for row in below[:_LOOKED_AT] if i < len(row.cells) and not _is_gap(row.cells[i])] or ["x"]
        )
        >= NUMBERS_FROM
        for i in range(width)
    )
    texts = width - numbers
    return above_numbers > 0 and 2 * above_numbers >= numbers and (above_numbers > 1 or texts > 0 or width == 1)


def _is_footer(cells: Sequence[str], width: int) -> bool:
    """Whether a last row is none of the table's: a single text in its first cell, or a line of totals."""
    first = cells[0].rstrip(":").strip().lower()
    if first in _TOTALS or first.startswith(("grand total", "total ", "sum of ")):
        return width > 1
    return width > 1 and _filled(cells) == 1 and bool(first) and not _is_number(cells[0])


def regular(rows: Sequence[Record], width: int, sentences: list[str]) -> list[list[str]]:
    """The rows, each of as many cells: short ones are filled up, longer ones left out."""
    kept, short, long = [], [], []
    for row in rows:
        if _filled(row.cells) > width:
            long.append(row.line)
            continue
        if len(row.cells) < width:
            short.append(row.line)
        kept.append((row.cells + [""] * width)[:width])
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


def _filled(cells: Sequence[str]) -> int:
    """How many cells a row has, up to the last that holds anything."""
    return max((i for i, cell in enumerate(cells, start=1) if cell), default=0)


def _is_gap(cell: str) -> bool:
    return missing(cell) or missing_among_numbers(cell)


def _is_number(cell: str) -> bool:
    return not math.isnan(_value(cell)) and not is_name(cell)


def _value(cell: str) -> float:
    one = numeral(cell)
    return one.comma if math.isnan(one.point) else one.point


def _share(cells: Sequence[str]) -> float:
    """The share of numbers among cells that are there."""
    return sum(not math.isnan(_value(cell)) for cell in cells) / len(cells)
