"""Lesson 3: from landscapes to networks. What the walker walks on, and the two places where chance comes in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nnviz.analysis.landscape.landscape import LossLandscape
from nnviz.analysis.landscape.two_weights import fallen, two_weights, valleys
from nnviz.analysis.solutions.matching import equal_settings
from nnviz.analysis.training import train_all
from nnviz.analysis.words import distinctly, number, percent, trimmed
from nnviz.core.progress import Progress
from nnviz.core.registry import Parameter
from nnviz.figures.landscape.landscape import plot_landscape
from nnviz.figures.landscape.loss_surface_film import loss_surface_film
from nnviz.figures.landscape.map_film import shading
from nnviz.figures.landscape.relief import plot_relief
from nnviz.figures.style.template import Palette
from nnviz.lessons.lesson import Checked, Lesson, LessonTask, Numbers, Picture, Reveal, Screen, Teaching
from nnviz.lessons.networks.both import CASES_SCREEN, MATTERS_SCREEN
from nnviz.lessons.networks.each import MOONS, ORDER_SCREEN, START_SCREEN

WALKS = ((0.4, -0.2), (-0.4, 0.2))  # one the mirror of the other
WALK_STEPS = 200
STEPS, FIRST = 60, 10
FEW, MANY = 0.1, 1 / 3  # of the way down
WIDE = (8,)  # a layer as in the Playground, for comparison
EYE = (-0.3, -1.5, 1.7)  # high enough to see both valleys
BETTER = 0.8  # of A's loss: what the task asks for


# The ground.


def measure_landscape(on_progress: Progress | None = None) -> LossLandscape:
    """The ground of a network of two weights, with two walks."""
    return two_weights(WALKS, steps=WALK_STEPS, on_progress=on_progress)


def reveal_landscape(landscape: LossLandscape) -> Reveal:
    """How many valleys it has."""
    amount = valleys(landscape)
    ends = [_place(path.points[-1]) for path in landscape.paths]
    middle = float(landscape.loss[len(landscape.y) // 2, len(landscape.x) // 2])
    return Reveal(
        right=0 if amount == 1 else 1 if amount == 2 else 2,
        because=(
            f"The landscape holds {amount} valleys. The first walk ends at weights {ends[0]}, the second at {ends[1]}: "
            f"the same numbers with both signs turned, and the same loss, {number(float(landscape.paths[0].loss[-1]))}."
        ),
        why=(
            "Turn both signs, and the answer stays the same, for minus times minus is plus. So each valley has a twin. "
            "The more units, the more twins, since units can swap places too: with "
            f"{WIDE[0]} units every valley exists {equal_settings(WIDE, True):,} times.\n\n"
            f"Look at the middle, where both weights are 0. The loss there is {number(middle)}, as high as a coin "
            "toss would give. The ground is level there, like the top of a mountain pass: down to two sides, up to "
            "the other two. A walker put exactly there would not know where to go. Keep that in mind for the next "
            "lesson."
        ),
    )


def picture_landscape(landscape: LossLandscape, palette: Palette) -> Sequence[Picture]:
    """The ground in three dimensions, and as a map."""
    lowest = number(float(landscape.loss.min()))
    finding = f"All settings of two weights: {valleys(landscape)} valleys, down to loss {lowest}."
    mapped = f"The same from above. {shading(palette)}. Two walkers go from hollow marks to filled ones."
    return (
        plot_relief(landscape, palette, finding=finding, eye=EYE, axes=("w", "v")),
        plot_landscape(landscape, palette, finding=mapped),
    )


LANDSCAPE_SCREEN = Screen(
    key="ground",
    title="A network has a landscape too",
    before=(
        "A network turns inputs into an answer by multiplying with numbers, called weights. Here is one of the "
        "smallest: a single unit between input and output. Its answer is v · tanh(w · x). The input x is how high a "
        "dot lies, and tanh squeezes what it gets between −1 and 1. Weights: w and v.\n\n"
        "Each choice of w and v gets some dots right and some wrong. One number says how wrong it is over all dots: "
        "the loss. Draw the loss as a height over every w and v, and you have a landscape. To train is to walk down."
    ),
    question="How many valleys does this landscape have?",
    options=("One: there is one best answer", "Two", "More than two"),
    measure=measure_landscape,
    reveal=reveal_landscape,
    pictures=picture_landscape,
)


# Steps.


def measure_steps(w: float, v: float, rate: float, on_progress: Progress | None = None) -> LossLandscape:
    """The same ground with one walk."""
    return two_weights([(w, v)], rate, STEPS, on_progress=on_progress)


def reveal_steps(landscape: LossLandscape) -> Reveal:
    """How much of the way down the first steps make."""
    path = landscape.paths[0]
    share, size = fallen(path, FIRST), _step_sizes(landscape)
    first, last = distinctly(float(path.loss[0]), float(path.loss[-1]))
    if not size.any():
        because = f"The walker never moved: the slope where it stands is 0, so each of its {STEPS} steps is 0 long."
    elif np.isnan(share):
        because = f"The walker ended no lower than it began: loss {first} at the start, {last} at the end."
    else:
        made = percent(share) if 0 <= share <= 1 else "more than all" if share > 1 else "none"
        because = (
            f"The way down led from loss {first} to {last}. The first {FIRST} of {STEPS} steps made {made} of it. The "
            f"shortest step was {number(float(size.min()))} long, the longest {number(float(size.max()))}."
        )
    return Reveal(
        right=0 if not share > FEW else 1 if share <= MANY else 2,
        because=because,
        why=(
            "A step is the slope times a small factor, the learning rate. On level ground the slope is small, so the "
            "steps are short, and the walker creeps. On a steep side it runs. Near the floor of the valley it "
            "creeps again.\n\n"
            "So slow training does not mean that the valley is near. It may only mean that the ground is level, or the "
            "learning rate small. Click "
            "into the map, further out, to see a quick walk. Or start at 0 and 0 exactly to see none at all."
        ),
    )


def picture_steps(landscape: LossLandscape, palette: Palette) -> Sequence[Picture]:
    """The walk on the map, and its loss in numbers."""
    path, size = landscape.paths[0], _step_sizes(landscape)
    moments = [0, FIRST, STEPS // 3, STEPS // 2, STEPS]
    ends = f"from weights {_place(path.points[0])} to {_place(path.points[-1])}"
    finding = f"The walk: {STEPS} steps {ends}. {shading(palette)}."
    return (
        loss_surface_film(landscape, finding, ("w", "v")),
        plot_landscape(landscape, palette, finding="The whole way on the map, with the loss on its contour lines."),
        Numbers(
            "The loss on the way, and how long the next step is.",
            {
                "loss": {_after(step): number(float(path.loss[step])) for step in moments},
                "length of the next step": {
                    _after(step): number(float(size[step])) if step < STEPS else "–" for step in moments
                },
            },
        ),
    )


def _step_sizes(landscape: LossLandscape) -> np.ndarray:
    """How long each step of the first walk was."""
    sizes: np.ndarray = np.linalg.norm(np.diff(landscape.paths[0].points, axis=0), axis=1)
    return sizes


def _after(step: int) -> str:
    return f"after {step} steps" if step else "at the start"


def _place(point: np.ndarray) -> str:
    return f"{trimmed(float(point[0]))} and {trimmed(float(point[1]))}"


STEPS_SCREEN = Screen(
    key="steps",
    title="Downhill in steps",
    before=(
        "The walker cannot see the valley. It feels the slope under its feet, and takes a step the steepest way down. "
        "That is gradient descent: the gradient is the slope in all directions at once. The steeper the ground, the "
        "longer the step.\n\n"
        f"It starts near the middle, with weights 0.05 and −0.02, and takes {STEPS} steps."
    ),
    question=f"How much of its whole way down do the first {FIRST} of {STEPS} steps make?",
    options=("A tenth or less", f"About {FIRST} in {STEPS}: up to a third", "More than a third"),
    measure=measure_steps,
    reveal=reveal_steps,
    pictures=picture_steps,
    settings=(
        Parameter(name="w", kind=float, default=0.05, low=-4, high=4, label="start of w", note="The weight in."),
        Parameter(name="v", kind=float, default=-0.02, low=-4, high=4, label="start of v", note="The weight out."),
        Parameter(
            name="rate", kind=float, default=0.5, low=0.001, high=5, label="learning rate", note="Times the slope."
        ),
    ),
)


# The lesson.

TASK_A = MOONS.replace(seed=0, shuffle_seed=0)


def check_order(order: int, on_progress: Progress | None = None) -> Checked:
    """Train A, and A with another order, and compare."""
    plan = TASK_A.replace(snapshots=2)
    one, other = (
        float(trace.train_loss[0, -1]) for trace in train_all((plan, plan.replace(shuffle_seed=order)), on_progress)
    )
    return Checked(
        other <= BETTER * one,
        f"From the same start, order seed {order} ends at loss {number(other)}, A at {number(one)}: "
        f"{percent(other / one)} of it.",
    )


LESSON = Lesson(
    key="networks",
    title="From landscapes to networks",
    promise="See the ground that training walks on, and the two dice that are thrown on the way.",
    screens=(LANDSCAPE_SCREEN, STEPS_SCREEN, START_SCREEN, ORDER_SCREEN, CASES_SCREEN, MATTERS_SCREEN),
    task=LessonTask(
        words=(
            "A and B start from the very same weights: move the slider to epoch 0 and compare them. They see the same "
            "rows, the same number of times. Only the order of the rows differs, for each has its own order seed.\n\n"
            "Play both. When do they begin to look unlike? Then change the order seed of B, and nothing else, until B "
            f"ends with at most {percent(BETTER)} of A's loss. Bring that seed back here."
        ),
        a=TASK_A,
        b=TASK_A.replace(shuffle_seed=1),
        asked=Parameter(
            name="order", kind=int, default=1, low=0, high=9999, label="order seed of B",
            note="It draws the order of the rows.",
        ),
        check=check_order,
    ),
    remember=(
        "Training is a walk down a landscape of weights. Two dice are thrown: where it starts, and in which order it "
        "sees the rows. Fix both, and the walk is the same to the last bit."
    ),
    sources=("robbins1951", "kolen1990", "brownlee2018"),
    teaching=Teaching(
        aim="The class can name the two places where chance enters training, and say how to switch each one off.",
        minutes=40,
        ask=(
            "What does one point of the landscape stand for?",
            "Why does every valley of a network have a twin?",
            "Two of you train the same network on the same data and get other results. What may have differed?",
            "If a step takes all rows at once, what does the order still change?",
        ),
        wrong=(
            (
                "Training is random, so it cannot be repeated.",
                "It draws from seeds. Fix both seeds, and every bit comes out the same.",
            ),
            (
                "The order of the rows does not matter, since all of them are seen in the end.",
                "Each step starts where the last one ended. Another order is another walk.",
            ),
            (
                "When the loss hardly falls, the best place is near.",
                "Or the ground is level there. Near the middle it is, far above the valley.",
            ),
        ),
    ),
)  # fmt: skip
