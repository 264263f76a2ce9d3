"""What the stage is sent: one piece of bytes, made from traces without Streamlit.

The browser gets the networks' weights at every snapshot and evaluates the networks itself. A network too large for
that, or with residual blocks, is sent as pictures instead: what some of its units answer over the plane, worked out
here.

The bytes are the header's length (uint32, little-endian), the header (JSON, padded to whole words) and the arrays.
An array stands in the header as `{"kind": "f4", "shape": [60, 8], "at": 0}`: little-endian float32 ("i1": int8),
row by row, `at` bytes after the header's end.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from nnviz.analysis.playground.functions import unit_functions
from nnviz.analysis.playground.paths import unit_paths
from nnviz.analysis.playground.units import unit_vectors
from nnviz.analysis.solutions.surface import input_range
from nnviz.core import activations
from nnviz.core.contraction import blas_matmul, exact_matmul, needs_exact, one_blas_thread
from nnviz.core.datasets import Dataset
from nnviz.core.network import Network, parameter_count, target_rows, with_ones
from nnviz.core.trace import Trace, hidden_signals, predict
from nnviz.figures.style.axes import LARGEST
from nnviz.figures.style.sides import Side, traced_sides
from nnviz.figures.style.template import Palette

Array = np.ndarray

MOST_WEIGHTS = 6_000  # a network with more is sent as pictures: the browser could not evaluate it 60 times a second
MOST_NUMBERS = 120_000  # of one side's weights and paths over all snapshots
MOST_SNAPSHOTS = 24  # of a side sent as pictures
MOST_UNITS = 12  # of a layer that are drawn
MOST_LAYERS = 5  # that are drawn: the first ones and the last
MOST_ROWS = 240  # of the data
MOST_GRADIENT_WORK = 4_000_000  # units × rows × snapshots
PICTURE = 20  # points along each side of a picture that is made here
CURVE = 96  # points along a curve
OWN_RANGE = 20  # a side whose paths span so many times the other's gets ranges of its own


def payload(traces: Sequence[Trace], palette: Palette, sentences: Sequence[str]) -> bytes:
    """Everything the stage shows of one or two traces.

    Args:
        traces: A, or A and B; the first run of each is shown.
        palette: the theme's colours.
        sentences: each side's verdict, for those who cannot see the picture.
    """
    with one_blas_thread():
        return pack(_header(traces, palette, sentences))


def in_palettes(
    traces: Sequence[Trace], palettes: Sequence[Palette], sentences: Sequence[str]
) -> tuple[list[bytes], bytes]:
    """The payload in several themes: a head for each, and the arrays, which go after any of them."""
    heads, arrays = [], b""
    for palette in palettes:
        data = payload(traces, palette, sentences)
        end = 4 + int.from_bytes(data[:4], "little")
        heads.append(data[:end])
        arrays = data[end:]
    return heads, arrays


def _header(traces: Sequence[Trace], palette: Palette, sentences: Sequence[str]) -> dict[str, Any]:
    both = traced_sides(traces, palette)
    rows = {id(trace.dataset): _rows(trace.dataset, input_range([trace])) for trace in traces}
    planes = _planes(traces)
    return {
        "palette": asdict(palette),
        "clock": clock(traces),
        "sides": [
            _side(side, sentence, rows[id(side.trace.dataset)], plane)
            for side, sentence, plane in zip(both, sentences, planes, strict=True)
        ],
    }


def clock(traces: Sequence[Trace]) -> Array:
    """The epochs at which the clock that both sides share stands, moment by moment: the longer training's snapshots."""
    epochs: Array = max((trace.epochs for trace in traces), key=lambda epochs: (epochs[-1], len(epochs)))
    return epochs


def pack(header: object) -> bytes:
    """A header and the arrays in it as bytes; an array that stands there twice is sent once."""
    chunks: list[bytes] = []
    places: dict[int, dict[str, Any]] = {}

    def place(array: Array) -> dict[str, Any]:
        if id(array) not in places:
            kind = "i1" if array.dtype == np.int8 else "f4"
            with np.errstate(over="ignore"):
                data = np.ascontiguousarray(array, dtype=f"<{kind}").tobytes()
            at = sum(map(len, chunks))
            places[id(array)] = {"kind": kind, "shape": array.shape, "at": at}
            chunks.append(data + bytes(-len(data) % 4))
        return places[id(array)]

    words = json.dumps(header, default=place, ensure_ascii=False).encode()
    words += b" " * (-len(words) % 4)
    return b"".join([len(words).to_bytes(4, "little"), words, *chunks])


