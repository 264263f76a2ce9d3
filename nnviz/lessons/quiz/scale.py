"""Questions about the size of weights, and about the methods that choose it."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from nnviz.analysis.depth.signal import NORMAL, SignalRecord, SignalSpec, measure
from nnviz.analysis.words import number
from nnviz.core import initializers
from nnviz.core.progress import Progress
from nnviz.figures.initializers.weights import plot_weights
from nnviz.lessons.quiz.record import Question, Template, nearest, pick, some, whole

LESSON, METHODS = "scale", "methods"
LEVEL = 3  # the factor within which a signal counts as kept, and by which the next best start must be worse
OFF = (0.1, 0.25, 0.5, 2**-0.5, 2**0.5, 2.0, 4.0, 10.0)  # times the fitting spread; √2 is forgetting what ReLU drops
FAR = 0.02  # nats a weight, by which the likeliest initializer must lead


def level(generator: np.random.Generator, on_progress: Progress) -> Question | None:
    """Which spread of weights keeps a signal's size through many layers."""
    width, depth = pick(generator, (32, 64, 128, 200)), pick(generator, (10, 20, 30))
    activation = pick(generator, ("relu", "linear"))
    fitting = math.sqrt((2 if activation == "relu" else 1) / width)
    factors = (1.0, *some(generator, OFF, 3))
    stddevs = [float(f"{factor * fitting:.2g}") for factor in factors]
    records = []
    for i, stddev in enumerate(stddevs):
        records.append(_sent(stddev, width, depth, activation, whole(generator, 0, 9999)))
        on_progress((i + 1) / len(stddevs))
    kept = [float(np.exp(np.log(r.activations[:, -1] / r.activations[:, 0]).mean())) for r in records]
    right = int(np.argmin(np.abs(np.log(kept))))
    off = np.sort(np.abs(np.log(kept)))
    if off[0] > math.log(LEVEL) or off[1] < math.log(LEVEL**2):
        return None
    others = ", ".join(number(k) for i, k in enumerate(kept) if i != right)
    unit = "ReLU" if activation == "relu" else "linear"
    return Question(
        text=f"A signal goes through {depth} layers of {width} {unit} units. The weights are drawn around 0; their "
        "spread says how far from 0 they lie. Biases are 0.\n\nWith which spread does the signal keep its size best?",
        options=tuple(number(stddev) for stddev in stddevs),
        right=right,
        because=f"With {number(stddevs[right])} the last layer's answers are {number(kept[right])} times as large as "
        f"the input. With the others: {others} times.",
        why=f"Each unit adds up {width} products, so the sum grows with the root of {width}. The right spread makes up "
        f"for that: 1 over the root of {width}, which is {number(width**-0.5)}."
        + (f" ReLU drops half of the signal, so it takes √2 times as much: {number((2 / width) ** 0.5)}."
           if activation == "relu" else ""),
    )  # fmt: skip


def layers(generator: np.random.Generator, on_progress: Progress) -> Question | None:
    """What many layers make of a signal that one layer makes smaller, or larger."""
    width, depth = pick(generator, (64, 100, 128)), whole(generator, 6, 20)
    aim = pick(generator, (0.3, 0.5, 0.6, 1.5, 2.0, 3.0))
    record = _sent(aim * math.sqrt(2 / width), width, depth, "relu", whole(generator, 0, 9999))
    logs = np.log(record.activations).mean(axis=0)
    one, whole_way = math.exp((logs[-1] - logs[1]) / (depth - 1)), math.exp(logs[-1] - logs[1])
    steps = depth - 1
    amounts = (one**steps, one / steps if one < 1 else one * steps, one, one**2)
    right = nearest(amounts, whole_way, clear=2)
    if right is None or len({number(amount) for amount in amounts}) < len(amounts):
        return None
    return Question(
        text=f"A signal goes through a network of ReLU units, {width} a layer. Each layer makes it {number(one)} times "
        f"as large as it was, measured just now.\n\nHow large is it after {steps} more layers, if it is 1 at first?",
        options=tuple(number(amount) for amount in amounts),
        right=right,
        because=f"Measured over {steps} layers: {number(whole_way)} times.",
        why="Layers multiply. A factor only a little off 1 becomes nothing, or far too much, when it is taken many "
        "times over. That is why the spread of the weights has to fit.",
    )


