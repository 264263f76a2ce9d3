"""Lesson 4, the step: the update of two equal units with the numbers plugged in, and a thousand steps more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nnviz.analysis.symmetry.one_step import OneStep, UnitStep, one_step
from nnviz.analysis.words import count, number, trimmed
from nnviz.core import optimizers
from nnviz.core.experiment import Experiment
from nnviz.core.initializers import get
from nnviz.core.network import layer_views
from nnviz.core.progress import Progress, part
from nnviz.core.registry import Parameter
from nnviz.core.training import initial_parameters, train_from
from nnviz.figures.style.template import Palette
from nnviz.lessons.lesson import Numbers, Picture, Reveal, Screen

TWO_UNITS = Experiment(
    hidden=(2,),
    kernel_initializer=get("constant(value=0.5)"),
    batch_size=1,
    learning_rate=0.3,
    epochs=5,
    snapshots=2,
)
RATES = {"sgd": 0.3, "momentum": 0.03, "nesterov": 0.03, "rmsprop": 0.01, "adam": 0.01}
CLEARLY = 1e-3  # of a weight's size: a difference in its first three digits
DIGITS = 4  # so that who checks a line finds its result to three
SUBSCRIPTS = "₁₂"


@dataclass(frozen=True)
class _Steps:
    """One step worked out, and where each optimizer has the two units after many."""

    first: OneStep
    steps: int
    ends: Mapping[str, tuple[float, float]]  # the first weight of both units, by optimizer
    apart: float  # the largest difference of any of their weights, relative to the largest weight


def measure_step(row: int, nudge: float, on_progress: Progress | None = None) -> _Steps:
    """Work out one step, then take a thousand with each optimizer, a row a step, in a shuffled order."""
    start = initial_parameters(TWO_UNITS, TWO_UNITS.seed)
    layer_views(start, TWO_UNITS.layer_sizes)[0][0, 1] += nudge
    ends, apart = {}, 0.0
    for done, (key, rate) in enumerate(RATES.items()):
        trace = train_from(
            TWO_UNITS.replace(optimizer=key, learning_rate=rate), start[None], part(on_progress, done, len(RATES))
        )
        hidden, out = (layer[0] for layer in trace.layers(0, -1))
        units = np.concatenate([hidden, out[:-1].T])  # a column a unit: weights in, bias, weight out
        ends[key] = (float(hidden[0, 0]), float(hidden[0, 1]))
        apart = max(apart, float(np.ptp(units, axis=1).max() / np.abs(units).max()))
    return _Steps(one_step(TWO_UNITS, start, row - 1), TWO_UNITS.total_steps, ends, apart)


def reveal_step(measurement: _Steps) -> Reveal:
    """In which digit the two units differ."""
    one, other = measurement.first.units
    names = ", ".join(optimizers.registry[key].label for key in measurement.ends)
    if measurement.apart == 0:
        because = (
            f"After {count(measurement.steps, 'step')} their weights are equal in all digits, under each of "
            f"{len(measurement.ends)} optimizers: {names}."
        )
    else:
        because = (
            f"After {count(measurement.steps, 'step')} they differ by {number(measurement.apart)} times the largest "
            "weight. They "
            f"started {number(abs(one.weights[0] - other.weights[0]))} apart."
        )
    if one == other:
        story = (
            "Both units get the same inputs, and hold the same weights, so the same sum comes out. It goes through the "
            "same function. Each gets the same share of the blame for the error. So each takes the same step, and the "
            "next row finds them equal again."
        )
    else:
        story = "Unit 2 begins with another weight. So its sum is another, and so is every line that follows from it."
    return Reveal(
        right=0 if measurement.apart > CLEARLY else 1 if measurement.apart > 0 else 2,
        because=because,
        why=(
            f"Read the table from top to bottom. Each line can be checked with a pocket calculator. {story}\n\n"
            "Nothing in the table knows which unit it is in. Shuffled rows, momentum and Adam change the numbers, but "
            "they change them for both.\n\n"
            "Dropout is the exception. It leaves units out by a coin toss each, so it does tell them apart: the page "
            "of claims measures it."
        ),
    )


def picture_step(measurement: _Steps, palette: Palette) -> Sequence[Picture]:
    """The step of both units, line by line; then their first weights after many steps."""
    one, other = measurement.first.units
    step = measurement.first
    answer = f"The network says {_text(step.output)}, the truth is {_text(step.target)}: error {_text(step.error)}."
    finding = (
        "The same formula with the same numbers gives the same number."
        if one == other
        else "Other numbers in, others out."
    )
    return (
        Numbers(
            f"{finding} {answer}",
            {"unit 1": _worked(step, one), "unit 2": _worked(step, other)},
        ),
        Numbers(
            f"After {count(measurement.steps, 'step')}, to the last digit.",
            {
                f"weight of x{SUBSCRIPTS[0]}": {
                    f"{optimizers.registry[key].label}, unit {unit + 1}": repr(weight)
                    for key, pair in measurement.ends.items()
                    for unit, weight in enumerate(pair)
                }
            },
        ),
    )


def _worked(step: OneStep, unit: UnitStep) -> dict[str, str]:
    """Each number of a unit's step, with the sum that it comes from."""
    x, w = [_text(value) for value in step.inputs], [_text(value) for value in unit.weights]
    rate, share = _text(step.learning_rate), _text(unit.share)
    products = " + ".join(f"{weight} · {_bracket(value)}" for weight, value in zip(w, x, strict=True))
    rows = {
        "weights × inputs + bias": f"{products} + {_bracket(_text(unit.bias))} = {_text(unit.total)}",
        "answer": f"tanh({_text(unit.total)}) = {_text(unit.answer)}",
        "slope of tanh there": f"1 − {_bracket(_text(unit.answer))}² = {_text(unit.steepness)}",
        "share of the error": (
            f"{_text(step.error)} · {_bracket(_text(unit.outgoing))} · {_text(unit.steepness)} = {share}"
        ),
    }
    for name, value, weight, slope, after in zip(SUBSCRIPTS, x, w, unit.slopes, unit.new_weights, strict=True):
        rows[f"slope for the weight of x{name}"] = f"{share} · {_bracket(value)} = {_text(slope)}"
        rows[f"new weight of x{name}"] = f"{weight} − {rate} · {_bracket(_text(slope))} = {_text(after)}"
    rows["new bias"] = f"{_text(unit.bias)} − {rate} · {_bracket(share)} = {_text(unit.new_bias)}"
    rows["slope for the weight out"] = (
        f"{_text(step.error)} · {_bracket(_text(unit.answer))} = {_text(unit.outgoing_slope)}"
    )
    rows["new weight out"] = (
        f"{_text(unit.outgoing)} − {rate} · {_bracket(_text(unit.outgoing_slope))} = {_text(unit.new_outgoing)}"
    )
    return rows


