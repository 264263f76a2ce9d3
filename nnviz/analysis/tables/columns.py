"""The columns of a table: what each holds, decided from all of its cells, and what is odd about it, in a sentence."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from nnviz.analysis.tables.cells import NONE, Numeral, is_name, missing, missing_among_numbers, numeral
from nnviz.analysis.tables.dates import LEAST, Dates, dates
from nnviz.analysis.words import count, number

Array = np.ndarray

KINDS = ("number", "category", "date", "left out")
NUMBERS_FROM = 0.9  # of the cells that are there: then the column holds numbers, and the others count as missing
_HALF = 0.5  # of them: then it is said why it holds none
_ROUNDING = 1e-9  # of the largest value: what differs by less is the same number
_LEAST_COUNTED = 10  # rows, before a column that counts them is called a counter
_MOST_SHOWN = 3  # columns, or texts, that a sentence names
_CLOSER = 2.0  # times: so much closer together numbers lie where points part their thousands
_COUNTERS = re.compile(
    r"(.*[\W_])?(id|index|idx|no|nr|num|number|row|rows|rownames|obs|case|key|serial|record|s\.?no\.?|unnamed: \d+|"
    r"\.\.\.\d+|#)\.?|[a-z]+(id|no|nr)",
    re.IGNORECASE,
)


@dataclass(frozen=True, eq=False)
class Column:
    """A column of a table.

    Attributes:
        name: as in the row of names, or "column 3"; no two columns have the same one.
        number: whether it holds numbers; dates are days since 1 January 1970.
        values: `[n]`, read-only: numbers with NaN where one is missing, or texts with "" where one is missing.
        missing: how many are missing.
        distinct: how many different ones there are.
        grouped: whether its numbers have a sign between their thousands.
        kind: "number", "category" or "date".
        left_out: why nothing is learned from it, in words; empty where it is used.
        chosen: whether somebody said how to read it.
    """

    name: str
    number: bool
    values: Array = field(repr=False)
    missing: int
    distinct: int
    grouped: bool = False
    kind: str = "category"
    left_out: str = ""
    chosen: bool = False


@dataclass
class _Cells:
    """What a column is decided from: its different cells, how often each is there, and what number each may be."""

    name: str
    cells: Sequence[str]
    counts: Counter[str]
    numerals: dict[str, Numeral]
    decimal: str


@dataclass
class Said:
    """What is said of all columns together, gathered column by column.

    Attributes:
        decimal: the sign that most columns with decimals have.
        signs: what parts the thousands of some column.
        marks: by column, the currency or unit that was left out.
        gone: by column, what counts as missing, and how often.
        sentences: of single columns.
    """

    decimal: str = "."
    signs: set[str] = field(default_factory=set)
    marks: dict[str, str] = field(default_factory=dict)
    gone: dict[str, Counter[str]] = field(default_factory=dict)
    sentences: list[str] = field(default_factory=list)


def columns_of(
    names: Sequence[str], columns: Sequence[Sequence[str]], kinds: Mapping[int, str], header: bool
) -> tuple[tuple[Column, ...], Said]:
    """The columns of these cells, and what is to be said of them.

    Args:
        names: one a column.
        columns: the stripped cells of each.
        kinds: by index, one of `KINDS` for columns that somebody has told the kind of.
        header: whether the names stood in the table.
    """
    cells = []
    for name, column in zip(names, columns, strict=True):
        counts = Counter(column)
        numerals = {cell: NONE if missing(cell) else numeral(cell) for cell in counts}
        cells.append(_Cells(name, column, counts, numerals, _decimal_of(numerals.values())))
    commas = sum(each.decimal == "," for each in cells)
    points = sum(each.decimal == "." for each in cells)
    said = Said("," if commas and commas >= points else ".")
    result = []
    for i, each in enumerate(cells):
        if not each.decimal:
            parted = not points and not commas and _points_part_thousands(list(each.numerals.values()))
            each.decimal = "," if parted else said.decimal
        result.append(_column(each, kinds.get(i, ""), header, said))
    if commas and not any(c.kind == "number" and e.decimal == "," for c, e in zip(result, cells, strict=True)):
        said.decimal = "."
    return tuple(result), said


def summary(said: Said, columns: Sequence[Column]) -> list[str]:
    """The sentences about all columns together, and then those about single ones."""
    sentences = []
    if said.marks:
        shown = [f"{quoted(name)} (“{mark}”)" for name, mark in said.marks.items()]
        sentences.append(f"Read as numbers without what stands beside them: {_some(shown, 'column')}.")
    if said.gone:
        shown = []
        for name, gone in said.gone.items():
            marks = ", ".join(f"{amount:,} × {quoted(mark, 20)}" for mark, amount in gone.most_common(_MOST_SHOWN))
            shown.append(f"{marks} in {quoted(name)}")
        sentences.append(f"Counted as missing: {_some(shown, 'column', '; ')}.")
    empty = [quoted(column.name) for column in columns if not column.distinct]
    if empty:
        sentences.append(f"Without any value, and left out: {_some(empty, 'column')}.")
    shown_first = said.sentences[: 4 * _MOST_SHOWN]
    rest = len(said.sentences) - len(shown_first)
    return sentences + shown_first + ([f"{count(rest, 'more column')} had something odd."] if rest else [])


def _some(shown: Sequence[str], noun: str, between: str = ", ") -> str:
    more = len(shown) - _MOST_SHOWN
    return between.join(shown[:_MOST_SHOWN]) + (f", and {count(more, f'more {noun}')}" if more > 0 else "")


def _decimal_of(numerals: Iterable[Numeral]) -> str:
    """The decimal sign that a column's cells need; empty where they would be numbers with either."""
    point = comma = 0
    for each in numerals:
        point += math.isnan(each.comma) and not math.isnan(each.point)
        comma += math.isnan(each.point) and not math.isnan(each.comma)
    return "" if point == comma else "," if comma > point else "."


