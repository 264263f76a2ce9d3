"""A signal on its way through a deep network: its spread, its shape, and what becomes of two inputs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from nnviz.analysis.depth.signal import NORMAL, SignalRecord
from nnviz.analysis.depth.theory import SignalTheory
from nnviz.analysis.depth.verdict import correlations, factor, signed, typical
from nnviz.analysis.words import count, number, percent
from nnviz.core import activations, datasets
from nnviz.figures.style import draw
from nnviz.figures.style.axes import Scale, compact, end_labels, fit_scale, last_finite
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot, note

Array = np.ndarray

BAND = (0.1, 0.9)  # of the networks: eight in ten lie in the band
MARKED = 16  # up to so many layers each has a mark
PEAK = 0.92  # how high the highest bar of a histogram reaches, in rows


def plot_forwards(record: SignalRecord, theory: SignalTheory | None, palette: Palette) -> Figure:
    """The spread of the answers, from the input to the last layer, with a band over the networks."""
    line, expected = typical(record.activations), theory.activations if theory else None
    title, layers = _finding("Forwards", line, expected), np.arange(len(line))
    return _stddev_lines(
        "signal", title, "spread of the answers", "Forwards", layers, record.activations, expected, palette
    )


def plot_backwards(record: SignalRecord, theory: SignalTheory | None, palette: Palette) -> Figure:
    """The spread of the gradient with respect to each layer's sums, as it goes back from an error of spread 1."""
    line, expected = typical(record.gradients), theory.gradients if theory else None
    title = _finding("Backwards", line[::-1], None if expected is None else expected[::-1])
    layers = np.arange(1, len(line) + 1)
    return _stddev_lines(
        "gradient", title, "spread of the gradient", "Backwards", layers, record.gradients, expected, palette
    )


def _finding(way: str, line: Array, theory: Array | None) -> str:
    rate = factor(line)
    if math.isnan(rate):
        return f"{way}, there is nothing to compare: " + ("one layer." if len(line) < 2 else "it is lost at once.")
    said = "" if theory is None or math.isnan(factor(theory)) else f"; theory says {number(factor(theory))}"
    return f"{way}, each layer multiplies the spread by {number(rate)} on average{said}."


def _stddev_lines(
    name: str, title: str, axis: str, way: str, layers: Array, values: Array, theory: Array | None, palette: Palette
) -> Figure:
    band = low, middle, high = _band(values)
    scale = fit_scale([*band, *([] if theory is None else [theory])], log=True)
    lines = _measured(layers, (scale.place(low), scale.place(middle), scale.place(high)), palette, middle)
    labels = [("measured", palette.a, last_finite(middle))]
    if theory is not None:
        lines.append(_theory(layers, scale.place(theory), palette, theory))
        labels.append(("theory", palette.text, last_finite(theory)))
    plot = new_plot(
        lines,
        palette,
        margin={"l": 78, "r": 92},
        annotations=end_labels(scale, labels),
        xaxis=_layer_axis(layers),
        yaxis=scale.axis(axis, zero="0"),
    )
    alt = f"{way}: {axis} layer by layer, logarithmic, measured and by theory. {title}"
    table = {"layer": layers, "low": low, "median": middle, "high": high}
    return Figure(name, title, alt, plot, table if theory is None else table | {"theory": theory})


