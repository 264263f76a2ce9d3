"""The end of lesson 5: weights that are too large, and XOR from small and from large weights."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np

from nnviz.analysis.claims.chance import ONES, XOR
from nnviz.analysis.depth.scales import Scales, normal, scales, stddev_text
from nnviz.analysis.playground.diagnosis import diagnose
from nnviz.analysis.restarts.effect_sizes import difference
from nnviz.analysis.words import count, number, percent
from nnviz.core.experiment import Experiment
from nnviz.core.progress import Progress
from nnviz.core.registry import Parameter
from nnviz.core.training import train
from nnviz.figures.depth.scales import plot_successes, plot_window
from nnviz.figures.style.template import Palette
from nnviz.lessons.lesson import Numbers, Pair, Picture, Reveal, Screen

DEEP = Experiment(
    samples=200, hidden=(16,) * 8, activation="relu", batch_size=None, learning_rate=0.2, epochs=300, snapshots=8,
    restarts=3, dtype="float32",
)  # fmt: skip
"""Eight ReLU layers on two moons: what the lesson's later screens and its task train."""
DEEP_STDDEVS = tuple(10 ** (step / 6) for step in range(-9, 4))
TOO_MUCH = 9  # the place of spread 1
BROKEN = ("diverged", "exploding", "dead")

FEW, LARGE = 0.05, 5.0
XOR_STDDEVS = (0.01, FEW, 0.2, 0.5, 1.0, 2.0, LARGE, 10.0)
XOR_RUNS = 100


@dataclass(frozen=True, eq=False)
class Much:
    """Weights from too small to too large.

    Attributes:
        scales: runs of deep ReLU networks from many spreads.
        ones: losses of three ReLU layers from ones: at the start, after one step, at the end.
        ones_died: whether at the end all units of a layer answer one thing to every row.
        ones_sentence: what became of them.
    """

    scales: Scales
    ones: tuple[float, float, float]
    ones_died: bool
    ones_sentence: str


def much(layers: int, on_progress: Progress | None = None) -> Much:
    """Train so many ReLU layers from many spreads, and three from ones."""
    report = on_progress or (lambda share: None)
    deep = DEEP.replace(hidden=DEEP.hidden[:1] * layers)
    measurement = scales(deep, DEEP_STDDEVS, lambda share: report(0.9 * share))
    trace = train(ONES, lambda share: report(0.9 + 0.1 * share))
    losses = trace.train_loss[0]
    (verdict,) = diagnose(trace)
    ends = float(losses[0]), float(losses[1]), float(losses[-1])
    return Much(measurement, ends, verdict.kind == "dead", verdict.sentence)


def _best(measurement: Scales) -> int:
    """The place of the spread from which runs ended lowest."""
    return int(np.argmin(np.median(np.where(measurement.diverged, np.inf, measurement.losses), axis=1)))


def _much_reveal(muchs: Much) -> Reveal:
    runs = muchs.scales
    layers = len(runs.experiment.hidden)
    kinds = Counter(runs.kinds[TOO_MUCH])
    broken = sum(kinds[kind] for kind in BROKEN)
    total = len(runs.kinds[TOO_MUCH])
    window_ends = runs.window
    medians = np.median(np.where(runs.diverged, np.inf, runs.losses), axis=1)
    learned = runs.rates[TOO_MUCH].successes
    best = _best(runs)
    right = 2 if 2 * broken > total else 0 if medians[TOO_MUCH] < medians[_middle(runs)] else 1
    good = sum(rate.share > 0.5 for rate in runs.rates)
    ends = "" if window_ends is None else (
        f" Of {len(runs.stddevs)} spreads from {stddev_text(runs.stddevs[0])} to {stddev_text(runs.stddevs[-1])}, "
        f"{good} let most runs learn. The best was {stddev_text(runs.stddevs[best])}."
    )  # fmt: skip
    blown = kinds["diverged"] + kinds["exploding"]
    fates = [f"{blown} blew up" if blown else "", f"{kinds['dead']} went dead" if kinds["dead"] else ""]
    fates = [fate for fate in fates if fate]
    if fates:
        harm = (
            "Large weights give huge answers, so the loss is huge, and so is the next step. "
            f"Here {' and '.join(fates)}."
        )
    else:
        harm = (
            f"Each layer makes the answers larger. {count(layers, 'layer')} did no harm here: none of these runs blew "
            "up, and none went dead. More layers multiply more often."
        )
    dead = (
        "\n\nDead means: all units of a layer answer the same to everything. No gradient passes them, so they stay "
        "silent. What comes after still moves, but it can only guess."
        if kinds["dead"] or muchs.ones_died
        else ""
    )
    return Reveal(
        right,
        f"Of {total} starts from spread 1, {blown} blew up, {kinds['dead']} went dead and {learned} learned.{ends}",
        f"{harm} Three layers from all ones begin at loss {number(muchs.ones[0])}. After one step it is "
        f"{number(muchs.ones[1])}. {muchs.ones_sentence}{dead}\n\nChange the number of layers, and watch "
        "the window between too small and too large open and close.",
    )


