"""Signals sent through layers of given kernels."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from nnviz.core import activations
from nnviz.core.contraction import one_blas_thread

Array = np.ndarray


def forward(kernels: Iterable[Array], x: Array, activation: str, biases: Iterable[Array] = ()) -> list[Array]:
    """Each layer's activations `[rows, units]` to x `[rows, inputs]`; without biases they are zero."""
    record, signals, offsets = activations.registry[activation], [x], iter(biases)
    with one_blas_thread():
        for kernel in kernels:
            preactivations = signals[-1] @ kernel + next(offsets, np.float64(0))
            out = np.empty_like(preactivations)
            record.value(preactivations, out)
            signals.append(out)
    return signals[1:]
