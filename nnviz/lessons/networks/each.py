"""Lesson 3, one die at a time: the start, and the order of the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from nnviz.analysis.chance.sources import Case, case
from nnviz.analysis.initializers.works import SHARE_OF_GUESS
from nnviz.analysis.playground.baselines import guess_loss
from nnviz.analysis.words import count, distinctly, number, percent
from nnviz.core.experiment import Experiment
from nnviz.core.progress import Progress
from nnviz.core.registry import Parameter
from nnviz.figures.chance.dot_rows import plot_dot_rows
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette
from nnviz.lessons.lesson import Pair, Picture, Reveal, Screen

RUNS = 24
XOR = Experiment(dataset="xor", samples=8, noise=0.0, hidden=(2,), learning_rate=0.5, batch_size=None, epochs=3000)
MOONS = Experiment(samples=200, noise=0.2, hidden=(3,), learning_rate=0.5, batch_size=4, epochs=40)
SOME, MOST = 6, 18  # of `RUNS`
NEAR, TWICE = 1.1, 2.0

ROWS = Parameter(
    name="rows", kind=int, default=4, low=1, high=100, none="all rows", label="rows a step", note="Of 100 rows."
)
RATE = Parameter(
    name="rate", kind=float, default=0.5, low=0.01, high=2, label="learning rate", note="How long the steps are."
)


def final_losses(cases: Mapping[str, Case], finding: str, palette: Palette) -> Figure:
    """A dot for each run at its final loss, in a row for each case."""
    rows = {name: case.losses for name, case in cases.items()}
    runs = {name: [case.run(i) for i in range(RUNS)] for name, case in cases.items()}
    hover = {name: [f"start {run.seed}, order {run.shuffle_seed}" for run in each] for name, each in runs.items()}
    high = 1.05 * max(float(np.nanmax(losses)) for losses in rows.values())
    axis = {"title": {"text": "final loss, nats; the line marks the median"}, "range": [-0.02 * high, high]}
    return plot_dot_rows(rows, "final losses", finding, axis, palette, hover=hover)


# The first chance.


def measure_start(units: int, on_progress: Progress | None = None) -> Case:
    """Train from other starts by all rows at once."""
    return case(XOR.replace(hidden=(units,)), True, False, RUNS, on_progress)


def reveal_start(cases: Case) -> Reveal:
    """How many starts find the low valley."""
    bar = _bar(cases.experiment)
    low = cases.losses[cases.losses < bar]
    high = cases.losses[~(cases.losses < bar)]
    levels = f"from {number(float(high.min()))} to {number(float(high.max()))}" if len(high) else ""
    if len(high) and number(float(high.min())) == number(float(high.max())):
        levels = f"at {number(float(high.min()))}"
    others = (
        f" The other {len(high)} ended {levels}." if len(high) > 1 else f" One ended {levels}." if len(high) else ""
    )
    return Reveal(
        right=0 if len(low) <= SOME else 1 if len(low) <= MOST else 2 if len(low) < RUNS else 3,
        because=f"{len(low)} of {RUNS} starts ended below loss {number(bar)}, a quarter of a guess's.{others}",
        why=(
            "Nothing but the start differed. The landscape, the rule for the steps and their number were the same. "
            f"{_high_plateau(high)}\n\n"
            "So the start is the first die. The seed, a number that you choose, decides how it falls: the same seed "
            "draws the same weights. "
            + (
                "Now try more units. Do more starts come down?"
                if len(high)
                else "Now try fewer units: how few will do?"
            )
        ),
    )


def picture_start(cases: Case, palette: Palette) -> Sequence[Picture]:
    """Where all starts end, and the best and the worst on the stage."""
    low = int((cases.losses < _bar(cases.experiment)).sum())
    finding = f"{low} of {RUNS} starts find low ground."
    return final_losses({f"{RUNS} starts": cases}, finding, palette), Pair(
        cases.run(cases.best), cases.run(cases.worst)
    )


def _high_plateau(high: np.ndarray) -> str:
    if not len(high):
        return "Each of these starts found its way down."
    return (
        "A start can lead onto ground that is high and nearly level. There the slope is small, so the steps are short, "
        "and the walker has not come down when its steps run out. We call that stuck. Look at B, the worst of them: "
        f"it ended at loss {number(float(high.max()))}."
    )


def _bar(experiment: Experiment) -> float:
    return SHARE_OF_GUESS * guess_loss(experiment.load_dataset())


START_SCREEN = Screen(
    key="start",
    title="The first chance: the start",
    before=(
        "Real networks have more weights, and their landscape has as many directions. Nobody can draw it, but the "
        "walk is the same. It must begin somewhere, and that place is drawn by chance: every weight is a small random "
        "number.\n\n"
        "A famous puzzle: four dots on the corners of a square, where corners across from each other have one colour. "
        "It is called XOR. Two hidden units can solve it. "
        f"We train {RUNS} networks that differ in their start alone. Each step looks at all dots."
    ),
    question=f"How many of the {RUNS} starts find the low valley?",
    options=(
        f"Few: {SOME} or less",
        f"About half: {SOME + 1} to {MOST}",
        f"Nearly all: {MOST + 1} to {RUNS - 1}",
        f"All {RUNS}",
    ),
    measure=measure_start,
    reveal=reveal_start,
    pictures=picture_start,
    settings=(Parameter(name="units", kind=int, default=2, low=2, high=12, label="hidden units", note="XOR needs 2."),),
)


# The second chance.


def measure_order(rows: int | None, rate: float, on_progress: Progress | None = None) -> Case:
    """Train from one start with other orders of rows."""
    return case(MOONS.replace(batch_size=rows, learning_rate=rate), False, True, RUNS, on_progress)


def reveal_order(cases: Case) -> Reveal:
    """How far apart the orders end."""
    low, high = float(np.nanmin(cases.losses)), float(np.nanmax(cases.losses))
    ratio, steps = high / low, cases.experiment.steps_per_epoch
    diverged = int(np.isnan(cases.losses).sum())
    if ratio == 1:
        return Reveal(
            right=0,
            because=f"From one start, {RUNS} orders all ended at loss {number(low)}, as {_networks(cases.distinct)}.",
            why=(
                "A step that takes all rows adds up all their pulls. A sum does not depend on the order of its terms, "
                "so there is no die left to throw."
            ),
        )
    texts = distinctly(low, high)
    apart = (
        f"the worst has {number(ratio)} times the loss of the best"
        if ratio >= TWICE
        else f"the worst is {percent(ratio - 1)} above the best"
    )
    return Reveal(
        right=1 if ratio < NEAR else 2 if ratio < TWICE else 3,
        because=(
            f"From one start, {RUNS - diverged} orders ended between loss {texts[0]} and {texts[1]}: {apart}."
            + (f" {diverged} more left what numbers can hold." if diverged else "")
        ),
        why=(
            f"A handful of rows shows a rough copy of the landscape. The true slope is that over all rows, and each "
            f"handful tilts it a little, another way each time. With {count(steps, 'step')} an epoch, "
            + (
                "small detours add up, though here to little: longer steps stray further.\n\n"
                if ratio < NEAR
                else "small detours add up. On a ridge, one push decides which side the walk goes down.\n\n"
            )
            + "That is why it is called stochastic gradient descent. Stochastic means: with chance in it. Why take a "
            "handful at all? Because it is cheap: many rough steps often get further than one exact step. Clear the "
            "rows a step, so that each takes all rows, and there is no order left to draw."
        ),
    )


def _networks(amount: int) -> str:
    return f"{amount} different networks" if amount > 1 else "one and the same network"


def picture_order(cases: Case, palette: Palette) -> Sequence[Picture]:
    """Where all orders end, and the best and the worst on the stage."""
    finding = f"One start, {RUNS} orders: {_networks(cases.distinct)}."
    return final_losses({f"{RUNS} orders": cases}, finding, palette), Pair(
        cases.run(cases.best), cases.run(cases.worst)
    )


ORDER_SCREEN = Screen(
    key="order",
    title="The second chance: the order of the rows",
    before=(
        "Most training does not look at all rows before it takes a step. It shuffles them, takes a handful, called a "
        "batch, steps, and takes the next. Once every row has been used, one epoch is over, and the rows are shuffled "
        "again.\n\n"
        f"Here are two moons of dots, 100 rows, 4 a step. We train {RUNS} networks from one and the same start. All "
        "see the same rows, equally often. Only the shuffles differ."
    ),
    question="How far apart do they end?",
    options=(
        "Not at all: they have seen the same rows",
        "The worst loss is less than a tenth above the best",
        "More than that, but less than twice the best",
        "The worst loss is twice the best, or more",
    ),
    measure=measure_order,
    reveal=reveal_order,
    pictures=picture_order,
    settings=(ROWS, RATE),
)
