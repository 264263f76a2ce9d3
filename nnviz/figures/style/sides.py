"""The two sides of a comparison: their letters, their words, their colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nnviz.core import activations, datasets, optimizers
from nnviz.core.experiment import FIELDS, LIKE_THE_KERNEL, Experiment, field_names
from nnviz.core.initializers import Initializer
from nnviz.core.registry import Value, plain
from nnviz.core.trace import Trace
from nnviz.figures.style.template import Palette

MOST_DIFFERENCES = 3
MOST_NUMBERS = 6  # of a list


@dataclass(frozen=True, eq=False)
class Look:
    """How one side of a comparison is called and drawn.

    Attributes:
        letter: A or B; nothing where there is only one side.
        name: what sentences call it.
        label: what sets it apart, in words.
        color: of its lines and words.
        dash: of its lines, so that colour never stands alone.
    """

    letter: str
    name: str
    label: str
    color: str
    dash: str

    @property
    def line(self) -> str:
        """The dash as CSS names it."""
        return "solid" if self.dash == "solid" else "dashed"


@dataclass(frozen=True, eq=False)
class Side(Look):
    """One side of a comparison of two traces, as it is drawn.

    Attributes:
        trace: what was recorded.
    """

    trace: Trace


def traced_sides(traces: Sequence[Trace], palette: Palette) -> list[Side]:
    """One or two traces as sides; two are called A and B."""
    labels = describe_sides([trace.experiment for trace in traces])
    if len(traces) == 1:
        return [Side("", "The network", labels[0], palette.a, "solid", traces[0])]
    styles = (("A", palette.a, "solid"), ("B", palette.b, "dash"))
    return [
        Side(letter, letter, label, color, dash, trace)
        for trace, label, (letter, color, dash) in zip(traces, labels, styles, strict=True)
    ]


def when(trace: Trace) -> str:
    """The moment that a trace reaches to, in words; nothing where that is the training's end.

    >>> from nnviz import Experiment, train
    >>> trace = train(Experiment(epochs=4, snapshots=3))
    >>> when(trace.until(1)), when(trace)
    ('at epoch 1', '')
    """
    epoch = float(trace.epochs[-1])
    if epoch >= trace.experiment.epochs:
        return ""
    return f"at epoch {epoch:.1f}" if epoch < 10 and not epoch.is_integer() else f"at epoch {epoch:,.0f}"


def describe_sides(experiments: Sequence[Experiment]) -> list[str]:
    """What sets each experiment apart from the others: its start, or whatever else differs.

    >>> describe_sides([Experiment(kernel_initializer="zeros"), Experiment(kernel_initializer="zeros", seed=1)])
    ['seed 0', 'seed 1']
    >>> describe_sides([Experiment(learning_rate=15.0), Experiment(learning_rate=14.999999999999998)])
    ['learning rate 15.0', 'learning rate 14.999999999999998']
    """
    first = experiments[0]
    names = ["kernel_initializer", *(name for name in field_names() if name != "kernel_initializer")]
    differing = [name for name in names if any(getattr(e, name) != getattr(first, name) for e in experiments)]
    shown = differing[:MOST_DIFFERENCES] or ["kernel_initializer"]
    columns = [_apart(name, [getattr(e, name) for e in experiments]) for name in shown]
    return [", ".join(words) for words in zip(*columns, strict=True)]


def _apart(name: str, values: Sequence[Any]) -> list[str]:
    """A field's values in words; numbers that differ only in digits that are not shown get all of theirs."""
    words = [field_words(name, value) for value in values]
    if all(isinstance(value, float) for value in values) and len(set(words)) < len(set(values)):
        return [f"{FIELDS[name].label} {value!r}" for value in values]
    return words


def field_words(name: str, value: Any) -> str:
    """A field and its value in a few words, such as "learning rate 0.3".

    >>> field_words("hidden", (8, 8)), field_words("batch_size", None), field_words("dataset", "xor")
    ('8 + 8 units', 'full batch', 'XOR')
    """
    if name == "hidden":
        return f"{' + '.join(map(str, value))} units" if value else "no hidden layer"
    if name in LIKE_THE_KERNEL:
        part = {"output_initializer": "output", "branch_initializer": "branches"}[name]
        return f"{part} {start_words(value) if value else 'like the rest'}"
    if name == "bias_initializer":
        return f"biases {start_words(value)}"
    if name == "kernel_initializer":
        return start_words(value)
    if name in _REGISTRIES:
        return str(_REGISTRIES[name][value].label)
    if value is None:
        return FIELDS[name].none
    return f"{FIELDS[name].label} {_words(value)}"


def start_words(initializer: Initializer) -> str:
    """An initializer in words: its label, and the parameters that differ from their defaults.

    >>> from nnviz.core.initializers import get
    >>> start_words(get("constant(value=0.5)")), start_words(get("zeros")), start_words(get("listed(values=1 2.71828)"))
    ('constant, value 0.5', 'zeros', 'numbers of your own, 1 2.718')
    """
    changed = [
        ("" if parameter.kind is tuple else f"{parameter.label} ") + _words(initializer.parameters[parameter.name])
        for parameter in initializer.scheme.parameters
        if initializer.parameters[parameter.name] != parameter.default
    ]
    return ", ".join([initializer.scheme.label, *changed])


def _words(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return " ".join(f"{number:.4g}" for number in value[:MOST_NUMBERS]) + " …" * (len(value) > MOST_NUMBERS)
    if isinstance(value, int):
        return str(value)
    return plain(value) if isinstance(value, float) else str(value)


_REGISTRIES: dict[str, Any] = {
    "dataset": datasets.registry,
    "activation": activations.registry,
    "optimizer": optimizers.registry,
}
