"""What an initializer is called with, checked: shapes, seeds, dtypes; and the names of Keras's that are taken too."""

from __future__ import annotations

import math
from contextlib import suppress
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from nnviz.core.initializers.record import Shape
from nnviz.core.registry import shorten

DTYPES = (np.dtype(np.float32), np.dtype(np.float64))
MOST_AXES = 32
MOST_WEIGHTS = 1_000_000_000  # of one kernel: 8 GB while it is drawn

# What Keras's fifteen have there and not here, for those who expect all of it.
LEFT_OUT = "input_axes and output_axes (new in Keras 3.15), and arrays as a constant's value"

# Keras's other names for some of them; class names such as HeNormal are the keys without their underscores.
KERAS_ALIASES = {
    "normal": "random_normal",
    "one": "ones",
    "uniform": "random_uniform",
    "zero": "zeros",
    "identityinitializer": "identity",
    "orthogonalinitializer": "orthogonal",
}


def check_shape(shape: object) -> Shape:
    """The shape as a tuple of plain integers; as in Keras, a number with a point is no size, even a whole one."""
    sizes = None
    with suppress(TypeError):  # bytes would be read as their numbers
        sizes = None if isinstance(shape, bytes) else tuple(islice(shape, MOST_AXES + 1))  # type: ignore[call-overload]
    if sizes is None or not all(isinstance(n, (int, np.integer)) and not isinstance(n, bool) for n in sizes):
        raise ValueError(f"shape={shorten(shape)}: must be whole numbers from 0, such as (64, 32).")
    if any(n < 0 for n in sizes):
        raise ValueError(f"shape={shorten(sizes)}: must be whole numbers from 0.")
    if len(sizes) > MOST_AXES or math.prod(max(1, int(n)) for n in sizes) > MOST_WEIGHTS:
        most = f"at most {MOST_AXES} axes and {MOST_WEIGHTS:,} weights"
        raise ValueError(f"shape={shorten(sizes)}: must have {most}.")
    return tuple(map(int, sizes))


def check_dtype(dtype: npt.DTypeLike) -> np.dtype[Any]:
    """The dtype, float32 where none is given."""
    with suppress(TypeError):  # NumPy knows no such dtype
        known: np.dtype[Any] = np.dtype(np.float32 if dtype is None else dtype)
        if known in DTYPES:
            return known
    raise ValueError(f"dtype={shorten(dtype)}: must be float32 or float64.")


def generator(seed: object) -> np.random.Generator:
    """A generator from a seed, or the one that is given."""
    whole = isinstance(seed, (int, np.integer)) and not isinstance(seed, bool) and seed >= 0
    if not (whole or seed is None or isinstance(seed, (np.random.Generator, np.random.SeedSequence))):
        raise ValueError(f"seed={shorten(seed)}: must be a whole number from 0, a NumPy generator or None.")
    return np.random.default_rng(seed)  # type: ignore[arg-type]
