"""Lesson 7: one run proves little, and how many prove enough."""

from __future__ import annotations

from nnviz.analysis.chance.seeds import judge
from nnviz.analysis.words import number
from nnviz.core.progress import Progress
from nnviz.core.registry import Parameter
from nnviz.core.training import train
from nnviz.lessons.judging.restarts import ENOUGH_SCREEN, MEAN_SCREEN, ONE_SCREEN, RESTARTS_SCREEN
from nnviz.lessons.judging.selection import BEST_SCREEN, LUCKY_SCREEN, SEEDS, WIDTH_OF_TASK, contestants
from nnviz.lessons.lesson import Checked, Lesson, LessonTask, Teaching


def flattering_seed(seed: int, on_progress: Progress | None = None) -> Checked:
    """Whether A looks better than B with this seed, though over many seeds it is not."""
    report = on_progress or (lambda share: None)
    result = judge(*contestants(WIDTH_OF_TASK), SEEDS, lambda share: report(0.8 * share))
    a, b = (
        float(train(side.replace(seed=seed, snapshots=2), lambda share: report(0.9)).test_loss[0, -1])
        for side in contestants(WIDTH_OF_TASK)
    )
    report(1.0)
    most = max(result.wins(side) for side in "AB")
    many = f"Of {len(result.seeds)} seeds {most} say that {result.leader} is better"
    low, high = ("A", "B") if a < b else ("B", "A")
    one = f"With seed {seed} A ends at {number(a)} and B at {number(b)} on unseen data: {low} looks better"
    return Checked(low != result.leader, f"{one}{' than ' + high if a != b else ''}. {many}.")


LESSON = Lesson(
    key="judging",
    title="Judging honestly",
    promise="One run is a throw of dice. You will see luck dress up as progress, and learn how many runs it takes to "
    "tell them apart.",
    screens=(ONE_SCREEN, MEAN_SCREEN, LUCKY_SCREEN, RESTARTS_SCREEN, BEST_SCREEN, ENOUGH_SCREEN),
    task=LessonTask(
        words="Now lie with the truth. A starts from 0 to 0.1, B from the default of Keras. With most seeds one of "
        "them is better, as you saw. Find a seed with which the other one looks better: change the seed, and "
        "compare the loss on unseen data in the table “What happened, in numbers”.\n\n"
        "Bring the seed back here. We train both with it, and set it against all the others. Count how many seeds you "
        "had to try: that is how cheap a false story is.",
        a=contestants(WIDTH_OF_TASK)[0].replace(seed=2),
        b=contestants(WIDTH_OF_TASK)[1].replace(seed=2),
        asked=Parameter(
            name="found", kind=int, default=2, low=0, high=9999, label="your seed", note="Trained with A and with B."
        ),
        check=flattering_seed,
    ),
    remember="One run is an anecdote: repeat it, show all the runs, and say how many there were.",
    sources=("brownlee2018", "wilson1927", "dodge2019", "bouthillier2021"),
    teaching=Teaching(
        aim="The class can tell luck from progress. They repeat a run, look at all results, give a share with its "
        "interval, and work out how many tries make a success likely.",
        minutes=35,
        ask=(
            "Each of you runs seed = your day of birth. How many succeed? Does our share lie in the interval?",
            "When is a mean a lie? Find another case with two heaps, such as the times of a bus that comes or does "
            "not.",
            "A paper shows one run of each method. Which three questions do you ask its authors?",
            "May you keep the best of ten runs? May you report it? What else must you say?",
        ),
        wrong=(
            (
                "It worked for me, so it works.",
                "You saw one draw. Ask the class to run it with other seeds, and count.",
            ),
            (
                "Two in three succeed, so two tries are enough: that makes more than all.",
                "Chances of failing multiply. One in three of one in three is one in nine, so two tries still fail in "
                "11 of 100.",
            ),
            (
                "The second team has the better method, for its loss is lower.",
                "Both ran the same code. Ask what would happen if both had ten tries.",
            ),
            (
                "Twice the runs, half the doubt.",
                "It takes four times the runs. Compare the bars of the last screen.",
            ),
        ),
    ),
)
