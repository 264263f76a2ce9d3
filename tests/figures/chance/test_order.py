"""What the figures of starts and orders show, read from their traces."""

import csv
import io
import json
import math

import numpy as np
import plotly.graph_objects as go
import pytest

from nnviz.analysis.chance.order import PARTS, Order, filled, split
from nnviz.analysis.words import percent
from nnviz.core.experiment import Experiment
from nnviz.figures.chance.order_matrix import plot_order_matrix
from nnviz.figures.chance.order_shares import plot_order_shares
from nnviz.figures.style.template import DARK, LIGHT


def found(losses, **changes):
    losses = np.array(losses, dtype=float)
    logarithms = filled(losses)
    starts, orders = losses.shape
    return Order(
        experiment=Experiment(**changes),
        seeds=np.arange(starts) + 3,
        orders=np.arange(orders) + 50,
        losses=losses,
        shares=split(logarithms),
        same_starts=bool((logarithms == logarithms[:1]).all()),
        same_orders=bool((logarithms == logarithms[:, :1]).all()),
    )


noise = np.random.default_rng(0).normal
CASES = {
    "start": found(np.exp(noise(size=(6, 1)) + 0.1 * noise(size=(6, 5)))),
    "order": found(np.exp(noise(size=(1, 5)) + 0.1 * noise(size=(6, 5)))),
    "pair": found(np.exp(noise(size=(6, 5)))),
    "full batch": found(np.repeat([[0.1], [0.2], [0.3]], 4, axis=1)),
    "equal starts": found(np.repeat([[0.1, 0.2, 0.3]], 4, axis=0)),
    "all alike": found(np.full((2, 2), math.log(2))),
    "some diverged": found([[0.1, np.nan, 0.3], [0.2, 0.1, 7.0]]),
    "all diverged": found(np.full((2, 3), np.nan)),
    "nothing left": found([[0.0, 0.1], [1e-300, 1e300]]),
    "a real target": found([[0.1, 0.2], [0.3, 0.5]], dataset="line_and_bump"),
    "forty": found(np.exp(noise(size=(40, 40)))),
}


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_case_can_be_drawn_in_a_way_plotly_accepts(case, palette):
    for figure in (plot_order_matrix(case, palette), plot_order_shares(case, palette)):
        go.Figure(json.loads(figure.plot.to_json()))  # checks every property
        assert figure.title.endswith(".")
        assert figure.title in figure.alt
        assert "nan" not in (figure.title + figure.alt).lower()
        header, *rows = csv.reader(io.StringIO(figure.csv()))
        assert header == list(figure.table)
        assert rows


def test_a_cell_has_its_pair_s_loss_and_place():
    case = CASES["start"]
    figure = plot_order_matrix(case, LIGHT)
    heat, cells = figure.plot.data
    assert np.asarray(heat.z) == pytest.approx(np.log10(case.losses), rel=1e-6)
    for i in (0, 7, 29):
        row, column = int(cells.y[i]), int(cells.x[i])
        assert cells.hovertext[i].startswith(f"start {3 + row}, order {50 + column}<br>loss ")
        assert figure.table["loss"][i] == case.losses[row, column]
        assert (figure.table["seed"][i], figure.table["shuffle_seed"][i]) == (3 + row, 50 + column)
    assert (heat.zmin, heat.zmax) == pytest.approx((np.log10(case.losses.min()), np.log10(case.losses.max())))
    assert figure.plot.layout.xaxis.title.text == "order (its seed)"
    assert figure.plot.layout.yaxis.title.text == "start (its seed)"


def test_losses_that_hardly_differ_do_not_fill_the_scale():
    heat = plot_order_matrix(found([[0.5, 0.5001], [0.5002, 0.5]]), LIGHT).plot.data[0]
    assert 10 ** (heat.zmax - heat.zmin) == pytest.approx(1.02, rel=1e-3)


def test_bars_are_the_shares_with_their_intervals():
    case = CASES["order"]
    (bars,) = plot_order_shares(case, LIGHT).plot.data
    assert bars.x == pytest.approx([100 * s.share for s in case.shares])
    assert bars.x + bars.error_x.array == pytest.approx([100 * max(s.share, s.high) for s in case.shares])
    assert bars.x - bars.error_x.arrayminus == pytest.approx([100 * min(s.share, s.low) for s in case.shares])
    assert list(plot_order_shares(case, LIGHT).table["part"]) == list(PARTS)


@pytest.mark.parametrize(
    ("case", "beginning"),
    [
        ("start", "The start explains 9"),
        ("order", "The order explains 9"),
        ("pair", "Neither alone: "),
        ("full batch", "The start explains all of the differences, the order exactly none: all 4 orders"),
        ("equal starts", "The order explains all of the differences: all 4 starts"),
        ("all alike", "All 4 runs ended alike"),
    ],
)
def test_the_finding_names_the_chance_that_matters(case, beginning):
    assert plot_order_shares(CASES[case], LIGHT).title.startswith(beginning)


def test_the_finding_gives_share_and_interval():
    case = CASES["start"]
    title = plot_order_shares(case, LIGHT).title
    start = case.shares[0]
    assert f"{percent(start.share)} of the differences" in title
    assert f"(95 % interval {percent(start.low)[:-2]} to {percent(start.high)})" in title
    assert "the order " in title


def test_the_picture_names_bands_and_diverged_runs():
    assert "bands along the rows" in plot_order_matrix(CASES["start"], LIGHT).title
    assert "bands down the columns" in plot_order_matrix(CASES["order"], LIGHT).title
    assert "bands" not in plot_order_matrix(CASES["pair"], LIGHT).title
    figure = plot_order_matrix(CASES["some diverged"], LIGHT)
    assert "1 run diverged (marked ×; taken as the worst of the others)." in figure.title
    assert [text for text in figure.plot.data[1].text if text] == ["×"]
    assert plot_order_matrix(CASES["all diverged"], LIGHT).title == "All 6 runs diverged."
