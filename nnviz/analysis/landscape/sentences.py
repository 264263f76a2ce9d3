"""What a landscape shows, in sentences and numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from nnviz.analysis.landscape.landscape import FLIPPING, LossLandscape, LossLine, Path, valleys
from nnviz.analysis.solutions.matching import equal_settings, is_odd
from nnviz.analysis.words import count, number, percent
from nnviz.core import activations
from nnviz.core.network import parameter_count

CLIMBS = 0.01  # of the guess's loss: a line that climbs less is level
SMALL = 0.02  # of the guess's loss: a path nowhere further from the ground's loss lies on it
MOST_SETTINGS = 10**15  # larger counts are written as powers
_TRUE = "It is true to scale: distances on it are distances between weights."
_PLANES = {
    "three_runs": f"the one plane on which all three ends lie. {_TRUE}",
    "two_runs": f"the one plane on which both ends lie, and the start of the first run. {_TRUE}",
    "own_path": f"the plane in which most of the run's path lies, through its end. {_TRUE}",
    "scaled_random": (
        "a random plane through the run's end. At 1 every unit's weights have changed by as much as they are long "
        "(filter normalisation, Li et al. 2018); the biases stay."
    ),
    "plain_random": f"a random plane through the run's end. {_TRUE}",
}
_COUNTS = ("no", "one", "two", "three")


def where(landscape: LossLandscape) -> str:
    """The map's finding: at which losses the runs ended, how far apart, and what lies around them."""
    losses = [number(float(path.loss[-1])) for path in landscape.paths]
    if len(losses) == 1:
        opening = f"The run ended at loss {losses[0]}"
    else:
        distances = [line.distance for line in landscape.lines]
        low, high = number(min(distances)), number(max(distances))
        opening = f"{_COUNTS[len(losses)].capitalize()} runs ended at loss {_listed(losses)}"
        opening += f", {low} apart" if low == high else f", {low} to {high} apart"
    amount = valleys(landscape)
    holds = f"{amount} separate valleys" if amount > 1 else "one valley" if amount else "no valley"
    return f"{opening}. The picture holds {holds} below {number(landscape.bar)}."


def barrier(landscape: LossLandscape) -> str:
    """What the straight lines cross, and what is left of that once units are matched: the finding of their picture."""
    if len(landscape.paths) == 1:
        return _straight(landscape.lines[0], landscape.guess)
    climbing = [line for line in landscape.lines if climbs(line, landscape.guess)]
    if not climbing:
        lines = "The straight line" if len(landscape.lines) == 1 else "No straight line"
        never = "never climbs" if len(landscape.lines) == 1 else "climbs"
        return f"{lines} between them {never} above its ends."
    if len(climbing) == 1:
        line = climbing[0]
        ends = f"from {number(float(line.loss[0]))} and {number(float(line.loss[-1]))}"
        opening = f"The straight line between {line_ends(line)} climbs to {number(line.peak)}, {ends} at its ends."
    else:
        opening = f"Straight lines from run to run climb to {_peaks(climbing)}."
    return f"{opening} {_once_matched(landscape)}".rstrip()


def _peaks(lines: Sequence[LossLine]) -> str:
    return _listed([f"{number(line.peak)} ({line_ends(line)})" for line in lines])


def _once_matched(landscape: LossLandscape) -> str:
    """What is left of the hills once units are matched; nothing where none were."""
    if not landscape.matched:
        return ""
    left = [line for line in landscape.matched if climbs(line, landscape.guess)]
    if not left:
        peak = max(line.peak for line in landscape.matched)
        return f"With units matched there is no hill: the highest loss is {number(peak)}."
    if len(left) == len(landscape.matched):
        return f"With units matched the loss still climbs to {_peaks(left)}."
    level = ", nor between ".join(line_ends(line) for line in landscape.matched if line not in left)
    return f"With units matched the loss climbs to {_peaks(left)}; there is no hill between {level}."


def _straight(line: LossLine, baseline: float) -> str:
    first, last = number(float(line.loss[0])), number(float(line.loss[-1]))
    if climbs(line, baseline):
        return f"Straight from its start ({first}) to its end ({last}) the loss would climb to {number(line.peak)}."
    return f"Straight from its start to its end there is no hill: the loss goes from {first} to {last}, never above."


