"""What became of a signal, in words and in numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nnviz.analysis.depth.signal import SignalRecord
from nnviz.analysis.depth.theory import SignalTheory
from nnviz.analysis.words import count, number, percent

Array = np.ndarray

FADED, EXPLODED = 0.1, 10.0  # how much of it is left at the end
MANY_SATURATED, MANY_DEAD = 0.5, 0.1
SAME = 0.99  # two inputs of a larger correlation look the same
UNLIKE = 0.3
REACH = 6  # times the depth scale: about how deep a network trains, by Schoenholz et al. 2017, section 5
NONE = "–"
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class SignalVerdict:
    """What happened.

    Attributes:
        word: in one word.
        sentences: with the numbers that prove it.
    """

    word: str
    sentences: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join([f"{self.word}.", *self.sentences])


def typical(values: Array) -> Array:
    """The median over the networks, the first axis; what is no number counts as too large for one."""
    return np.asarray(np.median(np.where(np.isnan(values), np.inf, values), axis=0))


def factor(line: Array) -> float:
    """What each layer multiplies by on average (geometric mean), as far as numbers reach; NaN where they don't.

    >>> factor(np.array([1.0, 0.5, 0.25]))
    0.5
    """
    usable = np.isfinite(line) & (line > 0)
    steps = len(line) - 1 if usable.all() else int(np.argmin(usable)) - 1
    if steps < 1:
        return math.nan
    return math.exp((math.log(line[steps]) - math.log(line[0])) / steps)


def left(line: Array) -> float:
    """The last value of a line, as a multiple of its first; NaN where the first is 0."""
    return float(line[-1] / line[0]) if line[0] > 0 and np.isfinite(line[0]) else math.nan


def verdict(record: SignalRecord) -> SignalVerdict:
    """What the layers do to the signal and to the gradient, from the median network."""
    forwards, backwards = typical(record.activations), typical(record.gradients)[::-1]
    sentences = [_forwards(forwards), _backwards(backwards), *_idle(record), *_likeness(record)]
    return SignalVerdict(_word(record, forwards, backwards), tuple(sentence for sentence in sentences if sentence))


def _word(record: SignalRecord, forwards: Array, backwards: Array) -> str:
    shares = [left(forwards), left(backwards)]
    if not np.isfinite(forwards).all() or not np.isfinite(backwards).all() or max(shares) > EXPLODED:
        return "Explodes"
    if forwards[-1] == 0 or backwards[-1] == 0:
        return "Lost"
    if min(shares) < FADED:
        return "Fades"
    return "Blurs" if same_from(_least_alike(record)) else "Gets through"


def _forwards(line: Array) -> str:
    layers = count(len(line) - 1, "layer")
    if not np.isfinite(line).all():
        return f"The signal {_rate(line)}: at layer {_first(~np.isfinite(line))} it leaves what a number can hold."
    if line[-1] == 0:
        return f"From layer {_first(line == 0)} on all answers are the same: no signal is left."
    share = left(line)
    if FADED <= share <= EXPLODED:
        return f"After {layers} the signal's spread is {number(share)} times the input's."
    return f"The signal {_rate(line)}: {_share(share, f'after {layers}', 'is left')}."


def _backwards(line: Array) -> str:
    layers = len(line) - 1
    if layers == 0:
        return ""
    if not np.isfinite(line).all():
        return f"Going back, the gradient {_rate(line)}: it leaves what a number can hold."
    if line[-1] == 0:
        if line[0] == 0:
            return "No gradient enters the last layer."
        return f"Going back, the gradient is exactly 0 after {count(_first(line == 0), 'layer')}."
    share = left(line)
    if FADED <= share <= EXPLODED:
        return f"The gradient reaches layer 1 at {number(share)} times its size."
    return f"Going back, the gradient {_rate(line)}: {_share(share, 'at layer 1', 'reaches layer 1')}."


def _rate(line: Array) -> str:
    rate = factor(line)
    if math.isnan(rate):
        return "explodes at once"
    if 0.475 <= rate <= 0.525:
        return "halves each layer"
    if 1.95 <= rate <= 2.05:
        return "doubles each layer"
    if rate < 1:
        return f"shrinks to {number(rate)} of itself each layer on average"
    return f"grows {number(rate)} times each layer on average"


def _share(share: float, where: str, remains: str) -> str:
    if share > 1:
        return f"{where} it is {_round(share)} times as large"
    part = percent(share) if share >= 0.01 else f"1 part in {_round(1 / share)}"
    return f"{where} {part} {remains}" if remains == "is left" else f"{part} {remains}"


def _round(value: float) -> str:
    """A large number in a word's length: 48,000 or 10⁹."""
    if value >= 1e6:
        return f"10{str(round(math.log10(value))).translate(_SUPERSCRIPTS)}"
    return f"{float(f'{value:.2g}'):,.0f}"


def _first(values: Array) -> int:
    return int(np.argmax(values))


