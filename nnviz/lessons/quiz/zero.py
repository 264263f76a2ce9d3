"""Questions about equal units: which starts part them, and which never do."""

from __future__ import annotations

import numpy as np

from nnviz.analysis.playground.baselines import guess_loss
from nnviz.analysis.playground.diagnosis import diagnose
from nnviz.analysis.playground.units import effective_units
from nnviz.analysis.words import count, number
from nnviz.core import activations
from nnviz.core.experiment import Experiment
from nnviz.core.progress import Progress
from nnviz.core.trace import Trace
from nnviz.core.training import train
from nnviz.lessons.quiz.record import Question, Template, pick, some, whole

LESSON = "zero"
AS_WELL, FAR = 1.1, 1.5  # times another loss: as good as it, and far above it
PLANE = ("moons", "circles")
BROKEN = ("dead", "diverged", "exploding")
EVERY = {
    "zeros": "Every weight starts at 0.",
    "ones": "Every weight starts at 1.",
    "ordered": "Every weight starts at a number of its own, evenly from 0 to 1 and with no chance in it.",
    "glorot_uniform": "Every weight starts at a random number.",
}


def parts(generator: np.random.Generator, on_progress: Progress) -> Question | None:
    """Whether the hidden units of a start stand still, move in lockstep, or part."""
    start = pick(generator, ("zeros", "zeros", "constant", "ordered", "glorot_uniform"))
    value = pick(generator, (0.1, 0.2, 0.4, 0.6, 0.8))
    words = EVERY.get(start, f"Every weight starts at {value}.")
    experiment = _plain(generator).replace(
        kernel_initializer=f"constant(value={value})" if start == "constant" else start,
        activation=pick(generator, ("tanh", "relu", "sigmoid")),
    )
    trace = train(experiment, on_progress)
    (moved, numbers), kinds = _moved(trace), _kinds(trace)
    if diagnose(trace)[0].kind in BROKEN or kinds not in (1, experiment.hidden[0]):
        return None
    return Question(
        text=f"{_units(experiment)} learn {_data(experiment)}. {words} The biases start at 0.\n\n"
        "What do the hidden units do in training?",
        options=(
            "Nothing. None of their weights moves.",
            "They move in lockstep, and stay equal.",
            "They move, and all become different.",
        ),
        right=0 if not moved else 1 if kinds == 1 else 2,
        because=f"{moved} of their {numbers} weights and biases moved. {_ended(experiment, kinds)}",
        why=(
            "The weights out of the units are 0, so the units hear of no error, and they answer 0, so the weights out "
            "feel no pull. Each product has a factor 0.",
            "Units that start equal get equal steps, so nothing parts them.",
            "Units that start with different weights get different steps.",
        )[0 if not moved else 1 if kinds == 1 else 2],
        pair=_against_random(experiment),
    )


def distinct(generator: np.random.Generator, on_progress: Progress) -> Question | None:
    """How many different units are left of many."""
    value = pick(generator, (0.2, 0.4, 0.5, 0.7))
    kernel, output, words = pick(
        generator,
        (
            (f"constant(value={value})", None, f"Every weight starts at {value}."),
            (
                f"constant(value={value})",
                "listed(values=1.0 -1.0)",
                f"Every weight into a unit starts at {value}. The weights out of the units are 1, −1, 1, −1 and so on.",
            ),
            (
                f"constant(value={value})",
                "listed(values=1.0 0.5 -1.0)",
                f"Every weight into a unit starts at {value}. The weights out of the units are 1, 0.5, −1, then "
                "1, 0.5, −1 again, and so on.",
            ),
            (
                "identity",
                None,
                "Unit 1 hears the first input only, unit 2 the second, all others nothing: their weights are 0. "
                "On to the output goes a weight of 1 from unit 1, and 0 from all others.",
            ),
            ("glorot_uniform", None, EVERY["glorot_uniform"]),
        ),
    )
    units = whole(generator, 6, 12)
    experiment = _plain(generator).replace(
        hidden=(units,), kernel_initializer=kernel, output_initializer=output, activation="tanh"
    )
    trace = train(experiment, on_progress)
    amounts, left = (1, 2, 3, units), _kinds(trace)
    if left not in amounts or not _moved(trace)[0]:
        return None
    return Question(
        text=f"{_units(experiment)} learn {_data(experiment)} from 2 inputs. {words} The biases start at 0.\n\n"
        "How many different units does it have after training, compared to the last bit?",
        options=tuple(str(amount) for amount in amounts),
        right=amounts.index(left),
        because=_ended(experiment, left),
        why="Two units stay equal for ever if they start with equal weights in and equal weights out. A difference on "
        "either side is enough to part them.",
        pair=_against_random(experiment),
    )


