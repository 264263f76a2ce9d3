"""Lesson 8: what a fixed seed gives, and what it hides."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import spearmanr

from nnviz.analysis.claims.tools import part
from nnviz.analysis.one_row import OneRow
from nnviz.analysis.one_row import one_row as drop_one_row
from nnviz.analysis.places import AMONG, Standing, standings
from nnviz.analysis.repeats import RATE, WEIGHT, Repeats, Ripple, repeats, ripples
from nnviz.analysis.seeds import judge
from nnviz.analysis.tries import Paired, paired
from nnviz.analysis.words import count, number, percent
from nnviz.core.experiment import Experiment
from nnviz.core.registry import Parameter
from nnviz.core.training import train
from nnviz.figures.dot_rows import dot_rows
from nnviz.figures.figure import Figure
from nnviz.figures.seeds import ripple
from nnviz.figures.template import Palette
from nnviz.lessons.lesson import Checked, Lesson, Numbers, Pair, Picture, Reveal, Screen, Task, Teaching

Progress = Callable[[float], object] | None

MOONS = Experiment(samples=200, hidden=(4,), epochs=40)
NOISY_XOR = Experiment(dataset="xor", samples=200, noise=0.7, hidden=(4,), learning_rate=0.5)
XOR = Experiment(dataset="xor", samples=8, noise=0.0, hidden=(2,), batch_size=None, learning_rate=0.5, epochs=2000)
CALM, WILD = 0.3, 10.0  # learning rates
LUCKY = 42
TWIN = "its twin"
TASKS = {
    "two moons": MOONS.replace(hidden=(8,)),
    "two spirals": Experiment(dataset="spirals", hidden=(16,), epochs=60),
    "handwritten digits": Experiment(dataset="digits", samples=600, hidden=(16,), epochs=20),
    "XOR": XOR,
}
ROW_SEEDS, PAIR_SEEDS = 50, 100
NOTHING_LEFT, FEW_POINTS = 0.001, 0.01  # shares of fresh points
CHANGES = {
    "scale_of_the_start": MOONS.replace(kernel_initializer="he_uniform"),
    "learning_rate": MOONS.replace(learning_rate=0.33),
    "activation": MOONS.replace(activation="relu"),
    "one_unit_more": MOONS.replace(hidden=(5,)),
}
FRIENDS_SEED = 2026

SEED = Parameter(name="own", kind=int, default=0, low=0, high=9999, label="seed", note="Of the run that is repeated.")
FAVOURITE = Parameter(
    name="own", kind=int, default=LUCKY, low=0, high=9999, label="your seed", note="Your birthday, perhaps."
)
RATE_OF_WILD = Parameter(
    name="rate", kind=float, default=WILD, low=0.01, high=30.0, label="learning rate", note="Of the bolder run."
)
ROWS = Parameter(
    name="rows", kind=int, default=32, low=8, high=100, label="rows a step",
    note="All 100 at once leave no order to upset.",
)  # fmt: skip
CHANGE = Parameter(
    name="change", kind=str, default="scale_of_the_start", choices=tuple(CHANGES), label="B differs in",
    note="All else is alike.",
)  # fmt: skip


# The same run again


def again(own: int, on_progress: Progress = None) -> Repeats:
    """One run, trained several times."""
    return repeats(Experiment(seed=own), on_progress)


def _again(found: Repeats) -> Reveal:
    worst = max(run.differing for run in found.same)
    same = "None" if not worst else f"Up to {worst:,}"
    return Reveal(
        right=0 if not worst else 1 if worst < found.numbers / 2 else 2,
        because=f"{same} of {found.numbers:,} numbers {'differs' if not worst else 'differ'}, in "
        f"{count(len(found.same), 'more run')} of seed {found.seed}. With seed "
        f"{found.other.seed}, {found.other.differing:,} do.",
        why="A computer's dice are no dice. A fixed rule makes the numbers, and the seed says where the rule sets out. "
        "The same seed deals the same weights and shuffles the rows the same way. The rest is plain arithmetic.\n\n"
        "That is a gift. You can find a mistake, because the run that showed it can be had again. A class can look at "
        "one and the same network. A reader can check your work.\n\n"
        "But the promise is small: the same code, the same versions, the same kind of machine. Elsewhere sums may be "
        "added in another order and rounded another way. What does one rounding do? See the next screen.",
    )


def _again_pictures(found: Repeats, palette: Palette) -> Sequence[Picture]:
    runs = {f"seed {found.seed}": (found.digest, 0)}
    runs |= {f"seed {run.seed}, {run.how}": (run.digest, run.differing) for run in found.same}
    runs |= {f"seed {found.other.seed}": (found.other.digest, found.other.differing)}
    alike = "the same mark" if found.identical else "not all the same mark"
    table = {
        "mark of all weights": {name: mark for name, (mark, _) in runs.items()},
        "numbers that differ": {name: f"{differing:,}" for name, (_, differing) in runs.items()},
    }
    return (
        Numbers(f"Runs of one seed have {alike}, which one changed digit would change.", table),
        Pair(Experiment(seed=found.seed), Experiment(seed=found.other.seed)),
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


def hair(rate: float, on_progress: Progress = None) -> Hair:
    """A weight moved to the next number there is, in a calm run and in a bolder one."""
    report = on_progress or (lambda share: None)
    bold = Experiment(learning_rate=rate)
    calm = ripples(Experiment(learning_rate=CALM), part(report, 0, 3))
    wild = ripples(bold, part(report, 1, 3))
    two = train(bold.replace(restarts=2, snapshots=2), part(report, 2, 3))
    ends = [np.concatenate([array[run, -1].ravel() for array in (*two.kernels, *two.biases)]) for run in (0, 1)]
    return Hair(rate, calm, wild, float(np.linalg.norm(ends[0] - ends[1])))


def _strayed(found: Sequence[Ripple], change: str = WEIGHT) -> float:
    """How far the run with this change ends from the one without."""
    return float(next(one for one in found if one.change == change).distance[-1])


def _hair(found: Hair) -> Reveal:
    start = next(one for one in found.wild if one.change == WEIGHT)
    steps = f"{start.steps[-1]:,} steps"
    calm, wild = _strayed(found.calm), _strayed(found.wild)
    return Reveal(
        right=0 if wild < 1e-6 else 1 if wild < 0.1 else 2,
        because=f"Moved by {number(float(start.distance[0]))}, they end {number(wild)} apart after {steps}. Two runs "
        f"of different seeds end {number(found.strangers)} apart.",
        why=f"With a learning rate of {CALM:g} the two end {number(calm)} apart: no one would ever notice. "
        "Both roll down the same slope, so a small gap stays small.\n\n"
        "A bold step overshoots the valley, and each jump can stretch the gap. Some 50 doublings lead from the last "
        "digit to the first.\n\n"
        "So the same seed on another machine may mean the same network, or not. It depends on the steps.\n\n"
        "With nothing changed, the gap is exactly 0. That makes a seed good for finding faults: if two runs differ, "
        "something was changed. (A and B on this page differ in the last digit of the learning rate.)",
    )


def _hair_pictures(found: Hair, palette: Palette) -> Sequence[Picture]:
    bold = Experiment(learning_rate=found.rate)
    nearby = next(one.changed for one in found.wild if one.change == RATE)
    return (
        _named(ripple(found.wild, palette), "bold", found.rate),
        _named(ripple(found.calm, palette), "calm", CALM),
        Pair(bold, bold.replace(learning_rate=nearby)),
    )


def _named(figure: Figure, name: str, rate: float) -> Figure:
    words = f"Learning rate {rate:g}. "
    return replace(figure, name=name, title=words + figure.title, alt=words + figure.alt)


# No seed is special


@dataclass(frozen=True, eq=False)
class Luck:
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


def favourite(own: int, on_progress: Progress = None) -> Luck:
    """Where a seed stands in several tasks."""
    found = standings(TASKS | {TWIN: MOONS}, own, on_progress)
    return Luck({name: one for name, one in found.items() if name != TWIN}, found[TWIN])


def _favourite(found: Luck) -> Reveal:
    better = [one.better_half for one in found.tasks.values()]
    places = [f"{one.place} in {name}" for name, one in found.tasks.items()]
    agree = [_two(found.agreement(one)) for one in list(found.tasks.values())[1:]]
    name, worst = max(found.tasks.items(), key=lambda item: item[1].place)
    return Reveal(
        right=0 if all(better) else 1 if not any(better) else 2,
        because=f"Of {AMONG} places, seed {found.seed} takes {', '.join(places[:-1])} and {places[-1]}.",
        why="Many programs fix the seed to 0 or to 42, and leave it there. A fine label, but no good omen: "
        "a fixed seed is one draw, and whatever luck it had, it has each time.\n\n"
        "Is some other seed a lucky one? We set the order of all seeds in the first task beside that in the others. "
        f"1 would be the same order, 0 is nothing in common: {', '.join(agree[:-1])} and {agree[-1]}. Only for a near "
        f"twin, the same moons with 4 units for 8, it is {_two(found.agreement(found.twin))}: there a seed deals some "
        "of the same numbers.\n\n"
        f"With seed {found.seed} alone you would have taken place {worst.place} for the truth "
        f"about {name}.",
    )


def _two(value: float) -> str:
    """A correlation with two digits after the point."""
    return f"{value:.2f}".replace("-", "−")


def _favourite_pictures(found: Luck, palette: Palette) -> Sequence[Picture]:
    seed, tasks = found.seed, found.tasks
    places = {name: 1 + np.arange(len(one.losses)) for name, one in tasks.items()}
    marked = {name: float(min(one.place, AMONG)) for name, one in tasks.items()}
    axis = {
        "title": {"text": f"place among {AMONG} seeds, the best on the left"}, "range": [-2, AMONG + 3],
        "tickvals": [1, *range(50, AMONG + 1, 50)],
    }  # fmt: skip
    spread = [one.place for one in tasks.values()]
    title = f"The places of seed {seed} run from {min(spread)} to {max(spread)} among {AMONG}."
    table = {
        f"seed {seed}": {name: number(one.own) for name, one in tasks.items()},
        "best": {name: number(float(one.losses.min())) for name, one in tasks.items()},
        "median": {name: number(float(np.median(one.losses))) for name, one in tasks.items()},
        "worst": {name: number(float(one.losses.max())) for name, one in tasks.items()},
    }
    return (
        dot_rows(places, "places", title, axis, palette, marked),
        Numbers(f"Loss on unseen data: of seed {seed}, and of {AMONG} seeds.", table),
    )


# One row less


def one_row(rows: int, on_progress: Progress = None) -> OneRow:
    """Networks trained with one row less."""
    return drop_one_row(NOISY_XOR.replace(batch_size=rows), ROW_SEEDS, on_progress)


def _one_row(found: OneRow) -> Reveal:
    loaded, dropped, other = (float(np.median(share)) for share in (found.loaded, found.dropped, found.other))
    return Reveal(
        right=0 if dropped < NOTHING_LEFT else 1 if dropped <= FEW_POINTS else 2,
        because=f"They differ at {percent(dropped)} of the points, by the median of {len(found.seeds)} seeds. "
        f"The new network keeps {found.kept} of {found.weights} weights.",
        why="The article says: in production, fix the seed, or start from a saved model. These are two things.\n\n"
        f"Saved and loaded again, the weights answer otherwise at {percent(loaded)} of the points. The weights are "
        "what is in use. The seed only notes how they came about.\n\n"
        f"Trained anew with another seed, answers differ at {percent(other)}; with the same seed and one row less, at "
        f"{percent(dropped)}. "
        + (
            "Where all rows go into each step, one row less is a small push. In small batches it does more."
            if found.experiment.batch_rows == found.experiment.train_rows
            else "The start is still the same. But one row less deals the others into other steps, and the run takes "
            "another road. Put all 100 rows into each step, and see."
        )
        + "\n\n"
        "So keep the weights. To repeat a training, keep the data, the code and its versions too.",
    )


def _one_row_pictures(found: OneRow, palette: Palette) -> Sequence[Picture]:
    rows = {
        "saved, and loaded again": 100 * found.loaded,
        "same seed, one row less": 100 * found.dropped,
        "another seed, all rows": 100 * found.other,
    }
    medians = [percent(float(np.median(values)) / 100) for values in rows.values()]
    title = (
        f"Answers that change: {medians[0]} when loaded again, {medians[1]} with one row less, {medians[2]} with "
        "another seed."
    )
    high = max(1.0, *(float(values.max()) for values in rows.values()))
    axis = {"title": {"text": "fresh points answered otherwise, %"}, "range": [-0.03 * high, 1.05 * high], "nticks": 6}
    return dot_rows(rows, "one row", title, axis, palette), Pair(found.experiment, found.less)


# The same seeds for both sides


@dataclass(frozen=True, eq=False)
class Pairs:
    """Comparisons with the same seeds and with others.

    Attributes:
        change: the one that was asked for.
        found: by what differs.
    """

    change: str
    found: Mapping[str, Paired]

    @property
    def asked(self) -> Paired:
        """The comparison that was asked for."""
        return self.found[self.change]


def pairs(change: str, on_progress: Progress = None) -> Pairs:
    """The same network against several others, each with the same seeds."""
    report = on_progress or (lambda share: None)
    return Pairs(
        change,
        {
            name: paired(judge(MOONS, other, PAIR_SEEDS, part(report, i, len(CHANGES))))
            for i, (name, other) in enumerate(CHANGES.items())
        },
    )


def _pairs(found: Pairs) -> Reveal:
    one = found.asked
    least = min(found.found.items(), key=lambda item: item[1].fewer)
    same, other = (float(differences.std(ddof=1)) for differences in (one.same, one.other))
    return Reveal(
        right=0 if one.fewer < 1.5 else 1 if one.fewer <= 10 else 2,
        because=f"It takes {number(one.fewer, 2)} times as many. The differences stray by {number(same)} with the same "
        f"seeds, by {number(other)} with others.",
        why="With the same seed both sides meet the same luck. A start that is hard for A is often hard for B, and in "
        "the difference it cancels out. What is left is what you wanted to see.\n\n"
        f"It does not always help. Where B differs in {_called(least[0])}, it would take only "
        f"{number(least[1].fewer, 2)} times as many seeds without. There a start that suits A says little about B. "
        "See the table.\n\n"
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


def _pairs_pictures(found: Pairs, palette: Palette) -> Sequence[Picture]:
    one = found.asked
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
        "the same seeds": {_called(name): _seeds(each.needed[0]) for name, each in found.found.items()},
        "its own seeds": {_called(name): _seeds(each.needed[1]) for name, each in found.found.items()},
        "times as many": {_called(name): number(each.fewer, 2) for name, each in found.found.items()},
    }
    return (
        dot_rows(rows, "differences", title, axis, palette),
        Numbers(
            "Seeds it takes to tell A from B, roughly: how much sharing them helps depends on what differs.", table
        ),
        Pair(MOONS, CHANGES[found.change]),
    )


def _seeds(amount: float) -> str:
    return f"{amount:,.0f}" if amount <= 10_000 else "over 10,000"


def same_number(loss: float, on_progress: Progress = None) -> Checked:
    """Whether a loss on unseen data is, to three digits, that of the friend's run."""
    friend = MOONS.replace(seed=FRIENDS_SEED, snapshots=2)
    theirs = float(train(friend, on_progress).test_loss[0, -1])
    if number(loss) == number(theirs):
        return Checked(True, f"Seed {FRIENDS_SEED} ended at {number(theirs)} here too, digit for digit.")
    first = float(train(friend.replace(seed=MOONS.seed)).test_loss[0, -1])
    if number(loss) == number(first):
        return Checked(False, f"{number(loss)} is what seed {MOONS.seed} gives. Set the seed to {FRIENDS_SEED}.")
    off = percent(abs(loss - theirs) / theirs)
    return Checked(False, f"{number(loss)} is {off} off what seed {FRIENDS_SEED} gives on unseen data.")


