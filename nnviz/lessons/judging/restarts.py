"""Lesson 7, many runs of one recipe on XOR: what one says, their mean, restarts, intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nnviz.analysis.rates import Rate, rate
from nnviz.analysis.restarts.best_of import BestOf, group_rates, mean_width, one_success
from nnviz.analysis.restarts.effect_sizes import mean_stddev
from nnviz.analysis.restarts.loss_levels import LossLevel, at_levels, levels
from nnviz.analysis.restarts.restarts import Restarts, train_portion
from nnviz.analysis.restarts.sentences import mean_words, success
from nnviz.analysis.restarts.success_rates import restarts_needed
from nnviz.analysis.words import number, percent, percent_range
from nnviz.core.experiment import Experiment
from nnviz.core.progress import Progress
from nnviz.core.registry import Parameter
from nnviz.figures.restarts.group_rates import plot_group_rates
from nnviz.figures.restarts.group_shares import plot_group_shares
from nnviz.figures.restarts.loss_levels import plot_loss_levels
from nnviz.figures.style.template import Palette
from nnviz.lessons.lesson import Pair, Picture, Reveal, Screen

XOR = Experiment(
    dataset="xor", samples=8, noise=0.0, hidden=(2,), batch_size=None, learning_rate=0.5, epochs=2000, seed=0
)
RUNS, SOLVED = 500, 0.1
MOST_ATTEMPTS = 10
NARROW = 0.05
BELL = 0.38  # of the values of a bell curve lie within half a standard deviation of their mean
FASTER = 2.5  # times as narrow: clearly more than the 2 of 1 / √n
FEW, TIMES = 25, 4  # runs of a group, and how many times as many the larger groups have

UNITS = Parameter(
    name="units", kind=int, default=2, low=1, high=6, label="hidden units", note="Of the network that learns XOR."
)
ACTIVATION = Parameter(
    name="activation", kind=str, default="tanh", choices=("tanh", "relu", "sigmoid"), label="activation",
    note="What a hidden unit does to its sum.",
)  # fmt: skip


def xor_runs(units: int, activation: str, on_progress: Progress | None = None) -> Restarts:
    """Many runs of one recipe on XOR; several screens look at the same ones."""
    many = XOR.replace(hidden=(units,), activation=activation, restarts=RUNS, snapshots=2)
    return train_portion(many, on_progress)


# One run


def _one(runs: Restarts) -> Reveal:
    rates = success(runs, SOLVED)
    resting = _resting(runs)
    where = ", ".join(f"{amount} stop near {number(level.loss)}" for level, amount in resting)
    meaning = " ".join(f"At {number(level.loss)}, {level.meaning}." for level, _ in resting)
    failed, known = rates.runs - rates.successes, sum(amount for _, amount in resting)
    rest = "Those that fail do not stop just anywhere." if known == failed else (
        f"{known} of the {failed} that fail stop at levels that can be told beforehand."
    )  # fmt: skip
    return Reveal(
        right=0 if rates.share > 0.9 else 1 if rates.share > 0.5 else 2,
        because=f"{rates.successes:,} of {rates.runs} starts work: {percent(rates.share)}."
        + (f" Of the others, {where}." if where else ""),
        why=f"The first start, seed 0, {'worked' if runs.below(SOLVED)[0] else 'failed'}. That was one draw from a hat "
        f"with {percent(rates.share)} winning tickets. It could not tell you how many there are.\n\n"
        f"With {rates.runs} runs we can say more: the true share lies between {_ends(rates)}, by a method that is "
        "right in about 95 of 100 such cases (Wilson's interval)."
        + (f"\n\n{rest} {meaning}" if meaning else "")
        + "\n\nWatch two starts of this one recipe.",
    )


def _resting(runs: Restarts) -> list[tuple[LossLevel, int]]:
    """The known levels at which failed runs rest, and how many do."""
    known = levels(runs.experiment)
    amounts = at_levels(known, runs.train_loss[~runs.below(SOLVED)])
    return [(level, amount) for level, amount in zip(known, amounts, strict=True) if amount]


def _one_pictures(runs: Restarts, palette: Palette) -> Sequence[Picture]:
    below = runs.below(SOLVED)
    works = int(runs.seeds[int(below.argmax())])
    fails = int(runs.seeds[int((~below).argmax())])
    if works == fails:  # all work, or none does
        fails = works + 1
    recipe = runs.experiment.replace(snapshots=60)
    return plot_loss_levels(runs, SOLVED, palette), Pair(recipe.replace(seed=works), recipe.replace(seed=fails))


# The mean


def _mean(runs: Restarts) -> Reveal:
    result = mean_stddev(runs.train_loss)
    share = result.near / result.runs if result.runs else 0.0
    words = mean_words(result)
    if share < BELL / 2:
        sense = (
            f"{words} is a true sum, and yet a poor picture of these runs: {percent(share)} of them are that near, and "
            f"in a bell curve {percent(BELL)} would be."
        )
    else:
        sense = f"Here {words} lies among the runs, so it is a fair first word. It still does not say where all end."
    return Reveal(
        right=0 if share > 0.5 else 1 if share >= 0.1 else 2,
        because=f"{result.near} of {result.runs} end near the mean of {number(result.mean)}, that is, less than "
        f"{number(result.deviation / 2)} away from it.",
        why="The article says to repeat a run and report the mean and the standard deviation. That is right, and far "
        f"better than one run. But it is not enough. {sense}\n\n"
        "A mean tells what is typical only where the values form one heap. Where they form two, it falls in the gap "
        "between. So look at all the runs first. Then say what share works, and where the rest end up.",
    )


def _mean_pictures(runs: Restarts, palette: Palette) -> Sequence[Picture]:
    return (plot_loss_levels(runs, SOLVED, palette, mean=True),)


# How many restarts


@dataclass(frozen=True, eq=False)
class Chances:
    """The share of runs that work, and of groups that hold one.

    Attributes:
        rate: of single runs.
        shares: of groups.
    """

    rate: Rate
    shares: BestOf


def _chances(runs: Restarts) -> Chances:
    return Chances(success(runs, SOLVED), one_success(runs.below(SOLVED), MOST_ATTEMPTS))


def _restarts(runs: Restarts) -> Reveal:
    chances = _chances(runs)
    share, needed = chances.rate.share, restarts_needed(chances.rate.share)
    right = 0 if needed <= 2 else 1 if needed <= 5 else 2 if needed <= 15 else 3
    if not share:
        fewest = restarts_needed(chances.rate.high)
        return Reveal(
            right,
            f"None of {RUNS} runs works. If one ever does, it takes {fewest:,.0f} tries or more.",
            "Restarts repeat luck. Where there is hardly any luck to have, change the network.",
        )
    if share == 1:
        return Reveal(
            right,
            f"All {RUNS} runs work, so it takes 1 try.",
            f"Where each try works, there is nothing to repeat. (By Wilson's interval the true share is "
            f"{percent(chances.rate.low)} or more.) With fewer units luck counts for more.",
        )
    shown = int(min(needed, MOST_ATTEMPTS))
    counted, expected = chances.shares.at(shown)
    fails, total = chances.rate.runs - chances.rate.successes, chances.rate.runs
    return Reveal(
        right=right,
        because=f"It takes {_attempts(needed)}, for a single one works in {percent(share)} of cases. Of "
        f"{counted.runs} groups of {shown}, {percent(counted.share)} held one that works; the formula says "
        f"{percent(expected)}.",
        why=f"One try fails in {fails} of {total} cases, which is {number(100 * fails / total)} %. Two in a row fail "
        f"in {fails} of {total} of those: {number(100 * (fails / total) ** 2)} % of all. Each further try multiplies "
        "once more. We want the product below 5 %:\n\n"
        f"tries = ln 0.05 / ln(1 − {share:.3f}) = {_exact(share)}, rounded up to {needed:.0f}.\n\n"
        "We checked this on the runs themselves. We dealt them out in groups that share no run and counted the groups "
        "with a winner.\n\n"
        f"The rarer success is, the more tries it takes: at 1 in 100 you need {restarts_needed(0.01):.0f}.",
    )


def _attempts(amount: float) -> str:
    return "1 try" if amount == 1 else f"{amount:,.0f} tries"


def _exact(share: float) -> str:
    return number(math.log(0.05) / math.log1p(-share))


def _restarts_pictures(runs: Restarts, palette: Palette) -> Sequence[Picture]:
    chances = _chances(runs)
    needed = restarts_needed(chances.rate.share)
    title = (
        f"{_attempts(needed)} {'holds' if needed == 1 else 'hold'} a success in 95 % of cases."
        if math.isfinite(needed)
        else "No group holds a success."
    )
    what, ringed = "groups with a success", int(needed) if needed <= MOST_ATTEMPTS else 0
    return (plot_group_shares(chances.shares, title, "1 − (1 − p)ᵏ", what, palette, ringed, level=0.95),)


# How many runs are enough


@dataclass(frozen=True, eq=False)
class Widths:
    """What small and large groups find out.

    Attributes:
        whole: the share of all runs.
        few, more: the rates of small groups, and of larger ones.
    """

    whole: float
    few: list[Rate]
    more: list[Rate]

    @property
    def factor(self) -> float:
        """How many times as narrow the larger groups' intervals are."""
        return mean_width(self.few) / mean_width(self.more)


