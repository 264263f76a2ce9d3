"""The beginning of lesson 5: a pinch of noise, and small positive numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from nnviz.analysis.claims.symmetry import POSITIVE
from nnviz.analysis.depth.scales import stddev_text
from nnviz.analysis.depth.unit_similarity import likeness
from nnviz.analysis.initializers.draws import Kernel, draws
from nnviz.analysis.playground.baselines import guess_loss, line_loss
from nnviz.analysis.playground.diagnosis import AS_A_LINE, NO_BETTER
from nnviz.analysis.symmetry.escape_laws import curvature, law_of
from nnviz.analysis.symmetry.perturbation import PerturbationSweep, perturb, start_of
from nnviz.analysis.words import count, number
from nnviz.core import initializers
from nnviz.core.experiment import Experiment
from nnviz.core.initializers import Initializer
from nnviz.core.progress import Progress, part
from nnviz.core.registry import Parameter
from nnviz.core.training import train
from nnviz.figures.style.lines import NamedLine, plot_lines
from nnviz.figures.style.template import Palette
from nnviz.figures.symmetry import perturbation as perturbation_figures
from nnviz.lessons.lesson import Numbers, Pair, Picture, Reveal, Screen

Array = np.ndarray

VALUE = 0.5
PERTURBED = Experiment(samples=100, hidden=(4,), learning_rate=0.5, batch_size=None, epochs=6000)
EPSILONS = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 0.0)
LARGE, SMALL, NONE = 2, 5, 6  # places in EPSILONS: a thousandth, a millionth, nothing
MANY_TIMES = 30  # between "a few times as long" and "a thousand times", on a scale of factors

LEAST_SHOWN = 1000  # steps on the stage

WIDTH, LIKE_DEPTH = 64, 5


def pinches(units: int, on_progress: Progress | None = None) -> PerturbationSweep:
    """When so many units part, by how much noise they started with."""
    return perturb(PERTURBED.replace(hidden=(units,)), VALUE, EPSILONS, 2, on_progress)


def _perturbation_reveal(perturbation: PerturbationSweep) -> Reveal:
    steps = np.median(np.where(perturbation.parted < 0, np.inf, perturbation.parted), axis=1)
    large, small = float(steps[LARGE]), float(steps[SMALL])
    if not np.isfinite(small):
        return Reveal(0, f"With a millionth they had not parted after {count(perturbation.last, 'step')}.")
    times = small / large
    law = law_of(perturbation)
    cost = f" Each ten times smaller pinch cost about {number(law.slope)} steps more." if law.fitted else ""
    share = 100 * -curvature(perturbation) * perturbation.experiment.learning_rate
    none = "" if (perturbation.parted[NONE] >= 0).any() else (
        f"Only nothing stays nothing: without noise the units were still equal, to the last digit, after "
        f"{count(perturbation.last, 'step')}. So any noise breaks the tie. But a tiny pinch means a long wait."
    )  # fmt: skip
    return Reveal(
        1 if times > MANY_TIMES else 2,
        f"With a thousandth the units had parted after {count(int(large), 'step')}, with a millionth after "
        f"{count(int(small), 'step')}: {number(times)} times as long.{cost}",
        f"When two units are almost equal, the gap between them grows by a fixed share each step, here about "
        f"{number(share)} %. It is like money in the bank. However little you start with, it takes the same time to "
        f"grow tenfold.\n\n{none}",
    )


def _perturbation_pictures(perturbation: PerturbationSweep, palette: Palette) -> list[Picture]:
    shorter = perturbation.experiment.replace(epochs=max(2 * LEAST_SHOWN, int(1.5 * perturbation.parted.max())))
    a, b = (shorter.replace(kernel_initializer=start_of(VALUE, EPSILONS[i])) for i in (LARGE, SMALL))
    escape, law = perturbation_figures.plot_escape(perturbation, palette, chosen=SMALL), law_of(perturbation)
    if law.fitted:
        plain_words = f"Each ten times smaller pinch costs {number(law.slope)} steps more."
        theory = f" Theory says {number(law.expected)}." if math.isfinite(law.expected) else ""
        title = plain_words + theory
        escape = replace(escape, title=title, alt=escape.alt.replace(escape.title, title))
    distances = perturbation_figures.plot_distances(perturbation, SMALL, palette)
    return [
        escape,
        replace(distances, title=f"The first of two starts. {distances.title}"),
        Pair(a, b),
    ]


@dataclass(frozen=True, eq=False)
class Positive:
    """Five layers from small positive numbers, beside other starts.

    Attributes:
        experiments: by name: from 0 up, around zero, and Glorot uniform.
        losses: the median last loss of each; an odd number of seeds makes it one run's own.
        typical: the seed of that run.
        cosines: how alike the incoming weights of two units are, on average.
        likeness: how alike the answers of two units are, layer by layer.
        guess, line: the losses of a guess, and of the best straight line.
    """

    experiments: dict[str, Experiment]
    losses: dict[str, float]
    typical: dict[str, int]
    cosines: dict[str, float]
    likeness: dict[str, Array]
    guess: float
    line: float


def small_positive(high: float, on_progress: Progress | None = None) -> Positive:
    """Train from U(0, high), from U(-high, high) and from Glorot uniform."""
    ends = {"minval": -high, "maxval": high}
    starts: dict[str, Initializer] = {
        f"0 to {stddev_text(high)}": initializers.make("positive_uniform", {"high": high}),
        f"−{stddev_text(high)} to {stddev_text(high)}": initializers.make("random_uniform", ends),
        "Glorot uniform": initializers.get("glorot_uniform"),
    }
    experiments = {name: POSITIVE.replace(kernel_initializer=start) for name, start in starts.items()}
    losses, typical = {}, {}
    for i, (name, experiment) in enumerate(experiments.items()):
        trace = train(experiment, part(on_progress, i, len(starts)))
        middle = int(np.argsort(trace.train_loss[:, -1])[len(trace.seeds) // 2])
        losses[name], typical[name] = float(trace.train_loss[middle, -1]), int(trace.seeds[middle])
    data = POSITIVE.load_dataset()
    return Positive(
        experiments,
        losses,
        typical,
        {name: draws(start, Kernel((WIDTH, WIDTH))).alike for name, start in starts.items()},
        {name: likeness(start, WIDTH, LIKE_DEPTH) for name, start in starts.items()},
        guess_loss(data),
        line_loss(data),
    )


def _positive_reveal(positive: Positive) -> Reveal:
    (small, around, usual), (cosine, *_) = positive.losses, positive.cosines.values()
    loss = positive.losses[small]
    guesses = loss > (1 - NO_BETTER) * positive.guess
    better = loss < positive.line - AS_A_LINE * positive.guess
    first, alike = (positive.likeness[small][layer] for layer in (0, -1))
    why = (
        f"The numbers differ, but all are positive. So all units look in much the same direction: the mean cosine of "
        f"their weights is {number(cosine)}, where 1 means the same direction. "
        f"{'From layer to layer it gets worse. In' if alike > first else 'In'} "
        f"layer {LIKE_DEPTH} the answers of two units are correlated to {alike:.3f}, where 1 means that they go up and "
        "down together. "
        + (
            "That is how they start. And yet, with numbers of this size, the network learned."
            if better
            else "Many units, one opinion."
        )
    )
    other, there = positive.losses[around], f"From {around} the units point anywhere, and"
    if other > (1 - NO_BETTER) * positive.guess:
        why += (
            f"\n\nSo draw from both sides of zero? {there} yet the loss is {number(other)}, no better than a guess. To "
            "differ is not enough: the size must fit, too. The next screen shows why."
        )
    elif other < positive.line - AS_A_LINE * positive.guess:
        why += f"\n\n{there} the loss is {number(other)}: from both sides of zero this size does."
    else:
        why += f"\n\n{there} the loss is {number(other)}, no better than a straight line: this size does not suit."
    return Reveal(
        0 if guesses else 2 if better else 1,
        f"The article says that such numbers are a good start. Measured just now: from {small} it ends at loss "
        f"{number(loss)}. One straight line reaches {number(positive.line)}, a guess {number(positive.guess)}. From "
        f"Glorot uniform the same network reaches {number(positive.losses[usual])}. Each is the middle one of "
        f"{count(POSITIVE.restarts, 'seed')}.",
        why,
    )


def _positive_pictures(positive: Positive, palette: Palette) -> list[Picture]:
    small, _, usual = positive.experiments
    first, last = (positive.likeness[small][i] for i in (0, -1))
    title = (
        f"From {small}, two units' answers are alike to {first:.3f} in layer 1 and to {last:.3f} in layer {LIKE_DEPTH}."
    )
    a, b = (
        positive.experiments[name].replace(restarts=1, snapshots=60, seed=positive.typical[name])
        for name in (small, usual)
    )
    return [
        Numbers(
            "How it ended, and how alike the units began",
            {
                "loss at the end": {name: number(loss) for name, loss in positive.losses.items()},
                "mean cosine": {name: f"{cosine:.3f}" for name, cosine in positive.cosines.items()},
            },
        ),
        plot_lines(
            "likeness of units", title, f"The mean correlation of two units' answers, layer by layer. {title}",
            np.arange(1, LIKE_DEPTH + 1),
            [
                NamedLine(small, positive.likeness[small], palette.a),
                NamedLine("Glorot", positive.likeness[usual], palette.b, "dash"),
            ],
            palette, x_title="layer", y_title="how alike (1: the same)", least=1.0,
        ),
        Pair(a, b),
    ]  # fmt: skip


PERTURBATION_SCREEN = Screen(
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
    reveal=_perturbation_reveal,
    pictures=_perturbation_pictures,
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
        "Better than a straight line.",
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
