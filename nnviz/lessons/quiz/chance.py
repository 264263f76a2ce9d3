"""Questions about dice in sorting, and about searching a landscape."""

from __future__ import annotations

import numpy as np

from nnviz.analysis.restarts.success_rates import restarts_needed
from nnviz.analysis.words import count, number, percent
from nnviz.core.progress import Progress
from nnviz.lessons.quiz.record import Question, Template, nearest, pick, whole
from nnviz.search import landscapes
from nnviz.search.basins import basins
from nnviz.search.genetic import evolve
from nnviz.search.sliding import gradient_descent
from nnviz.search.sorting import bubble, quick
from nnviz.search.walk import Plan

LESSON, SEARCHING = "chance", "search"
WALKERS = 400


def sorted_list(generator: np.random.Generator, on_progress: Progress) -> Question | None:
    """What quicksort costs on a list that is sorted already, or one that is not."""
    n, shuffled = whole(generator, 20, 60), bool(generator.integers(2))
    values = (generator.permutation(n) if shuffled else np.arange(n)).tolist()
    counted = quick(values).comparisons
    harmonic = sum(1 / i for i in range(1, n + 1))
    amounts = (n * (n - 1) // 2, n - 1, round(2 * (n + 1) * harmonic - 4 * n), n * n)
    right = nearest(amounts, counted, clear=1.9)
    if right is None:
        return None
    return Question(
        text="Quicksort holds all values against one of them, the pivot, and then does the same on either side. Here "
        f"the pivot is always the first value. The list has {n} values, "
        + ("well shuffled." if shuffled else "and is sorted already.")
        + "\n\nAbout how many comparisons does it take?",
        options=tuple(f"{amount:,}" for amount in amounts),
        right=right,
        because=f"It took {counted:,}, counted just now.",
        why="On a sorted list the first value is the least, so one side is always empty. Then every value meets every "
        "other one. On a shuffled list the pivot mostly cuts the list in two, and far fewer meet.",
    )


def twice(generator: np.random.Generator, on_progress: Progress) -> Question | None:
    """What stays the same when a list is sorted twice, or a second list after it."""
    values = generator.permutation(whole(generator, 15, 50)).tolist()
    others = (100 + generator.permutation(len(values))).tolist()
    seed = whole(generator, 0, 9999)
    plain, sort = pick(generator, (("bubble sort", bubble), ("quicksort, with the first value as pivot", quick)))
    words, why, first, second = pick(
        generator,
        (
            (f"twice by {plain}", "Without dice the list settles all that follows.", sort(values), sort(values)),
            (f"twice by quicksort, with a pivot drawn by dice: first with seed {seed}, then with seed {seed + 1}",
             "Dice change the way, not the answer.", quick(values, seed), quick(values, seed + 1)),
            (f"twice by quicksort, with a pivot drawn by dice: both times with seed {seed}",
             "Dice with a fixed seed fall the same way each time.", quick(values, seed), quick(values, seed)),
            (f"by {plain}. Then a second list: each value ten times as large, in the same order",
             "A sort only asks which of two values is larger, and that is the same in both lists.",
             sort(values), sort([10 * value for value in values])),
            (f"by {plain}. Then a second list: as long, with other values, shuffled anew",
             "Without dice the list settles all that follows, and this is another list.", sort(values), sort(others)),
        ),
    )  # fmt: skip
    result, way = first.result == second.result, first.moves == second.moves
    return Question(
        text=f"A shuffled list of {len(values)} values is sorted {words}.\n\nWhat is the same both times?",
        options=(
            "The sorted list, and each move on the way.",
            "The sorted list, but not the moves.",
            "The moves, but not the sorted list.",
            "Neither of them.",
        ),
        right={(True, True): 0, (True, False): 1, (False, True): 2, (False, False): 3}[result, way],
        because=f"The sorted lists are {'equal' if result else 'not equal'}. The two runs took {first.comparisons:,} "
        f"and {count(second.comparisons, 'comparison')}, with {'the same' if way else 'other'} moves.",
        why=why,
    )


def worst(generator: np.random.Generator, on_progress: Progress) -> Question | None:
    """Which way of sorting takes fewest comparisons on a list in some order."""
    n, order, seed = whole(generator, 25, 60), whole(generator, 0, 3), whole(generator, 0, 9999)
    values = (list(range(n)), list(range(n))[::-1], generator.permutation(n).tolist(), _halved(list(range(n))))[order]
    first, dice = quick(values).comparisons, float(np.mean([quick(values, seed + i).comparisons for i in range(50)]))
    if 1 / 1.25 < first / dice < 1.25 and not 1 / 1.1 < first / dice < 1.1:
        return None
    shape = (
        "sorted already",
        "in reverse order",
        "well shuffled",
        "arranged so that the first value of each part to be sorted is its middle one",
    )[order]
    return Question(
        text=f"A list of {n} values is {shape}. One quicksort takes the first value as pivot. Another draws its pivot "
        "by dice, 50 runs on average.\n\nWhich needs fewer comparisons?",
        options=("The one with dice, clearly.", "The one without dice, clearly.", "Both about as many."),
        right=0 if dice * 1.25 < first else 1 if first * 1.25 < dice else 2,
        because=f"With dice it took {number(dice)} on average, without them {first:,}.",
        why="Dice do not make a sort faster on every list. They make sure that no order of the list is always bad, and "
        "none always good.",
    )


def _halved(values: list[int]) -> list[int]:
    """Values in order, rearranged so that quicksort's first pivot halves the list, and again on either side."""
    if len(values) < 2:
        return values
    middle = len(values) // 2
    left, right = _halved(values[:middle]), _halved(values[middle + 1 :])
    return [values[middle], *left[1:], *left[:1], *right]  # the pivot changes places with the last of the left side


def valley(generator: np.random.Generator, on_progress: Progress) -> Question | None:
    """Where a walker ends who follows the slope down."""
    landscape = landscapes.registry["rastrigin"]
    measurement = basins(landscape)
    start = round(float(generator.uniform(-1.4, 1.4)), 1)
    if min(abs(start - edge) for edge in measurement.edges) < 0.15:
        return None
    walk = gradient_descent(Plan(landscape, 1, 300, 1, start=(start,)), on_progress=on_progress)
    end = float(walk.points[0, -1, 0])
    floors = sorted(sorted(map(float, measurement.floors), key=abs)[:3])
    off = [abs(end - floor) for floor in floors]
    if min(off) > 0.1:
        return None
    names = [_signed(round(floor, 1)) for floor in floors]
    return Question(
        text=f"A curve has many valleys. Three of them lie around {', '.join(names[:2])} and {names[2]}; the one "
        "around "
        f"{names[1]} is the deepest of all. Half-way between two floors is a hilltop. A walker starts at "
        f"{_signed(start)} and always takes a small step downhill.\n\nWhere does it end?",
        options=tuple(f"In the valley around {name}." for name in names),
        right=int(np.argmin(off)),
        because=f"It ended at {_signed(round(end, 2))}, after {count(walk.plan.looks, 'step')}.",
        why="Who only goes down ends in the valley where the start lies, deep or not. The hilltop is the border.",
    )


def dimensions(generator: np.random.Generator, on_progress: Progress) -> Question | None:
    """What becomes of restarts as directions are added."""
    landscape, dims = landscapes.registry["rastrigin"], whole(generator, 2, 4)
    walk = gradient_descent(Plan(landscape, 1, 300, WALKERS, seed=whole(generator, 0, 9999)), on_progress=on_progress)
    share = float(walk.settled.mean())
    if not 0.05 < share < 0.2:
        return None
    one, needed = restarts_needed(share), restarts_needed(share**dims)
    amounts = (needed, one, one * dims, needed**2)
    return Question(
        text=f"On a line with many valleys, {percent(share)} of {WALKERS} walkers ended in the deepest one. So "
        f"{one:.0f} restarts find it with 95 % certainty. Now there are {dims} directions, with such a line in each, "
        "and a walker must be right in all of them.\n\nHow many restarts does it take now?",
        options=tuple(f"{amount:,.0f}" for amount in amounts),
        right=amounts.index(needed),
        because=f"{number(share)} to the power of {dims} is {number(share**dims)}, so it takes {needed:,.0f} restarts.",
        why="Chances multiply with each direction, so the number of restarts does too. A network has many directions. "
        "That is why it cannot be searched by restarts alone.",
    )


def diversity(generator: np.random.Generator, on_progress: Progress) -> Question | None:
    """What is left of a population with and without mutation."""
    mutation, size = pick(generator, (0.0, 0.0, 0.02, 0.3)), pick(generator, (20, 30, 40))
    generations = whole(generator, 40, 60)
    plan = Plan(landscapes.registry["rastrigin"], 5, size * (generations + 1), 4, seed=whole(generator, 0, 9999))
    evolution = evolve(plan, mutation, size, on_progress=on_progress)
    left = float(evolution.distinct[:, -1].mean())
    amounts = (1.0, size / 4, float(size))
    right = nearest(amounts, left, clear=2.5)
    if right is None:
        return None
    spoken = "No value is ever changed by chance." if mutation == 0 else (
        f"Each value is changed a little with a chance of {percent(mutation)}."
    )  # fmt: skip
    return Question(
        text=f"A genetic search keeps {size} candidates. The better ones have children, which take each value from one "
        f"of two parents. {spoken}\n\nHow many different candidates are there after {generations} generations?",
        options=("1, or nearly so.", f"About {size / 4:.0f}.", f"{size}, or nearly so."),
        right=right,
        because=f"In four runs there were {number(left)} of {size} left on average.",
        why="Mixing parents makes nothing new in the end: winners fill the population, and all become alike. Chance "
        "changes keep it mixed.",
    )


def _signed(value: float) -> str:
    return f"{value + 0:g}".replace("-", "−")


TEMPLATES = (
    Template("What quicksort costs", LESSON, "bad-day", sorted_list),
    Template("One list, sorted twice", LESSON, "dice", twice),
    Template("Dice or no dice", LESSON, "bought", worst),
    Template("Into which valley", SEARCHING, "valley", valley),
    Template("Many directions", SEARCHING, "restarts", dimensions),
    Template("What mutation keeps alive", SEARCHING, "copies", diversity),
)
