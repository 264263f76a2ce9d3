"""What every registry shares: entries that describe themselves, and parameters that check themselves.

A registry is a read-only mapping from key to record; the order of the records is the order in menus.
Widgets, the URL's checks, the command line's choices and the contract tests all derive from it.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import TypeGuard, TypeVar

import numpy as np

from nnviz.core import numerals
from nnviz.core.reference import Reference

Value = int | float | str | bool | tuple[float, ...] | tuple[str, ...] | None

MOST_NUMBERS = 512  # in one list
MOST_LETTERS = 64  # of a word or a number that somebody may have meant
FEW = 8  # choices that a message names all
LIKENESS = 0.75  # of a word to one that it may have been meant to be, by difflib's measure

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One record of a registry.

    Attributes:
        key: the name in code, URLs and the command line.
        label: the name on screen.
        note: one line in plain words.
        formula: the definition, in plain text.
        reference: where it comes from, with the year.
        sources: what `reference` names, where that is not among `nnviz.analysis.references.entries` yet.
    """

    key: str
    label: str
    note: str
    formula: str
    reference: str
    sources: tuple[Reference, ...] = ()


E = TypeVar("E", bound=Entry)


def by_key(entries: Iterable[E]) -> Mapping[str, E]:
    """The entries as a read-only mapping, in their own order."""
    return MappingProxyType({entry.key: entry for entry in entries})


def find(registry: Mapping[str, E], key: object, field: str, aliases: Mapping[str, str] = NOTHING) -> E:
    """The entry named `key`; hyphens may stand for underscores, which class names such as HeNormal leave out.

    Args:
        registry: where to look.
        key: what was given.
        field: what it was given for, for the message.
        aliases: other names, each with the key it stands for.

    Raises:
        ValueError: no such entry; the message names the field and the key that may be meant, else all keys.
    """
    entry = None
    if isinstance(key, str):
        word = _plain_word(key)
        word = aliases.get(word, word)
        entry = registry.get(word) or next((e for k, e in registry.items() if k.replace("_", "") == word), None)
    if entry is None:
        allowed = f"must be one of {', '.join(registry)}."
        raise ValueError(f"{field}={shorten(key)}: {meant(key, registry) or allowed}")
    return entry


# The same initializers go by their authors' first names elsewhere, as in PyTorch.
_ELSEWHERE = {"kaiming": "he", "xavier": "glorot"}


def _plain_word(text: str) -> str:
    return text.strip().replace("-", "_").lower()


