"""What the parts of a script share: questions to an experiment, and pieces of text that several parts use."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping

from nnviz.core.experiment import Experiment
from nnviz.core.initializers import Initializer
from nnviz.core.registry import Entry

WIDTH = 110  # of the scripts' lines


def is_regression(experiment: Experiment) -> bool:
    """Whether the target is a number, not a class."""
    return not experiment.task.classes


def shuffles(experiment: Experiment) -> bool:
    """Whether an order of rows is drawn; with a single batch it would not matter."""
    return experiment.shuffle and experiment.batch_rows < experiment.train_rows


def literal(value: object) -> str:
    """A setting's value as it is written in Python."""
    return f'"{value}"' if isinstance(value, (str, Initializer)) else repr(value)


def piece(pieces: Mapping[str, str], entry: Entry) -> str:
    """A registry entry's piece; a ValueError if it has none."""
    if entry.key not in pieces:
        raise ValueError(f"There is no code for {entry.label} yet.")
    return pieces[entry.key]


def start_comment(label: str, lines: Iterable[str]) -> str:
    """A comment that shows the library's own way to draw such a start."""
    shown = [f"#     {line}" for line in dict.fromkeys(lines)]
    return "\n".join([f"# {label}'s own way to such a start (what is random it draws otherwise):", *shown, ""])


def loop(experiment: Experiment, step: str) -> str:
    """A loop over epochs and batches around a step that takes `rows`."""
    epoch = "for order in orders():" if shuffles(experiment) else "for _ in range(EPOCHS):"
    rows = "order[first : first + BATCH]" if shuffles(experiment) else "slice(first, first + BATCH)"
    inner = f"for first in range(0, len(x_train), BATCH):\n    rows = {rows}\n" + textwrap.indent(step, " " * 4)
    return f"{epoch}\n{textwrap.indent(inner, ' ' * 4)}"
