"""The experiment: the full recipe of a training, as a value.

Every field checks itself on construction, and so does the whole: a budget of work and of memory is held before
any is taken. The fields' descriptions in `FIELDS` are what widgets, URLs and the command line are made from.
"""

from __future__ import annotations

import dataclasses
import json
import math
import numbers
from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any, Self, cast

import numpy as np
import numpy.typing as npt

from nnviz.core import activations, datasets, initializers, links, optimizers
from nnviz.core.initializers import Initializer
from nnviz.core.notebook import html_table
from nnviz.core.registry import Parameter, Value, find, meant, shorten, text_of

# The budget: seconds by a rule of thumb, from what training took on one core of a 2024 server where clones
# force the exact product (through BLAS it is up to five times faster).
MOST_SECONDS = 60
SECONDS_A_WEIGHT = 2e-9  # and row
SECONDS_A_UNIT = 15e-9  # and row
SECONDS_A_CALL = 22e-6  # of NumPy's, for one layer of up to 64 runs at one step
SECONDS_A_RUN = 0.5e-6  # and layer and step
MOST_TRACE_BYTES = 300_000_000
MOST_BUFFER_BYTES = 200_000_000
MOST_LAYER_WORK = 20_000_000  # rows × weights of one layer at once: about 50 ms at worst, the time to stop


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

_INITIALIZERS = ("kernel_initializer", "output_initializer", "bias_initializer")