def plot_likeness(record: SignalRecord, theory: SignalTheory | None, palette: Palette) -> Figure:
    """The correlation of two inputs, layer by layer, for a pair of unlike rows and a pair of similar ones."""
    layers = np.arange(record.cosines.shape[2])
    middles = correlations(record)
    bands = [(*_band(record.cosines[:, p])[::2], middles[p]) for p in range(len(record.pairs))]
    lows = [band[0][np.isfinite(band[0])].min(initial=0.0) for band in bands]
    scale = Scale(False, min([0.0, *lows]) - 0.06, 1.06, math.nan)
    lines, labels, table = [], [], {"layer": layers}
    for p, (low, high, middle) in enumerate(bands):
        start = signed(float(middle[0]))
        lines += _measured(layers, (low, middle, high), palette, middle)
        labels.append((f"from {start}", palette.a, last_finite(middle)))
        table |= {f"median of pair {p + 1}": middle, f"low of pair {p + 1}": low, f"high of pair {p + 1}": high}
        if theory is not None:
            lines.append(_theory(layers, compact(theory.cosines[p]), palette, theory.cosines[p]))
            table[f"theory of pair {p + 1}"] = theory.cosines[p]
    notes = [] if bands else [note("All inputs are the same.")]
    plot = new_plot(
        lines,
        palette,
        margin={"r": 96},
        annotations=[*end_labels(scale, labels), *notes],
        xaxis=_layer_axis(layers),
        yaxis=scale.axis("correlation of two inputs") | {"nticks": 6},
    )
    title = " ".join(map(_likeness_finding, middles)) or "There are no two inputs to compare."
    alt = f"Correlation of two inputs layer by layer, measured (solid) and by theory (dashed). {title}"
    return Figure("likeness", title, alt, plot, table)


def _likeness_finding(line: Array) -> str:
    if not np.isfinite(line).all():
        layer = int(np.argmin(np.isfinite(line)))
        return f"From correlation {signed(float(line[0]))}: at layer {layer} an input is all zeros, or overflowed."
    return f"Correlation {signed(float(line[0]))} becomes {signed(float(line[-1]))}."


def plot_idle(record: SignalRecord, palette: Palette) -> Figure:
    """The share of saturated answers, or, where the activation does not squash, of dead units."""
    squashes = activations.registry[record.spec.activation].squashes
    values = record.saturated if squashes else record.dead
    layers = np.arange(1, values.shape[1] + 1)
    low, middle, high = _band(values)
    scale = Scale(False, -3.0, 103.0, math.nan)
    axis, noun = ("saturated answers", "answers") if squashes else ("dead units", "units")
    plot = new_plot(
        _measured(layers, (100 * low, 100 * middle, 100 * high), palette, 100 * middle, " %"),
        palette,
        margin={"r": 24},
        xaxis=_layer_axis(layers),
        yaxis=scale.axis(axis) | {"ticksuffix": " %", "nticks": 6},
    )
    state = "lie on a flat end" if squashes else "are dead on all rows"
    ends = [percent(float(middle[i])) for i in (0, -1)]
    title = f"{ends[0]} of layer 1's {noun} {state}, {ends[1]} of layer {len(layers)}'s."
    if not values.any():
        title = f"No layer has {axis}."
    alt = f"Share of {axis} layer by layer. {title}"
    return Figure("idle", title, alt, plot, {"layer": layers, "low": low, "median": middle, "high": high})


def plot_histograms(record: SignalRecord, palette: Palette) -> Figure:
    """The shape of the answers in a few layers, one row each, the first on top."""
    squashes = activations.registry[record.spec.activation].squashes
    edges, counts = record.edges, record.histograms
    centers = compact((edges[1:] + edges[:-1]) / 2)
    rows = len(counts)
    data: list[dict[str, Any]] = []
    filled: dict[str, Any] = {"line_shape": "hvh", "fill": "toself", "fillcolor": palette.a, "opacity": 0.55}
    for k, (layer, shares) in enumerate(zip(record.shown, counts, strict=True)):
        base = rows - 1 - k
        height, closed = _height(shares), np.concatenate([[0], shares, [0]])
        data.append(
            draw.line(
                np.concatenate([centers[:1], centers, centers[-1:]]),
                compact(base + PEAK * np.minimum(1, closed / height)),
                f"layer {layer}",
                palette.a,
                1.5,
                hover=f"layer {layer}, at %{{x:.2f}}<br>%{{customdata:.3~g}} % of answers",
                customdata=100 * closed,
                **filled,
            )
        )
    ends = {"range": [float(edges[0]) * 1.02 - 0.02, float(edges[-1]) * 1.02 + 0.02]}
    unit = "answer" if squashes else "answer, in the layer's own spreads"
    names = [f"layer {layer}" for layer in reversed(record.shown)]
    plot = new_plot(
        data,
        palette,
        margin={"l": 84},
        xaxis=ends | draw.axis(unit, nticks=9),
        yaxis={"range": [-0.05, rows], "showgrid": False, "tickvals": list(range(rows)), "ticktext": names},
    )
    title = _shape(record, squashes)
    alt = f"Histograms of the answers in {count(rows, 'layer')}, the first on top. {title}"
    table = {
        "layer": np.repeat(record.shown, len(centers)),
        "from": np.tile(edges[:-1], rows),
        "to": np.tile(edges[1:], rows),
        "share": counts.ravel(),
    }
    return Figure("histograms", title, alt, plot, table)


