"""Batches of rows, and the orders in which epochs take them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from nnviz.core.experiment import Experiment
from nnviz.core.network import target_rows, with_ones

Array = np.ndarray

KEYS_AT_ONCE = 4000  # random keys drawn for one run at a time
ORDER_BRANCH = 2**32 - 1  # the branch of a seed that orders rows: one that no layer reaches


class Split:
    """Rows for the network: inputs `x [R or 1, d + 1, n]`, targets `y [R or 1, outputs, n]`.

    Both are views of one array `[R or 1, outputs + d + 1, n]`, so that reordering gathers once.
    """

    def __init__(self, table: Array, outputs: int) -> None:
        self.table, self.outputs = table, outputs
        self.x, self.y = table[:, outputs:], table[:, :outputs]
        self.rows = table.shape[2]

    @classmethod
    def of(cls, x: Array, y: Array, outputs: int, dtype: str) -> Split:
        """Features `[n, d]` and targets `[n]`, the same for every run."""
        return cls(np.concatenate([target_rows(y, outputs, dtype), with_ones(x, dtype)])[None], outputs)

    def part(self, rows: slice) -> Split:
        """Some rows, the same for every run."""
        return Split(self.table[:, :, rows], self.outputs)


class _Gathered(Split):
    """A buffer for a batch of each run's own rows."""

    def __init__(self, source: Split, runs: int, rows: int) -> None:
        columns = source.table.shape[1]
        super().__init__(np.ones((runs, columns, rows), source.table.dtype), source.outputs)
        self.source = source.table[0, :-1]
        self.taken = np.empty((columns - 1, runs, rows), source.table.dtype)

    def gather(self, order: Array) -> Split:
        """Itself, filled with these rows of each run, `[R, rows]`."""
        np.take(self.source, order, axis=1, out=self.taken, mode="clip")  # clip: the one mode that writes at once
        self.table[:, :-1] = self.taken.swapaxes(0, 1)
        return self


class Batches:
    """The batches of each epoch; one stays valid until the next is asked for.

    Args:
        split: what they are taken from, the same for every run.
        batch_rows: of each; the last of an epoch may have fewer.
        generators: for each run, what draws its orders; none where every epoch takes the rows as they stand.
        check: called before each draw, and may raise.
    """

    def __init__(
        self, split: Split, batch_rows: int, generators: Sequence[np.random.Generator], check: Callable[[], None]
    ) -> None:
        self.split, self.batch_rows = split, batch_rows
        self.orders = _orders(generators, split.rows, check) if generators else None
        sizes = (batch_rows, split.rows % batch_rows) if generators else ()
        self.buffers = {size: _Gathered(split, len(generators), size) for size in sizes}

    def epoch(self) -> Iterator[Split]:
        """The batches of the next epoch."""
        order = next(self.orders) if self.orders else None
        for first in range(0, self.split.rows, self.batch_rows):
            part = slice(first, min(first + self.batch_rows, self.split.rows))
            if order is None:
                yield self.split.part(part)
            else:
                yield self.buffers[part.stop - first].gather(order[:, part])


def order_generator(experiment: Experiment, seed: int) -> np.random.Generator:
    """What draws the orders of rows for the run with this seed."""
    entropy = seed if experiment.shuffle_seed is None else experiment.shuffle_seed
    return np.random.default_rng(np.random.SeedSequence(entropy, spawn_key=(ORDER_BRANCH,)))


def order_bytes(rows: int) -> int:
    """The most that one run's orders take."""
    return max(rows, KEYS_AT_ONCE) * np.intp().itemsize


def _orders(generators: Sequence[np.random.Generator], rows: int, check: Callable[[], None]) -> Iterator[Array]:
    """For each epoch an order of rows for each run, `[R, n]`: random keys, sorted.

    Drawn for several epochs at a time, which is several times faster than a permutation a run and epoch. A
    key's low bits are its row's number, so that sorting it (faster than argsort) also says where it came from.
    """
    epochs = max(1, KEYS_AT_ONCE // rows)
    orders = np.empty((epochs, len(generators), rows), np.intp)
    low_bits = np.uint64((1 << rows.bit_length()) - 1)
    numbers = np.arange(rows, dtype=np.uint64)
    while True:
        for i, generator in enumerate(generators):
            check()
            keys = generator.bit_generator.random_raw(epochs * rows).reshape(epochs, rows)
            keys &= ~low_bits
            keys |= numbers
            keys.sort(axis=1)
            keys &= low_bits
            orders[:, i] = keys
        yield from orders
