"""What the measurements of lesson 1 say, and what is shown of them."""

from __future__ import annotations

import numpy as np

from nnviz.analysis.words import count, number
from nnviz.figures.search.sorting import plot_by_list, plot_costs, plot_far_off, plot_growth
from nnviz.figures.search.sorting import race_film as film
from nnviz.figures.style.template import Palette
from nnviz.lessons.lesson import Numbers, Picture, Reveal
from nnviz.search.sorting import Sorting
from nnviz.search.sorting_costs import (
    LENGTHS,
    MANY,
    BadDay,
    Bought,
    Race,
    Rolled,
    chance_of_the_worst,
    comparisons_stddev,
    mean_comparisons,
    most_comparisons,
)

Array = np.ndarray

SAME = 1.05  # averages that differ by a smaller factor are taken for equal: chance alone moves one by about 1 %


# ---- Without dice ----


def twice(sortings: tuple[Sorting, Sorting]) -> Reveal:
    """Whether two runs without dice are one."""
    one, other = sortings
    swaps = sum(move.kind == "swap" for move in one.moves)
    if one.moves == other.moves:
        because = (
            f"All {one.comparisons} comparisons and all {count(swaps, 'swap')} came out the same, in the same order."
        )
        right = 2
    else:
        because = f"{one.comparisons} comparisons the first time, {other.comparisons} the second."
        right = 1 if one.result == other.result else 0
    return Reveal(
        right,
        because,
        "To hold two values against each other is called a comparison. We count those: they are most of the work.\n\n"
        "A recipe like this is called deterministic: what goes in settles all that follows. "
        "Run it again next year, on another machine, and it makes the same moves.\n\n"
        f"This plain bubble sort even makes the same number of comparisons for every list of {len(one.values)}: "
        f"each pass is one shorter than the pass before, and 9 + 8 + … + 1 = {most_comparisons(10)}.",
    )


def twice_pictures(sortings: tuple[Sorting, Sorting], palette: Palette) -> list[Picture]:
    """The pictures of `twice`."""
    one, other = sortings
    title = f"Two runs on the same list: {one.comparisons} and {other.comparisons} comparisons."
    return [film("twice", title, {"First time": one, "Second time": other})]


# ---- A better recipe ----


def race_reveal(races: Race) -> Reveal:
    """Which recipe needs less on a shuffled list."""
    slow, fast = races.bubble.comparisons, races.quick.comparisons
    right = 0 if fast >= slow else 1 if 2 * fast >= slow else 2
    times = races.growth[0][-1] / races.growth[1][-1]
    saved = (
        f"all those comparisons are saved: {slow - fast} of {slow}."
        if fast < slow
        else "that saves comparisons. Here it saved none, for all values went to one side each time."
    )
    return Reveal(
        right,
        f"Quicksort took {count(fast, 'comparison')}, bubble sort {slow}.",
        "Bubble sort goes through the list pass after pass, and only one value is sure to reach its place in each. "
        "Quicksort parts the list instead. From then on the left side never meets the right side again, "
        f"and {saved}\n\n"
        f"On longer lists it saves more. On {LENGTHS[-1]} values, bubble sort makes "
        f"{number(races.growth[0][-1])} comparisons, {number(times, 2)} times as many as quicksort with "
        f"{number(races.growth[1][-1])}.",
    )


def race_pictures(races: Race, palette: Palette) -> list[Picture]:
    """The pictures of `race_reveal`."""
    title = f"Bubble sort: {races.bubble.comparisons} comparisons. Quicksort: {races.quick.comparisons}."
    return [
        film("race", title, {"Bubble sort": races.bubble, "Quicksort": races.quick}),
        plot_growth(LENGTHS, dict(zip(("bubble sort", "quicksort"), races.growth, strict=True)), palette),
    ]


# ---- Its bad day ----


def bad_day(bad_days: BadDay) -> Reveal:
    """What a list in order does to quicksort."""
    n, ordered, mixed = len(bad_days.quick.values), bad_days.quick.comparisons, bad_days.shuffled.comparisons
    right = 2 if ordered == bad_days.bubble.comparisons else 0 if ordered < mixed else 1
    return Reveal(
        right,
        f"On the list in order quicksort took {count(ordered, 'comparison')}, bubble sort "
        f"{bad_days.bubble.comparisons}. "
        f"On the same values shuffled, quicksort took {mixed}.",
        "The first value is the smallest. So nothing goes to its left, and all the rest to its right. "
        "The list is not parted at all, only one value shorter. Then the same again.\n\n"
        f"That makes n − 1, then n − 2, and so on down to 1: n × (n − 1) / 2 in all, for {n} values "
        f"{most_comparisons(n)}. No list is worse than that.\n\n"
        "And lists that are in order, or nearly, are no rare thing. They turn up every day.",
    )


def bad_day_pictures(bad_days: BadDay, palette: Palette) -> list[Picture]:
    """The pictures of `bad_day`."""
    title = f"A list in order: bubble sort takes {bad_days.bubble.comparisons}, quicksort {bad_days.quick.comparisons}."
    rows = {
        "Bubble sort": (bad_days.bubble.comparisons, most_comparisons(len(bad_days.bubble.values))),
        "Quicksort": (bad_days.quick.comparisons, bad_days.shuffled.comparisons),
    }
    return [
        film("bad day", title, {"Bubble sort": bad_days.bubble, "Quicksort": bad_days.quick}),
        Numbers(
            "Comparisons for the same values in two orders.",
            {
                "in order": {row: number(ordered) for row, (ordered, _) in rows.items()},
                "shuffled": {row: number(mixed) for row, (_, mixed) in rows.items()},
            },
        ),
    ]


