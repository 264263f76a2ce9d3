"""Which part of the weights may be zero: starts down, activations across, what became of each in its cell."""

from __future__ import annotations

import math

import numpy as np

from nnviz.analysis.symmetry.starts import InitOutcome, ZeroParts
from nnviz.analysis.words import count, number
from nnviz.core import activations
from nnviz.figures.style import draw
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot

ROW, HEAD = 88, 44  # pixels
LABEL = 0.36  # of a row's height, above its cells
DARKEST = 0.8  # how far along the scale the darkest cell lies, so that words stay readable on it
LEAST = 0.001  # losses below it are only called so
SHORT = {
    "nothing": "nothing moves",
    "output bias only": "bias moves",
    "output": "output moves",
    "all in lockstep": "in lockstep",
    "some in lockstep": "in lockstep",
    "all": "all move",
}


def plot_zero_parts(parts: ZeroParts, palette: Palette, click: bool = True) -> Figure:
    """Distinct units and loss at the end, and what moved, in a cell for each start and activation.

    The further the loss fell below a guess's, the stronger a cell's shade. Over each lies an unseen point at x = its
    column and, rounded down, y = its row, so that a page can tell which was clicked.

    Args:
        parts: all cells.
        palette: the theme's colours.
        click: whether a click on a cell opens its start, so that the hover says so.
    """
    columns = [activations.registry[key].label for key in parts.activations]
    size = (len(parts.cells), len(columns))
    fallen = np.array([[_fallen(cell, parts.guess) for cell in row] for row in parts.cells])
    shades = np.full((2 * size[0], size[1]), np.nan)
    shades[1::2] = fallen
    edges = [*np.add.outer(np.arange(size[0]), [0, LABEL]).ravel().tolist(), float(size[0])]
    places = [(row, column) for row in range(size[0]) for column in range(size[1])]
    middle = (1 + LABEL) / 2
    x, y = np.array([column for _, column in places]), np.array([row + middle for row, _ in places])
    hover = [_hover(parts.cells[row][column], columns[column], click) for row, column in places]
    across, up = np.arange(size[1] + 1) - 0.5, np.array(edges)
    data = [
        draw.heat(shades, palette.sequential, (0, 1 / DARKEST), x=across, y=up, xgap=3),
        draw.targets(x, y, "cells", 50, hover, {"symbol": "square"}),
    ]
    notes = [
        draw.row_label(f"<b>{row[0].start.label}</b>", place + LABEL, palette.text)
        for place, row in enumerate(parts.cells)
    ]
    notes += [
        draw.label(_words(parts.cells[row][column]), column, row + middle, palette.text, xref="x", yref="y")
        for row, column in places
    ]
    plot = new_plot(
        data,
        palette,
        height=ROW * size[0] + HEAD + 8,
        margin={"l": 8, "r": 8, "t": HEAD, "b": 8},
        annotations=notes,
        hoverdistance=-1,
        xaxis={
            "side": "top",
            "tickvals": list(range(size[1])),
            "ticktext": columns,
            "showgrid": False,
            "range": [-0.5, size[1] - 0.5],
        },
        yaxis={"visible": False, "range": [size[0], 0]},
    )
    title = parts_finding(parts)
    cells = "; ".join(
        f"{cell.start.label} with {columns[column]}: units act as {cell.functions} of {cell.units}, {_loss(cell)}, "
        f"moved: {cell.moved}"
        for row in parts.cells
        for column, cell in enumerate(row)
    )
    alt = f"A table of starts by activation with what the units act as, loss, and what moved. {title} {cells}."
    return Figure("zero parts", title, alt, plot, _table(parts))


def parts_finding(parts: ZeroParts) -> str:
    """Which part may be zero, in a sentence."""
    epochs = count(parts.cells[0][0].experiment.epochs, "epoch")
    return (
        f"Trained after {epochs}: from a zero output kernel {_names(parts.trained('output'))}; from a zero hidden "
        f"kernel {_names(parts.trained('hidden'))}; from both zero {_names(parts.trained('zeros'))}."
    )


def _names(keys: list[str]) -> str:
    labels = [activations.registry[key].label for key in keys]
    return " and ".join(filter(None, [", ".join(labels[:-1]), labels[-1]])) if labels else "none"


def _fallen(cell: InitOutcome, guess: float) -> float:
    """How far the loss fell below a guess's, as a share of it."""
    return 0.0 if math.isnan(cell.loss) else min(1.0, max(0.0, 1 - cell.loss / guess))


def _words(cell: InitOutcome) -> str:
    what = SHORT.get(cell.moved) or cell.moved.replace(" weights", " move")
    if _telling(cell):
        what = f"{what.removesuffix(' move')}, rank {cell.rank}"
    return f"<b>{cell.functions} of {cell.units}</b> · {_short(cell)}<br>{what}"


def _telling(cell: InitOutcome) -> bool:
    """Whether all units have numbers of their own and move, and yet look along fewer directions than there are."""
    return cell.distinct == cell.units and 0 < cell.rank < cell.full_rank


def _loss(cell: InitOutcome) -> str:
    return "diverged" if math.isnan(cell.loss) else number(cell.loss)


def _short(cell: InitOutcome) -> str:
    """The loss with three decimals: all of one width, for cells are narrow."""
    if not LEAST <= cell.loss < 10:
        return f"<{LEAST}" if cell.loss < LEAST else _loss(cell)
    return f"{cell.loss:.3f}"


def _hover(cell: InitOutcome, column: str, click: bool) -> str:
    words = (
        f"<b>{cell.start.label}</b> with {column}<br>{cell.start.note}<br>moved: {cell.moved}<br>units with "
        f"numbers of their own: {cell.distinct_before} at the start, {cell.distinct} at the end; they act as "
        f"{cell.functions}<br>hidden kernel of rank {cell.rank} of "
        f"{cell.full_rank}<br>loss {_loss(cell)}"
    )
    return f"{words}<br>click to open it in the Playground" if click else words


def _table(parts: ZeroParts) -> dict[str, np.ndarray]:
    cells = [(cell, key) for row in parts.cells for key, cell in zip(parts.activations, row, strict=True)]
    return {
        "start": np.array([cell.start.key for cell, _ in cells]),
        "activation": np.array([key for _, key in cells]),
        "moved": np.array([cell.moved for cell, _ in cells]),
        "distinct_at_start": np.array([cell.distinct_before for cell, _ in cells]),
        "distinct_at_end": np.array([cell.distinct for cell, _ in cells]),
        "functions_at_end": np.array([cell.functions for cell, _ in cells]),
        "kernel_rank": np.array([cell.rank for cell, _ in cells]),
        "loss": np.array([cell.loss for cell, _ in cells]),
        "verdict": np.array([cell.kind for cell, _ in cells]),
    }
