"""Numbers written as text: what counts as one, for links, the command line and tables alike.

Python's own `float` takes more than people mean: `1_0.5`, `nan`, `infinity`, and the digits of every script.
"""

from __future__ import annotations

import re

_WHOLE = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
MOST_DIGITS = 400  # characters of a number: a longer one is read as none


def whole(text: str) -> int:
    """The whole number in a text.

    Raises:
        ValueError: there is none.
    """
    if len(text) > MOST_DIGITS or not _WHOLE.fullmatch(text):
        raise ValueError("It is no whole number.")
    return int(text)


def decimal(text: str) -> float:
    """The number in a text, with a decimal point, an exponent, or neither; infinite where it is too large.

    Raises:
        ValueError: there is none.

    >>> decimal("-2.5e3"), decimal(".5")
    (-2500.0, 0.5)
    >>> decimal("1_0.5")
    Traceback (most recent call last):
    ValueError: It is no number.
    """
    if len(text) > MOST_DIGITS or not _DECIMAL.fullmatch(text):
        raise ValueError("It is no number.")
    return float(text)
