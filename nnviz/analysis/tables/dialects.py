"""How the cells of a text are told apart: its separator, found by scoring all that may be one, and its quotation marks.

A separator is the better the more rows it cuts into as many cells as the first has, and the more of these cells are
numbers, dates, gaps or texts that no other separator would cut (after van den Burg, Nazábal and Sutton 2019, whose
clevercsv scores dialects by patterns and types). A quotation mark opens a cell only where one closes it: any other is
a character like the rest.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from functools import cache
from itertools import islice
from typing import NamedTuple

from nnviz.analysis.tables.cells import missing, missing_among_numbers, numeral
from nnviz.analysis.tables.decoding import TableError

SEPARATORS = {
    "\t": "tabs", ";": "semicolons", "|": "bars", ",": "commas", "~": "tildes", "^": "carets",
    r"\t+": "runs of tabs", r"\s+": "spaces", r"\s{2,}|\t": "runs of spaces",
}  # fmt: skip
"""What may stand between cells, the likelier first; those of several characters are regular expressions."""
RUNS = tuple(separator for separator in SEPARATORS if len(separator) > 1)

MOST_CELL = 10_000  # characters
_LOOKED_AT = 60  # rows, to find the separator
_MOST_CELLS = 5_000  # of a row with quotation marks: no more are told apart
_CELLS_LOOKED_AT = 100  # of a row
_LEAST = 0.15  # score: less is one column
_OF_RUNS = 0.5  # what a run of spaces counts, beside a sign
_TITLED = 0.6  # what a separator counts that the first row lacks: it may be a title
_MARKS = 3  # line breaks in a cell whose lines could each be a row: so many are an accident
_ALIKE = 0.9  # of those lines

_BLANK = re.compile(r"(?:[^\S\n]*+\n)++")
_OTHER_SIGNS = re.compile(r"[\t;|]|,(?=\S)")
_GAPS = re.compile(r"\S\s{2,}\S")


class Record(NamedTuple):
    """A row of stripped cells.

    Attributes:
        line: the number of its last line.
        cells: at least one.
        alone: how many quotation marks in it have no partner.
        spans: the number of its first line, if a cell spans lines that could each be a row; else 0.
        quoted: which cells stood in quotation marks, by index.
    """

    line: int
    cells: list[str]
    alone: int = 0
    spans: int = 0
    quoted: Collection[int] = ()


class _Fit(NamedTuple):
    """How a separator fits: its score, and whether the first row has as many cells as nearly all."""

    score: float
    headed: bool = False


def separator_of(text: str) -> str:
    """What stands between the cells of a text, a key of `SEPARATORS`; a comma where there is one column."""
    if _is_one_column_of_decimals(text):
        return ";"
    fits = {sign: _fit(text, sign) for sign in SEPARATORS}
    headed = {sign: fit for sign, fit in fits.items() if fit.headed and fit.score >= _LEAST}
    if headed:  # then the first row is the row of names, not a title
        fits = headed
    best = max(fits, key=lambda sign: fits[sign].score)
    if fits[best].score < _LEAST:
        return ","
    if best == "\t" and r"\t+" in fits and fits[r"\t+"].score and _has_empty_column(text):
        return r"\t+"
    return best


def records(text: str, separator: str, width: int = 0) -> Iterator[Record]:
    r"""The rows of a text that have anything in them.

    Args:
        text: with `\n` at the ends of lines.
        separator: a key of `SEPARATORS`.
        width: how many cells a row mostly has, if that is known: then a cell that swallows rows is noticed.
    """
    line = begin = 0
    while begin < len(text):
        blank = _BLANK.match(text, begin)
        if blank:
            line, begin = line + text.count("\n", begin, blank.end()), blank.end()
            continue
        end = text.find("\n", begin)
        end = len(text) if end < 0 else end
        line += 1
        if text.find('"', begin, end) >= 0 and separator not in RUNS:
            record, end = _quoted(text, begin, end, separator, line, width)
            line = record.line
        else:
            record = Record(line, _split(text[begin:end], separator))
        begin = end + 1
        if any(record.cells):
            yield record


def _split(row: str, separator: str) -> list[str]:
    if separator not in RUNS:
        return [cell.strip() for cell in row.split(separator)]
    row = row.strip()
    if separator == r"\s+" and '"' in row:
        return [quoted or plain for quoted, plain in re.findall(r'"([^"]*)"(?=\s|$)|(\S+)', row)]
    return re.split(separator, row) if row else []


@cache
def _cell(separator: str) -> re.Pattern[str]:
    sign = re.escape(separator)
    return re.compile(rf'[^\S\n{sign}]*+"((?:[^"]++|"")*+)"[^\S\n{sign}]*+(?=[{sign}\n]|\Z)')


def _quoted(text: str, begin: int, end: int, separator: str, line: int, width: int) -> tuple[Record, int]:
    """The row that begins here, and where it ends: cells in quotation marks may hold separators and line breaks."""
    cells: list[str] = []
    quoted: list[int] = []
    alone = spans = 0
    first = line
    while True:
        matched = _cell(separator).match(text, begin, begin + MOST_CELL) if text.find('"', begin, end) >= 0 else None
        if matched and "\n" in matched[1]:
            swallowed = _swallows(text, begin, end, matched, separator, width)
            if swallowed and _is_accident(matched[1], separator):
                matched = None
            elif swallowed:
                spans = first
        if matched:
            quoted.append(len(cells))
            cells.append(matched[1].replace('""', '"').strip())
            line += matched[1].count("\n")
            begin = matched.end()
            if begin > end:
                end = text.find("\n", begin)
                end = len(text) if end < 0 else end
        else:
            until = text.find(separator, begin, end)
            until = end if until < 0 else until
            cell = text[begin:until].strip()
            if cell.startswith('"'):
                alone += 1
                cell = cell[1:].strip()
            cells.append(cell)
            begin = until
        if begin >= end:
            return Record(line, cells, alone, spans, quoted), end
        if len(cells) > _MOST_CELLS:
            raise TableError(f"Line {line:,} has more than {_MOST_CELLS:,} cells.")
        begin += 1
        if begin == end:
            cells.append("")
            return Record(line, cells, alone, spans, quoted), end


def _swallows(text: str, begin: int, end: int, matched: re.Match[str], separator: str, width: int) -> bool:
    """Whether nearly each line that a cell in quotation marks spans could be a row of its own."""
    if width < 2:
        return False
    start = text.rfind("\n", 0, begin) + 1
    stop = text.find("\n", matched.end())
    rows = text[start : len(text) if stop < 0 else stop].split("\n")
    alike = sum(row.count(separator) == width - 1 for row in rows)
    return alike >= _ALIKE * len(rows)


def _is_accident(cell: str, separator: str) -> bool:
    """Whether two lone quotation marks are likelier than one cell with line breaks."""
    cell = cell.strip()
    return cell.count("\n") >= _MARKS or cell.startswith(separator) or cell.endswith(separator)


def _fit(text: str, separator: str) -> _Fit:
    """How well a separator fits the first rows."""
    run = separator in RUNS
    try:
        rows = list(islice(records(text, separator), _LOOKED_AT))
    except TableError:
        return _Fit(0.0)
    titles = next((i for i, row in enumerate(rows) if len(row.cells) > 1), len(rows))
    table = rows[titles:]
    body = table[1:] or table
    if not body or (run and titles):
        return _Fit(0.0)
    first, width = len(table[0].cells), Counter(len(row.cells) for row in body).most_common(1)[0][0]
    if width < 2:
        return _Fit(0.0)
    even = sum(_evenness(len(row.cells), width) for row in body) / len(body)
    cells = sum(len(row.cells[:_CELLS_LOOKED_AT]) for row in body)
    clean = sum(_clean(row) for row in body) / cells
    score = even * max(0.0, clean) * (width - 1) / width * (_TITLED if titles else 1.0)
    if run:
        columns = ([row.cells[i] for row in body if len(row.cells) > i] for i in range(min(width, _CELLS_LOOKED_AT)))
        if first != width or even < _ALIKE or not any(map(_numeric, columns)):
            return _Fit(0.0)
        score *= _OF_RUNS
    agrees = first == width or (first > width and even < 1)  # short rows have fewer than their names
    return _Fit(score if agrees else score / 2, not titles and first == width and even >= _ALIKE)


def _is_one_column_of_decimals(text: str) -> bool:
    """Whether each line but the name is one number with a decimal comma, which is no separator then."""
    head = [row.cells[0] for row in islice(records(text, ";"), _LOOKED_AT) if len(row.cells) == 1]
    commas = sum("," in cell for cell in head[1:])
    return len(head) > 2 and "," not in head[0] and 2 * commas >= len(head) - 1 and all(map(_is_number, head[1:]))


def _evenness(cells: int, width: int) -> float:
    """What a row counts, by its cells: best as many as most, rather fewer than more, and not a single one."""
    return 1.0 if cells == width else 0.5 if 2 <= cells < width else 0.2 if cells > width else 0.0


def _clean(row: Record) -> float:
    """How many cells of a row stand for themselves: a text that another separator would cut may be several."""
    cells = enumerate(row.cells[:_CELLS_LOOKED_AT])
    return sum(1.0 if i in row.quoted else _cleanness(cell) for i, cell in cells) - row.alone


def _cleanness(cell: str) -> float:
    if _OTHER_SIGNS.search(cell):
        return float(_is_number(cell))
    if _GAPS.search(cell):
        return 0.3
    return 0.8 if ", " in cell else 1.0


def _numeric(cells: list[str]) -> bool:
    there = [cell for cell in cells if not missing(cell) and not missing_among_numbers(cell)]
    return bool(there) and sum(_is_number(cell) for cell in there) >= _ALIKE * len(there)


def _is_number(cell: str) -> bool:
    number = numeral(cell)
    return number.point == number.point or number.comma == number.comma


def _has_empty_column(text: str) -> bool:
    """Whether some column between others, cut at single tabs, has neither a name nor a value."""
    rows = [row.cells for row in islice(records(text, "\t"), _LOOKED_AT)]
    return any(not any(row[i] for row in rows if len(row) > i) for i in range(min(map(len, rows)) - 1))
