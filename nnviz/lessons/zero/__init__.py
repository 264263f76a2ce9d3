"""Lesson 4: why not zero? What stands still, what moves in lockstep, and which zeros do no harm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnviz.analysis.playground.baselines import guess_loss, line_loss
from nnviz.analysis.playground.diagnosis import AS_A_LINE, diagnose
from nnviz.analysis.playground.functions import distinct_functions
from nnviz.analysis.playground.units import effective_units
from nnviz.analysis.symmetry.starts import amount_moved
from nnviz.analysis.training import train_all
from nnviz.analysis.words import count, distinctly, number, percent
from nnviz.core.experiment import Experiment
from nnviz.core.initializers import get
from nnviz.core.progress import Progress
from nnviz.core.registry import Parameter
from nnviz.core.trace import Trace, predict
from nnviz.core.training import train
from nnviz.figures.playground.drift import plot_drift
from nnviz.figures.style.template import Palette
from nnviz.lessons.lesson import Checked, Lesson, LessonTask, Numbers, Pair, Picture, Reveal, Screen, Teaching
from nnviz.lessons.zero.parts import BATCH, FLAT_SCREEN, PARTS_SCREEN, SIGMOID_SCREEN
from nnviz.lessons.zero.step import STEP_SCREEN

ZEROS = Experiment(kernel_initializer=get("zeros"))
WINES = Experiment(dataset="wine", kernel_initializer=get("zeros"), batch_size=None, learning_rate=0.5, epochs=400)


# Zeros.


@dataclass(frozen=True, eq=False)
class _Zeros:
    """Two moons from zeros and from random weights, and the wines from zeros."""

    zeros: Trace
    random: Trace
    wines: Trace


def measure_zeros(rows: int | None, on_progress: Progress | None = None) -> _Zeros:
    """Train from zeros."""
    recipe = ZEROS.replace(batch_size=rows)
    recipes = [recipe, recipe.replace(kernel_initializer="glorot_uniform"), WINES]
    return _Zeros(*train_all(recipes, on_progress))


def reveal_zeros(measurement: _Zeros) -> Reveal:
    """How many of the numbers ever move."""
    moved, total = amount_moved(measurement.zeros)
    wines, of_wines = amount_moved(measurement.wines)
    kind = diagnose(measurement.zeros)[0].kind
    first, last = distinctly(*(float(measurement.zeros.train_loss[0, moment]) for moment in (0, -1)))
    went = f"went from {first} to {last}" if first != last else f"stayed at {first}"
    if moved:
        bias = (
            "So one thing can be learned from zeros: how common each class is. In the two moons both are equally "
            "common, so there each handful of rows only pushes the bias to and fro. Set the rows a step to all of "
            "them, and even that stops."
        )
    else:
        bias = (
            "From the wines it learns how common each grower is. In the two moons both classes are equally common, and "
            "each step takes all rows. So the pulls on the bias cancel, and here the article is right: from zeros "
            "nothing is learned."
        )
    return Reveal(
        right=0 if moved == 0 else 1 if moved == 1 else 2 if kind == "cloned" else 3,
        because=(
            f"{moved} of {total} numbers moved. The loss {went}. On the wines {wines} of {of_wines} moved: "
            "the biases of the three answers."
        ),
        why=(
            "A step moves a weight by a product. For a weight into a hidden unit, one factor is the weight out of it: "
            "0. For a weight out of it, one factor is the unit's answer, and tanh(0) is 0. Zero times anything is "
            "zero, so nothing there can ever move. We call that frozen.\n\n"
            f"Only the output's bias has no such factor. {bias}"
        ),
    )


def picture_zeros(measurement: _Zeros, palette: Palette) -> Sequence[Picture]:
    """The wines' shares, and both starts on the stage."""
    data = measurement.wines.dataset
    rows = np.bincount(data.y_train)
    outputs = predict(measurement.wines, data.x_test)
    names = data.class_names
    shares = {name: percent(float(n / rows.sum())) for name, n in zip(names, rows, strict=True)}
    said = {name: percent(float(p)) for name, p in zip(names, outputs[0], strict=True)}
    biases = measurement.wines.biases[-1][0, -1]
    moved = {name: number(float(bias)) for name, bias in zip(names, biases, strict=True)}
    alike = "to every wine alike" if float(np.ptp(outputs, axis=0).max()) == 0 else "to the first wine"
    return (
        Numbers(
            f"From zeros a network learns how common each grower is, and says so {alike}.",
            {"share of the rows": shares, "the network's answer": said, "its bias": moved},
        ),
        Pair(measurement.zeros.experiment, measurement.random.experiment),
    )