# ---- With dice ----


def rolled(rolleds: Rolled) -> Reveal:
    """What three runs with dice have in common."""
    first, second, again = rolleds.runs
    results = len({run.result for run in rolleds.runs})
    ways = len({run.moves for run in rolleds.runs})
    right = 3 if results > 1 else {3: 0, 2: 1, 1: 2}[ways]
    alike = (
        "The third run made the moves of the first, to the last one" if again.moves == first.moves else "No two alike"
    )
    return Reveal(
        right,
        f"{first.comparisons}, {second.comparisons} and {again.comparisons} comparisons. {alike}. "
        f"All three ended with {'the same list, in order' if results == 1 else f'{results} lists'}. "
        f"Without dice it took {most_comparisons(len(first.values))}.",
        "A recipe with dice is called randomized. Here the dice touch only the way. The answer is always right.\n\n"
        "And the dice of a computer come from a seed. Write the seed down, and chance can be played back: "
        "the same rolls, the same moves. Change the seed, and you have new dice.\n\n"
        "Keep that in mind. A neural network starts from rolled numbers too, and it also has a seed. "
        "But there, dice can touch the answer as well.",
    )


def rolled_pictures(rolleds: Rolled, palette: Palette) -> list[Picture]:
    """The pictures of `rolled`."""
    first, second, again = rolleds.runs
    labels = (f"Seed {rolleds.seed}", f"Seed {rolleds.seed + 1}", f"Seed {rolleds.seed} again")
    title = f"The same list three times: {first.comparisons}, {second.comparisons}, {again.comparisons} comparisons."
    return [film("dice", title, dict(zip(labels, rolleds.runs, strict=True)))]


# ---- Many runs ----


def many(values: Array) -> Reveal:
    """How unlucky the unluckiest run was."""
    worst, most = most_comparisons(MANY), int(values.max())
    right = 0 if 2 * most > worst else 1 if most > 1000 else 2
    mean = mean_comparisons(MANY)
    off = (values.mean() - mean) / (comparisons_stddev(MANY) / np.sqrt(len(values)))
    return Reveal(
        right,
        f"The unluckiest of {len(values):,} runs made {number(most)} comparisons, the luckiest {number(values.min())}, "
        f"and all together {number(values.mean())} on average.",
        "Mathematics can say the average beforehand: 2 × (n + 1) × (1 + 1/2 + … + 1/n) − 4n. "
        f"For {MANY} values that is {number(mean, 4)}. Counted: {number(values.mean(), 4)}, "
        f"{'as near as chance allows' if abs(off) < 3 else 'further off than chance brings in 997 of 1,000 cases'}.\n\n"
        "A bad roll, with the smallest or the largest value as pivot, costs a little. "
        f"For {number(worst)} comparisons, all rolls of a run would have to be bad. "
        f"The chance of that is {number(chance_of_the_worst(MANY), 2)}. You will not live to see it.",
    )


def many_pictures(values: Array, palette: Palette) -> list[Picture]:
    """The pictures of `many`."""
    mean, stddev = mean_comparisons(MANY), comparisons_stddev(MANY)
    return [
        plot_costs(values, MANY, palette),
        plot_far_off(values, MANY, palette),
        Numbers(
            f"Comparisons for {MANY} values in order.",
            {
                "counted": {
                    "average": number(values.mean(), 4), "spread (standard deviation)": number(values.std()),
                },
                "theory": {"average": number(mean, 4), "spread (standard deviation)": number(stddev)},
            },
        ),
    ]  # fmt: skip


# ---- What dice buy ----


def bought(boughts: Bought) -> Reveal:
    """Whether any list is still a bad one."""
    means = {name: float(dice.mean()) for name, dice in boughts.dice.items()}
    worst = max(means, key=lambda name: means[name])
    same = means[worst] < SAME * min(means.values())
    bad = (
        "With them, no list is bad. Only a row of rolls can be, and the next run rolls anew."
        if same
        else f"With them too, “{worst}” cost more than the others here."
    )
    right = 2 if same else {"in order": 0, "backwards": 1}.get(worst, 3)
    return Reveal(
        right,
        f"With dice all five lists cost about the same: {number(min(means.values()))} to {number(max(means.values()))} "
        f"comparisons on average. Without, they took from {number(min(boughts.first.values()))} to "
        f"{number(max(boughts.first.values()))}."
        if same
        else f"With dice, the list “{worst}” cost most: {number(means[worst])} comparisons on average.",
        "This is what dice buy. Without them, some lists are always bad, and whoever has such a list has bad luck "
        f"every time. {bad}\n\n"
        "The price: nobody can say any more how long one single run will take. So one run proves little. "
        "A recipe with dice is judged by many runs: their average, and how far they spread.",
    )


def bought_pictures(boughts: Bought, palette: Palette) -> list[Picture]:
    """The pictures of `bought`."""
    return [plot_by_list(boughts.first, boughts.dice, palette)]
