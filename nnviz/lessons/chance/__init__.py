"""Lesson 1: recipes with and without dice."""

from __future__ import annotations

from nnviz.analysis.playground.baselines import guess_loss
from nnviz.analysis.training import train_all
from nnviz.analysis.words import number
from nnviz.core.experiment import Experiment
from nnviz.core.progress import Progress
from nnviz.core.registry import Parameter
from nnviz.lessons.chance import says
from nnviz.lessons.lesson import Checked, Lesson, LessonTask, Screen, Teaching
from nnviz.search.sorting_costs import (
    FEW,
    LIST_RUNS,
    MANY,
    USUAL,
    bad_day,
    bought,
    many_counts,
    most_comparisons,
    raced,
    rolled,
    twice,
)

LIST = Parameter(
    name="list", kind=int, default=USUAL, low=0, high=9999, label="list", note="Another number, another list."
)
LENGTH = Parameter(name="length", kind=int, default=FEW, low=2, high=24, label="values in the list")
SEED = Parameter(name="seed", kind=int, default=1, low=0, high=9999, label="seed of the dice")
RUNS = Parameter(name="runs", kind=int, default=1000, low=100, high=2000, label="runs")


# ---- The task ----

XOR = Experiment(
    dataset="xor", samples=8, noise=0.0, hidden=(2,), batch_size=None, learning_rate=0.5, epochs=2000, seed=0
)
SHARE_OF_GUESS = 0.25  # below this share of a guess's loss the network has learned its task


def ends_otherwise(seed: int, on_progress: Progress | None = None) -> Checked:
    """Whether the task's network, started from a seed, ends unlike the one in A: one has learned, one has not."""
    traces = train_all((XOR, XOR.replace(seed=seed)), on_progress)
    losses = [float(trace.train_loss[0, -1]) for trace in traces]
    learned = [loss < SHARE_OF_GUESS * guess_loss(trace.dataset) for loss, trace in zip(losses, traces, strict=True)]
    words = ["learns the task" if result else "gets stuck" for result in learned]
    if seed == XOR.seed:
        return Checked(False, f"Seed {seed} is A's own: loss {number(losses[1])}, the same run to the last bit.")
    return Checked(
        learned[0] != learned[1],
        f"From seed {seed} the network {words[1]}: loss {number(losses[1])}. "
        f"From seed {XOR.seed} it {words[0]}: loss {number(losses[0])}.",
    )


