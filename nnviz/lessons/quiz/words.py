"""What stands around the questions of the quiz."""

from __future__ import annotations

from nnviz.lessons.quiz.quiz import LENGTH

INTRODUCTION = (
    "Each question is made for you when you get to it. Seeds, sizes and data are drawn anew, so there is no list of "
    "answers to learn. The right one is not written down anywhere either: it is measured.\n\n"
    "After each answer you see what was measured, and why. Nothing is sent or kept. The link in the address bar holds "
    "your quiz: whoever opens it gets the same questions."
)

PROMPTS: tuple[tuple[str, str], ...] = (
    (
        "Why not start all weights at zero?",
        "Units that start the same get the same steps, so they stay the same. Then many units can do no more than one.",
    ),
    (
        "So must the numbers be random?",
        "They must be different. Drawing them at random is the easy way to get that at any size.",
    ),
    (
        "Does it matter how large they are?",
        "Each layer multiplies the signal. A little too small, and nothing is left after many layers. A little too "
        "large, and it grows out of hand. So the right size goes by the size of the layer.",
    ),
    (
        "You trained it twice and got two results. Which one is true?",
        "Both. The result is a draw, so train with many seeds and tell the middle and the spread. One lucky seed says "
        "little.",
    ),
    (
        "When do you fix the seed?",
        "To get the same run again: to find a bug, or to let others check it. Not to judge which method is better.",
    ),
)


def graded(right: int) -> str:
    """How the quiz went, in words.

    Args:
        right: how many answers were right.
    """
    if right == LENGTH:
        return f"All {LENGTH} right. Now teach it."
    if right >= 0.7 * LENGTH:
        return f"{right} of {LENGTH} right: you can explain it."
    if right >= 0.4 * LENGTH:
        return f"{right} of {LENGTH} right: more than a guess, with room to grow."
    return f"{right} of {LENGTH} right: dice would do about as well. The lessons help."