def _side(side: Side, sentence: str, data: dict[str, Any], plane: dict[str, Any]) -> dict[str, Any]:
    trace = side.trace
    activation = activations.registry[trace.experiment.activation]
    sizes = trace.experiment.layer_sizes
    whole = parameter_count(sizes) <= MOST_WEIGHTS and not trace.branch_kernels  # the browser knows plain layers only
    moments = _moments(trace, whole)
    layers = _layers_shown(len(trace.experiment.hidden))
    gradients = _gradients(trace, moments) if whole else []
    return {
        "letter": side.letter,
        "label": side.label,
        "color": side.color,
        "dashed": side.dash != "solid",
        "sentence": sentence,
        "sizes": sizes,
        "activation": activation.key,
        "half": 0 if activation.squashes else 1,  # the answer drawn in half colour; 0: colour is the answer itself
        "loss": trace.experiment.task.loss,
        "epochs": trace.epochs[moments],
        "losses": trace.train_loss[0, moments],
        "accuracies": trace.test_accuracy[0, moments],
        "functions": [layer.distinct for layer in unit_functions(trace, np.zeros_like(moments), moments)],
        "diverged": _diverged(trace, moments),
        "data": data,
        "plane": {**plane, "points": plane["points"][moments]},
        "layers": [
            {
                "index": layer,
                "twins": _twins(trace, layer, moments),
                "gradients": gradients[layer][:, :MOST_UNITS] if gradients else None,
            }
            for layer in layers
        ],
        **(_weights(trace, moments) if whole else _pictures(trace, moments, layers, data, activation.squashes)),
    }


def _moments(trace: Trace, whole: bool) -> Array:
    """Which snapshots are sent: only those whose weights a float32 holds, and no more than the budget lets."""
    arrays = [array[0] for array in trace.parameters]
    good = np.all([(np.abs(array.reshape(len(array), -1)) < LARGEST).all(axis=1) for array in arrays], axis=0)
    last = len(good) - 1 if good.all() else max(0, int(good.argmin()) - 1)
    numbers = sum(array[0].size for array in arrays) + 3 * MOST_UNITS
    most = MOST_NUMBERS // numbers if whole else MOST_SNAPSHOTS
    return np.unique(np.linspace(0, last, min(last + 1, most)).round().astype(int))


