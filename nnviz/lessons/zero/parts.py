"""Lesson 4, its last screens: which part may be zero, zeros without a hidden layer, and the sigmoid's surprise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nnviz.analysis.playground.units import effective_units
from nnviz.analysis.symmetry.starts import RECIPE, InitOutcome, ZeroParts, amount_moved, parts
from nnviz.analysis.training import train_all
from nnviz.analysis.words import count, distinctly, number
from nnviz.core import activations
from nnviz.core.experiment import Experiment
from nnviz.core.initializers import get
from nnviz.core.progress import Progress
from nnviz.core.registry import Parameter
from nnviz.core.trace import Trace
from nnviz.figures.playground.loss import plot_loss
from nnviz.figures.style.template import Palette
from nnviz.figures.symmetry.zero_parts import plot_zero_parts
from nnviz.lessons.lesson import Pair, Picture, Reveal, Screen

SIGMOID = Experiment(kernel_initializer=get("zeros"), activation="sigmoid", epochs=400)
FLAT = Experiment(hidden=(), noise=0.2, batch_size=None, epochs=1000)
RANDOM_STARTS = 20
AS_GOOD = 0.01  # of the loss: a start that ends this little above another ends as well
UNITS = ("relu", "tanh")
PARTLY = RECIPE.replace(samples=200, learning_rate=1.0, epochs=1500)

BATCH = Parameter(
    name="rows", kind=int, default=32, low=1, high=200, none="all rows", label="rows a step",
    note="Of 200 rows, half of each class.",
)  # fmt: skip


# Which part may be zero.


@dataclass(frozen=True, eq=False)
class _Parts:
    """The table of starts of which a part is zero, and the units that the question is about."""

    table: ZeroParts
    units: str

    def cell(self, key: str) -> InitOutcome:
        """What became of one start with these units."""
        row = next(row for row in self.table.cells if row[0].start.key == key)
        return row[self.table.activations.index(self.units)]


def measure_parts(units: str, on_progress: Progress | None = None) -> _Parts:
    """Train every start of which a part is zero."""
    return _Parts(parts(PARTLY, UNITS, on_progress), units)


def reveal_parts(measurement: _Parts) -> Reveal:
    """Which zeros stop the training."""
    cells = [
        measurement.cell(key) for key in ("random", "output", "hidden")
    ]  # zero biases, zero weights out, zero weights in
    harmful = [place for place, cell in enumerate(cells) if cell.loss >= measurement.table.bar]
    losses = [number(cell.loss) for cell in cells]
    label = activations.registry[measurement.units].label
    if measurement.units == "relu":
        slope = (
            "Zero weights and biases make every sum 0. There ReLU has a corner, and programs take its slope as 0. So "
            "no "
            "pull gets through to the weights in, and zero answers leave the weights out without a pull as well. With "
            "tanh the pull gets through: choose tanh, and the same zeros learn."
        )
    else:
        slope = (
            "tanh has a slope at a sum of 0. So weights in that start at zero feel the weights out, which are random, "
            "and differ from the first step on. ReLU has a corner there, and programs take its slope as 0: choose it, "
            "and the same zeros freeze."
        )
    return Reveal(
        right=harmful[0] if harmful else 3,
        because=(
            f"With {label} units: zero biases end at loss {losses[0]}, zero weights out at {losses[1]}, zero weights "
            f"in at {losses[2]}. A guess has {number(measurement.table.guess)}."
        ),
        why=(
            f"Zero biases do no harm. The weights already make the units different, and the biases then follow. Nearly "
            f"every network is started so.\n\nZero weights out are fine too, for the units differ by their weights "
            f"in.\n\n{slope}\n\nBoth at zero, with zero biases, freezes either kind of unit. The units must differ "
            f"somewhere, and the difference must be felt."
        ),
    )


def picture_parts(measurement: _Parts, palette: Palette) -> Sequence[Picture]:
    """The whole table, and two of its cells on the stage."""
    table = plot_zero_parts(measurement.table, palette, click=False)
    names = {key: _learns(measurement.table.trained(key)) for key in ("output", "hidden", "zeros")}
    title = f"Zero weights out: {names['output']}. Zero weights in: {names['hidden']}. Both zero: {names['zeros']}."
    return (
        replace(table, title=title),
        Pair(measurement.cell("output").experiment, measurement.cell("hidden").experiment),
    )


def _learns(keys: Sequence[str]) -> str:
    labels = [activations.registry[key].label for key in keys]
    return f"{' and '.join(labels)} {'learn' if len(labels) > 1 else 'learns'}" if labels else "none learns"


PARTS_SCREEN = Screen(
    key="parts",
    title="Which part may be zero?",
    before=(
        "Not every zero is a danger. A network with one hidden layer has three parts: the weights into the hidden "
        "units, the weights out of them, and the biases. The weights into one layer together are called its kernel.\n\n"
        "We set one part to zero and draw the rest at random. The units this time are ReLU, the most common kind. A "
        "ReLU unit passes a sum above 0 on as it is, and answers 0 to all the rest."
    ),
    question="Which zeros stop the learning?",
    options=(
        "Zero biases",
        "Zero weights out of the hidden units",
        "Zero weights into the hidden units",
        "None of these",
    ),
    measure=measure_parts,
    reveal=reveal_parts,
    pictures=picture_parts,
    settings=(
        Parameter(name="units", kind=str, default="relu", choices=UNITS, label="units", note="What they do to a sum."),
    ),
)


# No hidden layer.


@dataclass(frozen=True, eq=False)
class _Flat:
    """Zeros without a hidden layer and with one, and random starts without."""

    zeros: Trace
    hidden: Trace
    random: Trace


def measure_flat(data: str, on_progress: Progress | None = None) -> _Flat:
    """Train without a hidden layer, from zeros and from random weights."""
    flat = FLAT.replace(dataset=data)
    zeros = flat.replace(kernel_initializer="zeros")
    recipes = [zeros, zeros.replace(hidden=(8,)), flat.replace(restarts=RANDOM_STARTS)]
    return _Flat(*train_all(recipes, on_progress))


def reveal_flat(measurement: _Flat) -> Reveal:
    """Whether zeros end where random weights end."""
    end = float(measurement.zeros.train_loss[0, -1])
    others = measurement.random.train_loss[:, -1]
    stuck = end == measurement.zeros.train_loss[0, 0]
    return Reveal(
        right=0 if stuck else 2 if end <= (1 + AS_GOOD) * others.max() else 1,
        because=(
            f"From zeros the loss fell to {number(end)}. From {len(others)} random starts it fell to "
            f"{number(float(others.min()))} at best and {number(float(others.max()))} at worst. With a hidden layer "
            f"zeros end at {number(float(measurement.hidden.train_loss[0, -1]))}."
        ),
        why=(
            "Two things are other than before. The weights now touch the inputs, which are not zero, so every weight "
            "feels a pull. And there are no two units that could be copies: each weight has an input of its own.\n\n"
            "The landscape helps too. Without a hidden layer the loss is one bowl, so every start rolls to the same "
            "lowest point. Zero is as good as any, and in the middle.\n\n"
            "So zero is not a bad number. It is bad where units must become different, and nothing makes them so."
        ),
    )


def picture_flat(measurement: _Flat, palette: Palette) -> Sequence[Picture]:
    """The losses, and both on the stage."""
    return (
        plot_loss([measurement.zeros, measurement.hidden], palette),
        Pair(measurement.zeros.experiment, measurement.hidden.experiment),
    )


FLAT_SCREEN = Screen(
    key="flat",
    title="Take the hidden layer away",
    before=(
        "Now the smallest network there is: no hidden units. The output weighs the two inputs itself and adds its "
        "bias. That makes 3 numbers. It can only draw a straight line.\n\n"
        "The data are two clouds of dots that such a line can part. All 3 numbers start at zero."
    ),
    question="What happens from zeros?",
    options=(
        "It stays stuck, as before",
        "It learns, but ends worse than from random weights",
        "It learns just as well as from random weights",
    ),
    measure=measure_flat,
    reveal=reveal_flat,
    pictures=picture_flat,
    settings=(
        Parameter(
            name="data", kind=str, default="blobs", choices=("blobs", "moons", "spirals"), label="data",
            note="No straight line parts moons or spirals well.",
        ),
    ),
)  # fmt: skip


# Sigmoid.


def measure_sigmoid(rows: int | None, on_progress: Progress | None = None) -> list[Trace]:
    """Train tanh units and sigmoid units from zeros."""
    recipe = SIGMOID.replace(batch_size=rows)
    return train_all([recipe.replace(activation="tanh"), recipe], on_progress)


def reveal_sigmoid(traces: list[Trace]) -> Reveal:
    """What moves."""
    (still, _), (moved, total) = (amount_moved(trace) for trace in traces)
    distinct = int(effective_units(traces[1])[0, -1])
    units = count(traces[1].experiment.hidden[0], "sigmoid unit")
    equal = "are still equal to the last bit" if distinct == 1 else f"are {distinct} different ones, to the bit"
    losses = distinctly(*(float(trace.train_loss[0, -1]) for trace in traces))
    if moved > 1:
        why = (
            "A sigmoid unit answers 0.5 to a sum of 0, not 0. So the weights out of the units have a factor that is "
            "not zero, and they move. Then the weights into the units feel it, and they move too. But all eight units "
            "go through the same sums, so they stay clones.\n\n"
            "The kind of unit decides between frozen and cloned. It does not make anything free.\n\n"
            "Now set the rows a step to all of them, by clearing the field. Then even sigmoid units freeze."
        )
    else:
        why = (
            "There are as many orange dots as blue ones. When a step takes them all, their pulls on the weights out of "
            "the units cancel to exactly zero, and nothing ever starts to move. A step that takes only some rows has "
            "a few more of one colour, and that is enough."
        )
    return Reveal(
        right=0 if moved <= 1 else 1 if distinct == 1 else 2,
        because=(
            f"{moved} of {total} numbers moved with sigmoid units, {still} with tanh. The {units} {equal}. The loss "
            f"ended at {losses[1]}, against {losses[0]} with tanh."
        ),
        why=why,
    )


def picture_sigmoid(traces: list[Trace], palette: Palette) -> Sequence[Picture]:
    """The losses, and both on the stage."""
    return plot_loss(traces, palette), Pair(traces[0].experiment, traces[1].experiment)


SIGMOID_SCREEN = Screen(
    key="sigmoid",
    title="The sigmoid's surprise",
    before=(
        "So far, tanh squeezed each sum between −1 and 1. The sigmoid, an older choice, squeezes it between 0 and 1. "
        "Both curves look like a stretched S. The sigmoid's is half as tall, and it has another middle: tanh(0) is 0, "
        "and sigmoid(0) is 0.5.\n\n"
        "Take the network of the first screen, and replace tanh by the sigmoid. Start every weight and bias at zero."
    ),
    question="What do sigmoid units do from zeros?",
    options=(
        "Nothing: zeros stay zeros",
        "They all move, and stay equal",
        "They all move, and become different",
    ),
    measure=measure_sigmoid,
    reveal=reveal_sigmoid,
    pictures=picture_sigmoid,
    settings=(BATCH,),
)
