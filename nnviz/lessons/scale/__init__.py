"""Lesson 5: how little noise is enough, and which size of weights is too small, right, or too large."""

from __future__ import annotations

from collections import Counter

import numpy as np

from nnviz.analysis.depth.scales import normal, scales, stddev_text
from nnviz.analysis.words import count, number
from nnviz.core.progress import Progress
from nnviz.core.registry import Parameter
from nnviz.lessons.lesson import Checked, Lesson, LessonTask, Teaching
from nnviz.lessons.scale.depth import FADING_SCREEN, LEVEL_SCREEN
from nnviz.lessons.scale.little import PERTURBATION_SCREEN, POSITIVE_SCREEN
from nnviz.lessons.scale.much import DEEP, MUCH_SCREEN, XOR_SCREEN

TRY = DEEP.replace(restarts=1, snapshots=60, dtype="float64")


def check_stddev(stddev: float, on_progress: Progress | None = None) -> Checked:
    """Train the task's network from normal weights of this spread, with a few seeds: most must learn."""
    measurement = scales(DEEP, [stddev], on_progress)
    (rate,), kinds = measurement.rates, Counter(measurement.kinds[0])
    done = 2 * rate.successes > rate.runs
    learned = f"From stddev {stddev_text(stddev)}, {rate.successes} of {count(rate.runs, 'start')} learned"
    if done:
        return Checked(done, f"{learned}; their median loss is {number(float(np.nanmedian(measurement.losses)))}.")
    blown = kinds["diverged"] + kinds["exploding"]
    if 2 * (blown + kinds["dead"]) > rate.runs:
        return Checked(done, f"{learned}; {blown} blew up, {kinds['dead']} went dead: too large.")
    lost = float(np.nanmedian(measurement.losses)) if not measurement.diverged.all() else measurement.guess
    return Checked(
        done, f"{learned}; the median loss is {number(lost)}, a guess has {number(measurement.guess)}: too small."
    )


LESSON = Lesson(
    key="scale",
    title="How little is enough, and how much is too much?",
    promise="See a millionth of noise part equal units, a signal fade to nothing, and numbers blow up in three steps.",
    screens=(PERTURBATION_SCREEN, POSITIVE_SCREEN, FADING_SCREEN, LEVEL_SCREEN, MUCH_SCREEN, XOR_SCREEN),
    task=LessonTask(
        words="A is a network of eight ReLU layers. Its weights start from random_normal with a stddev (the spread) of "
        "0.05. That is far too small, and it learns nothing. B is the same with 0.1.\n\nChange the stddev of B until "
        "it learns. Watch the loss: it has to leave the dotted line of a guess. Then bring the number back. It is "
        "checked from three seeds.",
        a=TRY.replace(kernel_initializer=normal(0.05)),
        b=TRY.replace(kernel_initializer=normal(0.1)),
        asked=Parameter(
            name="stddev", kind=float, default=0.1, low=0.001, high=10.0, label="your stddev",
            note="The spread with which B learned.",
        ),
        check=check_stddev,
    ),
    remember="Any noise breaks the tie, but only the right scale lets a network learn: about one over the root of the "
    "number of inputs, and √2 times that for ReLU.",
    sources=("brownlee2018", "lecun1998", "glorot2010", "he2015", "lee2016"),
    teaching=Teaching(
        aim="The class can say why weights must be neither too small nor too large, and work out a good spread from "
        "the number of inputs.",
        minutes=40,
        ask=(
            "If ten times less noise costs 600 steps more, what does a million times less noise cost?",
            "Each layer passes on half of a signal. How much is left after ten layers? After thirty?",
            "Why do we divide by the root of the number of inputs, and not by the number itself?",
            "What does a dead unit need to come back to life, and why can it not get it?",
        ),
        wrong=(
            (
                "All weights differ, so symmetry is no problem.",
                "They differ in size, not in direction. Show the cosines on the second screen: the units point the "
                "same way, and soon answer the same.",
            ),
            (
                "Smaller is safer.",
                "In one layer, yes. In thirty layers the shrinking multiplies. Set the layers on the third screen to "
                "2, then to 30.",
            ),
            (
                "Large weights learn faster.",
                "The first step is large, and it goes wrong. Play the pair on the fifth screen, and stop after the "
                "first step.",
            ),
        ),
    ),
)  # fmt: skip