def _widths(runs: Restarts) -> Widths:
    succeeded = runs.below(SOLVED)
    return Widths(float(succeeded.mean()), group_rates(succeeded, FEW), group_rates(succeeded, TIMES * FEW))


def _enough(runs: Restarts) -> Reveal:
    widths = _widths(runs)
    shares = sorted(rate.share for rate in widths.few)
    holding = sum(rate.low <= widths.whole <= rate.high for rate in widths.few)
    few, more = (number(100 * mean_width(rates)) for rates in (widths.few, widths.more))
    narrower = (
        "Here nearly all runs work, or nearly none, so it narrows faster than that."
        if widths.factor > FASTER
        else "(Where nearly all runs work, or nearly none, it narrows somewhat faster.)"
    )
    misses = len(shares) - holding
    held = f"{holding} of {len(shares)} bars hold the dashed line" + (f", {misses} miss it" if misses else "")
    return Reveal(
        right=int(np.abs(np.log(np.array([1.0, 2.0, 4.0]) / widths.factor)).argmin()),
        because=f"With {FEW} runs the interval is {few} points wide, with {TIMES * FEW} it is {more}: "
        f"{number(widths.factor)} times as narrow.",
        why="Luck averages out slowly. The width falls as 1 / √n: four times the runs for half the width, a hundred "
        f"times for a tenth. {narrower}\n\n"
        f"An interval of {100 * NARROW:.0f} points takes about {_rounded(_runs_for(widths.whole, NARROW))} runs.\n\n"
        f"Each bar in the picture is what one class of {FEW} would have reported. "
        + (
            f"Their shares run from {percent(shares[0])} to {percent(shares[-1])}, and {held}. A bare share "
            "misleads; an "
            "interval tells how far to trust it.\n\n"
            if shares[0] < shares[-1]
            else f"Here all have the share {percent(shares[0])}, and the bars still say how sure they may be.\n\n"
        )
        + "So a table of results without intervals hides how little it may know.",
    )


