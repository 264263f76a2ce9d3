"""The fields of an experiment: each checks, reads and writes itself.

Their descriptions in `FIELDS` are what widgets, URLs and the command line are made from.
"""

from __future__ import annotations

import numbers
from collections.abc import Callable, Mapping, Set
from contextlib import suppress
from itertools import islice
from typing import Any

import numpy as np

from nnviz.core import activations, datasets, initializers, optimizers
from nnviz.core.initializers import Initializer
from nnviz.core.registry import Parameter, Value, find, meant, shorten, text_of


class ExperimentError(ValueError):
    """A value that an experiment cannot have.

    Attributes:
        fields: the names of the fields at fault.
    """

    def __init__(self, message: str, *fields: str) -> None:
        super().__init__(message)
        self.fields = fields


def _whole(name: str, default: int | None, low: int, high: int, label: str, note: str, none: str = "") -> Parameter:
    return Parameter(name=name, kind=int, default=default, low=low, high=high, label=label, note=note, none=none)


def _real(name: str, default: float, low: float, high: float, label: str, note: str) -> Parameter:
    return Parameter(name=name, kind=float, default=default, low=low, high=high, label=label, note=note)


def _choice(name: str, default: str, choices: tuple[str, ...], label: str, note: str) -> Parameter:
    return Parameter(name=name, kind=str, default=default, choices=choices, label=label, note=note)


MOST_SEED = 2**32 - 1
MOST_LAYERS = 64
MOST_UNITS = 256

# The fields with one plain value. `hidden` and the initializers have forms of their own.
FIELDS: Mapping[str, Parameter] = {
    parameter.name: parameter
    for parameter in (
        _choice("dataset", "moons", tuple(datasets.registry), "data set", "What the network learns from."),
        _whole("samples", 400, 8, 20_000, "samples", "Rows in all, before the split; of real data the most taken."),
        _real("noise", 0.1, 0.0, 2.0, "noise", "How far points stray. Real data has its own."),
        _whole("data_seed", 0, 0, MOST_SEED, "data seed", "Draws the points and the split."),
        _real("test_fraction", 0.5, 0.05, 0.95, "held back for testing", "The share of rows never trained on."),
        _choice("activation", "tanh", tuple(activations.registry), "activation", "What a hidden unit does to its sum."),
        Parameter(
            name="residual", kind=bool, default=False, label="residual blocks",
            note="Each hidden layer after the first adds a branch to its input. All need one width.",
        ),
        _choice("optimizer", "sgd", tuple(optimizers.registry), "optimizer", "How a gradient becomes a step."),
        _real("learning_rate", 0.3, 1e-6, 1000.0, "learning rate", "How large the steps are."),
        _whole("batch_size", 32, 1, 20_000, "batch size", "Rows a step.", none="full batch"),
        Parameter(
            name="shuffle", kind=bool, default=True, label="shuffle",
            note="A new order of rows each epoch. A full batch has no order.",
        ),
        _whole("shuffle_seed", None, 0, MOST_SEED, "order seed", "Draws the order of rows.", none="each run's seed"),
        _whole("epochs", 200, 1, 1_000_000, "epochs", "How often every row is seen."),
        _whole("seed", 0, 0, MOST_SEED, "seed", "Draws the first run's weights; restarts count on from it."),
        _whole("restarts", 1, 1, 10_000, "restarts", "Runs, with seeds counting up."),
        _whole("snapshots", 60, 2, 1000, "snapshots", "Recorded moments, close together early on."),
        _choice("dtype", "float64", ("float64", "float32"), "precision", "float64 for symmetry, float32 for sweeps."),
    )
}  # fmt: skip

_INITIALIZERS = ("kernel_initializer", "output_initializer", "bias_initializer", "branch_initializer")
LIKE_THE_KERNEL = ("output_initializer", "branch_initializer")  # where they are None