def _height(shares: Array) -> float:
    """The share that is drawn as a full row; one bar that towers over all others is cut, so that they are seen."""
    first, second = np.sort(shares)[[-1, -2]]
    return float(min(first, 3 * second) if second > 1e-3 else first) or 1.0


def _shape(record: SignalRecord, squashes: bool) -> str:
    first, last = record.histograms[0], record.histograms[-1]
    layer = record.shown[-1]
    if not last.any():
        return f"Layer {layer}'s answers are no numbers any more."
    if squashes:
        ends = [percent(float(shares[0] + shares[-1])) for shares in (first, last)]
        return f"In the outermost bars lie {ends[0]} of layer 1's answers, {ends[1]} of layer {layer}'s."
    middle = len(first) // 2
    shares = [percent(float(part[middle])) for part in (first, last)]
    return f"In the bar at 0 lie {shares[0]} of layer 1's answers, {shares[1]} of layer {layer}'s."


def describe_signal(record: SignalRecord) -> str:
    """What was sent through what, in a line."""
    spec = record.spec
    data = "normal noise" if spec.data == NORMAL else datasets.registry[spec.data].label
    return f"{data} through {count(spec.depth, 'layer')} of {count(spec.width, 'unit')}, {count(spec.seeds, 'network')}"


def _band(values: Array) -> tuple[Array, Array, Array]:
    """The band's lower end, the median and the band's upper end over the networks."""
    low, high = np.quantile(np.where(np.isnan(values), np.inf, values), BAND, axis=0, method="nearest")
    middle = typical(values)
    return tuple(np.where(np.isfinite(part), part, np.nan) for part in (low, middle, high))  # type: ignore[return-value]


def _measured(
    layers: Array, band: tuple[Array, Array, Array], palette: Palette, shown: Array, unit: str = ""
) -> list[dict[str, Any]]:
    low, middle, high = band
    at = layers.astype(np.int16)
    marks: dict[str, Any] = {"mode": _mode(layers), "marker": {"size": 8}, "customdata": shown}
    hover = f"layer %{{x}}: %{{customdata:.3~g}}{unit}"
    area = draw.area(at, low, high, "band", palette.a, 0.22)
    area["y"] = compact(area["y"])
    return [area, draw.line(at, compact(middle), "measured", palette.a, 3.5, "", hover, **marks)]


def _theory(layers: Array, placed: Array, palette: Palette, shown: Array) -> dict[str, Any]:
    said = "layer %{x}, theory: %{customdata:.3~g}"
    return draw.line(layers.astype(np.int16), placed, "theory", palette.text, 2, "dash", said, customdata=shown)


def _mode(layers: Sequence[int] | Array) -> str:
    return "lines+markers" if len(layers) <= MARKED else "lines"


def _layer_axis(layers: Array) -> dict[str, Any]:
    first, last = int(layers[0]), int(layers[-1])
    room = 0.5 if first == last else 0.0
    name = "layer (0: the input)" if first == 0 else "layer"
    return draw.axis(name, [first - room, last + room], tickformat="d", nticks=min(8, len(layers) + 1))