def _text(value: float) -> str:
    return trimmed(value, DIGITS)


def _bracket(text: str) -> str:
    """A number after an operator: a negative one in brackets."""
    return f"({text})" if text.startswith("−") else text


STEP_SCREEN = Screen(
    key="step",
    title="The sums behind the lockstep",
    before=(
        "Take two hidden units, every weight 0.5, every bias 0, and one row of data: two inputs, called x₁ and x₂. One "
        "step of training is a short chain of sums. The unit answers. The output compares its own answer with the "
        "truth. Each unit gets its share of the error. Each weight moves against its slope, by a small factor, the "
        "learning rate.\n\n"
        "You will see every number of that chain. Then the units take 1,000 more steps, one row at a time, in a "
        "shuffled order: with plain steps, and with smarter ones, such as momentum and Adam."
    ),
    question="In which digit will their weights differ after that?",
    options=(
        "In the first three digits",
        "Only far behind the point",
        "In none: they are equal to the last digit",
    ),
    measure=measure_step,
    reveal=reveal_step,
    pictures=picture_step,
    settings=(
        Parameter(name="row", kind=int, default=19, low=1, high=200, label="row", note="Which row the table takes."),
        Parameter(
            name="nudge", kind=float, default=0.0, low=0, high=0.5, label="nudge for unit 2",
            note="Added to its weight of x₁ before the first step.",
        ),
    ),
)  # fmt: skip
