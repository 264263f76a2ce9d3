"""Lesson 8: what a fixed seed gives, and what it hides."""

from __future__ import annotations

from nnviz.analysis.words import number, percent
from nnviz.core.progress import Progress
from nnviz.core.registry import Parameter
from nnviz.core.training import train
from nnviz.lessons.lesson import Checked, Lesson, LessonTask, Teaching
from nnviz.lessons.seeds.repeated import HAIR_SCREEN, ROW_SCREEN, SAME_SCREEN
from nnviz.lessons.seeds.seed_ranks import MOONS, PAIRS_SCREEN, SPECIAL_SCREEN

FRIENDS_SEED = 2026


def same_number(loss: float, on_progress: Progress | None = None) -> Checked:
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
    screens=(SAME_SCREEN, HAIR_SCREEN, SPECIAL_SCREEN, ROW_SCREEN, PAIRS_SCREEN),
    task=LessonTask(
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
