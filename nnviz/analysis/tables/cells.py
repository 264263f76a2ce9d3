"""What a cell of a table holds: nothing, a number as people write them, or a text.

A number has one grammar: a sign, a currency or a unit, digits plain or in groups, a decimal sign, an exponent, a per
cent sign. Which sign is the decimal one a cell alone may not tell (“1,234”): `columns` decides that for a whole column.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from nnviz.core.numerals import MOST_DIGITS

LARGEST = 1e100  # numbers beyond it count as missing: their squares would not stay numbers
MISSING = (
    "", "na", "n/a", "#n/a", "nan", "null", "?", "<na>", "n.a.", "n.a", "n. a.", "\\n", "nat", "(null)", "[null]",
    "#na", "#div/0!", "#value!", "#ref!", "#name?", "#num!", "#null!", "1.#ind", "1.#qnan", "-1.#ind", "-nan",
)  # fmt: skip
"""What stands for a value that is missing, in small letters; spaces around it do not count."""
MISSING_AMONG_NUMBERS = (
    "-", "--", "---", "–", "—", "−", ".", "..", "...", "…", "*", "**", "none", "nil", "missing", "not available",
    "n.d.", "nd", "k.a.", "k. a.",
)  # fmt: skip
"""What stands for it besides in a column of numbers; in one of texts it may be a text like any other."""

_CURRENCIES = "€$£¥₹₽₩₺₴฿¢"
_CODES = "EUR|USD|GBP|CHF|JPY|CNY|INR|AUD|CAD|SEK|NOK|DKK|PLN|CZK|HUF|BRL|US\\$|R\\$|A\\$|C\\$|kr|zł|Kč|Fr\\."
_SPACES = " \u00a0\u202f\u2009"
_SIGNS = "+\\-\u2212\u2013"
_CELL = re.compile(
    rf"""(?P<open>\()?
    (?P<sign>[{_SIGNS}])?
    (?:(?P<before>[{_CURRENCIES}]|(?:{_CODES})(?=[{_SPACES}\d]))[{_SPACES}]?(?P<inner>[{_SIGNS}])?)?
    (?P<body>[0-9.,][0-9.,'’{_SPACES}]*?(?:[eE][{_SIGNS}]?[0-9]+)?)
    (?:[{_SPACES}]?(?P<after>[{_CURRENCIES}%‰]|(?:{_CODES}))|[{_SPACES}](?P<unit>[^\W\d_][^\s\d,;]{{0,9}}|°[A-Z]?))?
    (?P<close>\))?""",
    re.VERBOSE,
)
_NAME = re.compile(rf"[{_SIGNS}]?0[0-9]+(?:[.,][0-9]*)?")
_PLAIN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|[+-]?\.[0-9]+(?:[eE][+-]?[0-9]+)?")
_EXPONENT = rf"(?:[eE][{_SIGNS}]?[0-9]+)?"
_GROUPS = {  # signs between groups of three digits; by commas also India's, as 12,34,567
    ",": r"[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}",
    ".": r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+",
    "'": r"[1-9][0-9]{0,2}(?:['’][0-9]{3})+",
    " ": "|".join(rf"[1-9][0-9]{{0,2}}(?:{space}[0-9]{{3}})+" for space in _SPACES),
}
_BODIES = {
    point: re.compile(
        rf"(?:(?P<grouped>{'|'.join(groups for sign, groups in _GROUPS.items() if sign != point)})|[0-9]+)"
        rf"(?:{re.escape(point)}[0-9]*)?{_EXPONENT}|{re.escape(point)}[0-9]+{_EXPONENT}"
    )
    for point in (".", ",")
}
_TO_POINT = {".": str.maketrans("\u2212\u2013", "--", f",'’{_SPACES}"),
             ",": str.maketrans(",\u2212\u2013", ".--", f".'’{_SPACES}")}  # fmt: skip


class Numeral(NamedTuple):
    """A cell that may be a number.

    Attributes:
        point, comma: its value with a decimal point, and with a decimal comma; NaN where it is none so.
        grouped_point, grouped_comma: whether digits then stand in groups.
        mark: the currency, unit or per cent sign that stood with it.
    """

    point: float
    comma: float
    grouped_point: bool
    grouped_comma: bool
    mark: str

    def value(self, decimal: str) -> float:
        """Its value by the decimal sign."""
        return self.point if decimal == "." else self.comma

    def grouped(self, decimal: str) -> bool:
        """Whether its digits stand in groups, by the decimal sign."""
        return self.grouped_point if decimal == "." else self.grouped_comma


NONE = Numeral(math.nan, math.nan, False, False, "")


def missing(cell: str) -> bool:
    """Whether a stripped cell stands for a value that is missing, whatever its column holds."""
    return cell.lower() in MISSING


def missing_among_numbers(cell: str) -> bool:
    """Whether a stripped cell stands for a value that is missing, in a column of numbers."""
    return cell.lower() in MISSING_AMONG_NUMBERS


def is_name(cell: str) -> bool:
    """Whether a cell is written like a number with leading zeros, as postcodes and article numbers are.

    >>> is_name("00123"), is_name("0.5"), is_name("0")
    (True, False, False)
    """
    return cell[:2].isascii() and _NAME.fullmatch(cell) is not None


def numeral(cell: str) -> Numeral:
    """What number a stripped cell may be.

    >>> numeral("1.234").point, numeral("1.234").comma, numeral("1'234,5").comma, numeral("-12 %").mark
    (1.234, 1234.0, 1234.5, '%')
    """
    if len(cell) > MOST_DIGITS:
        return NONE
    if _PLAIN.fullmatch(cell):
        point = _bounded(float(cell))
        if "." not in cell:
            return Numeral(point, point, False, False, "")
    part = _CELL.fullmatch(cell)
    if not part or bool(part["open"]) != bool(part["close"]) or (part["sign"] and part["inner"]):
        return NONE
    sign = part["sign"] or part["inner"] or ""
    negative = bool(part["open"]) != (sign not in ("", "+"))
    (point, grouped_point), (comma, grouped_comma) = (_read(part["body"], decimal, negative) for decimal in ".,")
    if math.isnan(point) and math.isnan(comma):
        return NONE
    return Numeral(point, comma, grouped_point, grouped_comma, part["before"] or part["after"] or part["unit"] or "")


def number_in(cell: str, decimal: str = ".") -> float:
    """The number in a cell; NaN if there is none, or one too large to work with.

    >>> number_in("-1e3"), number_in("2,5", ","), number_in("=1+1"), number_in("1e999"), number_in("1_0")
    (-1000.0, 2.5, nan, nan, nan)
    """
    return numeral(cell).value(decimal)


def _read(body: str, decimal: str, negative: bool) -> tuple[float, bool]:
    """The value of digits by the decimal sign, NaN if they are no number, and whether they stand in groups."""
    matched = _BODIES[decimal].fullmatch(body)
    if not matched:
        return math.nan, False
    value = _bounded(float(body.translate(_TO_POINT[decimal])))
    return -value if negative else value, matched["grouped"] is not None


def _bounded(value: float) -> float:
    return value if abs(value) <= LARGEST else math.nan
