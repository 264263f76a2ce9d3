"""How the time until units part depends on how much noise they started with: what was measured, what theory says.

Near a strict saddle distances grow by a factor a step, so the time is a straight line in log(1/ε). From the origin of
XOR they do not: there the loss begins with terms of fourth degree in the weights, its slope with terms of third, and a
distance d that grows by c·d³ a step needs about 1/(2c·d²) steps from d = ε: a power of 1/ε.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from nnviz.analysis.symmetry.perturbation import LOOK, PerturbationSweep
from nnviz.analysis.symmetry.saddle import OVERSHOOTS, steps_per_decade
from nnviz.analysis.words import count, number
from nnviz.core import activations

Array = np.ndarray

SMALL = 1e-3  # noise from here down counts as small beside the start's own number
ROUNDED = 20  # ε of fewer times the gap between two floats are rounded too coarsely to follow a law
LATE = 40 * LOOK  # a power law is measured where units part later: earlier it has not set in, and steps are coarse
LEAST_POINTS = 3  # different ε that a line is fitted through
LEAST_SPAN = 2 * LOOK  # steps from the first of them to the last, or looks are too far apart to tell a slope
SURE = 0.95
KINKED = ("relu", "leaky_relu")  # activations whose curvature is all in one point


@dataclass(frozen=True, eq=False)
class EscapeLaw:
    """A straight line through when units part, against log₁₀(1/ε), each seed at a height of its own.

    Attributes:
        power: whether the logarithm of the steps was fitted, so that the slope is an exponent, or the steps.
        slope: steps a decade, or the exponent; NaN where there are too few points.
        low, high: its 95 % interval.
        height: of the median seed's line at ε = 1: steps, or their logarithm.
        used: bool `[E]`, the ε it rests on.
        expected: steps a decade by theory over the same ε, or the exponent; NaN where theory has none.
        curve: `[E]`, when units part by theory: its shape from the curvature, its height from what was measured.
    """

    power: bool
    slope: float
    low: float
    high: float
    height: float
    used: Array
    expected: float
    curve: Array

    @property
    def fitted(self) -> bool:
        """Whether there were enough points."""
        return math.isfinite(self.slope)

    def steps(self, epsilons: Array) -> Array:
        """The fitted line at some ε."""
        line = self.height - self.slope * np.log10(epsilons)
        values: Array = 10**line if self.power else line
        return values


EXPONENT = 2.0  # of the power law, from the degree of the loss's first terms


def law_of(perturbation: PerturbationSweep) -> EscapeLaw:
    """The law that fits the kind of saddle the clones came to: a power where it is flat, else a logarithm."""
    return fit_law(perturbation, power=perturbation.clones.flat)


def fit_law(perturbation: PerturbationSweep, power: bool) -> EscapeLaw:
    """A line by least squares through all seeds, with one slope and a height a seed."""
    epsilons = np.array(perturbation.epsilons)
    used = _usable(perturbation, power)
    nothing = np.full(len(epsilons), math.nan)
    if used.sum() < LEAST_POINTS or np.ptp(np.median(perturbation.parted[used], axis=1)) < LEAST_SPAN:
        return EscapeLaw(power, math.nan, math.nan, math.nan, math.nan, used, math.nan, nothing)
    x = np.broadcast_to(-np.log10(epsilons[used])[:, None], perturbation.parted[used].shape)
    steps = perturbation.parted[used].astype(float)
    slope, error = _line(x, np.log10(steps) if power else steps)
    seeds = perturbation.parted.shape[1]
    reach = float(student.ppf((1 + SURE) / 2, steps.size - seeds - 1)) * error
    height = float(np.median((np.log10(steps) if power else steps) - slope * x))
    curve = nothing if power else _curve(perturbation, used)
    expected = EXPONENT if power else math.nan
    if np.isfinite(curve[used]).all():
        expected, _ = _line(x[:, :1], curve[used][:, None])
    return EscapeLaw(power, slope, slope - reach, slope + reach, height, used, expected, curve)


def _usable(perturbation: PerturbationSweep, power: bool) -> Array:
    """The ε at which the law is looked for: small, not lost in rounding, and every seed parted."""
    epsilons = np.array(perturbation.epsilons)
    used: Array = np.array((perturbation.parted > 0).all(axis=1))
    if power:
        used &= np.array(np.median(perturbation.parted, axis=1) >= LATE)
        return used
    gap = float(np.spacing(np.dtype(perturbation.experiment.dtype).type(abs(perturbation.value))))
    used &= np.array((epsilons <= SMALL) & (epsilons >= ROUNDED * gap))
    return used


def _line(x: Array, y: Array) -> tuple[float, float]:
    """The slope of a line through columns of points, each column at its own height, and its standard error."""
    along, up = x - x.mean(axis=0), y - y.mean(axis=0)
    square_sum = float(np.square(along).sum())
    slope = float((along * up).sum()) / square_sum
    rest = float(np.square(up - slope * along).sum())
    free = y.size - y.shape[1] - 1
    return slope, math.sqrt(rest / free / square_sum) if free > 0 else math.nan


def _curve(perturbation: PerturbationSweep, used: Array) -> Array:
    """When units part, `[E]`, by the curvature along the clones' way: each ε as many steps as make up for it."""
    way = perturbation.clones
    nothing = np.full(len(perturbation.epsilons), math.nan)
    if not way.strict:
        return nothing
    every = np.arange(int(way.steps[-1]) + 1)
    grown = way.decades(every)
    last = int(grown.argmax())
    lowest = int(grown[: last + 1].argmin())
    grown, every = grown[lowest : last + 1], every[lowest : last + 1]
    grown = np.maximum.accumulate(grown)
    epsilons = np.array(perturbation.epsilons)
    middle = np.median(perturbation.parted[used], axis=1)
    if len(every) < 2 or middle.max() > every[-1]:
        return nothing
    needed = float(np.median(np.log10(epsilons[used]) + np.interp(middle, every, grown)))
    with np.errstate(divide="ignore"):
        growths = needed - np.log10(epsilons)
    possible = (growths >= grown[0]) & (growths <= grown[-1])
    curve: Array = np.where(possible, np.interp(growths, grown, every), math.nan)
    return curve


