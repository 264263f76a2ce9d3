"""Lesson 5, first half: a pinch of noise, small positive numbers, and a signal that fades."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from nnviz.analysis.claims.symmetry import POSITIVE
from nnviz.analysis.claims.tools import part
from nnviz.analysis.diagnosis import AS_A_LINE, NO_BETTER, guess_loss, line_loss
from nnviz.analysis.draws import Kernel, draws
from nnviz.analysis.likeness import likeness
from nnviz.analysis.pinch import Pinch, pinch, start_of
from nnviz.analysis.pinch_laws import curvature, law_of
from nnviz.analysis.scales import normal, spread_text
from nnviz.analysis.signal import NORMAL, SignalRecord, SignalSpec
from nnviz.analysis.signal import measure as send
from nnviz.analysis.signal_verdict import factor, left, typical
from nnviz.analysis.words import count, number
from nnviz.core import initializers
from nnviz.core.experiment import Experiment
from nnviz.core.initializers import Initializer
from nnviz.core.registry import Parameter
from nnviz.core.training import train
from nnviz.figures import pinch as pinch_figures
from nnviz.figures.lines import Line, lines
from nnviz.figures.template import Palette
from nnviz.lessons.lesson import Numbers, Pair, Picture, Reveal, Screen

Array = np.ndarray
Progress = Callable[[float], object] | None

VALUE = 0.5
PINCH = Experiment(samples=100, hidden=(4,), learning_rate=0.5, batch_size=None, epochs=6000)
EPSILONS = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 0.0)
LARGE, SMALL, NONE = 2, 5, 6  # places in EPSILONS: a thousandth, a millionth, nothing
MANY_TIMES = 30  # between "a few times as long" and "a thousand times", on a scale of factors

WIDTH, LIKE_DEPTH = 64, 5

SPREADS = (0.05, 0.5)
DEPTH, SIGNAL_WIDTH = 30, 64
LEVEL_FROM, LEVEL_TO = 0.1, 10.0
MILLIONTH = 1e-6


def pinches(units: int, on_progress: Progress = None) -> Pinch:
    """When so many units part, by how much noise they started with."""
    return pinch(PINCH.replace(hidden=(units,)), VALUE, EPSILONS, 2, on_progress)


def _pinch_reveal(found: Pinch) -> Reveal:
    steps = np.median(np.where(found.parted < 0, np.inf, found.parted), axis=1)
    large, small = float(steps[LARGE]), float(steps[SMALL])
    if not np.isfinite(small):
        return Reveal(0, f"With a millionth they had not parted after {count(found.last, 'step')}.")
    times = small / large
    law = law_of(found)
    cost = f" Each ten times smaller pinch cost about {number(law.slope)} steps more." if law.fitted else ""
    share = 100 * -curvature(found) * found.experiment.learning_rate
    none = "" if (found.parted[NONE] >= 0).any() else (
        f"Only nothing stays nothing: without noise the units were still equal, to the last digit, after "
        f"{count(found.last, 'step')}. So any noise breaks the tie. But a tiny pinch means a long wait."
    )  # fmt: skip
    return Reveal(
        1 if times > MANY_TIMES else 2,
        f"With a thousandth the units had parted after {count(int(large), 'step')}, with a millionth after "
        f"{count(int(small), 'step')}: {number(times)} times as long.{cost}",
        f"When two units are almost equal, the gap between them grows by a fixed share each step, here about "
        f"{number(share)} %. It is like money in the bank. However little you start with, it takes the same time to "
        f"grow tenfold.\n\n{none}",
    )


def _pinch_pictures(found: Pinch, palette: Palette) -> list[Picture]:
    shorter = found.experiment.replace(epochs=max(2 * LEAST_SHOWN, int(1.5 * found.parted.max())))
    a, b = (shorter.replace(kernel_initializer=start_of(VALUE, EPSILONS[i])) for i in (LARGE, SMALL))
    escape, law = pinch_figures.escape(found, palette, chosen=SMALL), law_of(found)
    if law.fitted:
        plain_words = f"Each ten times smaller pinch costs {number(law.slope)} steps more."
        theory = f" Theory says {number(law.expected)}." if math.isfinite(law.expected) else ""
        escape = replace(escape, title=plain_words + theory)
    return [
        escape,
        pinch_figures.distances(found, SMALL, palette),
        Pair(a, b),
    ]


LEAST_SHOWN = 1000


@dataclass(frozen=True, eq=False)
class Positive:
    """Five layers from small positive numbers, beside other starts.

    Attributes:
        experiments: by name: from 0 up, around zero, and Glorot uniform.
        losses: the median last loss of each.
        cosines: how alike the incoming weights of two units are, on average.
        likeness: how alike the answers of two units are, layer by layer.
        guess, line: the losses of a guess, and of the best straight line.
    """

    experiments: dict[str, Experiment]
    losses: dict[str, float]
    cosines: dict[str, float]
    likeness: dict[str, Array]
    guess: float
    line: float


def small_positive(high: float, on_progress: Progress = None) -> Positive:
    """Train from U(0, high), from U(-high, high) and from Glorot uniform."""
    report = on_progress or (lambda share: None)
    ends = {"minval": -high, "maxval": high}
    starts: dict[str, Initializer] = {
        f"0 to {spread_text(high)}": initializers.make("positive_uniform", {"high": high}),
        f"−{spread_text(high)} to {spread_text(high)}": initializers.make("random_uniform", ends),
        "Glorot uniform": initializers.get("glorot_uniform"),
    }
    experiments = {name: POSITIVE.replace(kernel_initializer=start) for name, start in starts.items()}
    losses = {}
    for i, (name, experiment) in enumerate(experiments.items()):
        losses[name] = float(np.median(train(experiment, part(report, i, len(starts))).train_loss[:, -1]))
    data = POSITIVE.load_dataset()
    return Positive(
        experiments,
        losses,
        {name: draws(start, Kernel((WIDTH, WIDTH))).alike for name, start in starts.items()},
        {name: likeness(start, WIDTH, LIKE_DEPTH) for name, start in starts.items()},
        guess_loss(data),
        line_loss(data),
    )


def _positive_reveal(found: Positive) -> Reveal:
    (small, around, usual), (cosine, *_) = found.losses, found.cosines.values()
    loss = found.losses[small]
    guesses = loss > (1 - NO_BETTER) * found.guess
    better = loss < found.line - AS_A_LINE * found.guess
    alike = found.likeness[small][-1]
    why = (
        f"The numbers differ, but all are positive. So all units look in much the same direction: the mean cosine of "
        f"their weights is {number(cosine)}, where 1 means the same direction. From layer to layer it gets worse. In "
        f"layer {LIKE_DEPTH} the answers of two units are correlated to {alike:.3f}, where 1 means that they go up and "
        "down together. Many units, one opinion."
    )
    lost = found.losses[around] > (1 - NO_BETTER) * found.guess
    if lost:
        why += (
            f"\n\nSo draw from both sides of zero? From {around} the units do differ, but the loss is "
            f"{number(found.losses[around])}, a guess. To differ is not enough. The next screen shows why."
        )
    return Reveal(
        0 if guesses else 2 if better else 1,
        f"The article says that such numbers are a good start. Measured just now: it ends at loss {number(loss)}. One "
        f"straight line reaches {number(found.line)}, a guess {number(found.guess)}. From Glorot uniform the same "
        f"network reaches {number(found.losses[usual])}.",
        why,
    )


def _positive_pictures(found: Positive, palette: Palette) -> list[Picture]:
    small, _, usual = found.experiments
    first, last = (found.likeness[small][i] for i in (0, -1))
    title = (
        f"From {small}, two units' answers are alike to {first:.3f} in layer 1 and to {last:.3f} in layer {LIKE_DEPTH}."
    )
    a, b = (found.experiments[name].replace(restarts=1, snapshots=60) for name in (small, usual))
    return [
        Numbers(
            "How it ended, and how alike the units began",
            {
                "loss at the end": {name: number(loss) for name, loss in found.losses.items()},
                "mean cosine": {name: f"{cosine:.3f}" for name, cosine in found.cosines.items()},
            },
        ),
        lines(
            "likeness of units", title, f"The mean correlation of two units' answers, layer by layer. {title}",
            np.arange(1, LIKE_DEPTH + 1),
            [Line(small, found.likeness[small], palette.a), Line("Glorot", found.likeness[usual], palette.b, "dash")],
            palette, x_title="layer", y_title="how alike (1: the same)", least=1.0,
        ),
        Pair(a, b),
    ]  # fmt: skip


def fading(spread: float, layers: int, on_progress: Progress = None) -> dict[str, SignalRecord]:
    """Send a signal through so many layers, from this spread, from He's rule, and from ten times this spread."""
    report = on_progress or (lambda share: None)
    starts = {
        spread_text(spread): normal(spread),
        "He": initializers.get("he_normal"),
        spread_text(10 * spread): normal(10 * spread),
    }
    found = {}
    for i, (name, start) in enumerate(starts.items()):
        report(i / len(starts))
        spec = SignalSpec(depth=layers, width=SIGNAL_WIDTH, kernel_initializer=start, data=NORMAL, seeds=3, rows=64)
        found[name] = send(spec)
    return found


