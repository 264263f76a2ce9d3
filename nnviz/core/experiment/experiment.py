"""The full recipe of a training, as a value.

Every field checks itself on construction, and so does the whole: a budget of work and of memory is held before
any is taken.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, cast

import numpy.typing as npt

from nnviz.core import datasets
from nnviz.core.experiment import links
from nnviz.core.experiment.cost import check_budget
from nnviz.core.experiment.fields import ExperimentError, check_field, check_known, field_text, parse_field
from nnviz.core.initializers import Initializer
from nnviz.core.notebook import html_table
from nnviz.core.registry import Value, shorten

if TYPE_CHECKING:
    from nnviz.core.experiment.own import OwnExperiment

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

    With `residual=True` each hidden layer after the first is a block x + V φ(W x + b), all of one width: W and b are
    that layer's kernel and bias, V is its branch kernel, which has no bias. `branch_initializer` draws V; None follows
    the kernel initializer, and without residual blocks it has no effect.

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
    residual: bool = False
    kernel_initializer: _Made = "glorot_uniform"  # type: ignore[assignment]  # made an instance below
    output_initializer: _MadeOrNone = None  # type: ignore[assignment]
    branch_initializer: _MadeOrNone = None  # type: ignore[assignment]
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
            object.__setattr__(self, name, check_field(name, getattr(self, name)))
        self._check_split()
        self._check_residual()
        check_budget(self)

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

        Labels of any kind become classes in their sorted order, as in scikit-learn. The split is stratified, rows that
        repeat each other stay on one side of it, and `data_seed` draws it.

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
        from nnviz.core.experiment.arrays import split_arrays
        from nnviz.core.experiment.own import OwnExperiment

        for name in ("dataset", "samples", "noise"):
            if name in fields:
                raise ExperimentError(f"{name}: makes data, but these are your own.", name)
        share, seed = check_field("test_fraction", test_fraction), check_field("data_seed", fields.get("data_seed", 0))
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
    def branches(self) -> int:
        """How many residual blocks there are, each with a branch kernel."""
        return len(self.hidden) - 1 if self.residual else 0

    @property
    def branch_start(self) -> Initializer:
        """What draws the branch kernels."""
        return self.branch_initializer or self.kernel_initializer

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
            check_known(name)
        return Experiment(**values)

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

    def _check_residual(self) -> None:
        if self.residual and (len(self.hidden) < 2 or len(set(self.hidden)) > 1):
            raise ExperimentError(
                f"residual=true with hidden={field_text('hidden', self.hidden)}: residual blocks need at least two "
                "hidden layers, all of one width, such as 8,8.",
                "residual",
                "hidden",
            )


def field_names() -> tuple[str, ...]:
    """The names of an experiment's fields, in order."""
    return tuple(field.name for field in dataclasses.fields(Experiment))


def _jsonable(value: Value | tuple[int, ...] | Initializer) -> Value | list[Any]:
    if isinstance(value, Initializer):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


DEFAULT = Experiment()