ZEROS_SCREEN = Screen(
    key="zeros",
    title="What does a network learn from zeros?",
    before=(
        "A network is a set of numbers: weights and biases. Each hidden unit weighs its inputs, adds its bias, and "
        "squeezes the sum between −1 and 1 by a function named tanh. The output weighs the units' answers and adds a "
        "bias of its own.\n\n"
        "Training moves these numbers so that the loss, the measure of how wrong the answers are, goes down. Somewhere "
        "they must start. Zero looks like a modest choice.\n\n"
        "Here are two moons of dots, orange and blue, and 8 hidden units: 33 numbers, all of them 0. A second network "
        "gets wines, and is to tell three growers apart."
    ),
    question="After 200 rounds through the data, how many of the 33 numbers have moved?",
    options=("None", "One", "All of them, in lockstep", "All of them, each its own way"),
    measure=measure_zeros,
    reveal=reveal_zeros,
    pictures=picture_zeros,
    settings=(BATCH,),
)


# Equal units.


def measure_equal(value: float, perturbation: float, on_progress: Progress | None = None) -> list[Trace]:
    """Train from one value everywhere, and from the same with a pinch of noise."""
    return train_all([_equal(value, 0.0), _equal(value, perturbation)], on_progress)


def _equal(value: float, perturbation: float) -> Experiment:
    start = f"perturbed(value={value}, epsilon={perturbation})" if perturbation else f"constant(value={value})"
    return Experiment(kernel_initializer=get(start))


def reveal_equal(traces: list[Trace]) -> Reveal:
    """Whether the equal units move, and whether they part."""
    equal, pinched = traces
    moved, total = amount_moved(equal)
    units, different = equal.experiment.hidden[0], int(effective_units(equal)[0, -1])
    acts, pinched_acts = (int(distinct_functions(trace)[0, -1]) for trace in traces)
    size = float(np.abs(equal.kernels[0][0, -1] - equal.kernels[0][0, 0]).max())
    losses = distinctly(*(float(trace.train_loss[0, -1]) for trace in traces))
    hidden = f"hidden weights by up to {number(size)}" if size else "and no hidden weight"
    bits = "equal to the last bit" if different == 1 else f"{different} to the last bit"
    if size:
        updated = "equal weights are updated all right, but they are updated alike. We call such units cloned"
    else:
        updated = (
            "equal weights are updated alike, and these, at 0, not at all. Units that move alike we call cloned, and "
            "those that stand still frozen"
        )
    return Reveal(
        right=0 if size == 0 else 1 if different == 1 else 2,
        because=(
            f"{moved} of {total} numbers moved, {hidden}. The units are {bits}, so {units} act as {acts}. With a pinch "
            f"of noise they act as {pinched_acts}. Loss: {losses[0]} against {losses[1]}."
        ),
        why=(
            "The article asks for units with different weights, so that training can update them. Put more exactly: "
            f"{updated}.\n\n"
            f"Eight units that are equal can do no more than one. B starts from the same value with a pinch of noise "
            f"on each weight. {_pinched(pinched, pinched_acts)}\n\n"
            "So units may be frozen, cloned or free."
        ),
    )


def _pinched(trace: Trace, acts: int) -> str:
    """What the pinch came to: nothing, too little, or units that go their own way."""
    if not trace.experiment.kernel_initializer.parameters.get("epsilon"):
        return "A pinch of 0 is none, so B is A once more."
    loss, units = float(trace.train_loss[0, -1]), trace.experiment.hidden[0]
    if acts <= 1:
        return (
            "Here that was too little for so short a training: the numbers differ, but all units still do the same, "
            "up to a hundredth."
        )
    if loss >= line_loss(trace.dataset) - AS_A_LINE * guess_loss(trace.dataset):
        return (
            f"Here that was too little for so short a training: {units} act as {acts}, but are still so alike that "
            f"together they do no better than a straight line ({number(line_loss(trace.dataset))})."
        )
    if acts < units:
        return f"That set some of them apart: {units} act as {acts}, and together they draw a curve."
    return "That is enough to set its units free: each goes its own way, and together they draw a curve."


def picture_equal(traces: list[Trace], palette: Palette) -> Sequence[Picture]:
    """How far apart the units are, and both starts on the stage."""
    return plot_drift(traces, palette), Pair(traces[0].experiment, traces[1].experiment)