def curvature(perturbation: PerturbationSweep) -> float:
    """The most negative curvature where units part, at the middle of the way that the law rests on."""
    used = law_of(perturbation).used
    middle = float(np.median(perturbation.parted[used])) if used.any() else float(perturbation.clones.steps[-1])
    return float(np.interp(middle, perturbation.clones.steps, perturbation.clones.parting))


def verdict(perturbation: PerturbationSweep) -> list[str]:
    """What was measured and what theory says of it, in sentences with their numbers."""
    law, way = law_of(perturbation), perturbation.clones
    if perturbation.experiment.activation in KINKED:
        sentences = [_kinked(perturbation)]
    elif way.strict:
        sentences = [_strict(perturbation, law)]
    elif way.flat:
        sentences = [_degenerate(law)]
    elif way.bounces:
        sentences = [*_cost(law), _bouncing(perturbation)]
    else:
        sentences = [
            "Where the clones came to, the loss bends down in no direction that would part them: theory gives no law."
        ]
    return [*_smallest(perturbation), *sentences]


def _strict(perturbation: PerturbationSweep, law: EscapeLaw) -> str:
    bend = curvature(perturbation)
    per_decade = steps_per_decade(bend, perturbation.clones.learning_rate)
    why = (
        f"A strict saddle: the loss bends down, with curvature −{number(-bend)}, in a direction that parts the units, "
        f"so a distance grows by {number(100 * -bend * perturbation.clones.learning_rate)} % a step"
    )
    if not law.fitted:
        return f"{why}: {number(per_decade)} steps for a factor of ten. Too few of these starts parted to measure it."
    (measured,) = _cost(law)
    expected = law.expected if math.isfinite(law.expected) else per_decade
    return f"{measured.removesuffix('.')}; theory says {number(expected)}. {why}."


def _cost(law: EscapeLaw) -> list[str]:
    """What ten times less noise costs, where it could be measured and is no power."""
    if not law.fitted or law.power:
        return []
    return [
        f"Ten times less noise cost {number(law.slope)} steps more (95 % interval {number(law.low, 4)} to "
        f"{number(law.high, 4)})."
    ]


def _bouncing(perturbation: PerturbationSweep) -> str:
    way = perturbation.clones
    return (
        f"Theory says nothing here: the steps are so large (learning rate {way.learning_rate:g} times curvature "
        f"{number(way.sharpest)} is over {OVERSHOOTS:g}) that each one overshoots, so units never come to rest at a "
        "saddle."
    )


def _kinked(perturbation: PerturbationSweep) -> str:
    label = activations.registry[perturbation.experiment.activation].label
    noisy = perturbation.parted[np.array(perturbation.epsilons) > 0]
    return (
        f"{label} is straight but for its kink, so theory finds no curvature there that parts units, and no law. Of "
        f"{noisy.size} starts with noise {int((noisy >= 0).sum())} parted within {count(perturbation.last, 'step')}."
    )


def _degenerate(law: EscapeLaw) -> str:
    why = (
        "A degenerate saddle: the loss has no curvature in any direction that parts the units, so nothing grows by a "
        "fixed factor"
    )
    if not law.fitted:
        return f"{why}. Too few of these starts parted to measure a law."
    return (
        f"{why}. The steps grew as (1/ε) to the power {number(law.slope)} (95 % interval {number(law.low, 4)} to "
        f"{number(law.high, 4)}): ten times less noise, {number(10**law.slope)} times the steps."
    )


def _smallest(perturbation: PerturbationSweep) -> list[str]:
    """What became of the smallest noise that parted units, and of less."""
    every = [min(row) >= 0 for row in perturbation.parted.tolist()]
    some = [
        epsilon for epsilon, all_parted in zip(perturbation.epsilons, every, strict=True) if all_parted and epsilon > 0
    ]
    sentences = []
    if some:
        least = min(some)
        step = int(np.median(perturbation.parted[perturbation.epsilons.index(least)]))
        when = f", after {count(step, 'step')}" if step else ": they began apart"
        sentences.append(f"The least noise that parted every start was ε = {power(least)}{when}.")
    equal = [e for e, same in zip(perturbation.epsilons, perturbation.equal, strict=True) if same.all() and e > 0]
    if equal:
        sentences.append(f"ε = {power(max(equal))} was lost in rounding: the units were equal to the bit.")
    if 0.0 in perturbation.epsilons and (perturbation.parted[perturbation.epsilons.index(0.0)] < 0).all():
        sentences.append(f"Without noise they stayed equal, to the bit, for {count(perturbation.last, 'step')}.")
    lost = int(perturbation.diverged.sum())
    if lost:
        sentences.append(f"{lost} of {perturbation.diverged.size} runs diverged: the steps are too large.")
    return sentences


def power(epsilon: float) -> str:
    """An amount of noise as a person would write it.

    >>> power(1e-16), power(0.001), power(0.0), power(3.2e-5)
    ('10⁻¹⁶', '0.001', '0', '3.20·10⁻⁵')
    """
    return f"{epsilon:.3g}" if epsilon >= 1e-3 else number(epsilon).removeprefix("1.00·")
