"""What a landscape shows, in sentences and numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from nnviz.analysis.landscape import FLIPPING, Landscape, Line, Path, settings_of_one, valleys
from nnviz.analysis.words import count, number, percent

CLIMBS = 0.01  # of the guess's loss: a line that climbs less is level
OUTSIDE = 0.01  # a path with less of it outside lies in the plane
MOST_SETTINGS = 10**15  # larger counts are written as powers
_COUNTS = ("no", "one", "two", "three")


def where(found: Landscape) -> str:
    """The map's finding: at which losses the runs ended, how far apart, and what lies around them."""
    losses = [number(float(path.loss[-1])) for path in found.paths]
    if len(losses) == 1:
        begins = f"The run ended at loss {losses[0]}"
    else:
        distances = [line.distance for line in found.lines]
        low, high = number(min(distances)), number(max(distances))
        begins = f"{_COUNTS[len(losses)].capitalize()} runs ended at loss {_listed(losses)}"
        begins += f", {low} apart" if low == high else f", {low} to {high} apart"
    amount = valleys(found)
    holds = f"{amount} separate valleys" if amount > 1 else "one valley" if amount else "no valley"
    return f"{begins}. The picture holds {holds} below {number(found.bar)}."


def barrier(found: Landscape) -> str:
    """What the straight lines cross: the finding of their picture."""
    if len(found.paths) == 1:
        return _straight(found.lines[0], found.guess)
    climbing = [line for line in found.lines if climbs(line, found.guess)]
    if not climbing:
        lines = "The straight line" if len(found.lines) == 1 else "No straight line"
        never = "never climbs" if len(found.lines) == 1 else "climbs"
        return f"{lines} between them {never} above its ends."
    if len(climbing) == 1:
        line = climbing[0]
        ends = f"from {number(float(line.loss[0]))} and {number(float(line.loss[-1]))}"
        return f"The straight line between {short(line)} climbs to {number(line.peak)}, {ends} at its ends."
    peaks = _listed([f"to {number(line.peak)} between {short(line)}" for line in climbing])
    return f"Straight lines from run to run climb: {peaks}."


def _straight(line: Line, guess: float) -> str:
    first, last = number(float(line.loss[0])), number(float(line.loss[-1]))
    if climbs(line, guess):
        return f"Straight from its start ({first}) to its end ({last}) the loss would climb to {number(line.peak)}."
    return f"Straight from its start to its end there is no hill: the loss goes from {first} to {last}, never above."


def climbs(line: Line, guess: float) -> bool:
    """Whether a line climbs above its ends by more than a trifle."""
    return line.climb > CLIMBS * guess


def short(line: Line) -> str:
    """A line's two ends in a few characters."""
    one, other = line.runs
    return f"{one + 1} and {other + 1}" if one != other else "start and end"


def outside(found: Landscape) -> str:
    """How much of the paths lies outside the plane, and how far their loss then is from the ground's."""
    parts = []
    for path in found.paths:
        name = f"run {path.run + 1}" if len(found.paths) > 1 else "the run"
        parts.append(f"{percent(round(path.outside, 6))} of the path of {name}")
    if all(path.outside < OUTSIDE for path in found.paths):
        return f"Outside this plane lies {_listed(parts)}: the ground under it is all but its own."
    worst = max(found.paths, key=mismatch)
    start, ground = number(float(worst.loss[0])), number(float(worst.ground[0]))
    name = f"Run {worst.run + 1}" if len(found.paths) > 1 else "It"
    lie = "lies" if len(parts) == 1 else "lie"
    return (
        f"Outside this plane {lie} {_listed(parts)} (of the squared distances to its end). There the ground under a "
        f"path is not its own loss: {name} started at {start}, over ground at {ground}."
    )


def mismatch(path: Path) -> float:
    """The largest difference between a path's own loss and the ground under it."""
    gaps = np.abs(path.loss - path.ground)
    return float(np.max(gaps[np.isfinite(gaps)], initial=0.0))


def copies(found: Landscape) -> str:
    """How often every valley exists; nothing where units are not to be told from one another anyway."""
    amount, hidden = settings_of_one(found.experiment), found.experiment.hidden
    if amount == 1:
        return ""
    often = f"{amount:,}" if amount < MOST_SETTINGS else number(float(amount)) if amount < 10**300 else "over 10³⁰⁰"
    flips = " and flipping the signs around them" if found.experiment.activation in FLIPPING else ""
    return (
        f"By renaming its {count(sum(hidden), 'hidden unit')}{flips} each network can be written in {often} ways, and "
        "every valley exists as often."
    )


def numbers(found: Landscape) -> dict[str, Mapping[str, str]]:
    """For each run, by name, its numbers as texts."""
    return {
        f"run {path.run + 1}, seed {path.seed}": {
            "loss at the start": number(float(path.loss[0])),
            "ground under the start": number(float(path.ground[0])),
            "loss at the end": number(float(path.loss[-1])),
            "share of the path outside the plane": percent(round(path.outside, 6)),
            "largest difference of loss and ground": number(mismatch(path)),
        }
        for path in found.paths
    }


def _listed(words: Sequence[str]) -> str:
    """Words as a sentence lists them.

    >>> _listed(["0.1", "0.2", "0.3"])
    '0.1, 0.2 and 0.3'
    """
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]
