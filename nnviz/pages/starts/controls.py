"""The page on starts that are random or merely different: its controls, presets, table, ways into the Playground."""

from __future__ import annotations

import math
from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode

from nnviz.analysis.symmetry.clones import AsOne
from nnviz.analysis.symmetry.starts import RECIPE, InitComparison, InitOutcome, ZeroParts
from nnviz.analysis.words import number
from nnviz.core import activations
from nnviz.core.registry import Parameter, plain
from nnviz.figures.symmetry.starts import CHANCE
from nnviz.ui import page
from nnviz.ui.state.controls import Controls
from nnviz.ui.state.presets import Preset
from nnviz.ui.state.state import DEFAULT_A, Comparison

PAGE = page.script("starts")
COLUMNS = ("tanh", "relu", "sigmoid")

LAB = Controls(
    "starts",
    RECIPE.replace(snapshots=DEFAULT_A.snapshots),
    sections={
        "Network": ("hidden", "activation"),
        "Training": ("learning_rate", "epochs", "optimizer"),
        "Data": ("dataset", "samples", "noise", "data_seed"),
    },
    more=(),
    start=("seed",),
    settings=(
        Parameter(
            name="random_starts", kind=int, default=30, low=1, high=200, label="random starts",
            note="How many seeds stand beside the starts by hand.",
        ),
    ),
)  # fmt: skip

PRESETS = (
    Preset("two moons", "As at first.", {}),
    Preset("one row more", "The classes are no longer of equal size: what do zeros learn now?", {"samples": "401"}),
    Preset("XOR", "Four corners, where luck counts for more.", {"dataset": "xor", "noise": "0.1", "hidden": "3"}),
    Preset("ReLU", "Units that can die.", {"activation": "relu"}),
    Preset("2 units", "No unit to spare.", {"hidden": "2"}),
    Preset("32 units", "Units in plenty.", {"hidden": "32"}),
    Preset("300 epochs", "Stopped early: who is quick?", {"epochs": "300"}),
    Preset("Adam", "Does another optimizer part clones?", {"optimizer": "adam", "learning_rate": "0.01"}),
)


def columns(activation: str) -> tuple[str, ...]:
    """The activations in the second table: three, which is what fits on a phone, and the one chosen among them."""
    return COLUMNS if activation in COLUMNS else (activation, *COLUMNS[1:])


def in_words(contest: InitComparison) -> str:
    """Every start in a line of HTML, the random ones as median, best and worst, each with its link."""
    ranked = contest.ranked()
    lines = [(f"{outcome.start.label}, {name}", outcome) for name, outcome in (
        ("median", contest.median), ("best", ranked[0]), ("worst", ranked[-1]),
    )]  # fmt: skip
    lines += [(outcome.start.label, outcome) for outcome in contest.outcomes]
    return "<ul>" + "".join(f"<li>{_line(contest, name, outcome)}</li>" for name, outcome in lines) + "</ul>"


def _line(contest: InitComparison, name: str, outcome: InitOutcome) -> str:
    note, chance = outcome.start.note, CHANCE[outcome.start.chance].capitalize()
    words = (
        f"{note} {chance}. {outcome.distinct_before} of {outcome.units} units start with numbers of their own, and end "
        f"acting as {outcome.functions}; loss "
        f"{_loss(outcome)}: {outcome.kind}, better than {contest.beaten(outcome)} of {len(contest.random)} random ones."
    )
    address = f"./?{urlencode(playground_query(outcome))}"
    link = f'<a href="{escape(address)}" style="color: inherit">Open in the Playground</a>'
    return f"<b>{escape(name)}</b>: {escape(words)} {link}"


def places(contest: InitComparison) -> Mapping[str, InitOutcome]:
    """Every start that can be opened, by what it is called in the menu."""
    by_hand = {f"{outcome.start.label}: {_loss(outcome)}": outcome for outcome in contest.outcomes}
    ranked = contest.ranked()
    named = {id(contest.median): "median, ", id(ranked[0]): "best, ", id(ranked[-1]): "worst, "}
    return by_hand | {
        f"random, {named.get(id(outcome), '')}seed {outcome.experiment.seed}: {_loss(outcome)}": outcome
        for outcome in ranked
    }


def cell_label(cell: InitOutcome) -> str:
    """What a cell of the second table is called in the menu."""
    return f"{cell.start.label} with {activations.registry[cell.experiment.activation].label}: {_loss(cell)}"


def playground_query(outcome: InitOutcome) -> dict[str, str]:
    """A start as the Playground's A, beside Glorot uniform."""
    a = outcome.experiment.replace(snapshots=DEFAULT_A.snapshots)
    b = a.replace(kernel_initializer="glorot_uniform", output_initializer=None, bias_initializer="zeros")
    return Comparison(a, b).to_query()


def about_zeros(parts: ZeroParts) -> str:
    """What there is to know for reading the second table, with its numbers."""
    classes = parts.cells[0][0].experiment.load_dataset().class_names
    cost = number(parts.guess)
    why = ""
    if classes and abs(parts.guess - math.log(len(classes))) < 1e-9:
        cost = f"ln {len(classes)} = {cost}"
        why = " There are as many rows of each class, so the output bias has nothing to learn by itself."
    return (
        "In each cell: how many the hidden units act as at the end, the final loss, and what moved, if only by a bit. "
        f"The stronger its shade, the further the loss fell below a guess's, {cost}; below {number(parts.bar)}, a "
        f"quarter of that, a start counts as trained.{why}"
    )


def as_one_sentence(as_one: AsOne) -> str:
    """What the clones and their one unit did."""
    lr = plain(as_one.learning_rate)
    apart = abs(as_one.many - as_one.one)
    return (
        f"{as_one.units} equal units are one unit: a single one, started from their sum and trained with learning rate "
        f"{lr} / {as_one.units} on its incoming and {lr} · {as_one.units} on its outgoing weights, ends at "
        f"{number(as_one.one)}; they end at {number(as_one.many)} (difference {number(apart, 1)})."
    )


def _loss(outcome: InitOutcome) -> str:
    return "diverged" if math.isnan(outcome.loss) else number(outcome.loss)