EQUAL_SCREEN = Screen(
    key="equal",
    title="Not zero, but equal",
    before=(
        "Zeros freeze because zero times anything is zero. So let us take some other number, say 0.5, for every "
        "weight. Now no factor is zero, and every weight feels a pull.\n\n"
        "The eight hidden units start as eight copies of one unit. Each step uses another handful of rows, in an order "
        "shuffled anew each time. That is a lot of noise. Perhaps it shakes the copies apart?"
    ),
    question="What do the eight equal units do?",
    options=("They stay where they are", "They move, and stay equal to the last bit", "They move, and drift apart"),
    measure=measure_equal,
    reveal=reveal_equal,
    pictures=picture_equal,
    settings=(
        Parameter(
            name="value", kind=float, default=0.5, low=-2, high=2, label="starting value", note="Of every weight."
        ),
        Parameter(
            name="pinch", kind=float, default=0.1, low=0, high=1, label="pinch of noise",
            note="The spread of what is added to each of B's weights.",
        ),
    ),
)  # fmt: skip


# The lesson.

CHANGES: dict[str, dict[str, Any]] = {
    "more rounds": {"epochs": 2000},
    "one row a step": {"batch_size": 1, "learning_rate": 0.1, "epochs": 50},
    "the optimizer adam": {"optimizer": "adam", "learning_rate": 0.01},
    "sigmoid units": {"activation": "sigmoid", "epochs": 400},
    "random biases": {"bias_initializer": "random_normal(stddev=1)"},
    "all biases 1": {"bias_initializer": "ones"},
}
"""What the reader may change of the task, and what that sets."""


def check_change(change: str, on_progress: Progress | None = None) -> Checked:
    """Train from zero weights with one thing changed, and see whether the units part."""
    trace = train(ZEROS.replace(**CHANGES[change]), on_progress)
    units, distinct = ZEROS.hidden[0], int(distinct_functions(trace)[0, -1])
    moved, total = amount_moved(trace)
    return Checked(
        distinct == units,
        f"With {change}, {moved} of {total} numbers moved, and {count(units, 'unit')} act as {distinct}. The loss "
        f"ended at {number(float(trace.train_loss[0, -1]))}.",
    )


LESSON = Lesson(
    key="zero",
    title="Why not zero?",
    promise="See what stands still, what moves in lockstep, and why equal units can never part by themselves.",
    screens=(ZEROS_SCREEN, EQUAL_SCREEN, STEP_SCREEN, PARTS_SCREEN, FLAT_SCREEN, SIGMOID_SCREEN),
    task=LessonTask(
        words=(
            "A and B both start with every weight at zero. They differ in their seed, which draws nothing here but the "
            "order of rows. B is yours to change. Leave its kernels, which are its weights, at zero. Change just one "
            "other thing so that its 8 units act as 8.\n\n"
            "Try more rounds, smaller batches, another optimizer, another kind of unit, other biases. Read the "
            "verdict above the picture each time: frozen, cloned, or free. Then say what did it."
        ),
        a=ZEROS,
        b=ZEROS.replace(seed=1),
        asked=Parameter(
            name="change", kind=str, default="more rounds", choices=tuple(CHANGES), label="what set them free",
            note="One change, the weights still at zero.",
        ),
        check=check_change,
    ),
    remember="Equal units get equal updates, so they must not start equal. Zero is only the stillest way to be equal.",
    sources=("brownlee2018", "rumelhart1986", "glorot2010"),
    teaching=Teaching(
        aim="The class can work out one update of two equal units, and say why no training will ever part them.",
        minutes=40,
        ask=(
            "Which factor is zero when a network starts from zeros?",
            "Two units have the same weights today. What would have to happen for them to differ tomorrow?",
            "Why do shuffled rows not help, though they bring chance into each step?",
            "Biases are nearly always started at zero. Why is that no problem?",
        ),
        wrong=(
            (
                "From zeros nothing at all changes.",
                "The output's bias moves, and learns how common each class is. With sigmoid units everything moves.",
            ),
            (
                "The noise of small batches will part the units in the end.",
                "Both units see the same noisy rows. The same noise pushes both the same way.",
            ),
            (
                "The number zero is the trouble.",
                "Any number is, if all units share it. And with no hidden layer zero is a fine start.",
            ),
            (
                "Rounding errors will part the units.",
                "Not if both are rounded alike. Some libraries round them differently, and then they part by accident.",
            ),
        ),
    ),
)  # fmt: skip
