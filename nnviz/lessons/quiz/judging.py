"""Questions about judging by many runs, and about fixed seeds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.stats import beta

from nnviz.analysis.chance.repeats import differing
from nnviz.analysis.chance.seeds import judge
from nnviz.analysis.rates import Rate, rate
from nnviz.analysis.restarts.success_rates import restarts_needed
from nnviz.analysis.words import number, percent, percent_range
from nnviz.core import activations, initializers
from nnviz.core.experiment import Experiment
from nnviz.core.progress import Progress
from nnviz.core.training import train
from nnviz.lessons.quiz.record import Question, Template, pick, whole

LESSON, SEEDS_LESSON = "judging", "seeds"
SUCCESS = 0.1  # nats: XOR's next level is at 0.35
OTHERS = 20  # seeds to judge by
FEW, MANY = 6, 14  # of them
BORDER = 1
HARDLY, PLAINLY = 1e-6, 0.1  # between two weights
UNLIKE = 0.1  # a correlation
ALIKE = 0.999  # a correlation
SURE = 0.925  # what a range must hold to count as one of 95 %: Wilson's interval holds about that of few runs


def restarts(generator: np.random.Generator, on_progress: Progress) -> Question | None:
    """How many restarts are enough, from a share of successes."""
    runs = pick(generator, (40, 50, 60, 80))
    experiment, result = _successes(generator, runs, on_progress)
    share = result.successes / runs
    if not 0.2 <= share <= 0.9:
        return None
    needed = int(restarts_needed(share))
    wrong = dict.fromkeys((math.ceil(1 / share), math.ceil(0.95 / share), 3 * needed, math.ceil(95 * share), runs))
    options = (needed, *[amount for amount in wrong if amount != needed][:3])
    return Question(
        text=f"{_xor(experiment)} learns XOR. Of {runs} random starts trained just now, {result.successes} succeeded."
        "\n\nHow many restarts do you need to be 95 % sure of at least one success?",
        options=tuple(str(amount) for amount in options),
        right=options.index(min(k for k in options if 1 - (1 - share) ** k >= 0.95)),
        because=f"A start fails in {percent(1 - share)} of cases. "
        f"Of {needed} {'starts' if needed > 1 else 'start'} all fail in {percent((1 - share) ** needed)}"
        + (f", of {needed - 1} in {percent((1 - share) ** (needed - 1))}." if needed > 1 else "."),
        why="Chances of failing multiply, as with dice. So the share that is left shrinks fast, but it is never 0.",
        pair=(experiment, experiment.replace(seed=experiment.seed + 1)),
    )


def interval(generator: np.random.Generator, on_progress: Progress) -> Question | None:
    """What so many runs say of the real share of successes."""
    runs = pick(generator, (10, 20, 40, 60))
    _, result = _successes(generator, runs, on_progress)
    share = result.share
    if not 0.3 <= share <= 0.8:
        return None
    half = (result.high - result.low) / 2
    middle = (result.high + result.low) / 2
    ranges = [(max(0.0, middle - part * half), min(1.0, middle + part * half)) for part in (0.2, 0.5, 1.0, 2.0)]
    holds = [
        float(np.diff(beta.cdf(ends, result.successes + 0.5, runs - result.successes + 0.5))[0]) for ends in ranges
    ]
    right = next(i for i, held in enumerate(holds) if held > SURE)
    return Question(
        text=f"Of {runs} random starts trained just now, {result.successes} succeeded at XOR. "
        "Thousands more would show "
        "the real share of good starts.\n\nWhat is the most that you can say of it now, and be about 95 % sure?",
        options=tuple(f"It lies at {percent_range(*ends)}." for ends in ranges),
        right=right,
        because=f"{result.successes} of {runs} leave room for {percent_range(result.low, result.high)}, by Wilson's "
        f"interval. The four ranges hold the real share with {', '.join(map(percent, holds))} certainty.",
        why="A few runs say something, but not much. To halve the room for doubt takes four times as many runs.",
    )


def lucky(generator: np.random.Generator, on_progress: Progress) -> Question | None:
    """Whether many seeds agree with one."""
    base = Experiment(
        dataset=pick(generator, ("moons", "circles")), samples=100, hidden=(whole(generator, 4, 8),), epochs=30,
        seed=whole(generator, 0, 9999),
    )  # fmt: skip
    units = base.hidden[0]
    changes: tuple[tuple[dict[str, Any], tuple[str, str]], ...] = (
        ({"kernel_initializer": "he_uniform"}, ("a Glorot start", "a He start")),
        ({"kernel_initializer": "glorot_normal"}, ("a uniform Glorot start", "a normal Glorot start")),
        ({"learning_rate": 0.1}, ("a learning rate of 0.3", "a learning rate of 0.1")),
        ({"hidden": (2 * units,)}, (f"{units} units", f"{2 * units} units")),
        ({"activation": "relu"}, ("tanh units", "ReLU units")),
    )
    change, words = pick(generator, changes)
    sides, names = [base, base.replace(**change)], list(words)
    result = judge(sides[0], sides[1], OTHERS + 1, on_progress)
    if result.fixed not in ("A", "B") or result.diverged:
        return None
    first = 0 if result.fixed == "A" else 1
    others = result.differences[1:]
    agree = int((others < 0).sum() if first == 0 else (others > 0).sum())
    if any(abs(agree - edge) <= BORDER for edge in (FEW, MANY)):
        return None
    return Question(
        text=f"On {base.data_label}, {names[first]} beats {names[1 - first]} with seed "
        f"{base.seed}: it has the lower loss on unseen data. Now both are trained with {OTHERS} other seeds.\n\n"
        f"How often does {names[first]} win there?",
        options=(
            f"{FEW} times or less.",
            f"{FEW + 1} to {MANY - 1} times, so about half.",
            f"{MANY} times or more.",
        ),
        right=0 if agree <= FEW else 1 if agree < MANY else 2,
        because=f"It wins with {agree} of the {OTHERS} other seeds.",
        why="One seed is one throw of the dice. It can show a real difference, or luck. Only more seeds tell which.",
        pair=(sides[first], sides[1 - first]),
    )


def same_again(generator: np.random.Generator, on_progress: Progress) -> Question | None:
    """How many weights differ when a run is trained again."""
    base = Experiment(
        dataset=pick(generator, ("moons", "circles")), samples=200, hidden=(whole(generator, 4, 12),),
        seed=whole(generator, 10, 9999), epochs=whole(generator, 20, 60), snapshots=2,
    )  # fmt: skip
    rate = base.learning_rate
    changes: tuple[tuple[dict[str, Any], int, str, str], ...] = (
            ({}, 0, "It is trained again with the same seed.", ""),
            ({"seed": base.seed - 3, "restarts": 6}, 3,
             "It is trained again with its seed, together with five others.", ""),
            ({"seed": base.seed + 1}, 0, f"It is trained again with seed {base.seed + 1}.", "the seed"),
            ({"learning_rate": float(np.nextafter(rate, 1))}, 0,
             f"It is trained again with the same seed, and a learning rate of {np.nextafter(rate, 1)!s} instead of "
             f"{rate:g}.", "the last digit of the learning rate"),
    )  # fmt: skip
    change, run, words, changed = pick(generator, changes)
    second = base.replace(**change)
    first, again = train(base), train(second, on_progress)
    one, other = ([array[i, -1] for array in (*t.kernels, *t.biases)] for t, i in ((first, 0), (again, run)))
    total, apart = sum(array.size for array in one), differing(one, other)
    furthest = max(float(np.abs(a - b).max()) for a, b in zip(one, other, strict=True))
    if apart and HARDLY < furthest < PLAINLY:
        return None
    return Question(
        text=f"A network of {base.hidden[0]} units is trained with seed {base.seed}. {words} Then all "
        f"{total} final weights and biases are compared, digit by digit.\n\nHow far apart are they?",
        options=(
            "Not at all: all digits agree.",
            "By less than a millionth.",
            "Plain to see: some by a tenth or more.",
        ),
        right=0 if not apart else 1 if furthest <= HARDLY else 2,
        because=f"{apart} of {total} differ" + (f", by up to {number(furthest)}." if apart else "."),
        why=(
            f"A seed fixes every draw, and what is not drawn is arithmetic. Here {changed} was changed, and that gives "
            + ("another run." if furthest > HARDLY else "another run, though calm steps keep it next to the first.")
            if changed
            else "A seed fixes every draw, so the same recipe gives the same run to the last bit, alone or among "
            "others."
        ),
        pair=(base.replace(snapshots=60), second.replace(snapshots=60, restarts=1, seed=second.seed + run)),
    )


def same_numbers(generator: np.random.Generator, on_progress: Progress) -> Question | None:
    """How the weights of two starts relate."""
    seed, shape = whole(generator, 0, 9999), (whole(generator, 16, 64), whole(generator, 16, 64))
    one, two = pick(
        generator,
        (
            ("glorot_uniform", "he_uniform"), ("he_uniform", "lecun_uniform"), ("he_normal", "lecun_normal"),
            ("glorot_normal", "glorot_normal"), ("he_uniform", "he_uniform"),
        ),
    )  # fmt: skip
    other = seed + pick(generator, (0, 0, 1))
    a = initializers.get(one)(shape, seed).astype(float).ravel()
    b = initializers.get(two)(shape, other).astype(float).ravel()
    likeness, factor = float(np.corrcoef(a, b)[0, 1]), float(a @ b / (a @ a))
    result = (bool((a == b).all()), likeness > ALIKE and abs(factor - 1) > 0.05, abs(likeness) < UNLIKE)
    if sum(result) != 1:
        return None
    names = [initializers.registry[key].label for key in (one, two)]
    second = "the same again" if one == two else names[1]
    return Question(
        text=f"A layer of {shape[0]} inputs and {shape[1]} units starts from {names[0]} with seed {seed}. Another of "
        f"the same size starts from {second} with seed {other}.\n\nHow do the two sets of {a.size:,} weights relate?",
        options=(
            "They are the same numbers.",
            "They are the same numbers, all times one factor.",
            "They have nothing to do with each other.",
        ),
        right=result.index(True),
        because=f"Their correlation is {number(likeness) if abs(likeness) > 1e-9 else 0}"
        + (f", and the second is {number(factor)} times the first." if likeness > ALIKE else "."),
        why=(
            "The same seed makes the same draws, and the same initializer the same numbers of them.",
            "The same seed makes the same draws. Initializers of one family stretch them to another scale each.",
            "Another seed makes other draws, whatever the initializer does with them.",
        )[result.index(True)],
    )


def _successes(generator: np.random.Generator, runs: int, on_progress: Progress) -> tuple[Experiment, Rate]:
    experiment = Experiment(
        dataset="xor", samples=8, noise=0.0, hidden=(pick(generator, (2, 2, 3)),), batch_size=None, learning_rate=0.5,
        activation=pick(generator, ("tanh", "sigmoid", "relu")), epochs=2000, seed=whole(generator, 0, 9999),
    )  # fmt: skip
    trace = train(experiment.replace(restarts=runs, snapshots=2), on_progress)
    return experiment, rate(int((trace.train_loss[:, -1] < SUCCESS).sum()), runs)


def _xor(experiment: Experiment) -> str:
    return f"A network of {experiment.hidden[0]} {activations.registry[experiment.activation].label} units"


TEMPLATES = (
    Template("How many restarts", LESSON, "restarts", restarts),
    Template("How sure one can be", LESSON, "enough", interval),
    Template("What one seed says", LESSON, "lucky", lucky),
    Template("The same seed again", SEEDS_LESSON, "same", same_again),
    Template("The same seed, another method", SEEDS_LESSON, "pairs", same_numbers),
)
