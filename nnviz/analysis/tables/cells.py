"""What a cell of a table holds: nothing, a number as people write them, or a text."""

from __future__ import annotations

import math
import re
from collections.abc import Collection

LARGEST = 1e100  # numbers beyond it count as missing: their squares would not stay numbers
_GROUPED = {  # numbers with a sign between their thousands, by the decimal sign
    ".": re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?"),
    ",": re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d*)?"),
}
MISSING = ("", "na", "n/a", "#n/a", "nan", "null", "?")
"""What stands for a value that is missing, in small letters; spaces around it do not count."""


def missing(cell: str) -> bool:
    """Whether a stripped cell stands for a value that is missing."""
    return cell.lower() in MISSING


def number_in(cell: str, decimal: str = ".") -> float:
    """The number in a cell; NaN if there is none, or one too large to work with.

    >>> number_in("-1e3"), number_in("2,5", ","), number_in("=1+1"), number_in("1e999")
    (-1000.0, 2.5, nan, nan)
    """
    try:
        value = float(cell if decimal == "." else cell.replace(decimal, ".", 1))
    except ValueError:
        return math.nan
    return value if abs(value) <= LARGEST else math.nan


def is_grouped(cells: Collection[str], decimal: str) -> bool:
    """Whether the numbers among these cells have a sign between their thousands, wherever they have that sign."""
    sign = thousands(decimal)
    having = [cell for cell in cells if sign in cell and not math.isnan(number_in(ungrouped(cell, decimal), decimal))]
    return bool(having) and all(map(_GROUPED[decimal].fullmatch, having))


def ungrouped(cell: str, decimal: str) -> str:
    """A cell without the signs between thousands."""
    return cell.replace(thousands(decimal), "")


def thousands(decimal: str) -> str:
    """The sign that may stand between thousands, by the decimal sign."""
    return "," if decimal == "." else "."


def has_comma(cell: str) -> bool:
    """Whether a cell holds a number with a decimal comma."""
    return "," in cell and not math.isnan(number_in(cell, ","))