def alike(generator: np.random.Generator, on_progress: Progress) -> Question | None:
    """How alike the units of a start are."""
    high = pick(generator, (0.05, 0.1, 0.2, 0.5))
    start, words = pick(
        generator,
        (
            (f"random_uniform(minval=0.0, maxval={high})", f"drawn evenly between 0 and {high}"),
            (f"random_uniform(minval={-high}, maxval={high})", f"drawn evenly between −{high} and {high}"),
            (f"random_uniform(minval={-high / 2}, maxval={high})", f"drawn evenly between −{high / 2:g} and {high}"),
            (f"constant(value={high})", f"{high}, all of them"),
            (f"random_normal(stddev={high})", f"drawn from a bell curve around 0 with a spread of {high}"),
        ),
    )
    inputs, units = whole(generator, 40, 100), whole(generator, 20, 60)
    kernel = initializers.get(start)((inputs, units), whole(generator, 0, 9999)).astype(float)
    kernel /= np.linalg.norm(kernel, axis=0)
    cosine = float(((kernel @ np.ones(units)) @ (kernel @ np.ones(units)) - units) / (units * (units - 1)))
    levels = (0.0, 0.25, 0.75, 1.0)
    off = [abs(cosine - at) for at in levels]
    if min(off) > 0.05:
        return None
    return Question(
        text=f"Each of {units} units has weights for {inputs} inputs. They are {words}. Two units are as alike as the "
        "directions that they look in: 1 if it is the same, 0 if they have nothing in common.\n\nHow alike are two "
        "units on average?",
        options=tuple(f"about {at:g}" for at in levels),
        right=int(np.argmin(off)),
        because=f"Over all pairs of the units drawn just now it is {number(round(cosine, 3))}.",
        why="It hangs on how far from 0 the middle of the draws is, beside how widely they spread. Numbers that are "
        "all "
        "above 0 point all units into the same corner. Numbers evenly on both sides of 0 point them anywhere.",
    )


def stddev(generator: np.random.Generator, on_progress: Progress) -> Question | None:
    """How far the weights of a method spread."""
    inputs, units = some(generator, (16, 25, 50, 64, 100, 200, 300, 400), 2)
    key = pick(generator, ("he_normal", "lecun_normal", "glorot_normal", "he_uniform", "glorot_uniform"))
    scheme = initializers.registry[key]
    values = initializers.get(key)((inputs, units), whole(generator, 0, 9999))
    measured = float(values.astype(float).std())
    candidates = [math.sqrt(2 / inputs), math.sqrt(1 / inputs), math.sqrt(2 / (inputs + units)), 2 / inputs]
    right = nearest(candidates, measured)
    if right is None or len({number(c) for c in candidates}) < len(candidates):
        return None
    return Question(
        text=f"A layer has {inputs} inputs and {units} units. Its weights start from {scheme.label}.\n\nHow far from 0 "
        "do they spread? (Spread means standard deviation.)",
        options=tuple(number(candidate) for candidate in candidates),
        right=right,
        because=f"The {values.size:,} weights drawn just now have a spread of {number(measured)}.",
        why="He takes the root of 2 over the inputs, LeCun the root of 1 over the inputs. Glorot takes the root of 2 "
        "over inputs and units together.",
    )


def which(generator: np.random.Generator, on_progress: Progress) -> Question | None:
    """Which method drew the weights in a histogram."""
    inputs, units = 64, pick(generator, (32, 64, 128))
    keys = some(
        generator,
        ("glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "random_uniform", "random_normal",
         "lecun_uniform"), 4,
    )  # fmt: skip
    drawn = initializers.get(keys[0])((inputs, units), whole(generator, 0, 9999)).astype(float).ravel()
    fits = [_likelihood(key, (inputs, units), drawn) for key in keys]
    best, second = sorted(fits, reverse=True)[:2]
    if best - second < FAR:
        return None
    right = int(np.argmax(fits))
    winner = initializers.registry[keys[right]]
    return Question(
        text=f"A layer of {inputs} inputs and {units} units was started just now. The picture shows its "
        f"{drawn.size:,} weights.\n\nWhich method drew them?",
        options=tuple(initializers.registry[key].label for key in keys),
        right=right,
        because=f"Their spread is {number(float(drawn.std()))}, the furthest lies at "
        f"{number(float(np.abs(drawn).max()))}. Of the four, {winner.label} makes these weights likeliest.",
        why="The shape tells uniform from normal: a box with sharp ends, or a bell. The width tells the rule: the "
        "fixed ones know no layer, LeCun, Glorot and He go by its size.",
        picture=partial(plot_weights, drawn),
    )


def _sent(stddev: float, width: int, depth: int, activation: str, seed: int) -> SignalRecord:
    start = initializers.make("random_normal", {"stddev": stddev})
    return measure(
        SignalSpec(
            depth=depth, width=width, activation=activation, kernel_initializer=start, data=NORMAL, rows=32, seeds=3,
            seed=seed,
        )
    )  # fmt: skip


def _likelihood(key: str, shape: tuple[int, ...], drawn: np.ndarray) -> float:
    """The mean log density of some weights under a method's law; minus infinity where it cannot have drawn one."""
    density = initializers.get(key).law(shape).density(drawn)
    if density is None or (density <= 0).any():
        return -math.inf
    return float(np.log(density).mean())


TEMPLATES = (
    Template("The spread that fits", LESSON, "level", level),
    Template("Layer upon layer", LESSON, "fading", layers),
    Template("How alike units start", LESSON, "small_positive", alike),
    Template("How far a method spreads", METHODS, "wider", stddev),
    Template("Who drew these weights", METHODS, "shape", which),
)