def parse_field(name: str, text: object) -> object:
    """The value of the field `name` that a text stands for; ValueError where it stands for none."""
    check_known(name)
    if not isinstance(text, str):
        raise ExperimentError(f"{name}={shorten(text)}: must be a text.", name)
    if name in LIKE_THE_KERNEL and text.strip().lower() in ("none", ""):
        return None
    if name in _INITIALIZERS or name in _REGISTRIES:
        return check_field(name, text)
    if name == "hidden":
        words = [word for word in text.strip().split(",") if word.strip()] if text.strip() != "none" else []
        widths = [int(w) if w.strip().isascii() and w.strip().isdigit() and len(w) < 12 else w for w in words]
        return check_field(name, widths)
    try:
        return FIELDS[name].parse(text)
    except ValueError as error:
        raise ExperimentError(str(error), name) from None


def field_text(name: str, value: Any) -> str:
    """The text that `parse_field` reads back as `value`.

    >>> field_text("hidden", (8, 8)), field_text("hidden", ()), field_text("batch_size", None)
    ('8,8', 'none', 'none')
    """
    if name == "hidden":
        return ",".join(map(str, value)) or "none"
    return str(value) if isinstance(value, Initializer) else text_of(value)


def check_known(name: object) -> None:
    """ExperimentError where an experiment has no such field."""
    names = (*FIELDS, *_SPECIAL)
    if name not in names:
        question = meant(name, names)
        raise ExperimentError(f"{shorten(name)}: there is no such field{f'; {question}' if question else '.'}")


def check_field(name: str, value: object) -> object:
    """The value as the experiment keeps it, or ExperimentError naming the field."""
    check = _SPECIAL.get(name) or FIELDS[name].check
    try:
        if name in _REGISTRIES:
            value = find(_REGISTRIES[name], value, name).key
        return check(value)
    except ValueError as error:
        raise ExperimentError(str(error), name) from None


def _check_hidden(value: object) -> tuple[int, ...]:
    width = Parameter(name="hidden", kind=int, default=8, low=1, high=MOST_UNITS)
    allowed = f"must be at most {MOST_LAYERS} layers, each {width.allowed}"
    widths = (value,) if isinstance(value, numbers.Real) else None  # one layer
    if not isinstance(value, (numbers.Real, str, bytes, Set, Mapping)):  # a set has no order that anybody chose
        with suppress(TypeError):
            value = widths = tuple(islice(value, MOST_LAYERS + 1))  # type: ignore[call-overload]
    if widths is not None and len(widths) <= MOST_LAYERS:
        with suppress(ValueError):
            return tuple(int(width.check(w)) for w in widths)  # type: ignore[arg-type]
    raise ValueError(f"hidden={shorten(value)}: {allowed}.")


def _check_dtype(value: object) -> Value:
    if isinstance(value, (type, np.dtype)):  # such as np.float32
        with suppress(TypeError):
            result = np.dtype(value)
            value = result.name if result.isnative else value
    return FIELDS["dtype"].check(value)


def _check_initializer(field: str) -> Callable[[object], Initializer | None]:
    def check(value: object) -> Initializer | None:
        if value is None and field in LIKE_THE_KERNEL:
            return None
        try:
            initializer = initializers.get(value)  # type: ignore[arg-type]
        except ValueError as error:
            raise ValueError(f"{field}: {error}") from None
        if field == "bias_initializer" and initializer.scheme.least_axes > 1:
            raise ValueError(f"bias_initializer={initializer}: cannot fill a bias, which has one axis.")
        return initializer

    return check


_REGISTRIES: dict[str, Mapping[str, Any]] = {
    "dataset": datasets.registry,
    "activation": activations.registry,
    "optimizer": optimizers.registry,
}
_SPECIAL: dict[str, Callable[[object], object]] = {
    "hidden": _check_hidden,
    "dtype": _check_dtype,
    **{name: _check_initializer(name) for name in _INITIALIZERS},
}