LESSON = Lesson(
    key="seeds",
    title="When to start the same",
    promise="A fixed seed brings back the very same run. You will see what that is good for, and what it hides.",
    screens=(
        Screen(
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
        ),
        Screen(
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
        ),
        Screen(
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
        ),
        Screen(
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
        ),
        Screen(
            key="pairs",
            title="Should A and B get the same seeds?",
            before="You compare A with B over many seeds. You may give seed 1 to both, seed 2 to both, and so on. Or "
            "you may give each side seeds of its own.\n\n"
            "Here both are networks on two moons. A starts from the default of Keras, B from the same draws made "
            f"larger, by the rule of He. We train both with {PAIR_SEEDS} seeds.",
            question="How many times as many seeds does it take if each side has its own?",
            options=("No more: chance is chance", "2 to 10 times as many", "Over 10 times as many"),
            measure=pairs,
            reveal=_pairs,
            pictures=_pairs_pictures,
            settings=(CHANGE,),
        ),
    ),
    task=Task(
        words=f"A friend trained A with seed {FRIENDS_SEED} and wrote down the loss on unseen data. Bring that number "
        f"back. In the Playground set the seed to {FRIENDS_SEED}, and read A's loss on unseen data in the table “What "
        "happened, in numbers”. Copy the link while you are there: whoever opens it sees the same run.\n\n"
        "Then close the lid. Tell someone who has not seen these lessons why a network starts from random weights, "
        "why one run proves little, and when you would fix the seed. Use one picture. If they can tell it back to "
        "you, you are done.",
        a=MOONS,
        b=MOONS.replace(seed=1),
        asked=Parameter(
            name="loss",
            kind=float,
            default=0.5,
            low=0.0,
            high=10.0,
            label="your friend's loss",
            note="As it stands in the table, with three digits.",
        ),
        check=same_number,
    ),
    remember="Start from weights that differ, let chance draw them at a fitting size, try many seeds and show them "
    "all, and write the seed down so that anyone can see the very same run.",
    sources=("brownlee2018", "picard2021", "bouthillier2021", "glasserman1992"),
    teaching=Teaching(
        aim="The class can repeat a run to the bit. They know what a seed promises and what it hides, and they can "
        "explain the whole course to someone else.",
        minutes=35,
        ask=(
            "All of you open the same link. Do you have the same digits? What if one of you had another machine?",
            "Take your birthday as the seed. In which task is it lucky?",
            "What would you store to bring back a network in five years: the seed, the data, the code, the weights?",
            "Explain to your neighbour, in two minutes and with one picture, why a network starts from random weights.",
        ),
        wrong=(
            (
                "With a fixed seed nothing is random, so the result can be trusted.",
                "It can be repeated. It is still one draw. Let them look up its place among 200.",
            ),
            (
                "We keep the seed, so we can always rebuild the network in use.",
                "Only from the same data, code and machine. Drop one row and look. Keep the weights.",
            ),
            (
                "Tune the seed: it is a setting like the learning rate.",
                "Set its places in two tasks side by side. What luck it has in one, it hardly takes to the other.",
            ),
        ),
    ),
)
