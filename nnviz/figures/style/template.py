"""Colours and the one Plotly template, light and dark."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

FONT_SIZE = 16


@dataclass(frozen=True)
class Palette:
    """The colours of one theme. Each has one meaning; see the attributes.

    Attributes:
        name: light or dark.
        background: of the page.
        text: words and unit lines.
        muted: axis names and yardsticks.
        grid: grid lines.
        negative: below zero, or class 0.
        zero: at zero, or undecided.
        positive: above zero, or class 1.
        a: experiment A, always a solid line.
        b: experiment B, always a dashed line.
        shades: amounts, from none to most.
        units: hidden units in turn, always with their number (Okabe and Ito's).
    """

    name: str
    background: str
    text: str
    muted: str
    grid: str
    negative: str
    zero: str
    positive: str
    a: str
    b: str
    shades: tuple[str, str]
    units: tuple[str, ...]

    @property
    def diverging(self) -> list[list[Any]]:
        """The colour scale for signed values and class probabilities."""
        return [[0.0, self.negative], [0.5, self.zero], [1.0, self.positive]]

    @property
    def sequential(self) -> list[list[Any]]:
        """The colour scale for amounts."""
        return [[0.0, self.shades[0]], [1.0, self.shades[1]]]


LIGHT = Palette(
    name="light",
    background="#FFFFFF",
    text="#1C2430",
    muted="#5A616C",
    grid="#E6E9EC",
    negative="#C85A11",
    zero="#F7F7F7",
    positive="#1B6CA8",
    a="#6A3D9A",
    b="#00796B",
    shades=("#F3F5F8", "#717881"),
    units=("#0072B2", "#D55E00", "#009E73", "#C774A2", "#9E9000", "#3698CB", "#C68100", "#000000"),
)
DARK = Palette(
    name="dark",
    background="#0E1117",
    text="#E8ECF1",
    muted="#A0A6AD",
    grid="#2A303A",
    negative="#F0853B",
    zero="#232A34",
    positive="#56B4E9",
    a="#B794F6",
    b="#4FD1B5",
    shades=("#1A202A", "#737A82"),
    units=("#3491D3", "#DF6817", "#009E73", "#CC79A7", "#F0E442", "#56B4E9", "#E69F00", "#E8ECF1"),
)
PALETTES = {palette.name: palette for palette in (LIGHT, DARK)}


@cache
def template(palette: Palette) -> dict[str, Any]:
    """The look that every figure shares."""
    axis: dict[str, Any] = {
        "gridcolor": palette.grid,
        "linecolor": palette.grid,
        "zeroline": False,
        "exponentformat": "power",
        "ticks": "",
        "tickfont": {"color": palette.muted},
        "title": {"font": {"color": palette.muted, "size": FONT_SIZE}, "standoff": 8},
        "fixedrange": True,
    }
    return {
        "layout": {
            "font": {"family": '"Source Sans", sans-serif', "size": FONT_SIZE, "color": palette.text},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "margin": {"l": 64, "r": 16, "t": 12, "b": 52},
            "height": 330,
            "showlegend": False,
            "dragmode": False,
            "hoverlabel": {
                "font": {"size": FONT_SIZE, "color": palette.text},
                "bgcolor": palette.background,
                "bordercolor": palette.muted,
            },
            "xaxis": axis,
            "yaxis": axis,
            "annotationdefaults": {"showarrow": False, "font": {"size": FONT_SIZE, "color": palette.muted}},
        }
    }


def new_plot(data: list[dict[str, Any]], palette: Palette, **layout: Any) -> dict[str, Any]:
    """A Plotly figure in the shared look, as a dictionary."""
    return {"data": data, "layout": {"template": template(palette), **layout}}


def note(text: str, **where: Any) -> dict[str, Any]:
    """An annotation in the middle of the plot, or where told."""
    return {"text": text, "xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5, "showarrow": False, **where}
