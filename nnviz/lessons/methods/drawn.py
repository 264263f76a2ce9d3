"""The first screens of lesson 6, which only draw weights: names and scales, wider layers, a bell or a box."""

from __future__ import annotations

import math

from nnviz.analysis.initializers.draws import Draws, Kernel, draws
from nnviz.analysis.initializers.families import FAMILIES, ByInputs, InitMethod, by_inputs, methods, scales_among
from nnviz.analysis.words import count, number, percent
from nnviz.core import initializers
from nnviz.core.progress import Progress
from nnviz.core.registry import Parameter
from nnviz.figures.initializers.draws import plot_compare
from nnviz.figures.initializers.families import plot_stddevs
from nnviz.figures.style.lines import NamedLine, plot_lines
from nnviz.figures.style.template import Palette
from nnviz.lessons.lesson import Picture, Reveal, Screen

FEW_SCALES, MANY_SCALES = 3, 12

FIXED_KEY, SCALED_KEY = "random_normal", "he_normal"
UNITS = 64
STAYS = 0.15  # by how much a spread may change, as a share, to count as the same

BOX = (math.sqrt(3) + 2) / 2  # spreads: a box ends at √3, and a bell of so many draws goes beyond 2


def names(inputs: int, units: int, on_progress: Progress | None = None) -> tuple[InitMethod, ...]:
    """What Keras's fifteen draw for one layer."""
    return methods(inputs, units, on_progress)


def _names_reveal(measurement: tuple[InitMethod, ...]) -> Reveal:
    scales = scales_among(measurement)
    by_key = {method.initializer.key: method.draws for method in measurement}
    inputs, units = measurement[0].draws.kernel.fans
    cut = by_key["truncated_normal"].spread
    asked = initializers.get("truncated_normal").parameters["stddev"]
    families = "; ".join(
        f"{words} ({count(sum(m.family == key for m in measurement), 'name')})" for key, words in FAMILIES.items()
    )
    return Reveal(
        0 if len(scales) >= MANY_SCALES else 2 if len(scales) <= FEW_SCALES else 1,
        f"On a layer of {inputs} inputs and {units} units, {count(len(measurement), 'name')} draw {len(scales)} "
        "different "
        f"spreads, from {number(scales[0])} to {number(scales[-1])}.",
        f"Each is an answer to the same question: what scale? There are five kinds of answer: {families}. The ones "
        "with one number for all are for biases, never for kernels: with them all units stay equal.\n\nMany names are "
        "pairs: the same spread in two shapes, uniform (a box) and normal (a bell).\n\nOne name misleads. "
        f"truncated_normal was asked for a spread of {asked:g} and gave {number(cut)}. It cuts the ends off the bell, "
        "and what is left lies closer together.",
    )


def _names_pictures(measurement: tuple[InitMethod, ...], palette: Palette) -> list[Picture]:
    return [plot_stddevs(measurement, palette)]


