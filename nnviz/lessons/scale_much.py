"""Lesson 5, second half: the level scale, weights that are too large, and XOR from small and from large weights."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnviz.analysis.claims.chance import ONES, XOR
from nnviz.analysis.claims.tools import part
from nnviz.analysis.diagnosis import diagnose
from nnviz.analysis.effect import difference
from nnviz.analysis.scales import Scales, level_spread, normal, scales, spread_text
from nnviz.analysis.words import count, number, percent
from nnviz.core.experiment import Experiment
from nnviz.core.registry import Parameter
from nnviz.core.training import train
from nnviz.figures.lines import Line, lines
from nnviz.figures.scales import successes, window
from nnviz.figures.template import Palette
from nnviz.lessons.lesson import Numbers, Pair, Picture, Reveal, Screen

Array = np.ndarray
Progress = Callable[[float], object] | None

TIMES = (0.25, 0.5, 1.0, 2.0)  # the options of the width screen, as factors
WIDER = 4

DEEP = Experiment(
    samples=200, hidden=(16,) * 8, activation="relu", batch_size=None, learning_rate=0.2, epochs=300, snapshots=8,
    restarts=3, dtype="float32",
)  # fmt: skip
"""Eight ReLU layers on two moons: what the lesson's later screens and its task train."""
DEEP_SPREADS = tuple(10 ** (step / 6) for step in range(-9, 4))
TOO_MUCH = 9  # the place of spread 1
BROKEN = ("diverged", "dead")

FEW, LARGE = 0.05, 5.0
XOR_SPREADS = (0.01, FEW, 0.2, 0.5, 1.0, 2.0, LARGE, 10.0)
XOR_STARTS = 100


@dataclass(frozen=True, eq=False)
class Level:
    """The spreads that keep a signal level.

    Attributes:
        widths: `[W]`, units a layer.
        relu: the level spread with ReLU, `[W]`, measured.
        straight: the same with units that pass on their sum as it is.
        narrow: the place of the width that was asked about; the wide one is four times as wide.
    """

    widths: Array
    relu: Array
    straight: Array
    narrow: int

    @property
    def wide(self) -> int:
        """The place of the width that is four times as large."""
        return int(np.flatnonzero(self.widths == WIDER * self.widths[self.narrow])[0])


