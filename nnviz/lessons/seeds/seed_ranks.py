"""Lesson 8, the luck in a seed: whether it carries over, and how two sides can share it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import spearmanr

from nnviz.analysis.chance.seed_ranks import AMONG, Standing, standings
from nnviz.analysis.chance.seeds import judge
from nnviz.analysis.restarts.best_of import Paired, paired
from nnviz.analysis.words import number
from nnviz.core.experiment import Experiment
from nnviz.core.progress import Progress, part
from nnviz.core.registry import Parameter
from nnviz.figures.chance.dot_rows import plot_dot_rows
from nnviz.figures.style.template import Palette
from nnviz.lessons.lesson import Numbers, Pair, Picture, Reveal, Screen

MOONS = Experiment(samples=200, hidden=(4,), epochs=40)
XOR = Experiment(dataset="xor", samples=8, noise=0.0, hidden=(2,), batch_size=None, learning_rate=0.5, epochs=2000)
LUCKY = 42
TWIN = "its twin"
TASKS = {
    "two moons": MOONS.replace(hidden=(8,)),
    "two spirals": Experiment(dataset="spirals", hidden=(16,), epochs=60),
    "handwritten digits": Experiment(dataset="digits", samples=600, hidden=(16,), epochs=20),
    "XOR": XOR,
}
PAIR_SEEDS = 100
HELPS = 1.5  # times as many seeds that it takes without
CHANGES = {
    "scale_of_the_start": MOONS.replace(kernel_initializer="he_uniform"),
    "learning_rate": MOONS.replace(learning_rate=0.33),
    "activation": MOONS.replace(activation="relu"),
    "one_unit_more": MOONS.replace(hidden=(5,)),
}

FAVOURITE = Parameter(
    name="own", kind=int, default=LUCKY, low=0, high=9999, label="your seed", note="Your birthday, perhaps."
)
CHANGE = Parameter(
    name="change", kind=str, default="scale_of_the_start", choices=tuple(CHANGES), label="B differs in",
    note="All else is alike.",
)  # fmt: skip


# No seed is special


@dataclass(frozen=True, eq=False)
class SeedRanks:
    """Where a seed stands.

    Attributes:
        tasks: by name.
        twin: in the first task, with another number of units.
    """

    tasks: Mapping[str, Standing]
    twin: Standing

    @property
    def seed(self) -> int:
        """Whose places they are."""
        return self.twin.experiment.seed

    def agreement(self, other: Standing) -> float:
        """Spearman's rank correlation of all seeds between the first task and another: 1 for the same order."""
        first = next(iter(self.tasks.values()))
        return float(spearmanr(first.losses, other.losses).statistic)


def favourite(own: int, on_progress: Progress | None = None) -> SeedRanks:
    """Where a seed stands in several tasks."""
    texts = standings(TASKS | {TWIN: MOONS}, own, on_progress)
    return SeedRanks({name: one for name, one in texts.items() if name != TWIN}, texts[TWIN])


def _favourite(ranks: SeedRanks) -> Reveal:
    better = [one.better_half for one in ranks.tasks.values()]
    places = [f"{one.place} in {name}" for name, one in ranks.tasks.items()]
    agree = [_two(ranks.agreement(one)) for one in list(ranks.tasks.values())[1:]]
    name, worst = max(ranks.tasks.items(), key=lambda item: item[1].place)
    return Reveal(
        right=0 if all(better) else 1 if not any(better) else 2,
        because=f"Beside {AMONG} seeds, seed {ranks.seed} takes place {', '.join(places[:-1])} and {places[-1]}.",
        why="Many programs fix the seed to 0 or to 42, and leave it there. A fine label, but no omen: "
        "a fixed seed is one draw, and whatever luck it had, it has each time.\n\n"
        "Is some other seed a lucky one? We set the order of all seeds in the first task beside that in the others. "
        f"1 would be the same order, 0 is nothing in common: {', '.join(agree[:-1])} and {agree[-1]}. Only for a near "
        f"twin, the same moons with 4 units for 8, it is {_two(ranks.agreement(ranks.twin))}: there a seed deals some "
        "of the same numbers.\n\n"
        f"With seed {ranks.seed} alone you would have taken place {worst.place} for the truth "
        f"about {name}.",
    )


def _two(value: float) -> str:
    """A correlation with two digits after the point."""
    return f"{value:.2f}".replace("-", "−")


def _favourite_pictures(ranks: SeedRanks, palette: Palette) -> Sequence[Picture]:
    seed, tasks = ranks.seed, ranks.tasks
    places = {name: 1 + np.arange(len(one.losses)) for name, one in tasks.items()}
    marked = {name: float(min(one.place, AMONG)) for name, one in tasks.items()}
    axis = {
        "title": {"text": f"place among {AMONG} seeds, the best on the left"}, "range": [-2, AMONG + 3],
        "tickvals": [1, *range(50, AMONG + 1, 50)],
    }  # fmt: skip
    taken = [one.place for one in tasks.values()]
    title = f"The places of seed {seed} run from {min(taken)} to {max(taken)} among {AMONG}."
    table = {
        f"seed {seed}": {name: number(one.own) for name, one in tasks.items()},
        "best": {name: number(float(one.losses.min())) for name, one in tasks.items()},
        "median": {name: number(float(np.median(one.losses))) for name, one in tasks.items()},
        "worst": {name: number(float(one.losses.max())) for name, one in tasks.items()},
    }
    return (
        plot_dot_rows(places, "places", title, axis, palette, marked),
        Numbers(f"Loss on unseen data: of seed {seed}, and of {AMONG} seeds.", table),
    )


