"""What a fixed seed did, in sentences: repeated, changed by a hair, and judged by."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from nnviz.analysis.chance.repeats import NOTHING, RATE, WEIGHT, Repeats, Ripple
from nnviz.analysis.chance.seeds import Judgement
from nnviz.analysis.words import count, number, percent, percent_range


def repeated(repeats: Repeats) -> str:
    """Whether the same seed gave the same run."""
    times = count(len(repeats.same), "more time")
    if repeats.identical:
        return (
            f"Seed {repeats.seed}, trained {times}, gave the same run to the bit: "
            f"{count(repeats.numbers, 'number')} compared each time, none differs."
        )
    worst = max(again.differing for again in repeats.same)
    return (
        f"Seed {repeats.seed}, trained {times}, did not give the same run: "
        f"{worst:,} of {repeats.numbers:,} numbers differ."
    )


def judged(judgement: Judgement) -> str:
    """What the first seed says, what all say, and how many single seeds would have said the opposite."""
    seeds, leader = len(judgement.seeds), judgement.leader
    wins = f"A is better with {judgement.wins('A')}, B with {judgement.wins('B')}"
    if not leader and not judgement.wins("A"):
        if judgement.diverged == seeds:
            return f"With each of {count(seeds, 'seed')} both A and B diverged: there is nothing to compare."
        return f"A and B end alike with each of {count(seeds, 'seed')}: their difference is exactly 0."
    alone = {"": "makes them equal", "A": "says that A is better", "B": "says that B is better"}[judgement.fixed]
    first = f"Seed {judgement.seeds[0]} alone {alone}."
    if judgement.winner:
        against = judgement.against
        whole = f"{count(seeds, 'seed')} together say {judgement.winner}: {wins}; {_by(judgement)}."
        told = (
            f"{against.successes} of {seeds} single seeds ({percent(against.share)}, 95 % interval "
            f"{percent_range(against.low, against.high)}) {'says' if against.successes == 1 else 'say'} the opposite."
        )
        return f"{first} {whole} {told}"
    why = (
        f"the 95 % interval of the median of A less B, {number(judgement.low)} to {number(judgement.high)}, holds 0"
        if math.isfinite(judgement.high - judgement.low)
        else "that is not one-sided enough"
    )
    return f"{first} {count(seeds, 'seed')} together cannot tell: {wins}, and {why}. Single seeds do name a winner."


def _by(judgement: Judgement) -> str:
    """How far apart the winner is, as a clause."""
    ends = sorted((abs(judgement.low), abs(judgement.high)))
    if math.isinf(judgement.median):
        return "with most seeds the other one diverged"
    interval = f"95 % interval {number(ends[0])} to {number(ends[1])}"
    return f"{judgement.winner} ends lower by {number(abs(judgement.median))} in the median ({interval})"


def rippled(ripples: Sequence[Ripple]) -> str:
    """How far each change went, in a sentence for the figure's title."""
    by_change = {ripple.change: ripple for ripple in ripples}
    moved, still = by_change[WEIGHT], by_change[NOTHING]
    last = _last(moved)
    if last < 0:
        return "The run diverged before anything could be compared."
    begin, end = moved.distance[0], moved.distance[last]
    steps = count(int(moved.steps[last]), "step")
    said = f"One weight moved by {number(begin)}: {steps} later the runs are {number(end)} apart"
    unchanged = float(np.nanmax(still.distance))
    return f"{said}; with nothing changed, {'exactly 0' if still.apart < 0 else number(unchanged)}."


def causes(ripples: Sequence[Ripple]) -> list[str]:
    """At which step each change shows, and what that is good for."""
    sentences = []
    for ripple in ripples:
        if ripple.change == NOTHING:
            continue
        what = {WEIGHT: "The first weight", RATE: "The learning rate"}[ripple.change]
        shows = f"the runs differ from step {ripple.apart} on" if ripple.apart >= 0 else "the runs never differ"
        moved = f"moved from {ripple.value!r} to its neighbour {ripple.changed!r}"
        sentences.append(f"{what} {moved}: {shows}.")
    return sentences


def _last(ripple: Ripple) -> int:
    """The last moment with a distance, or -1."""
    finite = np.flatnonzero(np.isfinite(ripple.distance))
    return int(finite[-1]) if len(finite) else -1


def grown(ripple: Ripple) -> list[str]:
    """What has become of a change by the end, in a sentence; none where that is no number."""
    times = growth(ripple)
    if not math.isfinite(times):
        return []
    if times == 0:
        return ["By the end nothing is left of the weight's change."]
    said = number(times, 2)
    return [
        "By the end the weight's change is as large as it was."
        if said == "1"
        else f"By the end the weight's change has become {said} times as large."
    ]


def growth(ripple: Ripple) -> float:
    """How many times the first distance the last one is; NaN where there was none at first.

    >>> growth(Ripple("one weight", 0.0, 0.1, np.arange(2), np.array([0.1, 0.4]), 0))
    4.0
    """
    last = _last(ripple)
    return float(ripple.distance[last] / ripple.distance[0]) if last >= 0 and ripple.distance[0] else math.nan