def _layers_shown(depth: int) -> list[int]:
    if depth <= MOST_LAYERS:
        return list(range(depth))
    first = MOST_LAYERS - MOST_LAYERS // 2
    return [*range(first), *range(depth - MOST_LAYERS // 2, depth)]


def _diverged(trace: Trace, moments: Array) -> dict[str, Any] | None:
    step = int(trace.diverged_at[0])
    if step < 0 and moments[-1] == len(trace.steps) - 1:
        return None
    words = f"diverged at step {step:,}" if step >= 0 else "too large to draw from here on"
    return {
        "epoch": step / trace.experiment.steps_per_epoch if step >= 0 else trace.epochs[moments[-1]],
        "words": words,
    }


def _weights(trace: Trace, moments: Array) -> dict[str, Any]:
    return {
        "kernels": [kernel[0, moments] for kernel in trace.kernels],
        "biases": [bias[0, moments] for bias in trace.biases],
        "pictures": None,
        "answers": None,
    }


def _pictures(
    trace: Trace, moments: Array, layers: Sequence[int], data: dict[str, Any], squashes: bool
) -> dict[str, Any]:
    """What the units that are drawn answer over the plane, and the network: as int8, 127 being full colour."""
    last = len(trace.kernels) - 1
    kernels = [
        kernel[0, moments][:, : MOST_UNITS if layer else None, : MOST_UNITS if layer < last else None]
        if layer in layers or layer == last
        else None
        for layer, kernel in enumerate(trace.kernels)
    ]
    biases = [bias[0, moments][:, :MOST_UNITS] for bias in trace.biases]
    points = grid_points(data, PICTURE)
    pictures, outputs = [], []
    for moment in moments:
        answer = predict(trace, points, 0, moment)
        outputs.append(answer[:, 1] * 2 - 1 if answer.shape[1] == 2 else answer.argmax(axis=1) / 127)
        if data["view"] != "rows":
            signals = hidden_signals(trace, points, 0, moment)
            pictures.append([_shade(signals[layer][0][:, :MOST_UNITS].T, squashes) for layer in layers])
    return {
        "kernels": kernels,
        "biases": biases,
        "pictures": [_int8([at[i] for at in pictures]) for i in range(len(layers))] if pictures else None,
        "answers": np.array(outputs) if data["view"] == "curve" else _int8(outputs),
    }


def _shade(outputs: Array, squashes: bool) -> Array:
    return outputs if squashes else outputs / (1 + np.abs(outputs))


def _int8(values: Sequence[Array] | Sequence[list[Array]]) -> Array:
    measurement: Array = np.clip(np.nan_to_num(np.array(values)) * 127, -127, 127).round().astype(np.int8)
    return measurement


def grid_points(data: dict[str, Any], size: int) -> Array:
    """Where a picture is worked out, `[n, d]`: a square's cells from the top left, a line, or the rows themselves."""
    if data["view"] == "rows":
        rows: Array = data["x"]
        return rows
    low, high = data["low"], data["high"]
    if data["view"] == "curve":
        return np.linspace(low[0], high[0], CURVE)[:, None]
    cells = (np.arange(size) + 0.5) / size
    x, y = np.meshgrid(low[0] + cells * (high[0] - low[0]), high[1] - cells * (high[1] - low[1]))
    return np.column_stack([x.ravel(), y.ravel()])


def _rows(dataset: Dataset, extent: tuple[Array, Array]) -> dict[str, Any]:
    """The data: a part of the training rows, and how they are looked at."""
    low, high = extent
    x = dataset.x_train[:MOST_ROWS]
    view = "rows" if len(low) > 2 or len(dataset.class_names) > 2 else "plane" if len(low) == 2 else "curve"
    spots = x
    if view == "rows":  # the two directions in which the rows spread most
        centred = x - x.mean(axis=0)
        spots = centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T
        room = 0.08 * np.ptp(spots, axis=0)
        low, high = spots.min(axis=0) - room, spots.max(axis=0) + room
    return {
        "view": view,
        "x": x,
        "y": dataset.y_train[:MOST_ROWS].astype(float),
        "spots": spots,
        "low": low.tolist(),
        "high": high.tolist(),
        "features": dataset.feature_names,
        "classes": dataset.class_names,
        "square": [8, 8] if len(dataset.feature_names) == 64 else None,  # digits are pictures
    }


def _planes(traces: Sequence[Trace]) -> list[dict[str, Any]]:
    """The first layer's units as points in their weight plane, in the same ranges unless one side goes far beyond."""
    result = unit_paths(traces)
    points = [way.points[:, :MOST_UNITS] for way in result]
    spans = [np.abs(p[np.isfinite(p) & (np.abs(p) < LARGEST)]).max(initial=0.0) for p in points]
    together = max(spans) <= OWN_RANGE * max(1.0, min(spans))
    ranges = [_range(points)] * len(points) if together else [_range([p]) for p in points]
    return [
        {"points": p, "axes": way.axes, "low": low, "high": high}
        for p, way, (low, high) in zip(points, result, ranges, strict=True)
    ]


def _range(points: Sequence[Array]) -> tuple[list[float], list[float]]:
    flat = np.concatenate([p.reshape(-1, 2) for p in points])
    flat = flat[(np.abs(flat) < LARGEST).all(axis=1)]
    low, high = flat.min(axis=0, initial=0.0), flat.max(axis=0, initial=0.0)
    room = np.maximum(0.1 * (high - low), 0.1)
    return (low - room).tolist(), (high + room).tolist()


def _twins(trace: Trace, layer: int, moments: Array) -> Array:
    """For each unit drawn the first unit that is its clone at that moment (itself, if none), int8 `[T, units]`."""
    vectors = unit_vectors(trace, layer)[moments, :MOST_UNITS] + 0.0
    same = (vectors[:, :, None] == vectors[:, None]).all(axis=3)
    first: Array = same.argmax(axis=2).astype(np.int8)
    return first


def _gradients(trace: Trace, moments: Array) -> list[Array]:
    """How long the training loss's gradient is in each hidden unit's incoming weights and bias: `[T, units]` a layer.

    Nothing where that would take long. All snapshots are evaluated at once, as if they were runs.
    """
    experiment, dataset = trace.experiment, trace.dataset
    sizes, rows = experiment.layer_sizes, len(dataset.x_train)
    if rows * sum(sizes) * len(moments) > MOST_GRADIENT_WORK:
        return []
    layers = trace.stacked(np.zeros_like(moments), moments)
    matmul = exact_matmul if needs_exact([layer[0] for layer in layers]) else blas_matmul
    network = Network.of(experiment, len(moments), rows, matmul)
    x = with_ones(dataset.x_train, experiment.dtype)[None]
    targets = target_rows(dataset.y_train, sizes[-1], experiment.dtype)
    gradients = [np.empty_like(layer) for layer in layers]
    with np.errstate(all="ignore"):
        network.forward(layers, x)
        network.backward(layers, x, targets[None], gradients)
        return [np.linalg.norm(gradient / network.divisor, axis=1) for gradient in gradients[:-1]]
