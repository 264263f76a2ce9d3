"""The middle of lesson 5: a signal that fades in a deep network, and the spread that keeps it level."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nnviz.analysis.depth.scales import level_stddev, normal, stddev_text
from nnviz.analysis.depth.signal import NORMAL, SignalRecord, SignalSpec
from nnviz.analysis.depth.signal import measure as send
from nnviz.analysis.depth.verdict import factor, left, typical
from nnviz.analysis.words import count, number
from nnviz.core import initializers
from nnviz.core.progress import Progress, part
from nnviz.core.registry import Parameter
from nnviz.figures.style.lines import NamedLine, plot_lines
from nnviz.figures.style.template import Palette
from nnviz.lessons.lesson import Numbers, Picture, Reveal, Screen

Array = np.ndarray

DEPTH, SIGNAL_WIDTH = 30, 64
LEVEL_FROM, LEVEL_TO = 0.1, 10.0
MILLIONTH = 1e-6

TIMES = (0.25, 0.5, 1.0, 2.0)  # the options of the width screen, as factors
WIDER = 4


def fading(stddev: float, layers: int, on_progress: Progress | None = None) -> dict[str, SignalRecord]:
    """Send a signal through so many layers, from this spread, from He's rule, and from ten times this spread."""
    report = on_progress or (lambda share: None)
    starts = {
        stddev_text(stddev): normal(stddev),
        "He": initializers.get("he_normal"),
        stddev_text(10 * stddev): normal(10 * stddev),
    }
    result = {}
    for i, (name, start) in enumerate(starts.items()):
        report(i / len(starts))
        spec = SignalSpec(depth=layers, width=SIGNAL_WIDTH, kernel_initializer=start, data=NORMAL, seeds=3, rows=64)
        result[name] = send(spec)
    return result


def _fading_reveal(texts: dict[str, SignalRecord]) -> Reveal:
    (*_, large), records = texts, list(texts.values())
    shares = [left(typical(record.activations)) for record in records]
    backwards = left(typical(records[0].gradients)[::-1])
    layers = records[0].spec.depth
    share = shares[0]
    right = 0 if share > LEVEL_TO else 1 if share >= LEVEL_FROM else 2 if share >= MILLIONTH else 3
    each = factor(typical(records[0].activations))
    ending = (
        "A net like this is not wrong. It is deaf."
        if share < MILLIONTH
        else "A net like this is hard of hearing."
        if share < LEVEL_FROM
        else "A net like this drowns in its own noise."
        if share > LEVEL_TO
        else "A net like this can hear, and answer."
    )
    became = "of the signal is left" if share < 1 else "times the signal arrives"
    back = f"{number(backwards)} of it" if backwards < 1 else f"{number(backwards)} times as much"
    return Reveal(
        right,
        f"After {count(layers, 'layer')} {number(share)} {became}: each layer multiplied it by {number(each)} on "
        f"average. From a spread of {large} it became {number(shares[2])} times as large, from He's rule "
        f"{number(shares[1])} times.",
        "A number a little below 1, times itself many times, comes to nothing. A number above 1 comes to far too "
        "much. What arrives at the end is all that the network can answer from.\n\nLearning sends a message the other "
        "way: the gradient, which tells each weight which way to move. It passes the same layers. Here "
        f"{back} reaches the first layer. {ending}",
    )


def _fading_pictures(texts: dict[str, SignalRecord], palette: Palette) -> list[Picture]:
    small = next(iter(texts))
    styles = ((palette.units[0], "solid"), (palette.text, "dash"), (palette.units[1], "dot"))
    forwards = {name: typical(record.activations) for name, record in texts.items()}
    backwards = {name: typical(record.gradients) for name, record in texts.items()}
    layers = len(backwards[small])
    pictures: list[Picture] = []
    for name, axis, start, values, title in (
        ("fading", "spread of the answers", 0, forwards,
         f"Forwards: a spread of {small} makes the signal {number(left(forwards[small]))} times as large."),
        ("fading back", "spread of the gradient", 1, backwards,
         f"Backwards: a spread of {small} makes the gradient {number(left(backwards[small][::-1]))} times as large."),
    ):  # fmt: skip
        drawn = [NamedLine(key, values[key], *style) for key, style in zip(texts, styles, strict=True)]
        pictures.append(
            plot_lines(
                name, title, f"{axis.capitalize()}, layer by layer, on a logarithmic axis. {title}",
                np.arange(start, layers + 1), drawn, palette,
                x_title="layer (0: the input)" if start == 0 else "layer", y_title=axis, log_y=True,
            )
        )  # fmt: skip
    return pictures


@dataclass(frozen=True, eq=False)
class SignalLevel:
    """The spreads that keep a signal level.

    Attributes:
        widths: `[W]`, units a layer.
        relu: the level spread with ReLU, `[W]`, measured.
        straight: the same with units that pass on their sum as it is.
        narrow: the place of the width that was asked about; the wide one is four times as wide.
    """

    widths: Array
    relu: Array
    straight: Array
    narrow: int

    @property
    def wide(self) -> int:
        """The place of the width that is four times as large."""
        return int(np.flatnonzero(self.widths == WIDER * self.widths[self.narrow])[0])


