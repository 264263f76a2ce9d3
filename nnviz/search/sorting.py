"""Sorting, step by step, with every comparison counted.

Bubble sort here is the plain one: it makes all its passes, also over what is in order already, and so n(n - 1)/2
comparisons whatever the list. Quicksort (Hoare 1962) holds every other value of a stretch once against the stretch's
pivot. With a random pivot it is a Las Vegas algorithm (Babai 1979): the answer is certain, only the work is left to
chance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

Array = np.ndarray


class Move(NamedTuple):
    """One thing that a sort does to its list, whose places count from 0.

    Attributes:
        kind: compare: the values at two places are held against each other. swap: they change places. pivot: the value
            at a place is what the next ones are held against. placed: a place has its last value.
        i: a place.
        j: the other place, or -1.
    """

    kind: Literal["compare", "swap", "pivot", "placed"]
    i: int
    j: int = -1


@dataclass(frozen=True)
class Sorting:
    """A list, what was done to it, and what came of it.

    Attributes:
        values: the list as it was given.
        moves: all that was done, in order.
        result: the list in order.
    """

    values: tuple[int, ...]
    moves: tuple[Move, ...]
    result: tuple[int, ...]

    @property
    def comparisons(self) -> int:
        """How often two values were held against each other."""
        return sum(move.kind == "compare" for move in self.moves)


def bubble(values: Sequence[int]) -> Sorting:
    """Bubble sort: neighbours in the wrong order change places, pass after pass.

    >>> sorted = bubble([2, 3, 1])
    >>> sorted.result, sorted.comparisons
    ((1, 2, 3), 3)
    """
    return _sorted(values, lambda work: _bubble(work))


def quick(values: Sequence[int], seed: int | None = None) -> Sorting:
    """Quicksort: what is smaller than the pivot goes to its left, and so again on either side.

    Args:
        values: the list.
        seed: of the dice that choose each stretch's pivot; None: the first value of the stretch is the pivot.

    >>> quick([1, 2, 3, 4]).comparisons
    6
    """
    dice = None if seed is None else _dice(len(values), seed)
    return _sorted(values, lambda work: _quick(work, dice))


def _sorted(values: Sequence[int], sort: Callable[[list[int]], Iterator[Move]]) -> Sorting:
    work = list(values)
    moves = tuple(sort(work))
    return Sorting(tuple(values), moves, tuple(work))


def _bubble(work: list[int]) -> Iterator[Move]:
    for end in range(len(work) - 1, -1, -1):
        for i in range(end):
            yield Move("compare", i, i + 1)
            if work[i] > work[i + 1]:
                yield _swap(work, i, i + 1)
        yield Move("placed", end)


def _dice(length: int, seed: int) -> list[float]:
    """Rolls from 0 to 1 in a row, one for each pivot there can be."""
    rolls: list[float] = np.random.default_rng(seed).random(length).tolist()
    return rolls


def _quick(work: list[int], dice: list[float] | None) -> Iterator[Move]:
    rolls = iter(dice or ())
    waiting = [(0, len(work))]  # stretches still to sort, the next one last; a list, so that depth has no limit
    while waiting:
        low, high = waiting.pop()
        if low == high:
            continue
        if high - low > 1:
            chosen = low if dice is None else low + int(next(rolls) * (high - low))
            yield Move("pivot", chosen)
            if chosen != low:
                yield _swap(work, chosen, low)
        pivot, border = work[low], low  # the last place of what is smaller than the pivot
        for i in range(low + 1, high):
            yield Move("compare", low, i)
            if work[i] < pivot:
                border += 1
                if border != i:
                    yield _swap(work, border, i)
        if border != low:
            yield _swap(work, low, border)
        yield Move("placed", border)
        waiting += [(border + 1, high), (low, border)]


def _swap(work: list[int], i: int, j: int) -> Move:
    work[i], work[j] = work[j], work[i]
    return Move("swap", i, j)


# ---- Frames ----


@dataclass(frozen=True)
class Frame:
    """A list at one comparison, or at the end; its items are known by their places in the list as it was given.

    Attributes:
        order: the items from left to right.
        pair: the two items being compared; none at the start and at the end.
        pivot: the pivot, or -1.
        placed: the items that stand where they belong.
        count: comparisons so far, this one with them.
    """

    order: tuple[int, ...]
    pair: tuple[int, ...]
    pivot: int
    placed: tuple[int, ...]
    count: int


def frames(sorting: Sorting) -> list[Frame]:
    """The start, each comparison, and the end: two frames more than comparisons.

    What a comparison leads to, such as a swap, is seen in the frame after it.
    """
    order = list(range(len(sorting.values)))
    result = [Frame(tuple(order), (), -1, (), 0)]
    placed: list[int] = []
    pivot, count = -1, 0
    for move in sorting.moves:
        if move.kind == "compare":
            count += 1
            result.append(Frame(tuple(order), (order[move.i], order[move.j]), pivot, tuple(placed), count))
        elif move.kind == "swap":
            order[move.i], order[move.j] = order[move.j], order[move.i]
        elif move.kind == "pivot":
            pivot = order[move.i]
        else:
            placed.append(order[move.i])
    return [*result, Frame(tuple(order), (), -1, tuple(placed), count)]
