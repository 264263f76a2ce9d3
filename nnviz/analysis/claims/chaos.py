"""Claims of mean-field theory: order, chaos, and the edge between them (tanh networks of great width).

In a wide random network the correlation of two inputs' sums goes from layer to layer to an end c*, exponentially
on a depth scale ξ (Poole et al. 2016; Schoenholz et al. 2017). `nnviz.analysis.depth.meanfield` gives both;
here they are measured in networks that are drawn.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from nnviz.analysis.claims.record import SEEDS, Claim, ClaimVerdict, Numbers, judge
from nnviz.analysis.claims.tools import DEEP
from nnviz.analysis.depth import meanfield
from nnviz.analysis.training import train_all
from nnviz.analysis.words import number, percent
from nnviz.core import activations, initializers
from nnviz.core.contraction import one_blas_thread
from nnviz.core.experiment import MOST_LAYERS, Experiment
from nnviz.core.progress import Progress

TOPIC = "Order, chaos, and the edge between"

POOLE_BIAS, POOLE_WEIGHTS = 0.3, (1.0, 2.5, 4.0)  # spreads
UNITS, LAYERS, INPUTS = 500, 30, 12
SCALE_BIAS, SCALE_WEIGHT = 0.05, (0.8, 1.2, 3.0)  # variances
FIT_LAYERS = 12
FIT_FROM = 2
NETWORKS = 3  # whose correlations are averaged before a line is fitted
TRAINED, TRAINS = (0.7, 1.0, 6.0), 0.9
TIMES = (2, 6, 12)  # depths, in depth scales: well below the six that the paper names, these, and well above
LONGER = 4  # times the steps, for the shallowest of the deep ones
EDGE_LAYERS, EDGE_FACTOR = 30, 3.0
WIDTH = 32  # of the networks whose depth is in question
SHORT = DEEP.replace(activation="tanh", samples=600, epochs=35, restarts=SEEDS)
"""What is trained here: deep tanh networks learn sooner than those of ReLU, or not at all."""


@cache
def _place(weight: float, bias: float) -> meanfield.MeanFieldPoint:
    """Where a tanh network with these variances stands, by mean-field theory."""
    return meanfield.place(activations.registry["tanh"], weight, bias)


def _correlations(weight: float, bias: float, layers: int, seed: int) -> np.ndarray:
    """At each layer the correlation of two inputs' sums, over all pairs of some inputs, in one random network."""
    generator = np.random.default_rng(seed)
    draw = initializers.get(f"variance_scaling(scale={weight}, distribution=untruncated_normal)")
    kernels = [draw((UNITS, UNITS), generator, "float64") for _ in range(layers)]
    biases = [math.sqrt(bias) * generator.normal(size=UNITS) for _ in range(layers)]
    signal = math.sqrt(_place(weight, bias).variance / weight) * generator.normal(size=(INPUTS, UNITS))
    pairs = np.triu_indices(INPUTS, 1)
    means = []
    with one_blas_thread():
        for kernel, offset in zip(kernels, biases, strict=True):
            preactivations = signal @ kernel + offset
            along = preactivations / np.sqrt(np.square(preactivations).sum(axis=1, keepdims=True))
            means.append((along @ along.T)[pairs].mean())
            signal = np.tanh(preactivations)
    return np.array(means)


def _phases(on_progress: Progress) -> list[Numbers]:
    cases = []
    for seed in range(SEEDS):
        numbers: dict[str, float] = {}
        for stddev in POOLE_WEIGHTS:
            variances = stddev**2, POOLE_BIAS**2
            numbers[f"measured_{stddev}"] = float(_correlations(*variances, LAYERS, seed)[-10:].mean())
            numbers[f"theory_{stddev}"] = _place(*variances).correlation
        cases.append(numbers)
        on_progress((seed + 1) / SEEDS)
    return list(cases)


def _decide_phases(n: Numbers) -> ClaimVerdict:
    parts = [(s, n[f"measured_{s}"], n[f"theory_{s}"]) for s in POOLE_WEIGHTS]
    off = max(abs(measured - theory) for _, measured, theory in parts)
    ordered, *_, chaotic = (measured for _, measured, _ in parts)
    said = "; ".join(f"{number(measured)} at σw = {s:g} (theory {number(theory)})" for s, measured, theory in parts)
    return judge(
        f"Two inputs end at correlation {said}.",
        confirmed=off < 0.05 and ordered > 0.99 > chaotic,
        refuted=chaotic >= ordered,
    )