def level(width: int, on_progress: Progress | None = None) -> SignalLevel:
    """Find the level spread at some widths, this one and four times it among them."""
    widths = np.array([width // 4, width // 2, width, 2 * width, WIDER * width])
    result = {}
    for i, activation in enumerate(("relu", "linear")):
        result[activation] = np.array(
            [
                level_stddev(int(n), activation, part(on_progress, i * len(widths) + k, 2 * len(widths)))
                for k, n in enumerate(widths)
            ]
        )
    return SignalLevel(widths, result["relu"], result["linear"], 2)


def _level_reveal(levels: SignalLevel) -> Reveal:
    narrow, wide = levels.relu[[levels.narrow, levels.wide]]
    times = wide / narrow
    n, m = (int(levels.widths[place]) for place in (levels.narrow, levels.wide))
    root = levels.relu[levels.narrow] / levels.straight[levels.narrow]
    return Reveal(
        int(np.argmin([abs(math.log(times / factor)) for factor in TIMES])),
        f"With {n} ReLU units a layer the level spread is {number(narrow)}, with {m} it is {number(wide)}: "
        f"{number(times)} times as large.",
        f"A sum of n random numbers does not grow like n. Pluses and minuses cancel in part, and its spread grows like "
        f"√n. So divide the weights by √n, and all is level: four times the inputs, half the weights.\n\nReLU throws "
        f"the negative half away. To make up for it, weights must be √2 = {number(math.sqrt(2))} times larger; "
        f"measured: {number(root)} times. That is He's rule, √(2 / n). Without ReLU it is √(1 / n), LeCun's rule. "
        "Glorot's takes the mean of inputs and outputs for n, so that the way back is level too.",
    )


def _level_pictures(levels: SignalLevel, palette: Palette) -> list[Picture]:
    n, m = (int(levels.widths[place]) for place in (levels.narrow, levels.wide))
    title = f"Level spread with ReLU: {number(float(levels.relu[levels.narrow]))} for {n} units, "
    title += f"{number(float(levels.relu[levels.wide]))} for {m}."
    drawn = [
        NamedLine("ReLU", levels.relu, palette.units[0]),
        NamedLine("straight", levels.straight, palette.units[1], "dot"),
    ]
    rules = {"√(2 / n)": np.sqrt(2 / levels.widths), "√(1 / n)": np.sqrt(1 / levels.widths)}
    rows = [f"{width} units" for width in levels.widths]

    def column(values: Array) -> dict[str, str]:
        return {row: number(float(value)) for row, value in zip(rows, values, strict=True)}

    return [
        plot_lines(
            "level", title, f"The spread that keeps a signal level, by width, on two logarithmic axes. {title}",
            levels.widths, drawn, palette, x_title="units a layer", y_title="level spread", log_x=True, log_y=True,
        ),
        Numbers(
            "Measured, beside the rules",
            {"ReLU": column(levels.relu), "√(2 / n)": column(rules["√(2 / n)"]), "straight": column(levels.straight),
             "√(1 / n)": column(rules["√(1 / n)"])},
        ),
    ]  # fmt: skip


FADING_SCREEN = Screen(
    key="fading",
    title="What is left of a signal after thirty layers?",
    before="Each layer takes numbers in, multiplies them by its weights, adds them up, and passes the result on. So "
    "the size of the weights decides whether a signal grows or shrinks on its way.\n\nSize here means spread: how "
    "far from zero the weights lie, on the whole. (Its other name is standard deviation.) Keras's random_normal draws "
    "weights of spread 0.05 unless you say otherwise. We send a signal of spread 1 through 30 layers of 64 ReLU "
    "units that start so. ReLU turns negative numbers into zero.",
    question="How large is the signal after the last layer?",
    options=(
        "Much larger than before.",
        "About as large as before.",
        "Smaller, but a millionth or more is left.",
        "Less than a millionth is left.",
    ),
    measure=fading,
    reveal=_fading_reveal,
    pictures=_fading_pictures,
    settings=(
        Parameter(name="spread", kind=float, default=0.05, low=0.01, high=1.0, label="spread", note="Of the weights."),
        Parameter(
            name="layers", kind=int, default=DEPTH, low=2, high=50, label="layers", note="Of 64 ReLU units each."
        ),
    ),
)

LEVEL_SCREEN = Screen(
    key="level",
    title="Which spread keeps the signal level?",
    before="Too small fades, too large explodes. In between there is one spread at which each layer hands the signal "
    "on as large as it came. Call it the level spread.\n\nA unit adds up one product for each number that comes in. "
    "How many come in is called the fan-in. In a stack of layers of 64 units it is 64. Now make all layers four times "
    "as wide: 256 units.",
    question="What happens to the level spread?",
    options=(
        "It becomes four times smaller.",
        "It becomes half as large.",
        "It stays. A good scale is a good scale.",
        "It doubles.",
    ),
    measure=level,
    reveal=_level_reveal,
    pictures=_level_pictures,
    settings=(
        Parameter(
            name="width", kind=int, default=64, low=32, high=64, label="units a layer", note="And four times as many."
        ),
    ),
)