def _middle(measurement: Scales) -> int:
    """The place of the spread nearest to He's rule for these layers."""
    he = math.sqrt(2 / measurement.experiment.hidden[0])
    return int(np.argmin(np.abs(np.log(measurement.stddevs / he))))


def _much_pictures(muchs: Much, palette: Palette) -> list[Picture]:
    he = math.sqrt(2 / muchs.scales.experiment.hidden[0])
    shown = ONES.replace(epochs=60, snapshots=60)
    return [
        plot_window(muchs.scales, palette, he),
        Numbers(
            "The loss of three layers from ones",
            {"loss": {"at the start": number(muchs.ones[0]), "after one step": number(muchs.ones[1]),
                      "at the end": number(muchs.ones[2])}},
        ),
        Pair(shown, shown.replace(kernel_initializer="he_normal")),
    ]  # fmt: skip


def xor(steps: int, on_progress: Progress | None = None) -> Scales:
    """Train XOR from many spreads, for so many steps."""
    return scales(XOR.replace(restarts=XOR_RUNS, epochs=steps, dtype="float32"), XOR_STDDEVS, on_progress)


def _xor_reveal(measurement: Scales) -> Reveal:
    small, large = (measurement.rates[XOR_STDDEVS.index(stddev)] for stddev in (FEW, LARGE))
    apart = difference(small, large)
    best = int(np.argmax([rate.share for rate in measurement.rates]))
    steps = measurement.experiment.epochs
    shares = [rate.share for rate in measurement.rates]
    spread = f"from {percent(min(shares))} of starts to {percent(max(shares))}"
    if apart.low <= 0 <= apart.high:
        moral = f"Between these two luck may be all. But over all spreads shown, success goes {spread}."
    else:
        moral = f"So the scale matters more than the word random: over all spreads shown, success goes {spread}."
    promise = (
        "All these starts are random. Even from the best spread some fail: a random start is a good bet, and no "
        "promise."
        if max(shares) < 1
        else "All these starts are random."
    )
    return Reveal(
        0 if apart.low > 0 else 1 if apart.high < 0 else 2,
        f"From spread {FEW:g}, {percent(small.share)} of {small.runs} starts solved XOR within {count(steps, 'step')}; "
        f"from spread {LARGE:g}, {percent(large.share)}. Best of all was {stddev_text(measurement.stddevs[best])}, "
        f"with {percent(measurement.rates[best].share)}.",
        "From large weights the units begin at the flat ends of tanh. There a change of the weights changes next to "
        "nothing, so they sit where luck dropped them. From very small weights the units begin almost equal. They "
        f"part in the end, but it takes time: more steps help more of them.\n\n{moral} {promise}",
    )


def _xor_pictures(measurement: Scales, palette: Palette) -> list[Picture]:
    one = measurement.experiment.replace(restarts=1, snapshots=60, dtype="float64")
    sides = []
    for stddev in (FEW, LARGE):
        place = XOR_STDDEVS.index(stddev)
        solved = measurement.losses[place] < measurement.bar
        usual = solved == (measurement.rates[place].share > 0.5)  # a seed that did as most of them did
        seed = measurement.experiment.seed + int(np.argmax(usual))
        sides.append(one.replace(kernel_initializer=normal(stddev), seed=seed))
    return [plot_successes(measurement, palette), Pair(*sides)]


MUCH_SCREEN = Screen(
    key="much",
    title="And what if the weights are too large?",
    before="Eight layers of 16 ReLU units are to learn two moons. By He's rule their level spread is √(2 / 16), about "
    "a third. Now we start them from spread 1: the plain bell curve of the textbooks, N(0, 1). That is only "
    "three times too large.",
    question="What does training make of that?",
    options=(
        "It ends lower than from He's rule.",
        "It does not break, but it ends no lower.",
        "Most runs break: numbers blow up, or whole layers go dead.",
    ),
    measure=much,
    reveal=_much_reveal,
    pictures=_much_pictures,
    settings=(
        Parameter(name="layers", kind=int, default=8, low=1, high=8, label="layers", note="Of 16 ReLU units each."),
    ),
)

XOR_SCREEN = Screen(
    key="xor",
    title="Is random enough?",
    before="XOR is the smallest hard problem: four corners of a square, and opposite corners belong together. Two tanh "
    "units can solve it, with a lucky start.\n\nWe try two kinds of start. Both are random, both lie around zero. One "
    "has a spread of 0.05: small weights. The other has 5: large ones. Each gets 100 starts, and the same number of "
    "steps.",
    question="Which of the two solves XOR more often?",
    options=(
        "The small weights.",
        "The large weights.",
        "Neither, as far as 100 starts of each can tell.",
    ),
    measure=xor,
    reveal=_xor_reveal,
    pictures=_xor_pictures,
    settings=(
        Parameter(name="steps", kind=int, default=2000, low=200, high=5000, label="steps", note="Of full batches."),
    ),
)