def _scale(on_progress: Progress) -> list[Numbers]:
    cases = []
    for seed in range(SEEDS):
        numbers: dict[str, float] = {}
        for weight in SCALE_WEIGHT:
            place = _place(weight, SCALE_BIAS)
            runs = [_correlations(weight, SCALE_BIAS, FIT_LAYERS, SEEDS * net + seed) for net in range(NETWORKS)]
            far = np.log(np.abs(np.mean(runs, axis=0) - place.correlation))
            slope = np.polyfit(np.arange(FIT_LAYERS)[FIT_FROM:], far[FIT_FROM:], 1)[0]
            numbers[f"measured_{weight}"] = float(-1 / slope)
            numbers[f"theory_{weight}"] = place.correlation_depth
        cases.append(numbers)
        on_progress((seed + 1) / SEEDS)
    return list(cases)


def _decide_scale(n: Numbers) -> ClaimVerdict:
    parts = [(w, n[f"measured_{w}"], n[f"theory_{w}"]) for w in SCALE_WEIGHT]
    off = max(abs(measured / theory - 1) for _, measured, theory in parts)
    said = "; ".join(f"{number(measured)} at σw² = {w:g} (theory {number(theory)})" for w, measured, theory in parts)
    return judge(
        f"The depth scale in layers is {said}: at most {percent(off)} off.",
        confirmed=off < 0.25,
        refuted=off > 1,
    )


def _network(weight: float, layers: int, width: int = 64) -> Experiment:
    """A tanh network on the digits with these variances, as deep as told, up to what an experiment may have."""
    return SHORT.replace(
        hidden=(width,) * min(layers, MOST_LAYERS),
        kernel_initializer=f"variance_scaling(scale={weight}, distribution=untruncated_normal)",
        output_initializer="glorot_normal",
        bias_initializer=f"random_normal(stddev={math.sqrt(SCALE_BIAS)})",
    )


def _depth(on_progress: Progress) -> list[Numbers]:
    cases = [(weight, times) for weight in TRAINED for times in TIMES]
    scales = {weight: _place(weight, SCALE_BIAS).correlation_depth for weight in TRAINED}
    experiments = [_network(weight, round(times * scales[weight]), WIDTH) for weight, times in cases]
    deep = experiments[TIMES.index(TIMES[-1])]
    traces = train_all([*experiments, deep.replace(epochs=LONGER * deep.epochs)], on_progress)
    *_, longer = traces
    return [
        {"steps": SHORT.total_steps, "longer": float(longer.train_accuracy[seed, -1])}
        | {f"layers_{w}_{t}": len(trace.experiment.hidden) for (w, t), trace in zip(cases, traces, strict=False)}
        | {
            f"accuracy_{w}_{t}": float(trace.train_accuracy[seed, -1])
            for (w, t), trace in zip(cases, traces, strict=False)
        }
        for seed in range(SEEDS)
    ]


def _decide_depth(n: Numbers) -> ClaimVerdict:
    rows = {times: [n[f"accuracy_{weight}_{times}"] for weight in TRAINED] for times in TIMES}
    shallow, about, deep = rows.values()

    def row(times: int) -> str:
        layers = (n[f"layers_{weight}_{times}"] for weight in TRAINED)
        return ", ".join(f"{percent(share)} ({depth:.0f})" for share, depth in zip(rows[times], layers, strict=True))

    return judge(
        f"After {n['steps']:,.0f} steps, training digits right (and layers) at σw² = "
        f"{', '.join(f'{weight:g}' for weight in TRAINED)}: {'; '.join(f'{times}ξ {row(times)}' for times in TIMES)}. "
        f"With {LONGER} times the steps {TIMES[-1]}ξ at σw² = {TRAINED[0]:g} comes to {percent(n['longer'])}.",
        confirmed=min(shallow + about) > TRAINS and max(deep) < TRAINS,
        refuted=max(shallow) < TRAINS or min(deep) > TRAINS,
    )


def _critical() -> float:
    """The weight variance at the edge of chaos."""
    weights, biases = meanfield.critical_line(activations.registry["tanh"], 2 * SCALE_BIAS)
    return float(np.interp(SCALE_BIAS, biases, weights))


def _edge(on_progress: Progress) -> list[Numbers]:
    critical = round(_critical(), 2)
    weights = {"ordered": critical / EDGE_FACTOR, "edge": critical, "chaotic": critical * EDGE_FACTOR}
    traces = train_all([_network(weight, EDGE_LAYERS) for weight in weights.values()], on_progress)
    return [
        {"steps": SHORT.total_steps}
        | {f"weight_{name}": weight for name, weight in weights.items()}
        | {f"accuracy_{name}": float(t.train_accuracy[seed, -1]) for name, t in zip(weights, traces, strict=True)}
        for seed in range(SEEDS)
    ]


