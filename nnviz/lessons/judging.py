"""Lesson 7: one run proves little, and how many prove enough."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from nnviz.analysis.effect import spread
from nnviz.analysis.levels import Level, at_levels, levels
from nnviz.analysis.luck import Rate, rate, restarts_needed
from nnviz.analysis.restarts import Restarts, train_portion
from nnviz.analysis.restarts_words import mean_words, success
from nnviz.analysis.seeds import Judgement, judge
from nnviz.analysis.tries import Tries, best_against_one, group_rates, mean_width, one_success
from nnviz.analysis.words import number, percent, percent_range
from nnviz.core.experiment import Experiment
from nnviz.core.registry import Parameter
from nnviz.core.training import train
from nnviz.figures.group_rates import group_rates as draw_rates
from nnviz.figures.heaps import heaps
from nnviz.figures.seeds import per_seed
from nnviz.figures.template import Palette
from nnviz.figures.tries import tries as draw_tries
from nnviz.lessons.lesson import Checked, Lesson, Numbers, Pair, Picture, Reveal, Screen, Task, Teaching

Progress = Callable[[float], object] | None

XOR = Experiment(
    dataset="xor", samples=8, noise=0.0, hidden=(2,), batch_size=None, learning_rate=0.5, epochs=2000, seed=0
)
RUNS, SOLVED = 500, 0.1
MOST_TRIES = 10
NARROW = 0.05
FEW, TIMES = 25, 4  # runs of a group, and how many times as many the larger groups have
MOONS = Experiment(samples=200, hidden=(4,), epochs=40)
WIDTH_OF_TASK = 4
SEEDS, CONTESTANTS = 200, 2000
CONTESTS = (1, 2, 3, 5, 10, 20)

UNITS = Parameter(
    name="units", kind=int, default=2, low=1, high=6, label="hidden units", note="Of the network that learns XOR."
)
ACTIVATION = Parameter(
    name="activation", kind=str, default="tanh", choices=("tanh", "relu", "sigmoid"), label="activation",
    note="What a hidden unit does to its sum.",
)  # fmt: skip
WIDTH = Parameter(
    name="units", kind=int, default=WIDTH_OF_TASK, low=2, high=12, label="hidden units", note="Of both networks."
)
TRIES = Parameter(
    name="tries", kind=int, default=10, low=2, high=50, label="tries of the second team", note="It shows the best one."
)


def xor_runs(units: int, activation: str, on_progress: Progress = None) -> Restarts:
    """Many runs of one recipe on XOR; several screens look at the same ones."""
    many = XOR.replace(hidden=(units,), activation=activation, restarts=RUNS, snapshots=2)
    return train_portion(many, on_progress)


# One run


def _one(runs: Restarts) -> Reveal:
    found = success(runs, SOLVED)
    resting = _resting(runs)
    where = ", ".join(f"{amount} stop near {number(level.loss)}" for level, amount in resting)
    meaning = " ".join(f"At {number(level.loss)}, {level.meaning}." for level, _ in resting)
    return Reveal(
        right=0 if found.share > 0.9 else 1 if found.share > 0.5 else 2,
        because=f"{found.successes:,} of {found.runs} starts work: {percent(found.share)}."
        + (f" Of the others, {where}." if where else ""),
        why=f"The first start, seed 0, {'worked' if runs.below(SOLVED)[0] else 'failed'}. That was one draw from a hat "
        f"with {percent(found.share)} winning tickets. It could not tell you how many there are.\n\n"
        f"With {found.runs} runs we can say more: the true share lies between {_ends(found)}, by a method that is "
        "right in about 95 of 100 such cases (Wilson's interval)."
        + (f"\n\nThose that fail do not stop just anywhere. {meaning}" if meaning else "")
        + "\n\nWatch two starts of this one recipe.",
    )


def _resting(runs: Restarts) -> list[tuple[Level, int]]:
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
    return heaps(runs, SOLVED, palette), Pair(recipe.replace(seed=works), recipe.replace(seed=fails))


# The mean


def _mean(runs: Restarts) -> Reveal:
    found = spread(runs.train_loss)
    share = found.near / found.runs if found.runs else 0.0
    words = mean_words(found)
    sense = (
        f"{words} is a true sum, and yet a poor picture of these runs."
        if share < 0.1
        else f"Here {words} lies among the runs, so it is a fair first word. It still hides where the others end."
    )
    return Reveal(
        right=0 if share > 0.5 else 1 if share >= 0.1 else 2,
        because=f"{found.near} of {found.runs} end near the mean of {number(found.mean)}, that is, less than "
        f"{number(found.deviation / 2)} away from it.",
        why="The article says to repeat a run and report the mean and the standard deviation. That is right, and far "
        f"better than one run. But it is not enough. {sense}\n\n"
        "A mean tells what is typical only where the values form one heap. Where they form two, it falls in the gap "
        "between. So look at all the runs first. Then say what share works, and where the rest end up.",
    )


def _mean_pictures(runs: Restarts, palette: Palette) -> Sequence[Picture]:
    return (heaps(runs, SOLVED, palette, mean=True),)


# One lucky seed


def lucky(units: int, on_progress: Progress = None) -> Judgement:
    """The article's range against Keras's default, with many seeds."""
    a, b = _sides(units)
    return judge(a, b, SEEDS, on_progress)


def _sides(units: int) -> tuple[Experiment, Experiment]:
    default = MOONS.replace(hidden=(units,))
    return default.replace(kernel_initializer="positive_uniform"), default


def _lucky(found: Judgement) -> Reveal:
    leader, against = found.leader, found.against
    other = {"A": "B", "B": "A"}.get(leader, "")
    sure = (
        f"On average {leader} is better by {number(abs(found.mean))}, and {len(found.seeds)} seeds are enough to be "
        "sure of it"
        if found.winner
        else f"On average {leader} is better by {number(abs(found.mean))}, but even {len(found.seeds)} seeds cannot "
        "settle it"
    )
    alone = {"": "calls it a draw", leader: f"says {leader} too", other: f"says {other}"}[found.fixed]
    return Reveal(
        right=0 if against.share < 0.05 else 1 if against.share <= 0.2 else 2,
        because=f"{sure}. Yet {against.successes} of {against.runs} seeds ({percent(against.share)}) say {other}.",
        why=f"Seed 0 alone {alone}. The two networks on this page are trained with the seed that flatters {other} "
        "most. Nothing is forged, and still the story is wrong.\n\n"
        "So a paper, a blog or a friend who shows one run of each has shown you a throw of dice. It need not be a "
        "trick. It is enough to stop at the first seed that looks good.\n\n"
        "Ask: how many seeds? With how many of them does the winner win?",
    )


def _lucky_pictures(found: Judgement, palette: Palette) -> Sequence[Picture]:
    differences = np.where(np.isfinite(found.differences), found.differences, 0.0)
    flattering = differences.argmin() if found.leader == "B" else differences.argmax()
    seed = int(found.seeds[int(flattering)])
    return per_seed(found, palette, click=False), Pair(found.a.replace(seed=seed), found.b.replace(seed=seed))


# How many restarts


@dataclass(frozen=True, eq=False)
class Chances:
    """The share of runs that work, and of groups that hold one.

    Attributes:
        found: of single runs.
        tries: of groups.
    """

    found: Rate
    tries: Tries


def _chances(runs: Restarts) -> Chances:
    return Chances(success(runs, SOLVED), one_success(runs.below(SOLVED), MOST_TRIES))


def _restarts(runs: Restarts) -> Reveal:
    chances = _chances(runs)
    share, needed = chances.found.share, restarts_needed(chances.found.share)
    right = 0 if needed <= 2 else 1 if needed <= 5 else 2 if needed <= 15 else 3
    if not share:
        fewest = restarts_needed(chances.found.high)
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
            f"{percent(chances.found.low)} or more.) Take units away, and luck comes back.",
        )
    shown = int(min(needed, MOST_TRIES))
    counted, expected = chances.tries.at(shown)
    fail = 1 - share
    return Reveal(
        right=right,
        because=f"It takes {_tries(needed)}, for a single one works in {percent(share)} of cases. Of "
        f"{counted.runs} groups of {shown}, {percent(counted.share)} held one that works; the formula says "
        f"{percent(expected)}.",
        why=f"One try fails in {percent(fail)} of cases. Two fail together in {percent(fail)} of those: "
        f"{percent(fail**2)}. Each further try multiplies once more. We want the product below 5 %:\n\n"
        f"tries = ln 0.05 / ln(1 − {share:.3f}) = {_exact(share)}, rounded up to {needed:.0f}.\n\n"
        "We checked this on the runs themselves. We dealt them out in groups that share no run and counted the groups "
        "with a winner. Nobody had to believe the formula.\n\n"
        f"The rarer success is, the more tries it takes: at 1 in 100 you need {restarts_needed(0.01):.0f}.",
    )


def _tries(amount: float) -> str:
    return "1 try" if amount == 1 else f"{amount:,.0f} tries"


def _exact(share: float) -> str:
    return number(math.log(0.05) / math.log1p(-share))


def _restarts_pictures(runs: Restarts, palette: Palette) -> Sequence[Picture]:
    chances = _chances(runs)
    needed = restarts_needed(chances.found.share)
    title = (
        f"{_tries(needed)} {'holds' if needed == 1 else 'hold'} a success in 95 % of cases."
        if math.isfinite(needed)
        else "No group holds a success."
    )
    what, ringed = "groups with a success", int(needed) if needed <= MOST_TRIES else 0
    return (draw_tries(chances.tries, title, "1 − (1 − p)ᵏ", what, palette, ringed, level=0.95),)


# The best of k


@dataclass(frozen=True, eq=False)
class Contests:
    """How often the best of several tries beats one.

    Attributes:
        tries: asked for.
        found: for some numbers of tries, that one among them.
        alone: the median loss of single runs.
        best: the median of the best loss of groups.
    """

    tries: int
    found: Tries
    alone: float
    best: float


def contests(tries: int, on_progress: Progress = None) -> Contests:
    """One recipe, trained many times and dealt out to two teams."""
    trace = train(MOONS.replace(restarts=CONTESTANTS, snapshots=2), on_progress)
    losses = np.nan_to_num(trace.test_loss[:, -1], nan=np.inf)
    found = best_against_one(losses, np.array(sorted({*CONTESTS, tries})))
    amount = len(losses) // tries
    best = losses[: amount * tries].reshape(amount, tries).min(axis=1)
    return Contests(tries, found, float(np.median(losses)), float(np.median(best)))


def _contests(found: Contests) -> Reveal:
    rate, expected = found.found.at(found.tries)
    options = np.array([0.5, 0.7, 0.9])
    return Reveal(
        right=int(np.abs(options - rate.share).argmin()),
        because=f"The second team wins {rate.successes} of {rate.runs} contests: {percent(rate.share)}. "
        f"By the number of tries alone it should be {percent(expected)}, whatever is trained.",
        why=f"There are {found.tries + 1} runs in a contest. They come from one hat, so each has the same chance to be "
        f"the best: 1 in {found.tries + 1}. The first team holds one of them, the second all the others.\n\n"
        f"A typical single run ends at {number(found.alone)}, a typical best of {found.tries} at {number(found.best)}. "
        "No idea was better, no line of code differs. One team bought more tickets.\n\n"
        "Best of k is a fair thing to use: keep the best run, ship it. It is an unfair thing to compare by, unless "
        "both sides had the same k. So report k. Keep, too, some data that had no say in the choice.",
    )


def _contests_pictures(found: Contests, palette: Palette) -> Sequence[Picture]:
    rate, _ = found.found.at(found.tries)
    share = f"{percent(rate.share)} of {rate.runs:,} contests"
    title = f"The best of {found.tries} beats one run of the same recipe in {share}."
    table = {
        "typical loss on unseen data": {
            "one run": number(found.alone),
            f"best of {found.tries}": number(found.best),
        }
    }
    return (
        draw_tries(found.found, title, "k / (k + 1)", "contests won by the best of k", palette, found.tries),
        Numbers("The method is the same; only the number of tries differs.", table),
    )


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
    found = _widths(runs)
    shares = sorted(rate.share for rate in found.few)
    holding = sum(rate.low <= found.whole <= rate.high for rate in found.few)
    few, more = (percent(mean_width(rates)).removesuffix(" %") for rates in (found.few, found.more))
    return Reveal(
        right=int(np.abs(np.log(np.array([1.0, 2.0, 4.0]) / found.factor)).argmin()),
        because=f"With {FEW} runs the interval is {few} points wide, with {TIMES * FEW} it is {more}: "
        f"{number(found.factor, 2)} times as narrow.",
        why="Luck averages out slowly. The width falls as 1 / √n: four times the runs for half the width, a hundred "
        "times for a tenth. (Where nearly all runs work, or nearly none, it narrows somewhat faster.)\n\n"
        f"An interval of {100 * NARROW:.0f} points takes about {_rounded(_runs_for(found.whole, NARROW))} runs.\n\n"
        f"Each bar in the picture is what one class of {FEW} would have reported. "
        + (
            f"Their shares run from {percent(shares[0])} to {percent(shares[-1])}. Yet {holding} of {len(shares)} bars "
            "hold the dashed line. A bare share misleads; an interval tells how far to trust it.\n\n"
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
    found = _widths(runs)
    return (
        draw_rates(found.few, found.whole, "small groups", palette),
        draw_rates(found.more, found.whole, "large groups", palette),
    )


def flattering_seed(seed: int, on_progress: Progress = None) -> Checked:
    """Whether A looks better than B with this seed, though over many seeds it is not."""
    report = on_progress or (lambda share: None)
    found = judge(*_sides(WIDTH_OF_TASK), SEEDS, lambda share: report(0.8 * share))
    a, b = (
        float(train(side.replace(seed=seed, snapshots=2), lambda share: report(0.9)).test_loss[0, -1])
        for side in _sides(WIDTH_OF_TASK)
    )
    report(1.0)
    many = f"Over {len(found.seeds)} seeds {found.leader} is better by {number(abs(found.mean))} on average"
    low, high = ("A", "B") if a < b else ("B", "A")
    one = f"With seed {seed} A ends at {number(a)} and B at {number(b)} on unseen data: {low} looks better"
    return Checked(low != found.leader, f"{one}{' than ' + high if a != b else ''}. {many}.")


def _ends(found: Rate) -> str:
    return percent_range(found.low, found.high).replace(" to ", " and ")


LESSON = Lesson(
    key="judging",
    title="Judging honestly",
    promise="One run is a throw of dice. You will see luck dress up as progress, and learn how many runs it takes to "
    "tell them apart.",
    screens=(
        Screen(
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
        ),
        Screen(
            key="mean",
            title="Does the mean describe a run?",
            before="A good habit: run it many times and report the mean loss. Add the standard deviation, which says "
            "how far runs stray from the mean.\n\n"
            f"Take the same {RUNS} runs. We call a run near the mean if it is less than half a standard deviation "
            "away. In a plain bell curve 38 in 100 are that near.",
            question="How many runs end near their mean?",
            options=("More than half", "About a third, as in a bell curve", "Fewer than 1 in 10"),
            measure=xor_runs,
            reveal=_mean,
            pictures=_mean_pictures,
            settings=(UNITS, ACTIVATION),
        ),
        Screen(
            key="lucky",
            title="Can one seed name the wrong winner?",
            before="Two ways to start the same network on two moons of points. A draws its weights from 0 to 0.1, the "
            "range that the article calls good. B uses the default of Keras, which is spread around zero.\n\n"
            f"We train both with {SEEDS} seeds, the same seeds for both. The winner is the one with the lower mean "
            "loss on data that neither has seen.",
            question="How many single seeds would have named the loser?",
            options=("Hardly any, fewer than 1 in 20", "A few, up to 1 in 5", "Many, more than 1 in 5"),
            measure=lucky,
            reveal=_lucky,
            pictures=_lucky_pictures,
            settings=(WIDTH,),
        ),
        Screen(
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
        ),
        Screen(
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
            settings=(TRIES,),
        ),
        Screen(
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
        ),
    ),
    task=Task(
        words="Now lie with the truth. A starts from 0 to 0.1, B from the default of Keras. Over many seeds one of "
        "them is better, as you saw. Find a seed with which the other one looks better: change the seed, and "
        "compare the loss on unseen data in the table “What happened, in numbers”.\n\n"
        "Bring the seed back here. We train both with it, and set it against all the others. Count how many seeds you "
        "had to try: that is how cheap a false story is.",
        a=_sides(WIDTH_OF_TASK)[0].replace(seed=2),
        b=_sides(WIDTH_OF_TASK)[1].replace(seed=2),
        asked=Parameter(
            name="found", kind=int, default=2, low=0, high=9999, label="your seed", note="Trained with A and with B."
        ),
        check=flattering_seed,
    ),
    remember="One run is an anecdote: repeat it, show all the runs, and say how many there were.",
    sources=("brownlee2018", "wilson1927", "dodge2019", "bouthillier2021"),
    teaching=Teaching(
        aim="The class can tell luck from progress. They repeat a run, look at all results, give a share with its "
        "interval, and work out how many tries make a success likely.",
        minutes=35,
        ask=(
            "Each of you runs seed = your day of birth. How many succeed? Does our share lie in the interval?",
            "When is a mean a lie? Find another case with two heaps, such as the times of a bus that comes or does "
            "not.",
            "A paper shows one run of each method. Which three questions do you ask its authors?",
            "May you keep the best of ten runs? May you report it? What else must you say?",
        ),
        wrong=(
            (
                "It worked for me, so it works.",
                "You saw one draw. Ask the class to run it with other seeds, and count.",
            ),
            (
                "Two in three succeed, so two tries are enough: that makes more than all.",
                "Chances of failing multiply. One in three of one in three is one in nine, so two tries still fail in "
                "11 of 100.",
            ),
            (
                "The second team has the better method, for its loss is lower.",
                "Both ran the same code. Ask what would happen if both had ten tries.",
            ),
            (
                "Twice the runs, half the doubt.",
                "It takes four times the runs. Compare the bars of the last screen.",
            ),
        ),
    ),
)