LESSON = Lesson(
    key="chance",
    title="Recipes with and without dice",
    promise="You see two ways to sort a list, give one of them dice, and find out what chance changes and what it does "
    "not.",
    screens=(
        Screen(
            key="twice",
            title="A recipe without dice",
            before="An algorithm is a recipe with steps so plain that a machine can follow them.\n\n"
            "Here is one that sorts a list, called bubble sort. Look at the first two values. If the left one is "
            "larger, swap them. Go on to the next two, and so on to the end. Now the largest value is last, where it "
            "belongs. Start over with the rest.",
            question="We give it the same list twice. What will be the same both times?",
            options=(
                "Only the time it takes",
                "The answer, but it may get there by other steps",
                "Everything: each step, in the same order",
            ),
            measure=twice,
            reveal=says.twice,
            pictures=says.twice_pictures,
            settings=(LIST,),
        ),
        Screen(
            key="race",
            title="A quicker recipe",
            before="Quicksort goes about it another way. It picks one value, the pivot: here simply the first. "
            "All values smaller than the pivot go to its left, the others to its right. "
            "Now the pivot stands where it belongs, for good. Then the same with the left side, and with the right.\n\n"
            f"Both recipes get the same shuffled list. For {FEW} values, bubble sort makes {most_comparisons(FEW)} "
            f"comparisons: {FEW - 1} in its first pass, then {FEW - 2}, and so on.",
            question="How many comparisons will quicksort need?",
            options=("As many, or more", "Fewer, but more than half as many", "Less than half as many"),
            measure=raced,
            reveal=says.race_reveal,
            pictures=says.race_pictures,
            settings=(LIST, LENGTH),
        ),
        Screen(
            key="bad-day",
            title="The easiest list there is?",
            before="Now both recipes get a list that is in order already: 1, 2, 3, and so on. "
            "Not one value has to move.",
            question="How does quicksort do on it, with the first value as its pivot?",
            options=(
                "Better than on the shuffled list: there is nothing to do",
                "Worse than on the shuffled list, but still better than bubble sort",
                "As badly as bubble sort",
            ),
            measure=bad_day,
            reveal=says.bad_day,
            pictures=says.bad_day_pictures,
            settings=(LENGTH,),
        ),
        Screen(
            key="dice",
            title="The same recipe with dice",
            before="One small change: now dice choose the pivot. All else in quicksort stays as it was.\n\n"
            "A computer has no dice. It has a sum that turns one number, the seed, into a long row of numbers that "
            "look like rolls.\n\n"
            "We sort the list that is in order three times: from one seed, from another, and from the first one again.",
            question="What will the three runs look like?",
            options=(
                "Three different ways, one answer: dice are dice",
                "The first and the third go the same way, the second another. One answer",
                "All three go the same way: it is the same list",
                "They end with different answers: that is what chance does",
            ),
            measure=rolled,
            reveal=says.rolled,
            pictures=says.rolled_pictures,
            settings=(SEED,),
        ),
        Screen(
            key="many",
            title="A thousand runs",
            before=f"One run says little about a recipe with dice. So take a longer list, {MANY} values in order, and "
            "sort it 1,000 times, each time from another seed.\n\n"
            f"Without dice this list was the worst there is: {most_comparisons(MANY):,} comparisons. "
            "Dice could roll the very same pivots.",
            question="How many comparisons will the unluckiest of the runs make?",
            options=("Over 2,475, more than half the worst", "1,001 to 2,475", "1,000 or fewer"),
            measure=many_counts,
            reveal=says.many,
            pictures=says.many_pictures,
            settings=(RUNS, SEED),
        ),
        Screen(
            key="bought",
            title="What do the dice buy?",
            before=f"Five lists of the same {MANY} values: shuffled, in order, backwards, with neighbours swapped, and "
            "first up then down. Quicksort sorts each once with the first value as pivot, "
            f"then {LIST_RUNS} times with dice.",
            question="Which list costs quicksort with dice the most?",
            options=(
                "The list in order, as before",
                "The list that runs backwards",
                "None: on average they cost the same",
                "One of the others",
            ),
            measure=bought,
            reveal=says.bought,
            pictures=says.bought_pictures,
            settings=(SEED,),
        ),
    ),
    task=LessonTask(
        "A small network learns a task from four points. Its start is rolled with dice. "
        "On both sides stands the same recipe with the same seed. Press play: A and B are one run, to the last bit.\n\n"
        "Now change the seed of B, and only that. Try a few. One recipe, one task, other dice: "
        "does the network always learn it?\n\n"
        "Bring back a seed from which the run ends otherwise than A.",
        a=XOR,
        b=XOR,
        asked=Parameter(name="seed", kind=int, default=1, low=0, high=9999, label="a seed that ends otherwise"),
        check=ends_otherwise,
    ),
    remember="Dice can free a recipe from bad days without touching its answer; the seed decides how they fall, and "
    "only many runs show what they are worth.",
    sources=("brownlee2018", "hoare1962", "knuth1973", "babai1979"),
    teaching=Teaching(
        aim="Tell recipes with dice from those without, say what a seed does, and why many runs must judge it.",
        minutes=25,
        ask=(
            "Is a cooking recipe an algorithm? What would you have to add?",
            "Where have you seen a list that was in order already?",
            "Why does it help to choose a pivot that nobody can foresee?",
            "If dice never change the answer, what do they change?",
            "A game always deals you the same cards when it starts. What may its maker have done?",
        ),
        wrong=(
            (
                "With dice, the answer may be wrong.",
                "Not with these: every run ends with the list in order. Only the number of steps is left to chance.",
            ),
            (
                "Dice make quicksort quicker.",
                "Not on a shuffled list: there it costs the same on average. They help where the list is bad.",
            ),
            (
                "With dice there is no worst case any more.",
                "There is, but no list brings it about. All rolls would have to be bad, and a thousand runs came "
                "nowhere near it.",
            ),
            (
                "A seed makes the computer less random.",
                "It makes it repeatable. The rolls are the same ones; you can only ask for them again.",
            ),
        ),
    ),
)
