"""Lesson 7, luck that looks like progress: one lucky seed, and the best of several tries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nnviz.analysis.chance.seeds import Judgement, judge
from nnviz.analysis.restarts.best_of import BestOf, best_against_one, groups
from nnviz.analysis.words import number, percent
from nnviz.core.experiment import Experiment
from nnviz.core.progress import Progress
from nnviz.core.registry import Parameter
from nnviz.core.training import train
from nnviz.figures.chance.seeds import plot_per_seed
from nnviz.figures.restarts.group_shares import plot_group_shares
from nnviz.figures.style.template import Palette
from nnviz.lessons.lesson import Numbers, Pair, Picture, Reveal, Screen

MOONS = Experiment(samples=200, hidden=(4,), epochs=40)
WIDTH_OF_TASK = 4
SEEDS, CONTESTANTS = 200, 2000
CONTESTS = (1, 2, 3, 5, 10, 20)

WIDTH = Parameter(
    name="units", kind=int, default=WIDTH_OF_TASK, low=2, high=12, label="hidden units", note="Of both networks."
)
ATTEMPTS = Parameter(
    name="tries", kind=int, default=10, low=2, high=50, label="tries of the second team", note="It shows the best one."
)


# One lucky seed


def contestants(units: int) -> tuple[Experiment, Experiment]:
    """The article's range, and Keras's default."""
    default = MOONS.replace(hidden=(units,))
    return default.replace(kernel_initializer="positive_uniform"), default


def lucky(units: int, on_progress: Progress | None = None) -> Judgement:
    """One against the other, with many seeds."""
    return judge(*contestants(units), SEEDS, on_progress)


def _lucky(judgement: Judgement) -> Reveal:
    leader, against = judgement.leader, judgement.against
    other = {"A": "B", "B": "A"}.get(leader, "")
    wins, seeds = judgement.wins(leader), len(judgement.seeds)
    sure = (
        f"{leader} is better with {wins} of {seeds} seeds, in the median by {number(abs(judgement.median))}: enough to "
        "be sure of it"
        if judgement.winner
        else f"{leader} is better with {wins} of {seeds} seeds, which cannot settle it"
    )
    if not leader:
        return Reveal(0, f"Of {seeds} seeds as many say A as say B.", "So no seed can name a loser: there is none.")
    alone = {"": "calls it a draw", leader: f"says {leader} too", other: f"says {other}"}[judgement.fixed]
    if against.successes:
        flattered = (
            f"The two networks on this page are trained with the seed that flatters {other} most. Nothing is forged, "
            "and "
            f"still the story is {'wrong' if judgement.winner else 'only half of the truth'}."
        )
    else:
        flattered = (
            f"Here no seed at all says {other}. The two networks on this page are trained with the seed that shows the "
            "smallest difference."
        )
    return Reveal(
        right=0 if against.share < 0.05 else 1 if against.share <= 0.2 else 2,
        because=f"{sure}. {'Yet ' if against.successes else ''}{against.successes} of {against.runs} seeds "
        f"({percent(against.share)}) say {other}.",
        why=f"Seed 0 alone {alone}. {flattered}\n\n"
        "So a paper, a blog or a friend who shows one run of each has shown you a throw of dice. It need not be a "
        "trick. It is enough to stop at the first seed that looks good.\n\n"
        "Ask: how many seeds? With how many of them does the winner win?",
    )


def _lucky_pictures(judgement: Judgement, palette: Palette) -> Sequence[Picture]:
    differences = np.where(np.isfinite(judgement.differences), judgement.differences, 0.0)
    flattering = differences.argmin() if judgement.leader == "B" else differences.argmax()
    seed = int(judgement.seeds[int(flattering)])
    return plot_per_seed(judgement, palette, click=False), Pair(
        judgement.a.replace(seed=seed), judgement.b.replace(seed=seed)
    )


# The best of k


@dataclass(frozen=True, eq=False)
class Contests:
    """How often the best of several tries beats one.

    Attributes:
        attempts: asked for.
        shares: for some numbers of tries, that one among them.
        alone: the median loss of single runs.
        best: the median of the best loss of groups.
    """

    attempts: int
    shares: BestOf
    alone: float
    best: float


def contests(attempts: int, on_progress: Progress | None = None) -> Contests:
    """One recipe, trained many times and dealt out to two teams."""
    trace = train(MOONS.replace(restarts=CONTESTANTS, snapshots=2), on_progress)
    losses = np.nan_to_num(trace.test_loss[:, -1], nan=np.inf)
    shares = best_against_one(losses, np.array(sorted({*CONTESTS, attempts})))
    best = groups(losses, attempts).min(axis=1)
    return Contests(attempts, shares, float(np.median(losses)), float(np.median(best)))


def _contests(contest: Contests) -> Reveal:
    rate, expected = contest.shares.at(contest.attempts)
    options = np.array([0.5, 0.7, 0.9])
    return Reveal(
        right=int(np.abs(options - rate.share).argmin()),
        because=f"The second team wins {rate.successes} of {rate.runs} contests: {percent(rate.share)}. "
        f"By the number of tries alone it should be {percent(expected)}, whatever is trained.",
        why=f"There are {contest.attempts + 1} runs in a contest. "
        "They come from one hat, so each has the same chance to be "
        f"the best: 1 in {contest.attempts + 1}. The first team holds one of them, the second all the others.\n\n"
        f"A typical single run ends at {number(contest.alone)}, a typical best of {contest.attempts} at "
        f"{number(contest.best)}. "
        "No idea was better, no line of code differs. One team bought more tickets.\n\n"
        "Best of k is a fair thing to use: keep the best run, ship it. It is an unfair thing to compare by, unless "
        "both sides had the same k. So report k. Keep, too, some data that had no say in the choice.",
    )


def _contests_pictures(contest: Contests, palette: Palette) -> Sequence[Picture]:
    rate, _ = contest.shares.at(contest.attempts)
    share = f"{percent(rate.share)} of {rate.runs:,} contests"
    title = f"The best of {contest.attempts} beats one run of the same recipe in {share}."
    table = {
        "typical loss on unseen data": {
            "one run": number(contest.alone),
            f"best of {contest.attempts}": number(contest.best),
        }
    }
    return (
        plot_group_shares(
            contest.shares, title, "k / (k + 1)", "contests won by the best of k", palette, contest.attempts
        ),
        Numbers("The method is the same; only the number of tries differs.", table),
    )


LUCKY_SCREEN = Screen(
    key="lucky",
    title="Can one seed name the wrong winner?",
    before="Two ways to start the same network on two moons of points. A draws its weights from 0 to 0.1, the "
    "range that the article calls good. B uses the default of Keras, which is spread around zero.\n\n"
    f"We train both with {SEEDS} seeds, the same seeds for both. The winner is the one with the lower loss "
    "on data that neither has seen, with most of the seeds.",
    question="How many single seeds would have named the loser?",
    options=("Hardly any, fewer than 1 in 20", "A few, up to 1 in 5", "Many, more than 1 in 5"),
    measure=lucky,
    reveal=_lucky,
    pictures=_lucky_pictures,
    settings=(WIDTH,),
)

BEST_SCREEN = Screen(
    key="best",
    title="Is the best of ten a better method?",
    before="Two teams train the very same network in the very same way. The first team trains it once and "
    "reports the loss on unseen data. The second trains it ten times from ten seeds, and reports the best of "
    "the ten.\n\n"
    "We train 2,000 such runs and deal them out to contest after contest. No run is used twice.",
    question="In how many of 100 contests does the second team win?",
    options=("About 50: the method is the same", "About 70", "About 90"),
    measure=contests,
    reveal=_contests,
    pictures=_contests_pictures,
    settings=(ATTEMPTS,),
)