def _fading_reveal(found: dict[str, SignalRecord]) -> Reveal:
    (*_, large), records = found, list(found.values())
    shares = [left(typical(record.answers)) for record in records]
    backwards = left(typical(records[0].gradients)[::-1])
    layers = records[0].spec.depth
    share = shares[0]
    right = 0 if share > LEVEL_TO else 1 if share >= LEVEL_FROM else 2 if share >= MILLIONTH else 3
    each = factor(typical(records[0].answers))
    became = "of the signal is left" if share < 1 else "times the signal arrives"
    return Reveal(
        right,
        f"After {count(layers, 'layer')} {number(share)} {became}: each layer multiplied it by {number(each)} on "
        f"average. From a spread of {large} it became {number(shares[2])} times as large. From He's rule "
        f"{number(shares[1])} of it arrived.",
        "A number a little below 1, times itself again and again, comes to nothing. A number above 1 comes to far too "
        "much. What arrives at the end is all that the network can answer from.\n\nLearning sends a message the other "
        "way: the gradient, which tells each weight which way to move. It passes the same layers. Here "
        f"{number(backwards)} of it reaches the first layer. A net like this is not wrong. It is deaf.",
    )


def _fading_pictures(found: dict[str, SignalRecord], palette: Palette) -> list[Picture]:
    small = next(iter(found))
    styles = ((palette.units[0], "solid"), (palette.text, "dash"), (palette.units[1], "dot"))
    forwards = {name: typical(record.answers) for name, record in found.items()}
    backwards = {name: typical(record.gradients) for name, record in found.items()}
    layers = len(backwards[small])
    pictures: list[Picture] = []
    for name, axis, start, values, title in (
        ("fading", "spread of the answers", 0, forwards,
         f"Forwards: a spread of {small} makes it {number(left(forwards[small]))} times as large."),
        ("fading back", "spread of the gradient", 1, backwards,
         f"Backwards: a spread of {small} makes it {number(left(backwards[small][::-1]))} times as large."),
    ):  # fmt: skip
        drawn = [Line(key, values[key], *style) for key, style in zip(found, styles, strict=True)]
        pictures.append(
            lines(
                name, title, f"{axis.capitalize()}, layer by layer, on a logarithmic axis. {title}",
                np.arange(start, layers + 1), drawn, palette,
                x_title="layer (0: the input)" if start == 0 else "layer", y_title=axis, log_y=True,
            )
        )  # fmt: skip
    return pictures