if TYPE_CHECKING:
    from nnviz.core.own import OwnExperiment

    # What type checkers are told: a text or an initializer may be given, and an initializer is what is kept.
    class _Made:
        def __get__(self, experiment: object, owner: object) -> Initializer: ...
        def __set__(self, experiment: object, value: str | Initializer) -> None: ...

    class _MadeOrNone:
        def __get__(self, experiment: object, owner: object) -> Initializer | None: ...
        def __set__(self, experiment: object, value: str | Initializer | None) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """The full recipe of a training: data, network, initializers, optimizer, seeds.

    A value: frozen, hashable, comparable. `hidden` is a tuple of layer widths, `()` for no hidden layer; a list or
    a single width is made one. `dtype` is kept as its name.
    Initializers may be given as a key, a text form or an instance, and are kept as instances;
    `output_initializer=None` follows the kernel initializer. `batch_size=None` is the full batch.

    >>> Experiment(hidden=(4,), kernel_initializer="constant(value=0.5)").to_query()
    {'hidden': '4', 'kernel_initializer': 'constant(value=0.5)'}

    Raises:
        ValueError: a value out of range or unknown, or more work or memory than the budget; the message names
            the field, the value and what is allowed.
    """

    dataset: str = "moons"
    samples: int = 400
    noise: float = 0.1
    data_seed: int = 0
    test_fraction: float = 0.5
    hidden: tuple[int, ...] = (8,)
    activation: str = "tanh"
    kernel_initializer: _Made = "glorot_uniform"  # type: ignore[assignment]  # made an instance below
    output_initializer: _MadeOrNone = None  # type: ignore[assignment]
    bias_initializer: _Made = "zeros"  # type: ignore[assignment]
    optimizer: str = "sgd"
    learning_rate: float = 0.3
    batch_size: int | None = 32
    shuffle: bool = True
    shuffle_seed: int | None = None
    epochs: int = 200
    seed: int = 0
    restarts: int = 1
    snapshots: int = 60
    dtype: str = "float64"

    def __post_init__(self) -> None:
        for name in field_names():
            object.__setattr__(self, name, _check(name, getattr(self, name)))
        self._check_split()
        self._check_budget()

    @staticmethod
    def from_arrays(
        x: npt.ArrayLike,
        y: npt.ArrayLike,
        *,
        feature_names: Sequence[str] | None = None,
        class_names: Sequence[str] | None = None,
        test_fraction: float = 0.5,
        standardize: bool = True,
        task: str | None = None,
        **fields: Any,
    ) -> OwnExperiment:
        """The recipe of a training on arrays of one's own.

        Labels of any kind become classes in their sorted order, as in scikit-learn. The split is stratified, and
        `data_seed` draws it.

        Args:
            x: features `[n, d]`: an array, lists or a data frame, whose column names are taken.
            y: targets `[n]` or `[n, 1]`: floating-point numbers are real targets, all else is labels.
            feature_names: d names.
            class_names: a name for each label, in the labels' sorted order.
            test_fraction: the share of rows that is held back.
            standardize: whether each feature is brought to mean 0 and standard deviation 1, by the rows trained on.
            task: "classification" or "regression", where the targets' type does not say it.
            **fields: of the experiment; not `dataset`, `samples` and `noise`, which make data.

        Raises:
            ValueError: gaps, shapes that do not fit, labels that cannot be sorted, a single class, a class with a
                single row, too few rows for the split; or as `Experiment`.

        >>> experiment = Experiment.from_arrays([[1.0], [2.0], [3.0], [4.0]], ["a", "a", "b", "b"], epochs=5)
        >>> experiment.layer_sizes, experiment.task.classes
        ((1, 8, 1), ('a', 'b'))
        """
        from nnviz.core.arrays import split_arrays
        from nnviz.core.own import OwnExperiment

        for name in ("dataset", "samples", "noise"):
            if name in fields:
                raise ExperimentError(f"{name}: makes data, but these are your own.", name)
        share, seed = _check("test_fraction", test_fraction), _check("data_seed", fields.get("data_seed", 0))
        data = split_arrays(
            x,
            y,
            feature_names=feature_names,
            class_names=class_names,
            test_fraction=cast(float, share),
            standardize=standardize,
            task=task,
            seed=cast(int, seed),
        )
        return OwnExperiment(data=data, test_fraction=cast(float, share), **fields)

    @property
    def source(self) -> datasets.Source | None:
        """The record of the data set; None for data of one's own."""
        return datasets.registry[self.dataset]

    @property
    def task(self) -> datasets.Task:
        """What a network takes in and what it is to answer."""
        return datasets.registry[self.dataset]

    @property
    def data_name(self) -> str:
        """What the data set is called in messages."""
        return self.dataset

    @property
    def data_label(self) -> str:
        """What the data set is called on screen."""
        return datasets.registry[self.dataset].label

    @property
    def split_sizes(self) -> tuple[int, int]:
        """How many rows are trained on, and how many are held back."""
        return datasets.registry[self.dataset].split_sizes(self.samples, self.test_fraction)

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """Units from the input to the output, such as (2, 8, 1)."""
        return (len(self.task.features), *self.hidden, self.task.outputs)

    @property
    def layer_initializers(self) -> tuple[Initializer, ...]:
        """The kernel initializer of each layer, hidden and output."""
        output = self.output_initializer or self.kernel_initializer
        return (self.kernel_initializer,) * len(self.hidden) + (output,)

    @property
    def train_rows(self) -> int:
        """How many rows are trained on."""
        return self.split_sizes[0]

    @property
    def batch_rows(self) -> int:
        """Rows of a step; the last step of an epoch may have fewer."""
        return min(self.batch_size or self.train_rows, self.train_rows)

    @property
    def steps_per_epoch(self) -> int:
        """Optimizer steps an epoch."""
        return math.ceil(self.train_rows / self.batch_rows)

    @property
    def total_steps(self) -> int:
        """Optimizer steps in all."""
        return self.epochs * self.steps_per_epoch

    @property
    def seeds(self) -> tuple[int, ...]:
        """The weight seed of each run."""
        return tuple(range(self.seed, self.seed + self.restarts))

    def snapshot_steps(self) -> list[int]:
        """After how many steps a snapshot is taken: from 0 to the end, close together early on."""
        moments = min(self.snapshots, self.total_steps + 1) - 1
        return [max(i, round(self.total_steps * (i / moments) ** 2)) for i in range(moments + 1)]

    def load_dataset(self) -> datasets.Dataset:
        """The arrays that this experiment trains on."""
        return datasets.load(self.dataset, self.samples, self.noise, self.data_seed, self.test_fraction)

    def replace(self, **changes: object) -> Self:
        """The same experiment with some fields changed."""
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]

    def _repr_html_(self) -> str:
        rows = [[name, shorten(field_text(name, getattr(self, name)), 80).strip("'")] for name in field_names()]
        return html_table(("field", "value"), rows)

    # Forms: a URL's query, and JSON.

    def to_query(self) -> dict[str, str]:
        """The fields that differ from their defaults, as texts for a URL."""
        return {
            name: field_text(name, getattr(self, name))
            for name in field_names()
            if getattr(self, name) != getattr(DEFAULT, name)
        }

    @staticmethod
    def from_query(query: Mapping[str, str]) -> tuple[Experiment, list[str]]:
        """The experiment that a URL's query stands for, and a sentence for each thing that could not be used.

        Never raises: what cannot be used falls back to its default, field by field. What `links` knows to be
        nobody's setting, such as utm_source, is passed over.
        """
        values: dict[str, Any] = {}
        sentences: list[str] = []
        for name, text in links.settings(query).items():
            try:
                values[name] = parse_field(name, text)
            except ValueError as error:
                sentences.append(f"{error} Ignored.")
        while True:
            try:
                return Experiment(**values), sentences
            except ExperimentError as error:
                sentences.append(f"{error} The defaults are used instead.")
                kept = {name: value for name, value in values.items() if name not in error.fields}
                values = kept if len(kept) < len(values) else {}

    def to_json(self) -> str:
        """Every field, as a JSON object."""
        return json.dumps({name: _jsonable(getattr(self, name)) for name in field_names()})

    @staticmethod
    def from_json(text: str) -> Experiment:
        """The experiment that a JSON object stands for; ValueError where anything in it cannot be used."""
        try:
            values = json.loads(text)
        except (ValueError, RecursionError, TypeError) as error:
            raise ExperimentError(f"Not a JSON text: {shorten(str(error), 80)}.") from None
        if not isinstance(values, dict):
            raise ExperimentError("An experiment's JSON must be an object of its fields.")
        for name in values:
            _known(name)
        return Experiment(**values)

    # Checks of the whole.

    def _check_split(self) -> None:
        least = max(2, len(self.task.classes))
        train, test = self.split_sizes
        if min(train, test) < least:
            raise ExperimentError(
                f"samples={self.samples} with test_fraction={self.test_fraction:g} leaves {train} rows to train on "
                f"and {test} to test on: {self.data_name} needs at least {least} of each.",
                "samples",
                "test_fraction",
            )

    def _check_budget(self) -> None:
        sizes = self.layer_sizes
        layers = [(inputs + 1) * outputs for inputs, outputs in pairwise(sizes)]
        rows = self.split_sizes
        moments = min(self.snapshots, self.total_steps + 1)
        seen = self.restarts * (self.train_rows * self.epochs + sum(rows) * moments)
        calls = (self.total_steps + moments) * len(layers)
        seconds = (
            seen * (sum(layers) * SECONDS_A_WEIGHT + sum(sizes) * SECONDS_A_UNIT)
            + calls * (math.ceil(self.restarts / 64) * SECONDS_A_CALL + self.restarts * SECONDS_A_RUN)
        )  # fmt: skip
        itemsize = 8 if self.dtype == "float64" else 4
        trace = self.restarts * moments * (sum(layers) + len(layers) + 4) * itemsize
        buffers = 3 * max(rows) * sum(sizes) * itemsize
        for amount, most, what, fields in (
            (seconds, MOST_SECONDS, "work", ("samples", "hidden", "batch_size", "epochs", "restarts", "snapshots")),
            (trace, MOST_TRACE_BYTES, "memory", ("hidden", "restarts", "snapshots")),
            (buffers, MOST_BUFFER_BYTES, "memory", ("samples", "hidden")),
            (max(rows) * max(layers), MOST_LAYER_WORK, "work in one layer", ("samples", "hidden")),
        ):
            if amount > most:
                now = ", ".join(f"{name}={field_text(name, getattr(self, name))}" for name in fields)
                raise ExperimentError(
                    f"{now} need {_times(amount / most)} times the {what} that is allowed: lower one of them.",
                    *fields,
                )


