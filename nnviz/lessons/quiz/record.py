"""What a question of the quiz is, and what makes one.

A maker draws its numbers, measures, and lets the measurement pick the right answer; where two answers lie too close
together to be told apart fairly, it makes no question, and is asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from nnviz.core.experiment import Experiment
from nnviz.core.progress import Progress
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette

Thing = TypeVar("Thing")

CLEAR = 1.2  # the factor by which the other options must be further off than one may be mistaken


@dataclass(frozen=True)
class Question:
    """A question with what was measured.

    Attributes:
        text: what is asked, as paragraphs with a blank line between.
        options: the answers to choose from.
        right: which of them the measurement bears out, from 0.
        because: what was measured, with its number.
        why: what stands behind it, in a sentence or two.
        pair: what to see of it in the Playground, if anything: A and B, of one run each.
        picture: what belongs to the question itself, if anything.
    """

    text: str
    options: tuple[str, ...]
    right: int
    because: str
    why: str
    pair: tuple[Experiment, Experiment] | None = None
    picture: Callable[[Palette], Figure] | None = None


@dataclass(frozen=True)
class Template:
    """A kind of question.

    Attributes:
        label: what it is about, in a few words; no two have the same.
        lesson: the key of the lesson that it belongs to.
        screen: the key of that lesson's screen.
        make: `make(generator, on_progress)` draws and measures; None where the answer would not be clear. It takes
            at most about a second.
    """

    label: str
    lesson: str
    screen: str
    make: Callable[[np.random.Generator, Progress], Question | None]


def nearest(values: Sequence[float], measured: float, clear: float = CLEAR) -> int | None:
    """Which of some positive values is nearest to what was measured, by factor; None where a second is near too.

    Args:
        values: above 0.
        measured: above 0.
        clear: the second nearest must be off by this factor or more, and the nearest by less than its root.

    >>> nearest((0.1, 0.14, 0.2), 0.139)
    1
    >>> nearest((0.1, 0.11), 0.1) is None
    True
    """
    off = np.abs(np.log(np.asarray(values) / measured))
    first, second = np.argsort(off)[:2]
    return int(first) if off[second] >= np.log(clear) and off[first] < np.log(clear) / 2 else None


def whole(generator: np.random.Generator, low: int, high: int) -> int:
    """A whole number from low to high."""
    return int(generator.integers(low, high + 1))


def pick(generator: np.random.Generator, choices: Sequence[Thing]) -> Thing:
    """One of some things."""
    return choices[int(generator.integers(len(choices)))]


def some(generator: np.random.Generator, choices: Sequence[Thing], amount: int) -> list[Thing]:
    """So many of some things, in drawn order."""
    return [choices[i] for i in generator.permutation(len(choices))[:amount]]
