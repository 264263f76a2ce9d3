"""Lesson 6: the fifteen initializers of Keras as answers to one question."""

from __future__ import annotations

from nnviz.analysis.initializers.works import judge
from nnviz.analysis.playground.baselines import guess_loss
from nnviz.analysis.words import count, number
from nnviz.core import initializers
from nnviz.core.experiment import Experiment
from nnviz.core.progress import Progress
from nnviz.core.registry import Parameter
from nnviz.core.training import train
from nnviz.lessons.lesson import Checked, Lesson, LessonTask, Teaching
from nnviz.lessons.methods.drawn import NAMES_SCREEN, SHAPE_SCREEN, WIDER_SCREEN
from nnviz.lessons.methods.trained import CONTEST_SCREEN, DEFAULTS_SCREEN, YOUR_DATA

CHOICES = tuple(key for key, scheme in initializers.registry.items() if scheme.keras)
DEEP = Experiment(
    samples=200, hidden=(16,) * 20, activation="relu", learning_rate=0.05, epochs=120, batch_size=16, snapshots=8,
    restarts=5, dtype="float32",
)  # fmt: skip
TRY = DEEP.replace(restarts=1, snapshots=40, dtype="float64")


def check_method(initializer: str, on_progress: Progress | None = None) -> Checked:
    """Train the task's network from this start, with a few seeds: most must learn."""
    result = judge(train(DEEP.replace(kernel_initializer=initializer), on_progress))
    done = 2 * result.trained > result.runs
    guess = guess_loss(DEEP.load_dataset())
    return Checked(
        done,
        f"From {initializer}, {result.trained} of {count(result.runs, 'start')} learned: the median loss is "
        f"{number(result.median_loss)}, where a guess has {number(guess)}.",
    )


LESSON = Lesson(
    key="methods",
    title="The methods",
    promise="Fifteen names answer one question: what scale? See why no single answer wins everywhere.",
    screens=(NAMES_SCREEN, WIDER_SCREEN, SHAPE_SCREEN, DEFAULTS_SCREEN, CONTEST_SCREEN),
    task=LessonTask(
        words="A and B are the same network: twenty layers of ReLU units, on two moons. A starts from random_normal, B "
        "from Glorot uniform, the default. Neither learns.\n\nThink first: which rule was made for ReLU? Give B "
        "another initializer from the list, until its loss leaves that of a guess. Bring back its name. It is "
        "checked from five seeds.\n\nThen bring a table of your own, and see which start suits it.",
        a=TRY.replace(kernel_initializer="random_normal"),
        b=TRY,
        asked=Parameter(
            name="initializer", kind=str, default="glorot_uniform", choices=CHOICES, label="your initializer",
            note="One of Keras's fifteen, with its default settings.",
        ),
        check=check_method,
        way=YOUR_DATA,
    ),
    remember="Every method is an answer to what scale: He for ReLU, Glorot or orthogonal for tanh, and then a test of "
    "your own, from several seeds.",
    sources=("brownlee2018", "keras", "pytorch", "lecun1998", "glorot2010", "he2015", "saxe2014"),
    teaching=Teaching(
        aim="The class can sort Keras's initializers by what they do, knows which one its library takes by default, "
        "and tests a choice instead of believing it.",
        minutes=35,
        ask=(
            "Which of the fifteen may fill a bias, and which must never fill a kernel? Why?",
            "A layer has 200 inputs and ReLU units. Which spread does He's rule give it?",
            "You copy a network from PyTorch to Keras, and it learns better there. What would you look at first?",
            "One start was best in the contest on digits. What would you want to see before you use it at work?",
        ),
        wrong=(
            (
                "Normal is better than uniform.",
                "At the same spread you will hardly find a difference. Go back to the first screen: the pairs have the "
                "same spread.",
            ),
            (
                "The default must be the best, or it would not be the default.",
                "It is a choice that does no harm in most shallow nets. Set the layers on the fourth screen to 2, then "
                "to 10.",
            ),
            (
                "One method won on my data, so it is the best.",
                "On this data, with this network. Let them draw other seeds on the last screen, then compare the two "
                "tasks.",
            ),
        ),
    ),
)  # fmt: skip
