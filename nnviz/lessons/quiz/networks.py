"""Questions about the landscape of a network's loss, and about the two places where chance comes in."""

from __future__ import annotations

import numpy as np

from nnviz.analysis.chance.order import order
from nnviz.analysis.chance.repeats import differing
from nnviz.analysis.words import count, number, percent
from nnviz.core.experiment import Experiment
from nnviz.core.network import parameter_count
from nnviz.core.progress import Progress
from nnviz.core.training import initial_parameters, train
from nnviz.lessons.quiz.record import Question, Template, pick, whole

LESSON = "networks"
STARTS = 6  # as many orders
NEARLY = 0.01  # of the loss: less than a reader would call another result
MOST_OF_IT = 0.5  # what the largest share must be, and half as much again as the next


def dimensions(generator: np.random.Generator, on_progress: Progress) -> Question | None:
    """How many directions a landscape has."""
    dataset, units = pick(generator, ("moons", "iris", "wine")), whole(generator, 3, 12)
    experiment = Experiment(dataset=dataset, samples=120, hidden=(units,), seed=whole(generator, 0, 9999))
    inputs, _, outputs = experiment.layer_sizes
    drawn = len(initial_parameters(experiment, experiment.seed))
    kernels = inputs * units + units * outputs
    amounts = (kernels + units + outputs, kernels, inputs + units + outputs, inputs * units * outputs)
    return Question(
        text=f"A network has {inputs} inputs, {units} hidden units and {count(outputs, 'output')}. Each hidden unit "
        "and each output has a bias. The loss is a landscape over all numbers that training can change.\n\nIn how many "
        "directions can you walk?",
        options=tuple(str(amount) for amount in amounts),
        right=amounts.index(drawn),
        because=f"A start drawn just now, with seed {experiment.seed}, holds {count(drawn, 'number')}.",
        why=f"{inputs} × {units} weights lead to the units and {units} × {outputs} on to the output. To these come "
        f"{units + outputs} biases. Each of them is a direction: {kernels} + {units + outputs} = "
        f"{parameter_count(experiment.layer_sizes)}.",
    )


def twice(generator: np.random.Generator, on_progress: Progress) -> Question | None:
    """Whether two trainings that differ in one kind of chance end alike."""
    batch, order_seed = whole(generator, 4, 32), whole(generator, 0, 9999)
    first = Experiment(
        dataset=pick(generator, ("moons", "circles")), samples=200, hidden=(whole(generator, 3, 10),),
        seed=whole(generator, 0, 9999), shuffle_seed=order_seed, batch_size=batch, epochs=whole(generator, 30, 60),
        snapshots=2,
    )  # fmt: skip
    small = f"Each step uses {batch} rows."
    case = whole(generator, 0, 3)
    if case == 2:
        first, small = first.replace(batch_size=None), "Each step uses all rows at once."
    elif case == 3:
        first = first.replace(learning_rate=pick(generator, (0.3, 0.01)))
    small += f" The learning rate is {first.learning_rate:g}."
    if case == 0:
        second, words = first, "Nothing is changed: the same seed draws the start, the same seed shuffles the rows."
    elif case == 1:
        second = first.replace(seed=first.seed + 1)
        words = "The second time another seed draws the start. The rows come as before."
    else:
        second = first.replace(shuffle_seed=order_seed + 1)
        words = "The start is the same. The second time another seed shuffles the rows."
    traces = train(first), train(second)
    losses = [float(trace.train_loss[0, -1]) for trace in traces]
    apart = differing(*[(*trace.kernels, *trace.biases) for trace in traces])
    ratio = abs(np.log(losses[1] / losses[0]))
    if apart and NEARLY / 2 < ratio < 2 * NEARLY:
        return None
    return Question(
        text=f"A network of {first.hidden[0]} units is trained twice on {first.data_label}. "
        f"{small} {words}\n\nAre the two networks the same at the end?",
        options=(
            "Yes, to the last bit.",
            "Not to the bit, but their losses agree to within one part in a hundred.",
            "No, and their losses differ too.",
        ),
        right=0 if not apart else 1 if ratio < NEARLY else 2,
        because=f"{'All' if not apart else 'Not all'} final weights agree to the bit. "
        f"The losses are {number(losses[0], 4)} and {number(losses[1], 4)}.",
        why="Chance comes in at two places: the start, and the order of the rows. A step that uses all rows has no "
        "order to choose. Where neither differs, all is the same. Short steps keep two orders close to each other.",
        pair=(first.replace(snapshots=60), second.replace(snapshots=60)),
    )


def which_chance(generator: np.random.Generator, on_progress: Progress) -> Question | None:
    """Whether the start or the order of rows decides how a training ends."""
    rate = pick(generator, (0.1, 0.1, 1.0, 2.0, 3.0))
    wild = rate >= 1
    experiment = Experiment(
        dataset=pick(generator, ("moons", "circles")), samples=100, noise=0.2, hidden=(whole(generator, 3, 6),),
        seed=whole(generator, 0, 9000), batch_size=1 if wild else whole(generator, 16, 25),
        learning_rate=rate, epochs=12 if wild else 60,
    )  # fmt: skip
    orders = order(experiment, STARTS, STARTS, whole(generator, 0, 9000), on_progress)
    shares = [share.share for share in orders.shares]
    right = int(np.argmax(shares))
    if orders.diverged or shares[right] < MOST_OF_IT or 2 * shares[right] < 3 * sorted(shares)[-2]:
        return None
    rows_a_step = "one row" if experiment.batch_size == 1 else f"{experiment.batch_size} rows"
    return Question(
        text=f"{STARTS} starts are trained with each of {STARTS} orders of the rows, on "
        f"{experiment.data_label}: {STARTS**2} runs. Each step uses {rows_a_step}, and the "
        f"learning rate is {number(experiment.learning_rate)}, a {'large' if wild else 'gentle'} step. "
        "The final losses differ.\n\nWhat matters more for them?",
        options=("The start.", "The order of the rows.", "Neither alone: only which start meets which order."),
        right=right,
        because=f"The start alone explains {percent(shares[0])} of the differences, the order alone "
        f"{percent(shares[1])}, only the pair of both {percent(shares[2])}.",
        why=(
            "Gentle steps follow the slope, so a run ends where its start lets it.",
            "Large steps, one row at a time, throw a run about: then the last rows seen say how it ends.",
            "Where steps are so large, where a run ends hangs on all that came before: on the start and on the order.",
        )[right],
        pair=(orders.pair(0, 0), orders.pair(1, 0) if right == 0 else orders.pair(0, 1)),
    )


TEMPLATES = (
    Template("How many directions a loss has", LESSON, "ground", dimensions),
    Template("One network, trained twice", LESSON, "cases", twice),
    Template("Start or order", LESSON, "matters", which_chance),
)
