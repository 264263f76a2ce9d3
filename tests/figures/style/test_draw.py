"""The vocabulary of figures makes what Plotly takes, and what its words say."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import pytest

from nnviz.figures.style import draw

X = np.array([0.0, 1.0, 2.0])


def test_plotly_takes_every_word() -> None:
    traces = [
        draw.line(X, X, "line", "#000000", dash="dot"),
        draw.rule([0, 2], 1.0, "rule", "#000000"),
        draw.area(X, X, X + 1, "area", "#000000", 0.5),
        draw.dots(X, X, "dots", "#000000", 9, "diamond", (2, "#ffffff"), 0.5, ["a", "b", "c"]),
        draw.ring(1, 1, "ring", "#000000", 20),
        draw.targets(X, X, "targets", 9, "%{x}", {"symbol": "square"}),
        draw.texts_at(X, X, ["a", "b", "c"], "#000000"),
        draw.bars(X, X, "bars", "#000000", 0.5, 0, error_y=draw.arms(X, X - 1, X + 1, "#000000")),
        draw.heat(np.eye(3), [[0, "#000000"], [1, "#ffffff"]], (0, 1), 2, {"tickvals": [0, 1]}),
        draw.chance_map(X, X, np.eye(3), [[0, "#000000"], [1, "#ffffff"]], "#000000", "%{z}"),
    ]
    layout = {
        "shapes": [draw.upright(1, "#000000"), draw.across(1, "#000000")],
        "annotations": [draw.label("at", 1, 1, "#000000", "left bottom"), draw.row_label("row", 0, "#000000", 1)],
        "xaxis": draw.axis("x", [0, 2]),
        "yaxis": draw.log_axis("y", [0, 2], [1, 10, 100], ["1", "10", "100"]),
    }
    assert len(go.Figure({"data": traces, "layout": layout}).data) == len(traces)


@pytest.mark.parametrize(
    ("hover", "expected"),
    [
        (None, {"hoverinfo": "skip"}),
        ("%{x}", {"hovertemplate": "%{x}<extra></extra>"}),
        ("%{x}<extra>name</extra>", {"hovertemplate": "%{x}<extra>name</extra>"}),
        (["a"], {"hovertext": ["a"], "hovertemplate": "%{hovertext}<extra></extra>"}),
    ],
)
def test_what_pointing_at_a_mark_shows(hover: draw.Hover, expected: dict[str, object]) -> None:
    drawn = draw.dots([1], [1], "dots", "#000000", hover=hover)
    assert {key: value for key, value in drawn.items() if key.startswith("hover")} == expected


def test_an_area_leaves_out_what_is_not_finite() -> None:
    drawn = draw.area(X, np.array([0.0, np.nan, 0.0]), np.array([1.0, 2.0, np.inf]), "area", "#000000")
    assert drawn["x"].tolist() == [0, 0]
    assert drawn["y"].tolist() == [0, 1]


def test_arms_reach_from_the_low_end_to_the_high_one() -> None:
    drawn = draw.arms(np.array([0.5, 1.0]), np.array([0.2, 0.9]), np.array([0.6, 1 - 1e-9]), "#000000")
    np.testing.assert_allclose(drawn["arrayminus"], [0.3, 0.1])
    np.testing.assert_allclose(drawn["array"], [0.1, 0])


def test_an_anchor_names_the_sides_of_a_text() -> None:
    assert draw.label("text", 0, 0, anchor="right") == {"text": "text", "x": 0, "y": 0, "xanchor": "right"}
    both = draw.label("text", 0, 0, anchor="center top")
    assert (both["xanchor"], both["yanchor"]) == ("center", "top")


def test_an_outline_has_a_width_and_maybe_a_colour() -> None:
    assert draw.marker("#000000", edge=2)["line"] == {"width": 2}
    assert draw.marker("#000000", edge=(2, "#ffffff"))["line"] == {"width": 2, "color": "#ffffff"}
    assert "line" not in draw.marker("#000000")