PINCH_SCREEN = Screen(
    key="pinch",
    title="How small a pinch of noise is enough?",
    before="Equal units stay equal: that was the last lesson. So let us start four units from one number, 0.5, and add "
    "a pinch of noise to each weight. The pinch is called ε (epsilon). With ε = 0.001, each weight is off by about a "
    "thousandth.\n\nWe say that units have parted once two of them are 0.5 away from each other. Then they do "
    "different things. Now make the pinch a thousand times smaller: a millionth.",
    question="What becomes of the units with the smaller pinch?",
    options=(
        "They never part. So little is as good as nothing.",
        "They part, but it takes about a thousand times as long.",
        "They part, and it takes a few times as long.",
    ),
    measure=pinches,
    reveal=_pinch_reveal,
    pictures=_pinch_pictures,
    settings=(
        Parameter(name="units", kind=int, default=4, low=2, high=6, label="units", note="Of the one hidden layer."),
    ),
)

POSITIVE_SCREEN = Screen(
    key="small_positive",
    title="Small numbers from 0 to 0.1: a good start?",
    before="The article advises small random numbers, such as from the range [0, 0.1]. That sounds right. They are "
    "small, and no two are equal.\n\nTake five layers of 16 units, and start them so. They are to learn two moons: two "
    "bent clouds of points that no straight line can part. Beside them the same network starts from Glorot uniform, "
    "the start that Keras uses when you ask for none. It draws from both sides of zero.",
    question="How well does the network from [0, 0.1] learn?",
    options=(
        "Not at all. It only guesses.",
        "No better than one straight line.",
        "Better than a straight line. Different is different.",
    ),
    measure=small_positive,
    reveal=_positive_reveal,
    pictures=_positive_pictures,
    settings=(
        Parameter(
            name="high", kind=float, default=0.1, low=0.01, high=1.0, label="largest weight",
            note="Weights are drawn from 0 up to this.",
        ),
    ),
)  # fmt: skip

FADING_SCREEN = Screen(
    key="fading",
    title="What is left of a signal after thirty layers?",
    before="Each layer takes numbers in, multiplies them by its weights, adds them up, and passes the result on. So "
    "the size of the weights decides whether a signal grows or shrinks on its way.\n\nSize here means spread: how "
    "far from zero the weights lie, on the whole. (Its other name is standard deviation.) Keras's random_normal draws "
    "weights of spread 0.05 unless you say otherwise. We send a signal of spread 1 through 30 layers of 64 ReLU "
    "units that start so. ReLU turns negative numbers into zero.",
    question="How large is the signal after the last layer?",
    options=(
        "Much larger than before.",
        "About as large as before.",
        "Smaller, but a millionth or more is left.",
        "Less than a millionth is left.",
    ),
    measure=fading,
    reveal=_fading_reveal,
    pictures=_fading_pictures,
    settings=(
        Parameter(name="spread", kind=float, default=0.05, low=0.01, high=1.0, label="spread", note="Of the weights."),
        Parameter(
            name="layers", kind=int, default=DEPTH, low=2, high=50, label="layers", note="Of 64 ReLU units each."
        ),
    ),
)