def _points_part_thousands(numerals: Sequence[Numeral]) -> bool:
    """Whether points stand between thousands: beside whole numbers, “600, 737, 1.011” lie closer together so."""
    plain = [each.point for each in numerals if each.point == each.comma]
    either = [each for each in numerals if each.grouped_comma and not math.isnan(each.point)]
    if not plain or not either:
        return False
    as_decimals = _ratio([*plain, *(each.point for each in either)])
    as_thousands = _ratio([*plain, *(each.comma for each in either)])
    return as_thousands * _CLOSER < as_decimals


def _ratio(values: Iterable[float]) -> float:
    sizes = [abs(value) for value in values if value]
    return max(sizes) / min(sizes) if sizes else 1.0


def _column(each: _Cells, told: str, header: bool, said: Said) -> Column:
    """The column of these cells, of the kind that was told, or else of the kind that they show."""
    kind = "" if told == "left out" else told
    there = [cell for cell in each.counts if not missing(cell)]
    days = _dates(there, told) if kind in ("", "date") else None
    if days or kind == "date":
        return _dated(each, days, told, said)
    numbers = _numbers(each)
    total = sum(each.counts[cell] for cell in there if cell in numbers or not missing_among_numbers(cell))
    amount = sum(each.counts[cell] for cell in numbers)
    names = not kind and any(is_name(cell) for cell in numbers)
    if names:
        said.sentences.append(
            f"{quoted(each.name)}: numbers with leading zeros are names, so it was read as a category."
        )
    elif kind == "number" or (not kind and total and amount >= NUMBERS_FROM * total):
        return _numeric(each, numbers, told, header, said)
    elif not kind and amount >= _HALF * total and amount:
        other = next(cell for cell in there if cell not in numbers and not missing_among_numbers(cell))
        said.sentences.append(
            f"{quoted(each.name)}: {amount:,} of {total:,} cells are numbers; the others, such as {quoted(other, 20)}, "
            "are not, so it was read as a category."
        )
    return _category(each, told, said)


def _numbers(each: _Cells) -> dict[str, float]:
    """The cells that are numbers, with their values; of several currencies or units only the commonest counts."""
    marks = Counter[str]()
    for cell, one in each.numerals.items():
        if one.mark and not math.isnan(one.value(each.decimal)):
            marks[one.mark] += each.counts[cell]
    main = marks.most_common(1)[0][0] if marks else ""
    return {
        cell: one.value(each.decimal)
        for cell, one in each.numerals.items()
        if one.mark in ("", main) and not math.isnan(one.value(each.decimal))
    }


def _numeric(each: _Cells, numbers: Mapping[str, float], told: str, header: bool, said: Said) -> Column:
    gone = Counter(
        {c: n for c, n in each.counts.items() if c and c not in numbers and (missing(c) or missing_among_numbers(c))}
    )
    stray = [cell for cell in each.counts if cell and cell not in numbers and cell not in gone]
    if gone:
        said.gone[each.name] = gone
    if stray:
        amount = sum(each.counts[cell] for cell in stray)
        verb = "is no number that can be used" if amount == 1 else "are no numbers that can be used"
        said.sentences.append(
            f"{quoted(each.name)}: {count(amount, 'cell')} {verb}, such as {quoted(stray[0], 20)}; counted as missing."
        )
    mark = next((each.numerals[cell].mark for cell in numbers if each.numerals[cell].mark), "")
    if mark:
        said.marks[each.name] = mark
    parted = [cell for cell in numbers if each.numerals[cell].grouped(each.decimal)]
    if parted:
        said.signs.add(_sign_of(parted[0], each.decimal))
    values = _frozen(np.array([numbers.get(cell, math.nan) for cell in each.cells]))
    left_out = "as you chose" if told == "left out" else "" if told else _fault(each.name, values, header, said)
    absent = int(np.isnan(values).sum())
    return Column(
        each.name, True, values, absent, len(set(numbers.values())), bool(parted), "number", left_out, bool(told)
    )


def _sign_of(cell: str, decimal: str) -> str:
    """What parts the thousands of a cell, in words."""
    if "'" in cell or "’" in cell:
        return "apostrophes"
    sign, name = (".", "points") if decimal == "," else (",", "commas")
    return name if sign in cell else "spaces"