def _runs_for(share: float, width: float) -> int:
    """About how many runs it takes until the interval of this share is so narrow."""
    runs = FEW
    while mean_width([rate(round(share * runs), runs)]) > width:
        runs = math.ceil(1.02 * runs)
    return runs


def _rounded(runs: int) -> str:
    """A number of runs, to two digits."""
    return f"{round(runs, 1 - int(math.log10(runs))):,}"


def _enough_pictures(runs: Restarts, palette: Palette) -> Sequence[Picture]:
    widths = _widths(runs)
    return (
        plot_group_rates(widths.few, widths.whole, "small groups", palette),
        plot_group_rates(widths.more, widths.whole, "large groups", palette),
    )


def _ends(rates: Rate) -> str:
    return percent_range(rates.low, rates.high).replace(" to ", " and ")


ONE_SCREEN = Screen(
    key="one",
    title="You ran it once and it worked. What do you know?",
    before="XOR is a small puzzle with four points: two opposite corners are one class, the other two corners "
    "are the other. No straight line parts them.\n\n"
    "A network with two hidden units can solve it. A run starts from random weights. A number called the "
    "seed sets them: the same seed, the same start.\n\n"
    "We call it a success if the loss, the measure of error, ends below 0.1. Suppose you try once, and it "
    f"works. Now we try {RUNS} seeds.",
    question=f"How many of the {RUNS} starts work?",
    options=("Nearly all, more than 9 in 10", "Most, but not nearly all", "Half of them or fewer"),
    measure=xor_runs,
    reveal=_one,
    pictures=_one_pictures,
    settings=(UNITS, ACTIVATION),
)

MEAN_SCREEN = Screen(
    key="mean",
    title="Does the mean describe a run?",
    before="A good habit: run it many times and report the mean loss. Add the standard deviation, which says "
    "how far runs stray from the mean.\n\n"
    f"Take the same {RUNS} runs. We call a run near the mean if it is less than half a standard deviation "
    "away. In a plain bell curve 38 in 100 are that near.",
    question="How many runs end near their mean?",
    options=("More than half", "1 in 10 to half, as in a bell curve", "Fewer than 1 in 10"),
    measure=xor_runs,
    reveal=_mean,
    pictures=_mean_pictures,
    settings=(UNITS, ACTIVATION),
)

RESTARTS_SCREEN = Screen(
    key="restarts",
    title="How many tries make one success sure?",
    before="Back to XOR. A run may fail, but you may try again from another seed and keep the best. That is "
    "called multiple restarts. You need only one success.\n\n"
    "You know from the first screen what share of the runs works. Nothing is ever quite certain, so let us "
    "ask for 95 %: in 95 of 100 cases at least one of your tries shall work.",
    question="How many tries does that take?",
    options=("1 or 2", "3 to 5", "6 to 15", "More than 15"),
    measure=xor_runs,
    reveal=_restarts,
    pictures=_restarts_pictures,
    settings=(UNITS, ACTIVATION),
)

ENOUGH_SCREEN = Screen(
    key="enough",
    title="How many runs are enough?",
    before=f"A class of {FEW} tries XOR, one run each. From {FEW} runs it works out a share that succeeds, and "
    "an interval: from here to there, the true share may lie.\n\n"
    f"The next class wants to know it better, and does {TIMES} times as many runs: {TIMES * FEW}. We deal out "
    f"our {RUNS} runs to many such classes.",
    question=f"With {TIMES} times the runs, how wide is the interval?",
    options=("About as wide as before", "Half as wide", "A quarter as wide"),
    measure=xor_runs,
    reveal=_enough,
    pictures=_enough_pictures,
    settings=(UNITS, ACTIVATION),
)
