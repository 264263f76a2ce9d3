"""Lesson 8, the same run again: to the bit, moved by a hair, with a row less."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from nnviz.analysis.chance.one_row import OneRow
from nnviz.analysis.chance.one_row import one_row as drop_one_row
from nnviz.analysis.chance.repeats import RATE, WEIGHT, Repeats, Ripple, repeats, ripples
from nnviz.analysis.words import count, number, percent
from nnviz.core.experiment import Experiment
from nnviz.core.progress import Progress, part
from nnviz.core.registry import Parameter
from nnviz.core.training import train
from nnviz.figures.chance.dot_rows import plot_dot_rows
from nnviz.figures.chance.seeds import plot_ripple
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette
from nnviz.lessons.lesson import Numbers, Pair, Picture, Reveal, Screen

NOISY_XOR = Experiment(dataset="xor", samples=200, noise=0.7, hidden=(4,), learning_rate=0.5)
CALM, WILD = 0.3, 15.0  # learning rates; at the latter 16 runs that differed in last digits ended 6 apart or more
ROW_SEEDS = 50
FAR = 1000  # times the gap of the calm run: stretched beyond doubt
NOTHING_LEFT, FEW_POINTS = 0.001, 0.01  # shares of fresh points

SEED = Parameter(name="own", kind=int, default=0, low=0, high=9999, label="seed", note="Of the run that is repeated.")
RATE_OF_WILD = Parameter(
    name="rate", kind=float, default=WILD, low=0.01, high=30.0, label="learning rate", note="Of the bolder run."
)
ROWS = Parameter(
    name="rows", kind=int, default=32, low=8, high=100, label="rows a step",
    note="All 100 at once leave no order to upset.",
)  # fmt: skip


# The same run again


def again(own: int, on_progress: Progress | None = None) -> Repeats:
    """One run, trained several times."""
    return repeats(Experiment(seed=own), on_progress)


def _again(measurement: Repeats) -> Reveal:
    worst = max(run.differing for run in measurement.same)
    same = "None" if not worst else f"Up to {worst:,}"
    return Reveal(
        right=0 if not worst else 1 if worst < measurement.numbers / 2 else 2,
        because=f"{same} of {measurement.numbers:,} numbers {'differs' if not worst else 'differ'}, in "
        f"{count(len(measurement.same), 'more run')} of seed {measurement.seed}. With seed "
        f"{measurement.other.seed}, {measurement.other.differing:,} do.",
        why="A computer's dice are no dice. A fixed rule makes the numbers, and the seed says where the rule sets out. "
        "The same seed deals the same weights and shuffles the rows the same way. The rest is plain arithmetic.\n\n"
        "That is a gift. You can find a mistake, because the run that showed it can be had again. A class can look at "
        "one and the same network. A reader can check your work.\n\n"
        "But the promise is small: the same code, the same versions, the same kind of machine. Elsewhere sums may be "
        "added in another order and rounded another way. What does one rounding do? See the next screen.",
    )


def _again_pictures(measurement: Repeats, palette: Palette) -> Sequence[Picture]:
    runs = {f"seed {measurement.seed}": (measurement.digest, 0)}
    runs |= {f"seed {run.seed}, {run.how}": (run.digest, run.differing) for run in measurement.same}
    runs |= {f"seed {measurement.other.seed}": (measurement.other.digest, measurement.other.differing)}
    alike = "the same mark" if measurement.identical else "not all the same mark"
    table = {
        "mark of all weights": {name: mark for name, (mark, _) in runs.items()},
        "numbers that differ": {name: f"{differing:,}" for name, (_, differing) in runs.items()},
    }
    return (
        Numbers(f"Runs of one seed have {alike}, which one changed digit would change.", table),
        Pair(Experiment(seed=measurement.seed), Experiment(seed=measurement.other.seed)),
    )


# A hair's breadth


@dataclass(frozen=True, eq=False)
class Hair:
    """What becomes of a change in the last digit.

    Attributes:
        rate: the learning rate of the bolder run.
        calm, wild: what each change did at `CALM` and at that rate.
        strangers: the distance between two runs of different seeds at that rate.
    """

    rate: float
    calm: tuple[Ripple, ...]
    wild: tuple[Ripple, ...]
    strangers: float


def hair(rate: float, on_progress: Progress | None = None) -> Hair:
    """A weight moved to the next number there is, in a calm run and in a bolder one."""
    bold = Experiment(learning_rate=rate)
    calm = ripples(Experiment(learning_rate=CALM), part(on_progress, 0, 3))
    wild = ripples(bold, part(on_progress, 1, 3))
    two = train(bold.replace(restarts=2, snapshots=2), part(on_progress, 2, 3))
    ends = [np.concatenate([array[run, -1].ravel() for array in (*two.kernels, *two.biases)]) for run in (0, 1)]
    return Hair(rate, calm, wild, float(np.linalg.norm(ends[0] - ends[1])))


def _strayed(measurement: Sequence[Ripple], change: str = WEIGHT) -> float:
    """How far the run with this change ends from the one without."""
    return float(next(one for one in measurement if one.change == change).distance[-1])


def _hair(hairs: Hair) -> Reveal:
    start = next(one for one in hairs.wild if one.change == WEIGHT)
    steps = f"{start.steps[-1]:,} steps"
    calm, wild = _strayed(hairs.calm), _strayed(hairs.wild)
    if wild < calm * FAR:
        stretched = (
            f"At {hairs.rate:g} the gap stays small, too. Bolder steps overshoot the valley, and then each jump can "
            "stretch it: try a rate of 15 or more."
        )
    else:
        times = math.log2(wild / float(start.distance[0]))
        stretched = (
            f"At {hairs.rate:g} the steps are bold: they overshoot the valley, and each jump can stretch the gap. "
            f"{number(times, 2)} doublings lead from the one number to the other."
        )
    nearby = next(one.changed for one in hairs.wild if one.change == RATE)
    return Reveal(
        right=0 if wild < 1e-6 else 1 if wild < 0.1 else 2,
        because=f"Moved by {number(float(start.distance[0]))}, they end {number(wild)} apart after {steps}. Two runs "
        f"of different seeds end {number(hairs.strangers)} apart.",
        why=f"With a learning rate of {CALM:g} the two end {number(calm)} apart. Both roll down the same slope, so a "
        f"small gap stays small.\n\n{stretched}\n\n"
        "So the same seed on another machine may mean the same network, or not. It depends on the steps.\n\n"
        "With nothing changed, the gap is exactly 0. That makes a seed good for finding faults: if two runs differ, "
        f"something was changed. (A and B on this page differ in the last digit of the learning rate: {hairs.rate!r} "
        f"and {nearby!r}.)",
    )


def _hair_pictures(hairs: Hair, palette: Palette) -> Sequence[Picture]:
    bold = Experiment(learning_rate=hairs.rate)
    nearby = next(one.changed for one in hairs.wild if one.change == RATE)
    return (
        _named(plot_ripple(hairs.wild, palette), "bold", hairs.rate),
        _named(plot_ripple(hairs.calm, palette), "calm", CALM),
        Pair(bold, bold.replace(learning_rate=nearby)),
    )


def _named(figure: Figure, name: str, rate: float) -> Figure:
    words = f"Learning rate {rate:g}. "
    return replace(figure, name=name, title=words + figure.title, alt=words + figure.alt)


# One row less


def one_row(rows: int, on_progress: Progress | None = None) -> OneRow:
    """Networks trained with one row less."""
    return drop_one_row(NOISY_XOR.replace(batch_size=rows), ROW_SEEDS, on_progress)


def _one_row(one_rows: OneRow) -> Reveal:
    loaded, dropped, other = (float(np.median(share)) for share in (one_rows.loaded, one_rows.dropped, one_rows.other))
    return Reveal(
        right=0 if dropped < NOTHING_LEFT else 1 if dropped <= FEW_POINTS else 2,
        because=f"They differ at {percent(dropped)} of the points, by the median of {len(one_rows.seeds)} seeds. "
        f"The new network keeps {one_rows.kept} of {one_rows.weights} weights.",
        why="The article says: in production, fix the seed, or start from a saved model. These are two things.\n\n"
        f"Saved and loaded again, the weights answer otherwise at {percent(loaded)} of the points. The weights are "
        "what is in use. The seed only notes how they came about.\n\n"
        f"Trained anew with another seed, answers differ at {percent(other)}; with the same seed and one row less, at "
        f"{percent(dropped)}. "
        + (
            "All rows go into each step, so one row less is a small push. Put fewer rows into a step, and see."
            if one_rows.experiment.batch_rows == one_rows.experiment.train_rows
            else "The start is still the same. But one row less deals the others into other steps, and the run takes "
            "another road. Put all 100 rows into each step, and see."
        )
        + "\n\n"
        "So keep the weights. To repeat a training, keep the data, the code and its versions too.",
    )


def _one_row_pictures(one_rows: OneRow, palette: Palette) -> Sequence[Picture]:
    rows = {
        "saved, and loaded again": 100 * one_rows.loaded,
        "same seed, one row less": 100 * one_rows.dropped,
        "another seed, all rows": 100 * one_rows.other,
    }
    medians = [percent(float(np.median(values)) / 100) for values in rows.values()]
    title = (
        f"Answers that change: {medians[0]} when loaded again, {medians[1]} with one row less, {medians[2]} with "
        "another seed."
    )
    high = max(1.0, *(float(values.max()) for values in rows.values()))
    axis = {"title": {"text": "fresh points answered otherwise, %"}, "range": [-0.03 * high, 1.05 * high], "nticks": 6}
    return plot_dot_rows(rows, "one row", title, axis, palette), Pair(one_rows.experiment, one_rows.less)


SAME_SCREEN = Screen(
    key="same",
    title="Can chance repeat itself?",
    before="So far chance was the point: other seeds, other starts. Now we do the opposite. We train a network "
    "of 8 units on two moons from one seed. Then we train it again from that seed: alone, and in the company "
    "of other runs.\n\n"
    "We write down every weight, loss and score along the way: over two thousand numbers a run, of 16 digits "
    "each. We compare them all, to the last bit.",
    question="How many of these numbers differ?",
    options=("None at all", "A few, in their last digits", "Most of them"),
    measure=again,
    reveal=_again,
    pictures=_again_pictures,
    settings=(SEED,),
)

HAIR_SCREEN = Screen(
    key="hair",
    title="What does a hair's breadth do?",
    before="The same seed again. But this time we move one weight, once, to the very next number that the "
    "computer can hold. That is a change in about the sixteenth digit. Another make of processor might round "
    "like that.\n\n"
    f"Then both runs train as before, with the same rows in the same order. They take bold steps: a learning "
    f"rate of {WILD:g}, where {CALM:g} would be calm.",
    question="How far apart do the two networks end, all weights taken together?",
    options=(
        "Next to nothing: below a millionth",
        "A little: below 0.1",
        "Plain to see: 0.1 or more",
    ),
    measure=hair,
    reveal=_hair,
    pictures=_hair_pictures,
    settings=(RATE_OF_WILD,),
)

ROW_SCREEN = Screen(
    key="row",
    title="Same seed, one row less: same network?",
    before="A network is in use. Its seed is written down. Next month one of its 100 rows of data turns out to "
    "be a mistake. You drop that row and train again, with the same seed and the same program.\n\n"
    "The task is XOR with noise. We ask the old network and the new one about 2,000 fresh points. We do this "
    f"for {ROW_SEEDS} seeds.",
    question="At how many of the points do the two answer differently?",
    options=("None: it is the same seed", "A few, up to 1 in 100", "More than 1 in 100"),
    measure=one_row,
    reveal=_one_row,
    pictures=_one_row_pictures,
    settings=(ROWS,),
)