def _decide_edge(n: Numbers) -> ClaimVerdict:
    edge, others = n["accuracy_edge"], max(n["accuracy_ordered"], n["accuracy_chaotic"])
    return judge(
        f"{EDGE_LAYERS} layers after {n['steps']:,.0f} steps: {percent(edge)} of the training digits are right at the "
        f"edge (σw² = "
        f"{n['weight_edge']:.2f}), {percent(n['accuracy_ordered'])} on the ordered side ({n['weight_ordered']:.2f}), "
        f"{percent(n['accuracy_chaotic'])} on the chaotic one ({n['weight_chaotic']:.2f}).",
        confirmed=edge > TRAINS > others,
        refuted=edge <= others,
    )


CLAIMS = (
    Claim(
        key="poole_phases",
        label="Order and chaos",
        statement="Random deep networks have two phases: in the ordered one two inputs grow alike, in the chaotic one "
        "they end at a lower correlation, both as mean-field theory says.",
        note="In order all inputs look the same at the end, in chaos near ones look unrelated.",
        reference="poole2016",
        setting=f"{LAYERS} tanh layers of {UNITS}, pairs of {INPUTS} random inputs, bias spread "
        f"{POOLE_BIAS:g}, untrained; σw is the spread of a weight times the root of a layer's inputs.",
        formula="confirmed: each correlation within 0.05 of theory, the ordered one above 0.99 and the chaotic one "
        "below; refuted: the chaotic one is no lower",
        topic=TOPIC,
        measure=_phases,
        decide=_decide_phases,
        seconds=3,
    ),
    Claim(
        key="schoenholz_scale",
        label="A depth scale",
        statement="The correlation of two inputs nears its end exponentially, on a depth scale ξ that mean-field "
        "theory gives for each spread of weights and biases.",
        note="After a few depth scales a network has forgotten how its inputs differed.",
        reference="schoenholz2017",
        setting=f"{NETWORKS} networks of tanh layers of {UNITS} a seed, pairs of {INPUTS} random inputs, bias variance "
        f"{SCALE_BIAS:g}, a line fitted to layers {FIT_FROM + 1} to {FIT_LAYERS}, untrained; σw² is a "
        "weight's variance times a layer's inputs.",
        formula="confirmed: each within 25 % of theory; refuted: one more than 100 % off",
        topic=TOPIC,
        measure=_scale,
        decide=_decide_scale,
        seconds=3.5,
    ),
    Claim(
        key="schoenholz_depth",
        label="Trainable to about six depth scales",
        statement="Random networks may be trained precisely when information can travel through them: to a depth of "
        "about 6ξ.",
        note="What does not reach the last layer cannot be learned from. How deep that lets one go also hangs on the "
        "number of steps.",
        reference="schoenholz2017",
        setting=f"Digits, tanh layers of {WIDTH}, bias variance {SCALE_BIAS:g}, {SHORT.total_steps:,} steps of "
        "momentum "
        f"at {SHORT.learning_rate:g}, depths of {TIMES[0]}ξ, {TIMES[1]}ξ and {TIMES[2]}ξ (at most {MOST_LAYERS} "
        "layers); "
        f"trained means above {100 * TRAINS:.0f} % right.",
        formula=f"confirmed: every network of {TIMES[0]}ξ and {TIMES[1]}ξ trains and none of {TIMES[2]}ξ does; "
        "refuted: "
        f"none of {TIMES[0]}ξ, or all of {TIMES[2]}ξ",
        topic=TOPIC,
        measure=_depth,
        decide=_decide_depth,
        seconds=9,
    ),
    Claim(
        key="schoenholz_edge",
        label="Deepest at the edge",
        statement="Arbitrarily deep networks may be trained only sufficiently close to criticality.",
        note="Between fading and scrambling there is one spread at which signals last.",
        reference="schoenholz2017",
        setting=f"Digits, {EDGE_LAYERS} tanh layers of 64, bias variance {SCALE_BIAS:g}, at the critical weight "
        f"variance and at {EDGE_FACTOR:g} times less and more, {SHORT.total_steps:,} steps of momentum.",
        formula=f"confirmed: above {100 * TRAINS:.0f} % right at the edge only; refuted: no more there than beside it",
        topic=TOPIC,
        measure=_edge,
        decide=_decide_edge,
        seconds=7,
    ),
)