# The same seeds for both sides


@dataclass(frozen=True, eq=False)
class Pairs:
    """Comparisons with the same seeds and with others.

    Attributes:
        change: the one that was asked for.
        paired: by what differs.
    """

    change: str
    paired: Mapping[str, Paired]

    @property
    def asked(self) -> Paired:
        """The comparison that was asked for."""
        return self.paired[self.change]


def pairs(change: str, on_progress: Progress | None = None) -> Pairs:
    """The same network against several others, each with the same seeds."""
    return Pairs(
        change,
        {
            name: paired(judge(MOONS, other, PAIR_SEEDS, part(on_progress, i, len(CHANGES))))
            for i, (name, other) in enumerate(CHANGES.items())
        },
    )


def _pairs(measurement: Pairs) -> Reveal:
    one = measurement.asked
    least, *_, most = sorted(measurement.paired.items(), key=lambda item: item[1].fewer)
    meets = (
        "Here that helps little: a start that is hard for A says little about B, so not much cancels out."
        if one.fewer < HELPS
        else "A start that is hard for A is often hard for B, and in the difference it cancels out. What is left is "
        "what "
        "you wanted to see."
    )
    same, other = (float(differences.std(ddof=1)) for differences in (one.same, one.other))
    return Reveal(
        right=0 if one.fewer < HELPS else 1 if one.fewer <= 10 else 2,
        because=f"It takes {number(one.fewer, 2)} times as many. The differences stray by {number(same)} with the same "
        f"seeds, by {number(other)} with others.",
        why=f"With the same seed both sides meet the same luck. {meets}\n\n"
        f"It does not always help as much. Where B differs in {_called(least[0])}, it takes "
        f"{number(least[1].fewer, 2)} times as many seeds without, where it differs in {_called(most[0])}, "
        f"{number(most[1].fewer, 2)} times. See the table.\n\n"
        "It costs nothing, so do it. But do not mistake it for one fixed seed: here are "
        f"{len(one.same)} seeds, each used twice. Scientists who simulate call this common random numbers.",
    )


def _called(change: str) -> str:
    """What differs, with its article."""
    return {
        "scale_of_the_start": "the scale of the start",
        "learning_rate": "the learning rate",
        "activation": "the activation",
        "one_unit_more": "having one unit more",
    }[change]


def _pairs_pictures(measurement: Pairs, palette: Palette) -> Sequence[Picture]:
    one = measurement.asked
    same, other = (float(differences.std(ddof=1)) for differences in (one.same, one.other))
    title = f"The differences stray by {number(same)} with the same seeds, by {number(other)} with others."
    ends = [float(end) for end in (min(one.same.min(), one.other.min(), 0), max(one.same.max(), one.other.max(), 0))]
    room = 0.05 * (ends[1] - ends[0])
    axis = {
        "title": {"text": "A's loss on unseen data less B's"}, "range": [ends[0] - room, ends[1] + room], "nticks": 6,
        "zeroline": True, "zerolinecolor": palette.muted, "zerolinewidth": 1.5,
    }  # fmt: skip
    rows = {"the same seed for A and B": one.same, "a seed of its own for each": one.other}
    table = {
        "the same seeds": {_called(name): _seeds(each.needed[0]) for name, each in measurement.paired.items()},
        "its own seeds": {_called(name): _seeds(each.needed[1]) for name, each in measurement.paired.items()},
        "times as many": {_called(name): number(each.fewer, 2) for name, each in measurement.paired.items()},
    }
    return (
        plot_dot_rows(rows, "differences", title, axis, palette),
        Numbers(
            "Seeds it takes to tell A from B, roughly: how much sharing them helps depends on what differs.", table
        ),
        Pair(MOONS, CHANGES[measurement.change]),
    )


def _seeds(amount: float) -> str:
    return f"{amount:,.0f}" if amount <= 10_000 else "over 10,000"


SPECIAL_SCREEN = Screen(
    key="special",
    title="Is 42 a lucky number?",
    before="Look into other people's programs and you will find seed 42 again and again. It is a joke from a "
    "novel, where 42 is the answer to everything.\n\n"
    f"We take four tasks and train each with {AMONG} seeds. Then we line up the runs by their loss on unseen "
    f"data, the best first, and look for seed {LUCKY}.",
    question=f"Where does seed {LUCKY} stand?",
    options=("In the better half each time", "In the worse half each time", "Now better, now worse"),
    measure=favourite,
    reveal=_favourite,
    pictures=_favourite_pictures,
    settings=(FAVOURITE,),
)

PAIRS_SCREEN = Screen(
    key="pairs",
    title="Should A and B get the same seeds?",
    before="You compare A with B over many seeds. You may give seed 1 to both, seed 2 to both, and so on. Or "
    "you may give each side seeds of its own.\n\n"
    "Here both are networks on two moons. A starts from the default of Keras, B from the same draws made "
    f"larger, by the rule of He. We train both with {PAIR_SEEDS} seeds.",
    question="How many times as many seeds does it take if each side has its own?",
    options=("Less than 1.5 times as many", "1.5 to 10 times as many", "Over 10 times as many"),
    measure=pairs,
    reveal=_pairs,
    pictures=_pairs_pictures,
    settings=(CHANGE,),
)
