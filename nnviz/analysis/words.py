"""Numbers as they stand in sentences."""

from __future__ import annotations

import math

MOST_DIGITS = 17  # of a double
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float, digits: int = 3) -> str:
    """A number with three significant digits and a true minus sign, as a person would write it.

    >>> number(0.69314), number(0.0376), number(8), number(127612718.2), number(3.066e17), number(-0.0000471)
    ('0.693', '0.0376', '8', '127,612,718', '3.07·10¹⁷', '−4.71·10⁻⁵')
    """
    if value < 0:
        return f"−{number(-value, digits)}"
    if not math.isfinite(value):
        return "no number" if math.isnan(value) else "∞"
    if value == 0:
        return "0"
    if 1e3 <= value < 1e12:
        return f"{value:,.0f}"
    if value >= 1e12 or value < 1e-3:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        return f"{mantissa}·10{str(int(exponent)).translate(_SUPERSCRIPTS)}"
    decimals = max(0, digits - 1 - math.floor(math.log10(value)))
    return f"{value:.0f}" if value == int(value) else f"{value:.{decimals}f}"


def distinctly(*values: float, digits: int = 3) -> list[str]:
    """Numbers with as many digits as it takes to tell those that differ apart.

    >>> distinctly(0.38211, 0.38229), distinctly(0.5, 0.25), distinctly(0.5, 0.5)
    (['0.3821', '0.3823'], ['0.500', '0.250'], ['0.500', '0.500'])
    """
    texts = [number(value, digits) for value in values]
    if digits < MOST_DIGITS and len(set(texts)) < len(set(values)):
        return distinctly(*values, digits=digits + 1)
    return texts


def trimmed(value: float, digits: int = 3) -> str:
    """The same without zeros at the end of its decimals: for numbers that somebody has set.

    >>> trimmed(0.5), trimmed(-2.0), trimmed(1000), trimmed(0.00002)
    ('0.5', '−2', '1,000', '2·10⁻⁵')
    """
    head, times, power = number(value, digits).partition("·")
    return (head.rstrip("0").rstrip(".") if "." in head else head) + times + power


def percent(share: float) -> str:
    """A share in per cent: whole, but never rounded up to all or down to nothing.

    >>> percent(0.986), percent(0.999), percent(1.0), percent(0.0004), percent(1e-13)
    ('99 %', '99.9 %', '100 %', '0.04 %', 'nearly 0 %')
    """
    value = 100 * share
    if 99 < value < 100 or 0 < value < 1:
        near = round(min(value, 100 - value), 9)
        if near == 0:
            return f"nearly {value:.0f} %"
        decimals = max(1, math.ceil(-math.log10(near)))
        return f"{value:.{decimals}f} %"
    return f"{value:.0f} %"


def percent_range(low: float, high: float) -> str:
    """Two shares as one range.

    >>> percent_range(0.57, 0.7), percent_range(0.0, 0.0188)
    ('57 to 70 %', '0 to 2 %')
    """
    return f"{percent(low).removesuffix(' %')} to {percent(high)}"


def count(amount: int, noun: str) -> str:
    """An amount with its noun.

    >>> count(1, "unit"), count(1400, "step")
    ('1 unit', '1,400 steps')
    """
    return f"{amount:,} {noun}" + ("" if amount == 1 else "s")