def wider(most: int, on_progress: Progress | None = None) -> ByInputs:
    """Draw one layer with ever more inputs, up to this many."""
    inputs = [int(n) for n in (most // 64, most // 16, most // 4, most)]
    return by_inputs((FIXED_KEY, "glorot_uniform", SCALED_KEY), inputs, UNITS, on_progress)


def _wider_reveal(measurement: ByInputs) -> Reveal:
    few, many = (int(measurement.inputs[i]) for i in (1, -1))
    fixed, scaled = (
        float(measurement.weights[key][-1] / measurement.weights[key][1]) for key in (FIXED_KEY, SCALED_KEY)
    )
    stays = [abs(times - 1) < STAYS for times in (fixed, scaled)]
    right = 0 if all(stays) else 3 if not any(stays) else 1 if stays[0] else 2
    first, last = (float(measurement.preactivations[FIXED_KEY][i]) for i in (0, -1))
    level = measurement.preactivations[SCALED_KEY]
    return Reveal(
        right,
        f"From {few} inputs to {many:,}, the spread of random_normal {_change(fixed)}, and that of he_normal "
        f"{_change(scaled)}.",
        f"A unit adds up all its inputs. With random_normal, the spread of these sums went from {number(first)} to "
        f"{number(last)} as inputs were added. With he_normal it stayed between {number(float(level.min()))} and "
        f"{number(float(level.max()))}.\n\nSo a fixed spread fits layers of one width only. Methods that look at the "
        "fan-in (inputs) or the fan-out (units) fit all of them. LeCun and He look at the fan-in. Glorot takes the "
        "mean of both. variance_scaling is the kit from which all of these are built.",
    )


def _change(times: float) -> str:
    return "stayed the same" if abs(times - 1) < STAYS else f"became {number(times)} times as large"


def _wider_pictures(measurement: ByInputs, palette: Palette) -> list[Picture]:
    labels = {FIXED_KEY: "normal", "glorot_uniform": "Glorot", SCALED_KEY: "He"}
    dashes = ("solid", "dot", "dash")
    pictures: list[Picture] = []
    for name, values, axis, title in (
        ("weights by inputs", measurement.weights, "spread of the weights",
         "The weights: one method does not look at the "
         f"inputs, and draws {number(float(measurement.weights[FIXED_KEY][-1]))} for all."),
        ("sums by inputs", measurement.preactivations, "spread of the sums",
         "The sums: with random_normal they grow to "
         f"{number(float(measurement.preactivations[FIXED_KEY][-1]))}, with he_normal they end at "
         f"{number(float(measurement.preactivations[SCALED_KEY][-1]))}."),
    ):  # fmt: skip
        drawn = [
            NamedLine(labels[key], values[key], palette.units[i], dash)
            for i, (key, dash) in enumerate(zip(measurement.weights, dashes, strict=True))
        ]
        pictures.append(
            plot_lines(
                name, title, f"{axis.capitalize()} by the number of inputs, on two logarithmic axes. {title}",
                measurement.inputs, drawn, palette, x_title="inputs", y_title=axis, log_x=True, log_y=True,
            )
        )  # fmt: skip
    return pictures


def shape(on_progress: Progress | None = None) -> tuple[Draws, Draws]:
    """Draw from glorot_uniform and from glorot_normal."""
    kernel = Kernel((64, 32))
    uniform, normal = (draws(initializers.get(key), kernel) for key in ("glorot_uniform", "glorot_normal"))
    return uniform, normal


def _reach(measurement: Draws) -> float:
    """How far the furthest weight lies from the mean, in spreads."""
    return max(measurement.high - measurement.mean, measurement.mean - measurement.low) / measurement.spread


def _shape_reveal(measurement: tuple[Draws, Draws]) -> Reveal:
    uniform, normal = measurement
    apart = abs(normal.spread / uniform.spread - 1)
    return Reveal(
        1 if _reach(uniform) < BOX else 0,
        f"Of {len(uniform.values):,} weights none lies beyond {number(_reach(uniform))} spreads, and all values up to "
        f"there are equally common. A box ends at √3 = {number(math.sqrt(3))}. The article says normal; it is uniform.",
        f"Xavier is Xavier Glorot, so glorot_uniform is Xavier uniform. Xavier normal is glorot_normal (B): most "
        f"weights near zero, few far out. Keras cuts its ends too: here at {number(_reach(normal))} spreads, and it "
        f"makes up for the cut.\n\nDoes it matter? Both have nearly the same spread, {number(uniform.spread)} and "
        f"{number(normal.spread)}: {percent(apart)} apart. And spread is what decides whether a signal fades. Shape "
        "matters little, but a wrong name in a report makes others repeat the wrong thing.",
    )


def _shape_pictures(measurement: tuple[Draws, Draws], palette: Palette) -> list[Picture]:
    return [plot_compare(measurement, palette)]


NAMES_SCREEN = Screen(
    key="names",
    title="Fifteen names: how many answers?",
    before="Keras offers fifteen ways to start a kernel. (A kernel is the table of weights of one layer.) The list "
    "looks long: zeros, ones, constant, random_normal, glorot_uniform, he_normal, orthogonal, and so on.\n\nBut from "
    "the last lesson we know what to ask of each: how large are its weights? We let every one of them fill a layer of "
    "64 inputs and 32 units, and measure the spread of what it drew.",
    question="How many different spreads will come out?",
    options=(
        "About fifteen. Each name stands for a scale of its own.",
        "About half as many.",
        "Two or three.",
    ),
    measure=names,
    reveal=_names_reveal,
    pictures=_names_pictures,
    settings=(
        Parameter(name="inputs", kind=int, default=64, low=2, high=512, label="inputs", note="How many come in."),
        Parameter(name="units", kind=int, default=32, low=2, high=256, label="units", note="Of the layer."),
    ),
)  # fmt: skip

WIDER_SCREEN = Screen(
    key="wider",
    title="What if the layer gets wider?",
    before="Two names from the list: random_normal and he_normal. Both draw bell-shaped numbers around zero. Our layer "
    "has 64 units, and 64 numbers come in. Now 1,024 numbers come in, sixteen times as many. Nothing else changes, and "
    "nobody touches a setting.",
    question="Which of the two draws smaller weights now?",
    options=(
        "Neither. Weights do not care how many there are.",
        "Only he_normal.",
        "Only random_normal.",
        "Both.",
    ),
    measure=wider,
    reveal=_wider_reveal,
    pictures=_wider_pictures,
    settings=(
        Parameter(
            name="most", kind=int, default=1024, low=256, high=4096, label="most inputs", note="The widest layer."
        ),
    ),
)  # fmt: skip

SHAPE_SCREEN = Screen(
    key="shape",
    title="A bell or a box?",
    before="The article calls Keras's glorot_uniform the Xavier normal initializer. Normal means a bell: most weights "
    "near zero, fewer and fewer further out. Uniform means a box: every value up to a limit is equally common, and "
    "there is none beyond.\n\nWe draw twenty thousand weights from glorot_uniform and look.",
    question="How do they lie?",
    options=("In a bell, as the article has it.", "In a box."),
    measure=shape,
    reveal=_shape_reveal,
    pictures=_shape_pictures,
)