def meant(word: object, names: Iterable[str]) -> str:
    """The question whether one of the names was meant; empty where none is near.

    >>> meant("kaiming_normal", ["he_normal", "he_uniform"]), meant("epoch", ["epochs"]), meant("x", ["epochs"])
    ('do you mean he_normal?', 'do you mean epochs?', '')
    """
    if not isinstance(word, str) or len(word) > MOST_LETTERS:
        return ""
    word, plain_names = _plain_word(word).strip("_"), {_plain_word(name).strip("_"): name for name in names}
    for theirs, ours in _ELSEWHERE.items():
        word = word.replace(theirs, ours)
    whole = [name for name in plain_names if name == word]
    begun = [name for name in plain_names if len(word) > 2 and name.startswith(word)]
    near = whole or begun[:3] or get_close_matches(word, plain_names, n=1, cutoff=LIKENESS)
    return f"do you mean {' or '.join(plain_names[name] for name in near)}?" if near else ""


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A named value with its default and its range; it checks, reads and writes itself.

    Attributes:
        name: the name in code and URLs.
        kind: int, float, str, bool, or tuple for a list of numbers, or of words where there are choices.
        default: the value when none is given.
        low: the least value (numbers, also those of a list).
        high: the greatest value.
        choices: the permitted words (str, and those of a list, which keeps their order).
        none: what None means on screen, such as "full batch"; empty where None is not allowed.
        label: the name on screen.
        note: one line of help.
    """

    name: str
    kind: type
    default: Value
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()
    none: str = ""
    label: str = ""
    note: str = ""

    @property
    def allowed(self) -> str:
        """What is allowed, in words.

        >>> Parameter(name="epochs", kind=int, default=200, low=1, high=5000).allowed
        'a whole number from 1 to 5,000'
        """
        if self.kind is bool:
            words = "true or false"
        elif self.kind is str:
            words = f"one of {', '.join(self.choices)}"
        elif self.kind is tuple and self.choices:
            words = f"one or more of {' '.join(self.choices)}, with spaces between"
        elif self.kind is tuple:
            words = f"1 to {MOST_NUMBERS} numbers from {plain(self.low)} to {plain(self.high)}, with spaces between"
        else:
            number = "a whole number" if self.kind is int else "a number"
            words = f"{number} from {plain(self.low)} to {plain(self.high)}"
        return f"{words}, or none" if self.none else words

    def check(self, value: object) -> Value:
        """The value as a plain Python one, or ValueError naming the field, the value and what is allowed."""
        if value is None and self.none:
            return None
        if self.kind is bool and isinstance(value, (bool, np.bool_)):
            return bool(value)
        if self.kind is str and isinstance(value, str) and value in self.choices:
            return value
        if self.kind is tuple and self.choices:
            if isinstance(value, (tuple, list)) and value and all(word in self.choices for word in value):
                return tuple(choice for choice in self.choices if choice in value)
        elif self.kind is tuple and isinstance(value, (tuple, list)) and 1 <= len(value) <= MOST_NUMBERS:
            if all(_is_number(number) and self.low <= number <= self.high for number in value):
                return tuple(float(number) + 0 for number in value)
        elif self.kind in (int, float) and _is_number(value):
            number: float
            try:
                number = int(value) if self.kind is int else float(value)
            except (OverflowError, ValueError):  # an infinity or NaN is no whole number
                number = math.nan
            if number == value and self.low <= number <= self.high:
                return number + 0  # -0.0 becomes 0.0, so that equal values print equally
        question = ""
        if len(self.choices) > FEW:
            words = value if isinstance(value, (tuple, list)) else [value]
            question = meant(next((word for word in words if word not in self.choices), None), self.choices)
        raise ValueError(f"{self.name}={shorten(value)}: {question or f'must be {self.allowed}.'}")

    def parse(self, text: str) -> Value:
        """The value that a text such as a URL's stands for; ValueError as in `check`."""
        word = text.strip().lower()
        if self.none and word in ("none", ""):
            return None
        value: object = text.strip()
        if self.kind is bool:
            value = {"true": True, "1": True, "false": False, "0": False}.get(word, text)
        elif self.kind is str:
            value = word
        elif self.kind is tuple and self.choices:
            value = word.split() or text
        elif self.kind is tuple:
            words = word.split(maxsplit=MOST_NUMBERS)
            with suppress(ValueError):
                value = tuple(map(numerals.decimal, words))
        elif len(word) <= MOST_LETTERS:
            with suppress(ValueError):
                value = numerals.whole(word) if self.kind is int else numerals.decimal(word)
        return self.check(value)


class NoSuchPlaceError(ValueError, IndexError):
    """An index of nothing that is there: a wrong value, and what Python's own sequences raise."""


def check_index(name: str, value: object, amount: int, low: int | None = None) -> int:
    """The value as an index into so many things, from `low`; unless told, negative ones count from the end.

    Raises:
        NoSuchPlaceError: no whole number, or there is no such thing; the message says what is allowed.
    """
    low = -amount if low is None else low
    if not _is_number(value) or not isinstance(value, numbers.Integral) or not low <= value < amount:
        allowed = f"a whole number from {low} to {amount - 1}" if amount else "left out, for there is none"
        raise NoSuchPlaceError(f"{name}={shorten(value)}: must be {allowed}.")
    return int(value)


def text_of(value: Value) -> str:
    """The text that `Parameter.parse` reads back as the same value.

    >>> text_of(True), text_of(None), text_of(0.1), text_of((1.0, -0.5))
    ('true', 'none', '0.1', '1.0 -0.5')
    """
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) or value is None else str(value)


def plain(number: float) -> str:
    """A number for a sentence: 5,000 or 0.001, never 5e+03.

    >>> plain(5000), plain(0.5), plain(1e-9)
    ('5,000', '0.5', '1e-09')
    """
    return f"{int(number):,}" if math.isfinite(number) and number == int(number) else f"{number:g}"


def shorten(value: object, most: int = 40) -> str:
    """The value as Python writes it, cut so that a hostile one cannot fill the screen."""
    try:
        text = repr(value)
    except Exception:  # such as an integer of more digits than Python writes
        text = f"a {type(value).__name__}"
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)