def breaker(generator: np.random.Generator, on_progress: Progress) -> Question | None:
    """Which of several changes parts equal units."""
    value = pick(generator, (0.2, 0.3, 0.5, 0.7))
    base = _plain(generator).replace(
        kernel_initializer=f"constant(value={value})", activation=pick(generator, ("tanh", "sigmoid")), epochs=30
    )
    useless: list[tuple[str, dict[str, object]]] = [
        ("Small batches: 8 rows a step, in random order.", {"batch_size": 8}),
        ("Momentum, which keeps a step's speed.", {"optimizer": "momentum", "learning_rate": 0.1}),
        ("Adam, which gives each weight a step of its own.", {"optimizer": "adam", "learning_rate": 0.01}),
        ("Steps ten times as small.", {"learning_rate": 0.03}),
        ("Ten times as many epochs.", {"epochs": 300}),
        ("Three times as many units.", {"hidden": (3 * base.hidden[0],)}),
    ]
    useful: list[tuple[str, dict[str, object]]] = [
        ("A small random bias for each unit.", {"bias_initializer": "random_normal(stddev=0.1)"}),
        ("Random weights from the units to the output.", {"output_initializer": "glorot_uniform"}),
        ("A tiny random number on top of each weight.",
         {"kernel_initializer": f"perturbed(value={value}, epsilon=0.001)"}),
    ]  # fmt: skip
    changes = [*some(generator, useless, 3), pick(generator, useful)]
    kinds, experiments = [], [base.replace(**change) for _, change in changes]
    for i, experiment in enumerate(experiments):
        kinds.append(_kinds(train(experiment)))
        on_progress((i + 1) / len(experiments))
    free = [i for i, experiment in enumerate(experiments) if kinds[i] == experiment.hidden[0]]
    if len(free) != 1:
        return None
    right = free[0]
    others = ", ".join(str(kind) for i, kind in enumerate(kinds) if i != right)
    return Question(
        text=f"{_units(base)} learn {_data(base)} with plain steps on 32 rows. Every weight starts at {value}, every "
        "bias at 0, so all units are equal.\n\nAfter which of these changes are they no longer equal?",
        options=tuple(words for words, _ in changes),
        right=right,
        because=f"All four were trained just now. With this one, {experiments[right].hidden[0]} units ended as "
        f"{kinds[right]} different ones, to the bit. With the three others: {others}.",
        why="Equal units get equal steps, whatever the steps are made of. Only a difference at the start parts them.",
        pair=(experiments[0 if right else 1], experiments[right]),
    )


def no_hidden(generator: np.random.Generator, on_progress: Progress) -> Question | None:
    """How well equal weights learn, with hidden units and without."""
    units, activation = pick(generator, (0, 0, 6, 8, 10)), pick(generator, ("tanh", "relu", "sigmoid"))
    value = pick(generator, (0.0, 0.0, 0.5))
    experiment = _plain(generator).replace(
        dataset="blobs" if not units else pick(generator, PLANE), hidden=(units,) if units else (), epochs=150,
        activation=activation, kernel_initializer=f"constant(value={value})", learning_rate=0.5,
    )  # fmt: skip
    random = experiment.replace(kernel_initializer="glorot_uniform")
    traces = train(experiment, lambda share: on_progress(share / 2)), train(random)
    on_progress(1.0)
    equal, other = (float(trace.train_loss[0, -1]) for trace in traces)
    guess = guess_loss(traces[0].dataset)
    result = (equal <= AS_WELL * other, equal > 0.98 * guess, FAR * other < equal < 0.8 * guess)
    if sum(result) != 1:
        return None
    if not units:
        why = "Without hidden units there are no copies: each weight has an input of its own, and feels its own pull."
    elif not _moved(traces[0])[0]:
        why = "Each pull on a weight is a product, and here each has a factor 0. Only the output's bias can move."
    elif result[0]:
        why = "The units move, but as one. Here the random start got no further in this time, though its units differ."
    else:
        why = "The units move, but as one. So all together draw one straight line, and these data need more."
    net = f"{_units(experiment)} and an output" if units else "One output with no hidden unit"
    return Question(
        text=f"{net} learn{'' if units else 's'} {_data(experiment)}. Every weight starts at {value:g}, every bias "
        "at 0."
        "\n\nHow far does it come in 150 epochs?",
        options=(
            "As far as from a random start.",
            "Nowhere: no better than a guess.",
            "Better than a guess, but far behind a random start.",
        ),
        right=result.index(True),
        because=f"The loss ends at {number(equal)}, from random numbers at {number(other)}. A guess has "
        f"{number(guess)}.",
        why=why,
        pair=(experiment, random),
    )


def _plain(generator: np.random.Generator) -> Experiment:
    """A small training on data of two classes."""
    return Experiment(
        dataset=pick(generator, PLANE), samples=200, hidden=(whole(generator, 3, 12),), epochs=60, snapshots=10,
        seed=whole(generator, 0, 9999),
    )  # fmt: skip


def _against_random(experiment: Experiment) -> tuple[Experiment, Experiment]:
    return experiment, experiment.replace(kernel_initializer="glorot_uniform", output_initializer=None)


def _moved(trace: Trace) -> tuple[int, int]:
    """How many weights and biases of hidden units ever moved, and how many there are."""
    hidden = (*trace.kernels[:-1], *trace.biases[:-1])
    moved = [(array[0] != array[0, :1]).any(axis=0) for array in hidden]
    return sum(int(each.sum()) for each in moved), sum(each.size for each in moved)


def _ended(experiment: Experiment, kinds: int) -> str:
    return f"{count(experiment.hidden[0], 'unit')} ended as {kinds}: compared to the last bit, just now."


def _kinds(trace: Trace) -> int:
    return int(effective_units(trace)[0, -1])


def _units(experiment: Experiment) -> str:
    return f"{experiment.hidden[0]} {activations.registry[experiment.activation].label} units"


def _data(experiment: Experiment) -> str:
    return experiment.data_label


TEMPLATES = (
    Template("What equal units do", LESSON, "zeros", parts),
    Template("How many units differ", LESSON, "parts", distinct),
    Template("What parts equal units", LESSON, "equal", breaker),
    Template("Equal weights with and without hidden units", LESSON, "flat", no_hidden),
)
