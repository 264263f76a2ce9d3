"""Final losses of several groups of runs, a row of marks for each group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnviz.analysis.words import count, number
from nnviz.figures.axes import fit
from nnviz.figures.figure import Figure
from nnviz.figures.template import Palette, new_plot, note

NEAR = 0.018  # of the axis: marks nearer than this are piled up, so that each can be seen
RISE = 6  # pixels from one mark of a pile to the next
WORDS, ROOM = 34, 16  # pixels for a row's words, and above its highest pile
FOOT = 60  # pixels for the axis


@dataclass(frozen=True, eq=False)
class Strip:
    """A group of runs.

    Attributes:
        label: what it is, in a few words.
        losses: `[R]`, of each run; NaN where it diverged.
        names: what hovering over each run says first.
    """

    label: str
    losses: np.ndarray
    names: Sequence[str]


def strips(groups: Sequence[Strip], finding: str, unit: str, palette: Palette) -> Figure:
    """A mark for each run at its final loss; marks that would cover each other are piled up.

    Args:
        groups: from top to bottom.
        finding: the title.
        unit: of the losses, such as "nats".
        palette: the theme's colours.
    """
    scale = fit([group.losses for group in groups], log=False)
    data: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    height = 0.0  # of all rows so far, in pixels, which are the units of the vertical axis
    for group in groups:
        shown = np.isfinite(group.losses)
        losses = group.losses[shown]
        piled = RISE * _piled(losses, NEAR * scale.high)
        floor = height + ROOM + float(piled.max(initial=0.0))
        data.append({
            "type": "scatter", "mode": "markers", "name": group.label, "x": losses, "y": floor - piled,
            "marker": {
                "size": 12, "color": palette.muted, "line": {"color": palette.background, "width": 1},
            },
            "hovertext": [name for name, kept in zip(group.names, shown.tolist(), strict=True) if kept],
            "hovertemplate": "%{hovertext}<br>loss %{x:.4~g}<extra></extra>",
        })  # fmt: skip
        notes.append({
            "text": f"<b>{group.label}:</b> {_range(group)}", "x": 0, "xref": "paper", "xanchor": "left",
            "y": floor + WORDS / 2 + 2, "yref": "y", "font": {"color": palette.text},
        })  # fmt: skip
        height = floor + WORDS
    if not any(np.isfinite(group.losses).any() for group in groups):
        notes.append(note("All runs diverged."))
    plot = new_plot(
        data,
        palette,
        height=int(height) + FOOT,
        margin={"l": 8, "r": 16, "t": 8, "b": FOOT - 8},
        annotations=notes,
        hovermode="closest",
        xaxis={"title": {"text": f"final loss, {unit}" if unit else "final loss"}, "range": [0, scale.high]},
        yaxis={"visible": False, "range": [height, 0]},
    )
    alt = f"A row of marks for each group of runs, at their final losses. {finding} " + "; ".join(
        f"{group.label}: {_range(group)}" for group in groups
    )
    return Figure("final losses", finding, alt, plot, _table(groups))


def _piled(losses: np.ndarray, near: float) -> np.ndarray:
    """How many marks lie under each in its pile."""
    height = np.zeros(len(losses))
    first, under = -np.inf, 0
    for place in np.argsort(losses, kind="stable"):
        if losses[place] - first > near:
            first, under = losses[place], 0
        height[place] = under
        under += 1
    return height


def _range(group: Strip) -> str:
    finite = group.losses[np.isfinite(group.losses)]
    lost = len(group.losses) - len(finite)
    diverged = f"{count(lost, 'run')} diverged" if lost else ""
    if not finite.size:
        return diverged
    low, high = number(float(finite.min())), number(float(finite.max()))
    return ", ".join(filter(None, [low if low == high else f"{low} to {high}", diverged]))


def _table(groups: Sequence[Strip]) -> dict[str, np.ndarray]:
    return {
        "group": np.repeat([group.label for group in groups], [len(group.losses) for group in groups]),
        "run": np.concatenate([np.array(group.names) for group in groups]),
        "loss": np.concatenate([group.losses for group in groups]),
    }