def _times(factor: float) -> str:
    return f"{factor:.3g}" if factor < 1000 else f"{factor:,.0f}"


def field_names() -> tuple[str, ...]:
    """The names of an experiment's fields, in order."""
    return tuple(field.name for field in dataclasses.fields(Experiment))


def parse_field(name: str, text: object) -> object:
    """The value of the field `name` that a text stands for; ValueError where it stands for none."""
    _known(name)
    if not isinstance(text, str):
        raise ExperimentError(f"{name}={shorten(text)}: must be a text.", name)
    if name == "output_initializer" and text.strip().lower() in ("none", ""):
        return None
    if name in _INITIALIZERS or name in _REGISTRIES:
        return _check(name, text)
    if name == "hidden":
        words = [word for word in text.strip().split(",") if word.strip()] if text.strip() != "none" else []
        widths = [int(w) if w.strip().isascii() and w.strip().isdigit() and len(w) < 12 else w for w in words]
        return _check(name, widths)
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


def _known(name: object) -> None:
    if name not in field_names():
        question = meant(name, field_names())
        raise ExperimentError(f"{shorten(name)}: there is no such field{f'; {question}' if question else '.'}")


def _check(name: str, value: object) -> object:
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
    if isinstance(value, numbers.Real):  # one layer
        value = (value,)
    widths = None
    if not isinstance(value, (str, bytes, Set, Mapping)):  # what is in a set has no order that anybody chose
        with suppress(TypeError):
            widths = tuple(islice(value, MOST_LAYERS + 1))  # type: ignore[call-overload]
    if widths is None:
        raise ValueError(f"hidden={shorten(value)}: {allowed}.")
    if len(widths) > MOST_LAYERS:
        raise ValueError(f"hidden={shorten(widths)}: {allowed}.")
    try:
        return tuple(int(width.check(w)) for w in widths)  # type: ignore[arg-type]
    except ValueError:
        raise ValueError(f"hidden={shorten(widths)}: {allowed}.") from None


def _check_dtype(value: object) -> Value:
    if isinstance(value, (type, np.dtype)):  # such as np.float32
        with suppress(TypeError):
            result = np.dtype(value)
            value = result.name if result.isnative else value
    return FIELDS["dtype"].check(value)


def _check_initializer(field: str) -> Callable[[object], Initializer | None]:
    def check(value: object) -> Initializer | None:
        if value is None and field == "output_initializer":
            return None
        try:
            initializer = initializers.get(value)  # type: ignore[arg-type]
        except ValueError as error:
            raise ValueError(f"{field}: {error}") from None
        if field == "bias_initializer" and initializer.scheme.least_axes > 1:
            raise ValueError(f"bias_initializer={initializer}: cannot fill a bias, which has one axis.")
        return initializer

    return check


def _jsonable(value: Value | tuple[int, ...] | Initializer) -> Value | list[Any]:
    if isinstance(value, Initializer):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


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

DEFAULT = Experiment()