def climbs(line: LossLine, baseline: float) -> bool:
    """Whether a line climbs above its ends by more than a trifle."""
    return line.climb > CLIMBS * baseline


def line_ends(line: LossLine) -> str:
    """A line's two ends in a few characters."""
    one, other = line.runs
    return f"{one + 1} and {other + 1}" if one != other else "start and end"


def outside(landscape: LossLandscape) -> str:
    """How much of the paths lies outside the plane, and how far their loss then is from the ground's."""
    several = len(landscape.paths) > 1
    shares = _listed([percent(round(path.outside, 6)) for path in landscape.paths])
    whose = "the paths of runs " + _listed([str(path.run + 1) for path in landscape.paths]) if several else "the path"
    opening = (
        f"Of {whose}, {shares} {'lie' if several else 'lies'} outside this plane (of squared distances to the end)."
    )
    worst = max(landscape.paths, key=lambda path: mismatch(path)[0])
    gap, moment = mismatch(worst)
    if gap < SMALL * landscape.guess:
        return f"{opening} The ground under a path is nowhere more than {number(gap)} off its own loss."
    own, below = number(float(worst.loss[moment])), number(float(worst.plane_loss[moment]))
    name = f"run {worst.run + 1}'s" if several else "its"
    return (
        f"{opening} The ground under a path is therefore not its own loss: the largest gap is at epoch "
        f"{number(float(worst.epochs[moment]))}, where {name} loss was {own}, over ground at {below}."
    )


def mismatch(path: Path) -> tuple[float, int]:
    """The largest difference between a path's own loss and the ground under it, and the snapshot where it is."""
    gaps = np.abs(path.loss - path.plane_loss)
    gaps = np.where(np.isfinite(gaps), gaps, 0.0)
    moment = int(np.argmax(gaps))
    return float(gaps[moment]), moment


def copies(landscape: LossLandscape) -> str:
    """How often every valley exists; nothing where units are not to be told from one another anyway."""
    hidden, flips = landscape.experiment.hidden, landscape.experiment.activation in FLIPPING
    amount = equal_settings(hidden, flips)
    if amount == 1:
        return ""
    often = f"{amount:,}" if amount < MOST_SETTINGS else number(float(amount)) if amount < 10**300 else "over 10³⁰⁰"
    flipping = " and by flipping the signs around them" if flips else ""
    return (
        f"By renaming its {count(sum(hidden), 'hidden unit')}{flipping}, a network whose units all differ can be "
        f"written in {often} ways. Every valley exists that often."
    )


def matched(landscape: LossLandscape) -> str:
    """What the lines after matching are; nothing where there are none."""
    if not landscape.matched:
        return ""
    before, after = (
        _listed([number(line.distance) for line in lines]) for lines in (landscape.lines, landscape.matched)
    )
    if before == after:
        return "No renaming of units brings the runs closer to each other."
    how = "renamed and flipped" if is_odd(activations.registry[landscape.experiment.activation]) else "renamed"
    return (
        f"Thin grey lines: the second run's units are {how} until it lies as close to the first as we can find. Its "
        f"answers stay the same, but it is then {after} away instead of {before}."
    )


def plane(landscape: LossLandscape) -> str:
    """What the picture is a plane of, in a sentence or two."""
    weights = parameter_count(landscape.experiment.layer_sizes)
    return (
        f"The network has {weights:,} weights and biases, so each setting of them is one point in {weights:,} "
        f"dimensions. The picture is {_PLANES[landscape.kind]}"
    )


def landscape_numbers(landscape: LossLandscape) -> dict[str, Mapping[str, str]]:
    """For each run, by name, its numbers as texts."""
    return {
        f"run {path.run + 1}, seed {path.seed}": {
            "loss at the start": number(float(path.loss[0])),
            "ground under the start": number(float(path.plane_loss[0])),
            "loss at the end": number(float(path.loss[-1])),
            "share of the path outside the plane": percent(round(path.outside, 6)),
            "largest difference of loss and ground": number(mismatch(path)[0]),
        }
        for path in landscape.paths
    }


def _listed(words: Sequence[str]) -> str:
    """Words as a sentence lists them.

    >>> _listed(["0.1", "0.2", "0.3"])
    '0.1, 0.2 and 0.3'
    """
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]
