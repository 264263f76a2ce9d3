"""Which initializer works with which activation, as a heat map."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnviz.analysis.initializers.works import Cell, Works
from nnviz.analysis.words import count, number, percent
from nnviz.core import activations
from nnviz.figures.style import draw
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import Palette, new_plot

ROW, HEAD = 46, 44  # pixels
DARK_SHARE = 0.9  # from here up a cell is so dark that its words take the background's colour


def plot_works(works: Works, palette: Palette) -> Figure:
    """Share of runs that trained: initializers down, activations across, the share in each cell.

    Over each cell lies an unseen point at x = its column and y = its row, so that a page can tell which was clicked.

    Args:
        works: the map; cells that have not been trained stay empty.
        palette: the theme's colours.
    """
    rows = [initializer_label(works, row) for row in range(len(works.initializers))]
    columns = [activations.registry[key].label for key in works.activations]
    shares = works.shares()
    places = sorted(works.cells)
    hover = [_hover(rows[row], columns[column], works.cells[row, column]) for row, column in places]
    data = [
        draw.heat(shares, palette.sequential, (0, 1), 2),
        draw.targets(
            np.array([column for _, column in places]),
            np.array([row for row, _ in places]),
            "cells",
            40,
            hover,
            {"symbol": "square"},
            mode="markers+text",
            text=[f"<b>{percent(works.cells[place].share)}</b>" for place in places],
            textfont={"size": 18, "color": [_ink(works.cells[place], palette) for place in places]},
            unselected={"marker": {"opacity": 0}, "textfont": {"color": palette.text}},
        ),
    ]
    plot = new_plot(
        data,
        palette,
        height=ROW * len(rows) + HEAD + 12,
        margin={"l": 8, "r": 8, "t": HEAD, "b": 12},
        hoverdistance=-1,
        xaxis=_category_axis(columns) | {"side": "top", "tickangle": 0 if len(columns) < 6 else -45},
        yaxis=_category_axis(rows) | {"range": [len(rows) - 0.5, -0.5], "ticklabelstandoff": 6},
    )
    title = _finding(works)
    words = "; ".join(
        f"{rows[row]} with {columns[column]} {works.cells[row, column].trained} of {works.cells[row, column].runs}"
        for row, column in places
    )
    alt = f"Heat map of the share of runs that trained, by initializer and activation. {title} {words}."
    return Figure("works", title, alt, plot, _table(works))


def _category_axis(names: list[str]) -> dict[str, Any]:
    ticks = {"tickvals": list(range(len(names))), "ticktext": names}
    return ticks | {"range": [-0.5, len(names) - 0.5], "showgrid": False, "automargin": True}


def initializer_label(works: Works, row: int) -> str:
    """What a row is called: its label, and its text form where parameters are set."""
    initializer = works.initializers[row]
    text = str(initializer)
    return initializer.scheme.label if text == initializer.key else text


def _ink(cell: Cell, palette: Palette) -> str:
    return palette.background if cell.share >= DARK_SHARE else palette.text


def _hover(row: str, column: str, cell: Cell) -> str:
    kinds = ", ".join(f"{amount} {kind}" for kind, amount in cell.kinds.items())
    return (
        f"{row} with {column}<br>{cell.trained} of {count(cell.runs, 'run')} ended below loss {number(cell.bar)}"
        f"<br>median loss {number(cell.median_loss)}<br>verdicts: {kinds}<br>click to open it in the Playground"
    )


def _finding(works: Works) -> str:
    cells = list(works.cells.values())
    if not cells:
        return "Nothing has been trained yet."
    always = sum(cell.trained == cell.runs for cell in cells)
    never = sum(cell.trained == 0 for cell in cells)
    total = len(works.initializers) * len(works.activations)
    so_far = f" ({total - len(cells)} more not trained yet)" if len(cells) < total else ""
    finding = f"Of {count(len(cells), 'pair')}{so_far}, {always} train in every run and {never} in none."
    best = np.nanmean(works.shares(), axis=1) if len(cells) == total else np.zeros(0)
    if len(best) > 1 and best.max() > 0:
        leaders = np.flatnonzero(best == best.max())
        names = " and ".join(initializer_label(works, int(row)) for row in leaders)
        finding += f" {names} {'trains' if len(leaders) == 1 else 'train'} most often: {percent(best.max())} of runs."
    return finding


def _table(works: Works) -> dict[str, np.ndarray]:
    places = sorted(works.cells)
    cells = [works.cells[place] for place in places]
    return {
        "initializer": np.array([str(works.initializers[row]) for row, _ in places]),
        "activation": np.array([works.activations[column] for _, column in places]),
        "runs": np.array([cell.runs for cell in cells]),
        "trained": np.array([cell.trained for cell in cells]),
        "median_loss": np.array([cell.median_loss for cell in cells]),
    }
