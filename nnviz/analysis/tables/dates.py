"""Dates in the cells of a column: days since 1 January 1970, or found to be no point in time."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from datetime import date

EPOCH = date(1970, 1, 1).toordinal()
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = (
    r"(?P<word>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_YEAR, _TWO = r"(?P<year>(?:1[5-9]|20|21)\d\d)", r"(?:0?[1-9]|[12]\d|3[01])"
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?"
_TIME = (
    r"(?:(?:t|,?\s+)(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d)(?:\.\d+)?)?"
    r"\s*(?:z|utc|[+-]\d\d:?\d\d|[ap]m)?)?"
)
_PATTERNS = tuple(
    (kind, re.compile(pattern, re.ASCII | re.IGNORECASE))
    for kind, pattern in (
        ("year first", rf"{_YEAR}(?P<sign>[-/.])(?P<month>\d\d?)(?P=sign)(?P<day>\d\d?){_TIME}"),
        ("year first", r"(?P<year>(?:19|20)\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])"),
        ("either first", rf"(?P<day>{_TWO})(?P<sign>[-/.])(?P<month>{_TWO})(?P=sign){_YEAR}{_TIME}"),
        ("either first", rf"(?P<day>{_TWO})(?P<sign>[-/.])(?P<month>{_TWO})(?P=sign)(?P<year>\d\d){_TIME}"),
        ("day first", rf"(?P<day>{_TWO})(?:st|nd|rd|th)?[-\s./]*{_MONTH}[-\s,./]*{_YEAR}{_TIME}"),
        ("day first", rf"{_WEEKDAY}{_MONTH}\s+(?P<day>{_TWO})(?:st|nd|rd|th)?,?\s+{_YEAR}{_TIME}"),
        ("month", rf"{_YEAR}[-/](?P<month>0[1-9]|1[0-2])"),
        ("month", r"(?P<month>0?[1-9]|1[0-2])[./-](?P<year>(?:19|20)\d\d)"),
        ("month", rf"{_MONTH}[-\s./,]*{_YEAR}"),
        ("no year", r"(?P<day>0[1-9]|[12]\d|3[01])\.(?P<month>0[1-9]|1[0-2])\.?"),
        ("no year", rf"(?P<day>{_TWO})[-.\s]*{_MONTH}|{_MONTH.replace('word', 'word2')}\s*(?P<day2>{_TWO})"),
        ("no year", r"(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::[0-5]\d(?:\.\d+)?)?"),
    )
)  # fmt: skip
LEAST = 3  # different dates: fewer may be anything


class Dates:
    """What the cells of a column are as dates.

    Attributes:
        kind: "days", or "no year" where they are no points in time: a day without its year, or a time of day.
        how: what was assumed about their order, in words; empty where nothing was.
        values: by cell, days since 1 January 1970; NaN for cells that are no dates.
    """

    def __init__(self, kind: str, how: str, values: dict[str, float]) -> None:
        self.kind, self.how, self.values = kind, how, values


def dates(cells: Sequence[str], share: float, least: int = LEAST) -> Dates | None:
    """The dates in these different cells; None unless at least such a share of them is written in one way.

    >>> dates(["2024-01-05", "2024-01-06", "2024-02-01"], 0.9).values["2024-01-06"]
    19728.0
    """
    if not cells:
        return None
    for kind, pattern in _PATTERNS:
        first = sum(pattern.fullmatch(cell) is not None for cell in cells[:20])
        if first < share * min(20, len(cells)) - 1:
            continue
        found = {cell: match for cell in cells if (match := pattern.fullmatch(cell))}
        if len(found) < max(least, share * len(cells)):
            continue
        if kind == "no year":
            return Dates("no year", "", {}) if _dated(found) else None
        month_first = kind == "either first" and _months_come_first(found.values())
        values = {cell: _days(match, month_first) for cell, match in found.items()}
        if sum(not math.isnan(value) for value in values.values()) < max(least, share * len(cells)):
            continue
        either = kind == "either first" and all(
            int(match["day"]) <= 12 and int(match["month"]) <= 12 for match in found.values()
        )
        how = ", the month taken first" if month_first else ", the day taken first" if either else ""
        return Dates("days", how, values)
    return None


def _dated(found: dict[str, re.Match[str]]) -> bool:
    """Whether “01.02” and the like are dates rather than numbers: some day or month below ten has its zero."""
    plain = [cell for cell in found if re.fullmatch(r"\d\d\.\d\d", cell)]
    return len(plain) < len(found) or any(cell.startswith("0") for cell in plain)


def _months_come_first(found: Iterable[re.Match[str]]) -> bool:
    """Whether what stands first is the month: it never exceeds 12, and what stands second does."""
    pairs = [(int(match["day"]), int(match["month"])) for match in found]
    return max(first for first, _ in pairs) <= 12 < max(second for _, second in pairs)


def _days(match: re.Match[str], month_first: bool) -> float:
    parts = match.groupdict()
    year, word = int(parts["year"]), parts.get("word")
    if len(parts["year"]) == 2:
        year += 2000 if year < 70 else 1900
    month, day = _MONTHS.index(word[:3].lower()) + 1 if word else int(parts["month"]), int(parts.get("day") or 1)
    if month_first:
        month, day = day, month
    try:
        days = float(date(year, month, day).toordinal() - EPOCH)
    except ValueError:
        return math.nan
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    return days + (3600 * hour + 60 * minute + second) / 86400