def _idle(record: SignalRecord) -> list[str]:
    saturated, dead = (float(np.median(shares[:, -1])) for shares in (record.saturated, record.dead))
    sentences = []
    if saturated > MANY_SATURATED:
        sentences.append(
            f"{percent(saturated)} of the last layer's answers lie on a flat end: hardly a gradient passes."
        )
    if dead > MANY_DEAD:
        sentences.append(f"{percent(dead)} of the last layer's units are dead on all rows.")
    return sentences


def correlations(record: SignalRecord) -> Array:
    """Each pair's correlation in the median network, [P, L + 1]; NaN where most networks have lost one of the two."""
    lost = np.isnan(record.cosines).mean(axis=0) > 0.5
    return np.where(lost, np.nan, np.nanmedian(np.where(lost, 0.0, record.cosines), axis=0))


def same_from(line: Array) -> int:
    """The layer from which on two inputs look the same; 0 where they never do, or did from the start.

    >>> same_from(np.array([0.2, 0.9, 0.995, 1.0])), same_from(np.array([0.2, 0.995, 0.9]))
    (2, 0)
    """
    same = line >= SAME
    return 0 if not same[-1] or same[0] else len(same) - int(np.argmin(same[::-1]))


def _least_alike(record: SignalRecord) -> Array:
    """The correlation of the least alike pair that is still there at the end; all NaN where none is."""
    lines = correlations(record)
    there = lines[~np.isnan(lines[:, -1])]
    return np.asarray(there[0]) if len(there) else np.full(lines.shape[1], np.nan)


def _likeness(record: SignalRecord) -> list[str]:
    unlike = _least_alike(record)
    if layer := same_from(unlike):
        first = signed(float(unlike[0]))
        return [f"Two inputs of correlation {first} look the same from layer {layer} on: above {SAME}."]
    lines = correlations(record)
    start, end = (float(lines[-1][0]), float(lines[-1][-1])) if len(lines) else (math.nan, math.nan)
    if start > 2 * UNLIKE and end < UNLIKE:
        return [f"Two inputs that were alike, correlation {signed(start)}, come out unlike: {signed(end)}."]
    return []


def signed(value: float) -> str:
    """A correlation for a sentence.

    >>> signed(-0.25), signed(-0.001), signed(0.9996)
    ('−0.25', '0.00', '1.00')
    """
    return "no number" if math.isnan(value) else f"{value + 0:.2f}".replace("-0.00", "0.00").replace("-", "−")


def signal_numbers(record: SignalRecord, theory: SignalTheory | None) -> Mapping[str, Mapping[str, str]]:
    """The figures behind the verdict, as measured and as mean-field theory has them."""
    layers = count(record.spec.depth, "layer")
    lines = [(typical(record.activations), typical(record.gradients)[::-1])]
    if theory:
        lines.append((theory.activations, theory.gradients[::-1]))
    columns = []
    for (forwards, backwards), cosines in zip(
        lines, [correlations(record), theory.cosines if theory else None], strict=False
    ):
        column = {
            "signal, factor a layer": _plain(factor(forwards)),
            "gradient, factor a layer": _plain(factor(backwards)),
            f"signal after {layers}, of the input": _plain(left(forwards)),
            "gradient at layer 1, of the last layer's": _plain(left(backwards)),
        }
        for pair in () if cosines is None else cosines:
            column[f"correlation of two inputs, from {signed(float(pair[0]))}"] = signed(float(pair[-1]))
        columns.append(column)
    idle = {"dead units, last layer": record.dead, "saturated answers, last layer": record.saturated}
    named = {"measured, median": columns[0] | {name: percent(float(np.median(s[:, -1]))) for name, s in idle.items()}}
    if theory:
        named["theory"] = columns[1] | dict.fromkeys(idle, NONE)
    return named


def standing(theory: SignalTheory | None) -> Mapping[str, Mapping[str, str]]:
    """Where on the plane of variances a start stands, and what follows; empty where it has no place there."""
    if theory is None or theory.place is None:
        return {}
    here = theory.place
    return {
        "theory": {
            "weight variance × fan in": number(here.weight_variance),
            "bias variance": number(here.bias_variance),
            "variance the sums settle at": "0: the signal dies" if here.variance == 0 else _settled(here.variance),
            "gradient's variance, factor a layer (χ)": number(here.chi),
            "correlations settle at": NONE if math.isnan(here.correlation) else signed(here.correlation),
            "depth scale of the variance": _depth(here.variance_depth),
            "depth scale of the gradient": _depth(here.gradient_depth),
            "depth scale of the correlation (ξ)": _depth(here.correlation_depth),
            f"{REACH} ξ, about as deep as it trains": _depth(REACH * here.correlation_depth),
        }
    }


def _settled(variance: float) -> str:
    return number(variance) if math.isfinite(variance) else "∞: the signal explodes"


def _depth(layers: float) -> str:
    if math.isnan(layers):
        return NONE
    return f"{number(layers)} layers" if math.isfinite(layers) else "no limit"


def _plain(value: float) -> str:
    if math.isnan(value):
        return NONE
    if not 1e6 <= value < math.inf:
        return number(value)
    power = math.floor(math.log10(value))
    return f"{number(value / 10**power)}·10{str(power).translate(_SUPERSCRIPTS)}"
