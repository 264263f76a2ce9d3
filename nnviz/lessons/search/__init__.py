"""Lesson 2: searching a landscape, and getting stuck and unstuck on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from nnviz.analysis.words import count, number
from nnviz.core.registry import Parameter, plain
from nnviz.figures.landscape.map_film import Panel, legend, map_film
from nnviz.figures.restarts.restarts_needed import plot_restarts_needed
from nnviz.figures.search.curve_film import curve_film
from nnviz.figures.search.diversity import plot_diversity
from nnviz.figures.search.search_rates import plot_search_rates
from nnviz.figures.search.valley_ends import plot_valley_ends
from nnviz.figures.search.walk_heights import plot_walk_heights
from nnviz.figures.style.template import Palette
from nnviz.lessons.lesson import Lesson, LessonTask, Numbers, Picture, Screen, Teaching
from nnviz.lessons.search import measured
from nnviz.search.basins import basins
from nnviz.search.contest import METHODS, RESTARTS
from nnviz.search.genetic import Evolution
from nnviz.search.walk import Walk

SHOWN = 40  # walkers of the crowd, and generations of the populations


def _whole(name: str, default: int, low: int, high: int, label: str) -> Parameter:
    return Parameter(name=name, kind=int, default=default, low=low, high=high, label=label)


def _real(name: str, default: float, low: float, high: float, label: str) -> Parameter:
    return Parameter(name=name, kind=float, default=default, low=low, high=high, label=label)


def _landscape(default: str, *others: str) -> Parameter:
    return Parameter(name="landscape", kind=str, default=default, choices=(default, *others), label="landscape")


SEED = _whole("seed", 0, 0, 9999, "seed")


def _valley_pictures(walk: Walk, palette: Palette) -> Sequence[Picture]:
    captions = [
        f"After {count(int(look), 'look')}: at {number(float(place))}, height {number(height)}"
        for look, place, height in zip(walk.looks, walk.points[0, :, 0], walk.heights[0], strict=True)
    ]
    alt = f"A walker on a curve with a wide shallow valley and a narrow deep one. {measured.valley_says(walk).because}"
    title = f"The walker comes to rest after going down by {number(float(walk.heights[0, 0] - walk.heights[0, -1]))}."
    return [curve_film(walk, "walker", title, alt, captions, ("start",))]


def _crowd_pictures(walk: Walk, palette: Palette) -> Sequence[Picture]:
    first = walk.first(SHOWN)
    captions = [
        f"After {count(int(look), 'look')}: {int(walk.plan.landscape.reached(walk.heights[:, i]).sum())} of "
        f"{walk.plan.runs:,} on the deepest floor"
        for i, look in enumerate(walk.looks)
    ]
    valleys = basins(walk.plan.landscape)
    same = valleys.of(first.points[:, 0, 0]) == valleys.of(first.points[:, -1, 0])
    title = f"The first {SHOWN} of {walk.plan.runs:,} walkers: {int(same.sum())} end in the valley that they start in."
    alt = f"{SHOWN} walkers on the curve {walk.plan.landscape.label} go down to the floors of their valleys."
    return [curve_film(first, "crowd", title, alt, captions), plot_valley_ends(walk, palette)]


def _push_pictures(walks: Mapping[str, Walk], palette: Palette) -> Sequence[Picture]:
    one = next(iter(walks.values()))
    captions = [
        f"After {count(int(look), 'look')}: heights "
        + ", ".join(f"{number(walk.heights[0, i])} ({name})" for name, walk in walks.items())
        for i, look in enumerate(one.looks)
    ]
    panels = [Panel(name.capitalize(), walk.points[0][:, None]) for name, walk in walks.items()]
    title = f"One of {one.plan.runs} walkers each, from the same place. {legend(palette)}"
    because = measured.pushes_say(walks).because
    alt = f"Three maps of {one.plan.landscape.label} with the path of one walker each. {because}"
    return [
        map_film(one.plan.landscape, panels, "pushes", title, alt, captions, ("x", "y")),
        plot_walk_heights(walks, palette),
    ]


def _budget_pictures(result: measured.Budget, palette: Palette) -> Sequence[Picture]:
    looks = result.walks[0].looks
    anew = np.linspace(0, result.contest.looks, RESTARTS, endpoint=False)[1:]
    restarts = tuple(np.searchsorted(looks, anew, side="right").tolist())
    panels = [
        Panel(method.label.capitalize(), walk.points[0][:, None], restarts=restarts if method.key == "many" else ())
        for method, walk in zip(METHODS, result.walks, strict=True)
    ]
    lows = [np.minimum.accumulate(walk.heights[0]) for walk in result.walks]
    captions = [
        f"After {count(int(look), 'look')}: lowest so far "
        + ", ".join(f"{number(low[i])} ({method.label})" for method, low in zip(METHODS, lows, strict=True))
        for i, look in enumerate(looks)
    ]
    landscape = result.contest.landscape
    title = f"One run of each with steps of {plain(result.step)}. {legend(palette)}"
    alt = f"Three maps of {landscape.label} with the path of one run each. {measured.budget_says(result).because}"
    return [map_film(landscape, panels, "budget", title, alt, captions), plot_search_rates(result.contest, palette)]


def _population_pictures(evolutions: Mapping[str, Evolution], palette: Palette) -> Sequence[Picture]:
    generations = range(SHOWN + 1)
    captions = [
        f"Generation {g}: "
        + ", ".join(f"{int(one.distinct[0, g])} different ({name})" for name, one in evolutions.items())
        for g in generations
    ]
    panels = [
        Panel(name.capitalize(), one.populations[0][: SHOWN + 1, :, :2], trail=False)
        for name, one in evolutions.items()
    ]
    landscape = next(iter(evolutions.values())).plan.landscape
    of = f"Two of the {measured.NUMBERS} numbers of all {measured.SIZE} candidates"
    title = f"{of}, in the first run. {legend(palette)}"
    because = measured.populations_say(evolutions).because
    alt = f"Two maps with populations that move over {SHOWN} generations. {because}"
    return [map_film(landscape, panels, "populations", title, alt, captions), plot_diversity(evolutions, palette)]


def _restarting_pictures(result: measured.Restarting, palette: Palette) -> Sequence[Picture]:
    rows = (*measured.WALK_COUNTS, measured.NUMBERS)
    named = {dims: count(dims, "number") for dims in rows}
    counted = {
        named[dims]: f"{result.tried[dims].successes:,} of {result.tried[dims].runs:,}" if dims in result.tried else "–"
        for dims in rows
    }
    table = Numbers(
        f"Chances multiply: each number more makes a good start {number(1 / result.share)} times as rare.",
        {
            "chance": {named[dims]: f"{number(100 * result.share**dims, 5 if dims == 1 else 3)} %" for dims in rows},
            "measured": counted,
            "restarts": {named[dims]: number(result.needed(dims)) for dims in rows},
        },
    )
    return [plot_restarts_needed(result.share, result.tried, palette), table]


SCREENS = (
    Screen(
        key="valley",
        title="Downhill, but to which valley?",
        before="A search is a walk over hills and valleys. Each place is a candidate: one answer that might do. Its "
        "height says how bad that answer is. So low is good.\n\n"
        "The lowest place of all is the global optimum. The floor of any other valley is a local optimum: better than "
        "all places near it, but not the best.\n\n"
        "Our walker cannot see far. It tries a small step. If the step leads down, it goes there. It never goes up.",
        question="There are two valleys: a wide one that is shallow, and a narrow one that is deep. The walker starts "
        "near the hilltop between them, a little on the shallow side. Where does it end?",
        options=(
            "In the deep valley: going down leads to the lowest place",
            "In the valley on its own side of the hilltop, deep or not",
            "In the other one: it slips over the hilltop",
        ),
        measure=measured.valley,
        reveal=measured.valley_says,
        pictures=_valley_pictures,
        settings=(_real("start", 0.5, -5.0, 5.0, "start"), SEED),
    ),
    Screen(
        key="crowd",
        title="A thousand walkers",
        before="Now a line with eleven valleys, named after Rastrigin. The one in the middle is the deepest.\n\n"
        f"We do not know where to begin. So we start {measured.WALKERS:,} walkers at places drawn at random. Each of "
        "them "
        "only goes down, as before.",
        question=f"How many of the {measured.WALKERS:,} reach the deepest valley?",
        options=("More than 500: the deepest valley draws them in", "From 200 to 500", "Fewer than 200"),
        measure=measured.crowd,
        reveal=measured.crowd_says,
        pictures=_crowd_pictures,
        settings=(_landscape("rastrigin", "two_valleys"), SEED),
    ),
    Screen(
        key="push",
        title="A push in the right place",
        before="We look at the ground from above now, as on a map. It is Ackley’s: a funnel with dents all over "
        "its sides.\n\n"
        "These walkers feel the slope and follow it down. That is called gradient descent. It is quick, and soon it "
        "sits in a dent. So we give the walkers a random push at each step.\n\n"
        f"{measured.PUSHED} walkers get no push, {measured.PUSHED} get a steady one, and for {measured.PUSHED} it "
        "fades away.",
        question="All start at the same place. Which of them end lowest?",
        options=(
            "Those with no push",
            "Those with a steady push",
            "Those whose push fades away",
            "Two or all of them about as low",
        ),
        measure=measured.pushes,
        reveal=measured.pushes_say,
        pictures=_push_pictures,
        settings=(
            _landscape("ackley", "rastrigin", "himmelblau"),
            _real("push", 0.5, 0.0, 5.0, "size of the push"),
            _real("x", 3.2, -5.12, 5.12, "start: left to right"),
            _real("y", -2.7, -5.12, 5.12, "start: bottom to top"),
            SEED,
        ),
    ),
    Screen(
        key="budget",
        title="Two thousand looks to spend",
        before="Often nobody knows the slope. One can only try a place and look how high it is. Each look costs the "
        "same, and we can pay for 2,000.\n\n"
        "One way is a single long walk that only goes down. Another is "
        f"{RESTARTS} short walks, of which the best counts. A third is annealing. Its walker also takes some steps up: "
        "often while it is hot, and hardly ever once it has cooled.",
        question="Rastrigin’s ground has 121 valleys on a map. Which way finds the deepest most often?",
        options=(
            "One long walk: it has the most time",
            f"{RESTARTS} short walks: they look in more valleys",
            "Annealing: it can climb out again",
            "No single one: now one, now another, or none",
        ),
        measure=measured.budget,
        reveal=measured.budget_says,
        pictures=_budget_pictures,
        settings=(_landscape("rastrigin", "ackley", "himmelblau"), _real("step", 0.3, 0.01, 2.0, "step shown"), SEED),
    ),
    Screen(
        key="copies",
        title="A population that breeds",
        before=f"A genetic algorithm searches with many candidates at once. Here {measured.SIZE} of them look for "
        f"{measured.NUMBERS} numbers.\n\n"
        "To make a child, eight candidates are drawn and the best of them becomes a parent. The same again for the "
        "other parent. The child takes each number from one of the two. The best candidate always lives on.\n\n"
        "Then comes mutation: one number in five is changed a little, at random. Most such changes do harm.",
        question="What if we leave mutation out?",
        options=(
            "It does better",
            "It does about as well, or as badly",
            "It does worse",
        ),
        measure=measured.populations,
        reveal=measured.populations_say,
        pictures=_population_pictures,
        settings=(
            _real("mutation", 0.2, 0.0, 1.0, "chance of a mutation"),
            _whole("tournament", 8, 1, 40, "drawn for each parent"),
            SEED,
        ),
    ),
    Screen(
        key="restarts",
        title="Just start again?",
        before="Why be clever, if one can simply start again? With one number to find, a walk down Rastrigin’s ground "
        "succeeds about one time in ten. A few dozen restarts make us 95 % sure.\n\n"
        "But most problems have more than one number to find. A network has one for each of its weights.",
        question="Say there are five numbers to find. How many restarts make us 95 % sure?",
        options=(
            "About 150: five times as many",
            "A few thousand",
            "More than 100,000",
        ),
        measure=measured.restarting,
        reveal=measured.restarting_says,
        pictures=_restarting_pictures,
        settings=(SEED,),
    ),
)

LESSON = Lesson(
    key="search",
    title="Searching a landscape",
    promise="Walkers on hills and valleys: how they get stuck, what chance can do about it, and when it cannot.",
    screens=SCREENS,
    task=LessonTask(
        words="A network is a search, too. Each weight is a number to find. The height is the loss: how wrong the "
        "network’s answers are. The start is drawn at random, and a seed says which draw. A new seed is a restart.\n\n"
        "In the Playground stands a tiny network with two hidden units. It learns XOR: two corners of a square are one "
        "class, the other two are the other class. A starts from seed 0, B from seed 1.\n\n"
        "Change B’s seed until B gets stuck while A gets through. Watch how B’s picture stops moving half way. Bring "
        "that seed back here.",
        a=measured.XOR,
        b=measured.XOR.replace(seed=1),
        asked=_whole("seed", 1, 0, 9999, "seed of a run that gets stuck"),
        check=measured.stuck_seed,
    ),
    remember="If you only go downhill, your start decides where you end. Chance gives you other starts, and a push on "
    "the way.",
    sources=(
        "brownlee2018", "robbins1951", "rastrigin1974", "ackley1987", "himmelblau1972", "holland1975",
        "kirkpatrick1983", "wilson1927",
    ),
    teaching=Teaching(
        aim="Tell a local optimum from the global one, and say what chance does in a search: it picks the start, it "
        "pushes, it keeps a population varied.",
        minutes=40,
        ask=(
            "Where must the walker start to find the deepest valley?",
            "Why is a narrow deep valley hard to find?",
            "Why should a push fade, and not stop at once?",
            "What is the same in a population of copies and in a walker that is stuck?",
            "When would you pay for more restarts, and when for a better method?",
        ),
        wrong=(
            (
                "Going downhill finds the lowest place in the end.",
                "It finds the floor of its own valley. Let the class click on both sides of the hilltop.",
            ),
            (
                "Noise can only harm.",
                "Compare the ends with no push and with a push that fades. Then try a push that is too large.",
            ),
            (
                "Annealing is the best method.",
                "At some step it is. Read the chart at the longest step: there a walk that never climbs does well.",
            ),
            (
                "Five numbers need five times as many restarts as one.",
                "Chances multiply. Let them work out the share for two numbers by hand, then for five.",
            ),
        ),
    ),
)  # fmt: skip
