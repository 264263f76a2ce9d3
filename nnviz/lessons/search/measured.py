"""What the lesson on searching measures, and what that says to its questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nnviz.analysis.playground.diagnosis import diagnose
from nnviz.analysis.rates import CERTAINTY, Rate, rate
from nnviz.analysis.restarts.success_rates import restarts_needed
from nnviz.analysis.words import count, number, percent, percent_range, trimmed
from nnviz.core.experiment import Experiment
from nnviz.core.progress import Progress, part
from nnviz.core.registry import plain
from nnviz.core.training import train
from nnviz.figures.search.diversity import copies_from
from nnviz.figures.search.search_rates import rates, rates_finding, winners
from nnviz.figures.search.walk_heights import medians
from nnviz.lessons.lesson import Checked, Reveal
from nnviz.search.basins import basins, deepest_share
from nnviz.search.climbing import hill_climbing
from nnviz.search.contest import METHODS, SearchContest, contest
from nnviz.search.genetic import Evolution, evolve
from nnviz.search.landscapes import registry
from nnviz.search.sliding import gradient_descent
from nnviz.search.walk import Plan, Walk

STEP = 0.1  # of a walker on a line
MOMENTS = 61  # frames of a film
WALKERS = 1000
PUSHED, PUSHED_LOOKS = 300, 1000
NUMBERS, GENERATIONS, RUNS = 5, 100, 100  # of the populations
SIZE = 40
WALK_COUNTS = {1: 2000, 2: 10_000, 3: 20_000}  # walks with so many numbers to find
FEW, MANY = 1000, 100_000  # restarts
SAFE = 20  # seeds that the task's seed is compared with
XOR = Experiment(dataset="xor", samples=8, noise=0.0, hidden=(2,), batch_size=None, learning_rate=0.5, epochs=5000)


def valley(start: float, seed: int, on_progress: Progress | None = None) -> Walk:
    """One walker on the curve with two valleys."""
    return hill_climbing(Plan(registry["two_valleys"], 1, 200, 1, seed, (start,), MOMENTS), STEP, 1, on_progress)


def valley_says(walk: Walk) -> Reveal:
    """Whether it came over the hilltop."""
    valleys = basins(walk.plan.landscape)
    (start, end), (low,) = walk.points[0, [0, -1], 0].tolist(), walk.heights[:, -1].tolist()
    first, ends = valleys.of(np.array([start, end])).tolist()
    deepest = valleys.deepest
    share, floor = float(valleys.shares[deepest]), float(valleys.heights[deepest])
    where = "the deepest place of all" if walk.settled[0] else f"the deepest floor lies at {number(floor)}"
    return Reveal(
        right=1 if first == ends else 2,
        because=f"It starts at {trimmed(start)} and ends at {number(end)}. Its height there is {number(low)}: {where}.",
        why="A walker that never climbs cannot cross a hill, unless a single step reaches over the top. All the places "
        "from which the way down leads to one floor are that floor’s basin. The grey band is the basin of the deepest "
        "floor. So the start all but decides where the walk ends.\n\n"
        f"The deep valley is the narrow one here: its basin takes up {percent(share)} of the line. How deep a valley "
        "is says nothing about how easy it is to find.\n\n"
        "Click into the picture to start the walker there. Can you find the very place where its fate turns?",
    )


def crowd(landscape: str, seed: int, on_progress: Progress | None = None) -> Walk:
    """Many walkers on a line, each from a place of its own."""
    return hill_climbing(Plan(registry[landscape], 1, 200, WALKERS, seed, None, MOMENTS), STEP, 1, on_progress)


def crowd_says(walk: Walk) -> Reveal:
    """How many came to the deepest floor."""
    measurement = rate(int(walk.settled.sum()), walk.plan.runs)
    exact = deepest_share(walk.plan.landscape, 1)
    holds = "inside" if measurement.low <= exact <= measurement.high else "outside"
    valleys = basins(walk.plan.landscape)
    begins, ends = (valleys.of(walk.points[:, moment, 0]) == valleys.deepest for moment in (0, -1))
    needed = restarts_needed(exact)
    return Reveal(
        right=0 if measurement.share > 0.5 else 1 if measurement.share > 0.2 else 2,
        because=f"{measurement.successes} of {measurement.runs:,} reach it: {_percents(measurement)}. "
        f"The exact share of its basin, {number(100 * exact)} %, lies {holds} that interval.",
        why="The chance to end in a valley is the width of its basin, not its depth. Luck picks the start, and the "
        "ground does the rest. Next to a hilltop one step may lead over it: "
        f"{count(int((ends & ~begins).sum()), 'walker')} "
        f"slipped into the deepest valley, and {int((begins & ~ends).sum())} out of it.\n\n"
        f"The interval is honest about luck: another {measurement.runs:,} starts would give a slightly other count. "
        "Of a "
        "hundred such intervals, about 95 hold the true share.\n\n"
        f"One walk may fail, so start again and keep the best. With a chance of {number(100 * exact)} % each, "
        f"{count(int(needed), 'walk')} are enough to find the deepest valley with {percent(CERTAINTY)} certainty. "
        "That is called restarting.",
    )


PUSHES = ("no push", "steady push", "fading push")
AS_LOW = 0.01  # of the way down: two groups that end less than this apart end about as low


def pushes(
    landscape: str, push: float, x: float, y: float, seed: int, on_progress: Progress | None = None
) -> Mapping[str, Walk]:
    """Walkers that follow the slope from one place: left alone, pushed all the way, pushed less and less."""
    plan = Plan(registry[landscape], 2, PUSHED_LOOKS, PUSHED, seed, (x, y), 2 * MOMENTS)
    ways = ((0.0, False), (push, False), (push, True))
    return {
        name: gradient_descent(plan, size, fade, part(on_progress, i, len(ways)))
        for i, (name, (size, fade)) in enumerate(zip(PUSHES, ways, strict=True))
    }


def pushes_say(walks: Mapping[str, Walk]) -> Reveal:
    """Which of them end lowest, by the median."""
    start = float(next(iter(walks.values())).heights[0, 0])
    ends = [float(medians(walk)[-1]) for walk in walks.values()]
    lowest, second = sorted(ends)[:2]
    tied = second - lowest <= AS_LOW * max(start - lowest, second - lowest)
    none, steady, fading = (number(end) for end in ends)
    return Reveal(
        right=len(ends) if tied else int(np.argmin(ends)),
        because=f"The middle one of {PUSHED} walkers ends at height {none} with no push, at {steady} with a steady "
        f"push, and at {fading} with a push that fades.",
        why=f"{_pushes_did(walks)}\n\n"
        "Smiths know the use of a push that fades. They heat metal and let it cool slowly, which they call annealing. "
        "Click into a map to start all walkers there. Try a tiny push and a huge one, too.",
    )


def _pushes_did(walks: Mapping[str, Walk]) -> str:
    """What each push did, by how many walkers saw the deepest floor and how many stand on it."""
    still, steady, fading = (int(walk.settled.sum()) for walk in walks.values())
    seen = int(walks["steady push"].succeeded.sum())
    alone = (
        "With no push a walker follows the slope into one valley and stays in it. All set out from one place, so "
        f"{'all' if still else 'none'} of them end on the deepest floor."
    )
    if np.array_equal(walks["no push"].points, walks["steady push"].points):
        return f"{alone} A push of 0 is no push, so the other two groups went the very same way."
    if not seen:
        pushed = "Of the walkers with a steady push none ever stood on the deepest floor."
    elif steady < seen:
        pushed = (
            f"A steady push drives walkers out of valleys, out of the deepest too: {seen} of {PUSHED} once stood on "
            "the "
            f"deepest floor, and {steady} stand there at the end."
        )
    else:
        pushed = f"With a steady push {seen} of {PUSHED} came to the deepest floor, and they stand there at the end."
    faded = f"With a push that fades {fading} of {PUSHED} end there"
    if fading > max(still, steady):
        faded += ": they roam first and settle later."
    elif fading < still:
        faded += ": here the push did harm, for it drove walkers off the way that leads there."
    elif fading == still:
        faded += ", as many as with no push."
    else:
        faded += ", no more than with the steady one."
    return f"{alone} {pushed} {faded}"


@dataclass(frozen=True, eq=False)
class Budget:
    """Ways to spend the same looks: how often each succeeds, and one walk of each to watch."""

    contest: SearchContest
    step: float
    walks: tuple[Walk, ...]


def budget(landscape: str, step: float, seed: int, on_progress: Progress | None = None) -> Budget:
    """All methods with steps of all sizes, and a walk of each with steps of one size."""
    surface = registry[landscape]
    result = contest(surface, seed, on_progress=on_progress)
    plan = Plan(surface, 2, result.looks, 1, seed, None, 2 * MOMENTS - 1)
    return Budget(result, step, tuple(method.walk(plan, step, None) for method in METHODS))


LEADS = {
    "many": "Where short walks lead, it pays to start often.",
    "annealing": "Where annealing leads, it pays to take a step up now and then.",
    "one": "Where the long walk leads, a single step may reach into a lower valley, though the walker never climbs.",
}
NEARLY_ALWAYS = 0.9


def budget_says(result: Budget) -> Reveal:
    """Which one leads, if it is the same at each size of step at which one leads at all."""
    results = result.contest
    leaders = set(filter(None, winners(results)))
    keys = [method.key for method in METHODS]
    random_share = percent(float(results.at_random.mean()))
    lines = rates(results)
    best = [max(range(len(results.steps)), key=lambda s: line[s].share) for line in lines]
    if leaders:
        reasons = " ".join(words for key, words in LEADS.items() if key in leaders)
    elif min(line[s].share for line, s in zip(lines, best, strict=True)) > NEARLY_ALWAYS:
        reasons = "At its best step each way finds it nearly always: here there is little to get out of."
    else:
        reasons = "No way leads beyond doubt: the intervals of the best two overlap at each size of step."
    many = len(leaders) > 1
    at_best = "; ".join(
        f"{method.label} {percent(line[s].share)} with steps of {plain(float(results.steps[s]))}"
        for method, line, s in zip(METHODS, lines, best, strict=True)
    )
    return Reveal(
        right=keys.index(leaders.pop()) if len(leaders) == 1 else len(keys),
        because=f"{rates_finding(results)} Pure luck, looking anywhere at random, finds it in {random_share}.",
        why=f"{reasons}\n\nAt its own best step each reaches: {at_best}.\n\n"
        + ("So “annealing is better” is worth little if nobody says how long the steps were. " if many else "")
        + "Bars show 95 % intervals. A method leads only where its interval lies above all others.",
    )


WITH, WITHOUT = "mutation", "no mutation"


def populations(
    mutation: float, tournament: int, seed: int, on_progress: Progress | None = None
) -> Mapping[str, Evolution]:
    """Populations that look for five numbers, without and with mutation."""
    plan = Plan(registry["rastrigin"], NUMBERS, SIZE * GENERATIONS, RUNS, seed)
    return {
        name: evolve(plan, chance, SIZE, tournament, part(on_progress, i, 2))
        for i, (name, chance) in enumerate(((WITHOUT, 0.0), (WITH, mutation)))
    }


def populations_say(texts: Mapping[str, Evolution]) -> Reveal:
    """Whether leaving mutation out helps, harms, or makes no difference."""
    without, mutated = (rate(int(one.succeeded.sum()), RUNS) for one in (texts[WITHOUT], texts[WITH]))
    generation = copies_from(texts[WITHOUT])
    copies = f"From generation {generation} on, all {SIZE} candidates of every run are copies of one."
    left, kept = (number(float(texts[name].distinct[:, -1].mean())) for name in (WITHOUT, WITH))
    if generation < 0:
        copies = f"Without it {left} of {SIZE} candidates still differ at the end, on average."
    right = 0 if without.low > mutated.high else 2 if mutated.low > without.high else 1
    if texts[WITH].mutation == 0:
        effect = "A mutation of 0 is none, so here both populations are the same."
    else:
        effect = f"Mutation keeps bringing in something new: with it {kept} of {SIZE} candidates differ at the end."
        effect += (
            " Here that does harm: too few good ones are kept as they are.",
            " But new is not yet better, and here it makes no difference that these runs could show.",
            " A bit of chance keeps the search going.",
        )[right]
    return Reveal(
        right=right,
        because=f"Without mutation {without.successes} of {RUNS} runs find the deepest place, with it "
        f"{mutated.successes} (95 % intervals {percent_range(without.low, without.high)} and "
        f"{percent_range(mutated.low, mutated.high)}). {copies}",
        why="Children only mix what their parents have. Nothing new comes in, and what no child takes up is lost. "
        "Once all are alike, mixing changes nothing: the search stands still, whether it has found the best or not. "
        "To stand still too soon is called premature convergence, and it is a loss of diversity.\n\n"
        f"{effect}\n\n"
        "Keep the copies in mind. Later on you will meet units of a network that are copies of each other.",
    )


@dataclass(frozen=True, eq=False)
class Restarting:
    """The share of the line that leads to the deepest floor, and how often walks found it, by numbers to find."""

    share: float
    tried: Mapping[int, Rate]

    def needed(self, numbers: int) -> float:
        """The restarts for 95 %."""
        return restarts_needed(self.share**numbers)


def restarting(seed: int, on_progress: Progress | None = None) -> Restarting:
    """Walks straight down the slope, with one, two and three numbers to find."""
    landscape = registry["rastrigin"]
    tried = {}
    for i, (dims, runs) in enumerate(WALK_COUNTS.items()):
        walk = gradient_descent(
            Plan(landscape, dims, 60, runs, seed), on_progress=part(on_progress, i, len(WALK_COUNTS))
        )
        tried[dims] = rate(int(walk.settled.sum()), runs)
    return Restarting(deepest_share(landscape, 1), tried)


def restarting_says(restartings: Restarting) -> Reveal:
    """How many restarts five numbers need."""
    one, two, five = (restartings.needed(dims) for dims in (1, 2, NUMBERS))
    measured = [f"{rate.successes:,} of {rate.runs:,}" for rate in restartings.tried.values()]
    share = number(100 * restartings.share, 5)  # so that who multiplies it finds the products to three
    return Reveal(
        right=0 if five < FEW else 1 if five < MANY else 2,
        because=f"{number(five)} restarts for five numbers, after {number(one)} for one and {number(two)} for two. "
        f"Walks that found it: {measured[0]} with one number, {measured[1]} with two, {measured[2]} with three.",
        why=f"The walk must start right in each number at once, and such chances multiply. One number: {share} %. Two: "
        f"{share} % of {share} %, which is {number(100 * restartings.share**2)} %. Five: "
        f"{number(100 * restartings.share**NUMBERS)} %. Each further number makes a good start "
        f"{number(1 / restartings.share)} times as rare.\n\n"
        "So restarts help with few numbers, and are hopeless with many on ground like this. A network has thousands of "
        "weights. Is all lost? No. Its ground need not be like this: there may be many good places, not one. You can "
        "only find out by trying. Do so now.",
    )


def stuck_seed(seed: int, on_progress: Progress | None = None) -> Checked:
    """Whether the network of the task gets stuck from this seed."""
    others = train(XOR.replace(seed=0, restarts=SAFE, snapshots=8), part(on_progress, 0, 2))
    best = float(np.nanmin(others.train_loss[:, -1]))
    verdict = diagnose(train(XOR.replace(seed=seed), part(on_progress, 1, 2)), best)[0]
    stuck = sum(one.kind in ("stuck", "saturated") for one in diagnose(others))
    return Checked(
        done=verdict.kind in ("stuck", "saturated"),
        sentence=f"Seed {seed}: {verdict.sentence} Of the seeds 0 to {SAFE - 1}, {stuck} get stuck.",
    )


def _percents(measurement: Rate) -> str:
    return f"{number(100 * measurement.share)} % (95 % interval {percent_range(measurement.low, measurement.high)})"