def level(width: int, on_progress: Progress = None) -> Level:
    """Find the level spread at some widths, this one and four times it among them."""
    report = on_progress or (lambda share: None)
    widths = np.array([width // 4, width // 2, width, 2 * width, WIDER * width])
    found = {}
    for i, activation in enumerate(("relu", "linear")):
        found[activation] = np.array(
            [
                level_spread(int(n), activation, part(report, i * len(widths) + k, 2 * len(widths)))
                for k, n in enumerate(widths)
            ]
        )
    return Level(widths, found["relu"], found["linear"], 2)


def _level_reveal(found: Level) -> Reveal:
    narrow, wide = found.relu[[found.narrow, found.wide]]
    times = wide / narrow
    n, m = (int(found.widths[place]) for place in (found.narrow, found.wide))
    root = found.relu[found.narrow] / found.straight[found.narrow]
    return Reveal(
        int(np.argmin([abs(math.log(times / factor)) for factor in TIMES])),
        f"With {n} ReLU units a layer the level spread is {number(narrow)}, with {m} it is {number(wide)}: "
        f"{number(times)} times as large.",
        f"A sum of n random numbers does not grow like n. Pluses and minuses cancel in part, and its spread grows like "
        f"√n. So divide the weights by √n, and all is level: four times the inputs, half the weights.\n\nReLU throws "
        f"the negative half away. To make up for it, weights must be √2 = {number(math.sqrt(2))} times larger; "
        f"measured: {number(root)} times. That is He's rule, √(2 / n). Without ReLU it is √(1 / n), LeCun's rule. "
        "Glorot's takes the mean of inputs and outputs for n, so that the way back is level too.",
    )


def _level_pictures(found: Level, palette: Palette) -> list[Picture]:
    n, m = (int(found.widths[place]) for place in (found.narrow, found.wide))
    title = f"Level spread with ReLU: {number(float(found.relu[found.narrow]))} for {n} units, "
    title += f"{number(float(found.relu[found.wide]))} for {m}."
    drawn = [
        Line("ReLU", found.relu, palette.units[0]),
        Line("straight", found.straight, palette.units[1], "dot"),
    ]
    rules = {"√(2 / n)": np.sqrt(2 / found.widths), "√(1 / n)": np.sqrt(1 / found.widths)}
    rows = [f"{width} units" for width in found.widths]

    def column(values: Array) -> dict[str, str]:
        return {row: number(float(value)) for row, value in zip(rows, values, strict=True)}

    return [
        lines(
            "level", title, f"The spread that keeps a signal level, by width, on two logarithmic axes. {title}",
            found.widths, drawn, palette, x_title="units a layer", y_title="level spread", log_x=True, log_y=True,
        ),
        Numbers(
            "Measured, beside the rules",
            {"ReLU": column(found.relu), "√(2 / n)": column(rules["√(2 / n)"]), "straight": column(found.straight),
             "√(1 / n)": column(rules["√(1 / n)"])},
        ),
    ]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Much:
    """Weights from too small to too large.

    Attributes:
        scales: runs of deep ReLU networks from many spreads.
        ones: losses of three ReLU layers from ones: at the start, after one step, at the end.
        ones_sentence: what became of them.
    """

    scales: Scales
    ones: tuple[float, float, float]
    ones_sentence: str


def much(layers: int, on_progress: Progress = None) -> Much:
    """Train so many ReLU layers from many spreads, and three from ones."""
    report = on_progress or (lambda share: None)
    deep = DEEP.replace(hidden=DEEP.hidden[:1] * layers)
    found = scales(deep, DEEP_SPREADS, lambda share: report(0.9 * share))
    trace = train(ONES, lambda share: report(0.9 + 0.1 * share))
    losses = trace.train_loss[0]
    (verdict,) = diagnose(trace)
    return Much(found, (float(losses[0]), float(losses[1]), float(losses[-1])), verdict.sentence)


def _best(found: Scales) -> int:
    """The place of the spread from which runs ended lowest."""
    return int(np.argmin(np.median(np.where(found.diverged, np.inf, found.losses), axis=1)))


def _much_reveal(found: Much) -> Reveal:
    runs = found.scales
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
        f" Of {len(runs.spreads)} spreads from {spread_text(runs.spreads[0])} to {spread_text(runs.spreads[-1])}, "
        f"{good} let most runs learn. The best was {spread_text(runs.spreads[best])}."
    )  # fmt: skip
    return Reveal(
        right,
        f"Of {total} starts from spread 1, {kinds['diverged']} overflowed, {kinds['dead']} went dead and "
        f"{learned} learned.{ends}",
        f"Large weights give huge answers, so the loss is huge, and the step that follows is huge too. Sometimes the "
        f"numbers overflow. Sometimes it ends in silence. Three layers from all ones begin at loss "
        f"{number(found.ones[0])}. After one step it is {number(found.ones[1])}. {found.ones_sentence}\n\nDead means: "
        "all units of a layer answer 0, to everything. No gradient gets through, so nothing will change any more.\n\n"
        f"This was with {count(layers, 'layer')}. Change their number, and watch the window between too small "
        "and too large open and close.",
    )


def _middle(found: Scales) -> int:
    """The place of the spread nearest to He's rule for these layers."""
    he = math.sqrt(2 / found.experiment.hidden[0])
    return int(np.argmin(np.abs(np.log(found.spreads / he))))


def _much_pictures(found: Much, palette: Palette) -> list[Picture]:
    he = math.sqrt(2 / found.scales.experiment.hidden[0])
    shown = ONES.replace(epochs=60, snapshots=60)
    return [
        window(found.scales, palette, he),
        Numbers(
            "Ones throw all units to the flat side in the first step",
            {"loss": {"at the start": number(found.ones[0]), "after one step": number(found.ones[1]),
                      "at the end": number(found.ones[2])}},
        ),
        Pair(shown, shown.replace(kernel_initializer="he_normal")),
    ]  # fmt: skip


def xor(steps: int, on_progress: Progress = None) -> Scales:
    """Train XOR from many spreads, for so many steps."""
    return scales(XOR.replace(restarts=XOR_STARTS, epochs=steps, dtype="float32"), XOR_SPREADS, on_progress)


def _xor_reveal(found: Scales) -> Reveal:
    small, large = (found.rates[XOR_SPREADS.index(spread)] for spread in (FEW, LARGE))
    apart = difference(small, large)
    best = int(np.argmax([rate.share for rate in found.rates]))
    steps = found.experiment.epochs
    return Reveal(
        0 if apart.low > 0 else 1 if apart.high < 0 else 2,
        f"From spread {FEW:g}, {percent(small.share)} of {small.runs} starts solved XOR within {count(steps, 'step')}; "
        f"from spread {LARGE:g} only {percent(large.share)}. Best of all was {spread_text(found.spreads[best])}, "
        f"with {percent(found.rates[best].share)}."
        if small.share > large.share
        else f"From spread {FEW:g}, {percent(small.share)} of {small.runs} starts solved XOR within "
        f"{count(steps, 'step')}; from spread {LARGE:g} {percent(large.share)}.",
        "From large weights the units begin at the flat ends of tanh. There a change of the weights changes next to "
        "nothing, so they sit where luck dropped them. From very small weights the units begin almost equal. They "
        "part in the end, but it takes time: give them more steps, and more of them get there.\n\nSo the scale "
        "matters more than the word random. All these starts are random. And even from the best spread some fail: a "
        "random start is a good bet, and no promise.",
    )


def _xor_pictures(found: Scales, palette: Palette) -> list[Picture]:
    one = found.experiment.replace(restarts=1, snapshots=60, dtype="float64")
    sides = []
    for spread in (FEW, LARGE):
        place = XOR_SPREADS.index(spread)
        solved = found.losses[place] < found.bar
        usual = solved == (found.rates[place].share > 0.5)  # a seed that did as most of them did
        seed = found.experiment.seed + int(np.argmax(usual))
        sides.append(one.replace(kernel_initializer=normal(spread), seed=seed))
    return [successes(found, palette), Pair(*sides)]


LEVEL_SCREEN = Screen(
    key="level",
    title="Which spread keeps the signal level?",
    before="Too small fades, too large explodes. In between there is one spread at which each layer hands the signal "
    "on as large as it came. Call it the level spread.\n\nA unit adds up one product for each number that comes in. "
    "How many come in is called the fan-in. In a stack of layers of 64 units it is 64. Now make all layers four times "
    "as wide: 256 units.",
    question="What happens to the level spread?",
    options=(
        "It becomes four times smaller.",
        "It becomes half as large.",
        "It stays. A good scale is a good scale.",
        "It doubles.",
    ),
    measure=level,
    reveal=_level_reveal,
    pictures=_level_pictures,
    settings=(
        Parameter(
            name="width", kind=int, default=64, low=32, high=64, label="units a layer", note="And four times as many."
        ),
    ),
)

MUCH_SCREEN = Screen(
    key="much",
    title="And what if the weights are too large?",
    before="Eight layers of 16 ReLU units are to learn two moons. By He's rule their level spread is √(2 / 16), about "
    "a third. Now we start them from spread 1: the plain bell curve of the textbooks, N(0, 1). That is only "
    "three times too large.",
    question="What does training make of that?",
    options=(
        "It learns faster. Large numbers take large steps.",
        "It learns, but more slowly.",
        "It breaks. Numbers overflow, or whole layers fall silent.",
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
        "The large weights. They differ more, so symmetry is no problem.",
        "Both alike. Random is random.",
    ),
    measure=xor,
    reveal=_xor_reveal,
    pictures=_xor_pictures,
    settings=(
        Parameter(name="steps", kind=int, default=2000, low=200, high=5000, label="steps", note="Of full batches."),
    ),
)