def _fault(name: str, values: Array, header: bool, said: Said) -> str:
    """Why nothing is to be learned from a column of numbers; said here, as it shows at once."""
    there = values[~np.isnan(values)]
    if not there.size:
        return ""
    low, high = float(there.min()), float(there.max())
    if 0 < high - low <= _ROUNDING * max(abs(low), abs(high)) and (there != np.round(there)).any():
        said.sentences.append(f"{quoted(name)} is {number(low)} in every row but for rounding: left out.")
        return f"always {number(low)}, but for rounding"
    if _counts_rows(name if header else "", values, there):
        if len(values) >= _LEAST_COUNTED:
            said.sentences.append(f"{quoted(name)} only counts the rows: left out.")
        return "it only numbers the rows"
    return ""


def _counts_rows(name: str, values: Array, there: Array) -> bool:
    """Whether a column only numbers the rows: from 0 or 1 on, in any order; or differently, if its name says so."""
    if len(values) < _LEAST_COUNTED or (there != np.round(there)).any() or len(there) < _HALF * len(values):
        return False
    steps = values - np.arange(len(values))
    if float(there.min()) in (0.0, 1.0):
        if np.nanmin(steps) == np.nanmax(steps):
            return True
        if len(there) == len(values) and (np.sort(there) == there.min() + np.arange(len(there))).all():
            return True
    return len(there) == len(values) == len(np.unique(there)) and _COUNTERS.fullmatch(name) is not None


def _category(each: _Cells, told: str, said: Said) -> Column:
    gone = {cell for cell in each.counts if missing(cell)}
    named = Counter({cell: each.counts[cell] for cell in gone if cell})
    if named:
        said.gone[each.name] = named
    _say_alike(each, gone, said)
    values = _frozen(np.array(["" if cell in gone else cell for cell in each.cells], dtype=object))
    absent = sum(each.counts[cell] for cell in gone)
    left_out = "as you chose" if told == "left out" else ""
    return Column(
        each.name, False, values, absent, len(each.counts) - len(gone), False, "category", left_out, bool(told)
    )


def _say_alike(each: _Cells, gone: Iterable[str], said: Said) -> None:
    """A sentence where texts differ only in capitals, spaces, or ways to write the same letter."""
    alike = defaultdict(list)
    for cell in each.counts.keys() - gone:
        alike[_likeness(cell)].append(cell)
    twins = [sorted(cells, key=lambda cell: (-each.counts[cell], cell)) for cells in alike.values() if len(cells) > 1]
    if twins:
        first = " and ".join(f"{quoted(cell, 20)} ({count(each.counts[cell], 'row')})" for cell in sorted(twins)[0][:2])
        more = f", and {count(len(twins) - 1, 'more pair')}" if twins[1:] else ""
        said.sentences.append(
            f"{quoted(each.name)}: {first}{more} differ only in capitals, spaces or the code of a letter, and count as "
            "different."
        )


def _likeness(cell: str) -> str:
    text = unicodedata.normalize("NFKC", cell.replace("\u200c", "").replace("\u200d", "")).casefold()
    return " ".join(text.strip("\"'").split())


def _dates(there: Sequence[str], told: str) -> Dates | None:
    """The dates in these cells; of what could be numbers too, only where all are dates and there are several."""
    if told == "date":
        return dates(there, 0.0, 1)
    could_be = [cell for cell in there if not missing_among_numbers(cell)]
    if not could_be:
        return None
    first = numeral(could_be[0])
    numeric = not (math.isnan(first.point) and math.isnan(first.comma)) and not any(map(is_name, could_be[:50]))
    return dates(could_be, 1.0, LEAST) if numeric else dates(could_be, NUMBERS_FROM, 1)


def _dated(each: _Cells, days: Dates | None, told: str, said: Said) -> Column:
    if days and days.kind == "no year":
        said.sentences.append(f"{quoted(each.name)} holds dates without a year, or times of day: left out.")
        column = _category(each, told, Said())
        return Column(
            each.name, False, column.values, column.missing, column.distinct, False, "date",
            "dates without a year, or times of day", bool(told),
        )  # fmt: skip
    values = _frozen(np.array([days.values.get(cell, math.nan) if days else math.nan for cell in each.cells]))
    absent, there = int(np.isnan(values).sum()), values[~np.isnan(values)]
    said.sentences.append(
        f"{quoted(each.name)} holds dates: read as days since 1 January 1970{days.how if days else ''}."
    )
    gone = Counter({cell: n for cell, n in each.counts.items() if cell and not (days and cell in days.values)})
    if gone:
        said.gone[each.name] = gone
    left_out = "as you chose" if told == "left out" else ""
    return Column(each.name, True, values, absent, len(np.unique(there)), False, "date", left_out, bool(told))


def _frozen(values: Array) -> Array:
    values.setflags(write=False)
    return values


def quoted(text: str, most: int = 40) -> str:
    """A text of the table's, as it stands in a sentence: cut, on one line."""
    text = " ".join(text.split())
    return f"“{text if len(text) <= most else text[: most - 1] + '…'}”"
