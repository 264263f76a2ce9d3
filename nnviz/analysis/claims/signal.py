"""Claims about the spread of signals and gradients, layer by layer, before any training."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np

from nnviz.analysis.claims.record import SEEDS, Claim, ClaimVerdict, Numbers, judge
from nnviz.analysis.claims.tools import rms
from nnviz.analysis.depth.forward import forward
from nnviz.analysis.words import number, percent
from nnviz.core import initializers
from nnviz.core.contraction import one_blas_thread
from nnviz.core.progress import Progress

TOPIC = "How signals travel through layers"

GLOROT_UNITS, GLOROT_LAYERS, ROWS = 1000, 5, 200
LECUN_UNITS, LECUN_LAYERS = 512, 10
LECUN_SCALE, LECUN_SLOPE = 1.7159, 2 / 3
RELU_UNITS, RELU_LAYERS = 256, 20


def _kernels(initializer: str, units: int, layers: int, seed: int) -> list[np.ndarray]:
    generator = np.random.default_rng(seed)
    draw = initializers.get(initializer)
    return [draw((units, units), generator, "float64") for _ in range(layers)]


def _each_seed(measure: Callable[[int], Numbers], on_progress: Progress) -> list[Numbers]:
    """What one network shows, from each seed."""
    cases = []
    for seed in range(SEEDS):
        on_progress(seed / SEEDS)
        cases.append(measure(seed))
    on_progress(1.0)
    return cases


def _activations(seed: int) -> Numbers:
    x = np.random.default_rng(seed).normal(size=(ROWS, GLOROT_UNITS))
    numbers: dict[str, float] = {}
    for name, initializer in (("standard", "pytorch_default"), ("normalised", "glorot_uniform")):
        activations = forward(_kernels(initializer, GLOROT_UNITS, GLOROT_LAYERS, seed + 1), x, "tanh")
        numbers |= {f"{name}_{layer}": float(a.std()) for layer, a in enumerate(activations, 1)}
    return numbers


def _glorot_activations(on_progress: Progress) -> list[Numbers]:
    return _each_seed(_activations, on_progress)


def _decide_glorot_activations(n: Numbers) -> ClaimVerdict:
    standard, normalised = (n[f"{name}_{GLOROT_LAYERS}"] / n[f"{name}_1"] for name in ("standard", "normalised"))

    def row(name: str) -> str:
        return " ".join(number(n[f"{name}_{layer}"]) for layer in range(1, GLOROT_LAYERS + 1))

    return judge(
        f"Spread by layer: standard {row('standard')}, normalised {row('normalised')}. From the first layer to the "
        f"last {number(standard)} is left of the one, {number(normalised)} of the other.",
        confirmed=standard < 0.25 and normalised > 1 / 3,
        refuted=normalised <= standard,
    )


def _gradients(seed: int) -> Numbers:
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(ROWS, GLOROT_UNITS))
    kernels = _kernels("pytorch_default", GLOROT_UNITS, GLOROT_LAYERS, seed + 1)
    below = [x, *forward(kernels, x, "tanh")]
    delta = generator.normal(size=below[-1].shape)  # what comes back from above the last layer
    numbers: dict[str, float] = {}
    with one_blas_thread():
        for layer in range(GLOROT_LAYERS, 0, -1):
            delta = delta * (1 - np.square(below[layer]))  # tanh' = 1 - tanh²
            numbers[f"back_{layer}"] = rms(delta)
            numbers[f"weight_{layer}"] = rms(below[layer - 1].T @ delta / ROWS)
            delta = delta @ kernels[layer - 1].T
    return numbers


def _glorot_gradients(on_progress: Progress) -> list[Numbers]:
    return _each_seed(_gradients, on_progress)


def _decide_glorot_gradients(n: Numbers) -> ClaimVerdict:
    layers = range(1, GLOROT_LAYERS + 1)
    back = n[f"back_{GLOROT_LAYERS}"] / n["back_1"]
    weights = [n[f"weight_{layer}"] for layer in layers]
    level = max(weights) / min(weights)
    return judge(
        f"Going back from layer {GLOROT_LAYERS} to 1, the gradients of the sums shrink {number(back)} times, while "
        f"those of the weights differ {number(level)} times at most.",
        confirmed=back > 4 and level < 2,
        refuted=level > back / 2,
    )


def _lecun(layers: int, seed: int) -> Numbers:
    signal = np.random.default_rng(seed).normal(size=(ROWS, LECUN_UNITS))
    numbers: dict[str, float] = {}
    with one_blas_thread():
        for layer, kernel in enumerate(_kernels("lecun_normal", LECUN_UNITS, layers, seed + 1), 1):
            preactivations = signal @ kernel
            numbers[f"sums_{layer}"] = float(preactivations.std())
            signal = LECUN_SCALE * np.tanh(LECUN_SLOPE * preactivations)
            numbers[f"outputs_{layer}"] = float(signal.std())
    return numbers


def _lecun_sums(on_progress: Progress) -> list[Numbers]:
    return _each_seed(partial(_lecun, 1), on_progress)


def _lecun_outputs(on_progress: Progress) -> list[Numbers]:
    return _each_seed(partial(_lecun, LECUN_LAYERS), on_progress)


def _decide_lecun(n: Numbers) -> ClaimVerdict:
    first = n["sums_1"]
    return judge(
        f"The sums have spread {number(first)}.", confirmed=abs(first - 1) < 0.05, refuted=abs(first - 1) > 0.2
    )


def _decide_lecun_outputs(n: Numbers) -> ClaimVerdict:
    first, last = n["outputs_1"] ** 2, n[f"outputs_{LECUN_LAYERS}"] ** 2
    return judge(
        f"The variance of the answers is {number(first)} after one layer, {percent(abs(first - 1))} off, and "
        f"{number(last)} after {LECUN_LAYERS}.",
        confirmed=abs(first - 1) < 0.1,
        refuted=abs(first - 1) > 0.5,
    )


def _factors(seed: int) -> Numbers:
    numbers = {}
    x = np.abs(np.random.default_rng(seed).normal(size=(ROWS, RELU_UNITS)))
    for name in ("he_normal", "glorot_normal"):
        activations = forward(_kernels(name, RELU_UNITS, RELU_LAYERS, seed), x, "relu")
        grown = math.log(rms(activations[-1]) / rms(activations[0])) / (RELU_LAYERS - 1)
        numbers[name.removesuffix("_normal")] = math.exp(grown)
    return numbers


def _relu_factor(on_progress: Progress) -> list[Numbers]:
    return _each_seed(_factors, on_progress)


def _decide_relu_factor(n: Numbers) -> ClaimVerdict:
    left = n["glorot"] ** 30
    return judge(
        f"A layer multiplies the signal by {number(n['he'])} with He's start, and by {number(n['glorot'])} with "
        f"Glorot's (1/√2 = {number(math.sqrt(0.5))}): after 30 layers that leaves {number(left)}.",
        confirmed=abs(n["he"] - 1) < 0.05 and abs(n["glorot"] - math.sqrt(0.5)) < 0.05,
        refuted=abs(n["he"] - 1) > 0.1 or n["glorot"] > 0.9,
    )


CLAIMS = (
    Claim(
        key="lecun_sums",
        label="Sums of spread 1",
        statement="If the inputs have spread 1, weights of mean zero and spread 1/√m, for m inputs to a unit, "
        "give its sum a spread of about 1.",
        note="The more inputs a unit adds up, the smaller their weights should be.",
        reference="lecun1998",
        setting=f"Inputs N(0, 1), one layer of {LECUN_UNITS} units, lecun_normal.",
        formula="confirmed: spread within 5 % of 1; refuted: off by more than 20 %",
        topic=TOPIC,
        measure=_lecun_sums,
        decide=_decide_lecun,
        seconds=0.2,
    ),
    Claim(
        key="lecun_outputs",
        label="Answers of variance 1",
        statement="With that start and the sigmoid 1.7159 · tanh(2z/3) the variance of the outputs will also be close "
        "to 1, because the sigmoid's effective gain is roughly 1 over its useful range.",
        note="Only a variance that stays at 1 could be handed on through any number of layers.",
        reference="lecun1998",
        setting=f"Inputs N(0, 1), {LECUN_LAYERS} layers of {LECUN_UNITS} units with the paper's sigmoid, lecun_normal.",
        formula="confirmed: variance after one layer within 0.1 of 1; refuted: off by more than 0.5",
        topic=TOPIC,
        measure=_lecun_outputs,
        decide=_decide_lecun_outputs,
        seconds=1.1,
    ),
    Claim(
        key="glorot_activations",
        label="Signals fade with the standard start",
        statement="With the standard start U(±1/√n) the activations of a deep tanh network gather round 0 in its "
        "higher layers; with the normalised start their spread is kept far better.",
        note="The spread of the weights decides whether the last layers still hear the input.",
        reference="glorot2010",
        setting=f"{GLOROT_LAYERS} tanh layers of {GLOROT_UNITS:,} units as in the paper, inputs N(0, 1), untrained.",
        formula="confirmed: the standard start keeps less than a quarter of the first layer's spread, the normalised "
        "one more than a third; refuted: the normalised one keeps no more",
        topic=TOPIC,
        measure=_glorot_activations,
        decide=_decide_glorot_activations,
        seconds=1.2,
    ),
    Claim(
        key="glorot_gradients",
        label="Weight gradients stay level",
        statement="With the standard start the back-propagated gradients become smaller from layer to layer, and "
        "yet the variance of the weights' gradients is roughly constant across layers.",
        note="A weight's gradient is signal times error: one grows downwards as the other shrinks.",
        reference="glorot2010",
        setting=f"{GLOROT_LAYERS} tanh layers of {GLOROT_UNITS:,} units, U(±1/√n), inputs and the errors from above "
        "N(0, 1), untrained.",
        formula="confirmed: the gradients of the sums shrink more than 4 times, those of the weights differ less "
        "than 2 times; refuted: those of the weights differ more than half as much as those of the sums",
        topic=TOPIC,
        measure=_glorot_gradients,
        decide=_decide_glorot_gradients,
        seconds=1.4,
    ),
    Claim(
        key="relu_factor",
        label="ReLU halves the variance",
        statement="A layer of rectifiers keeps the size of its signal if half the inputs times the weights' "
        "variance is 1: ½ n Var[w] = 1.",
        note="ReLU throws half of the signal away, so weights need twice the variance.",
        reference="he2015",
        setting=f"{RELU_LAYERS} ReLU layers of {RELU_UNITS} units, untrained.",
        formula="confirmed: factor of a layer within 0.05 of 1 (He) and of 1/√2 (Glorot, half He's variance); "
        "refuted: He's off by more than 0.1, or Glorot's above 0.9",
        topic=TOPIC,
        measure=_relu_factor,
        decide=_decide_relu_factor,
        seconds=1,
    ),
)
