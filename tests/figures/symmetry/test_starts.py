"""What the figures of starts show, read from their traces."""

import csv
import dataclasses
import io
import json
import math

import numpy as np
import plotly.graph_objects as go
import pytest

from nnviz.analysis.symmetry.starts import RECIPE, contest, parts
from nnviz.figures.style.template import DARK, LIGHT
from nnviz.figures.symmetry.starts import plot_starts
from nnviz.figures.symmetry.zero_parts import plot_zero_parts

QUICK = RECIPE.replace(samples=100, epochs=60)
RECIPES = {
    "default": QUICK,
    "two units": QUICK.replace(hidden=(2,)),
    "unequal classes": QUICK.replace(dataset="blobs", samples=101),
    "diverging": QUICK.replace(activation="relu", learning_rate=1000.0, epochs=200),
    "solved": QUICK.replace(dataset="xor", noise=0.0, samples=8, epochs=2000, learning_rate=10.0),
}


@pytest.fixture(scope="module", params=RECIPES.values(), ids=RECIPES)
def both(request):
    return contest(request.param, 3), parts(request.param, ("gelu", "relu", "sigmoid"))


@pytest.fixture(scope="module")
def quick():
    return contest(QUICK, 5), parts(QUICK)


def test_every_recipe_can_be_drawn_in_a_way_plotly_accepts(both):
    for palette in (LIGHT, DARK):
        for figure in (plot_starts(both[0], palette), plot_zero_parts(both[1], palette)):
            go.Figure(json.loads(figure.plot.to_json()))  # checks every property
            assert figure.title.endswith(".")
            assert figure.title in figure.alt
            assert " nan" not in (figure.title + figure.alt).lower()
            header, *rows = csv.reader(io.StringIO(figure.csv()))
            assert header == list(figure.table)
            assert all(len(row) == len(header) for row in rows)


def test_marks_stand_at_their_losses_in_their_order(quick):
    figure = plot_starts(quick[0], LIGHT)
    random, by_hand = figure.plot.data
    assert random.x == pytest.approx([o.loss for o in quick[0].random], rel=1e-6)
    assert by_hand.x == pytest.approx([o.loss for o in quick[0].outcomes], rel=1e-6)
    assert list(by_hand.y) == [1, 2, 3, 4, 5, 6, 7]
    clones = [o.functions < o.units for o in quick[0].outcomes]
    assert [symbol == "x-thin" for symbol in by_hand.marker.symbol] == clones
    (band,) = figure.plot.layout.shapes
    assert (band.x0, band.x1) == pytest.approx((min(random.x), max(random.x)))


def test_each_row_says_units_and_loss(quick):
    texts = [note.text for note in plot_starts(quick[0], LIGHT).plot.layout.annotations]
    equal = quick[0].outcomes[-1]
    assert f"1 → 1 · {equal.loss:.3g}" in texts
    assert "<b>all equal</b>, no chance" in texts
    assert any(text.startswith("8 → 8 · median ") for text in texts)


def test_the_finding_counts_those_without_chance(quick):
    found, _ = quick
    free = found.outcomes[:4]
    worst = max(o.loss for o in found.random)
    among = sum(o.loss <= worst for o in free)
    assert plot_starts(found, LIGHT).title.startswith(
        f"{among} of 4 starts with distinct units but no chance end no higher"
    )
    assert "“All equal” stays one unit" in plot_starts(found, LIGHT).title


def test_where_random_ones_diverged_no_range_is_claimed(quick):
    found, _ = quick
    lost = dataclasses.replace(found.random[0], loss=math.nan)
    figure = plot_starts(dataclasses.replace(found, random=(lost, *found.random[1:])), LIGHT)
    assert figure.title.startswith("Of 5 random starts some diverged.")
    none = dataclasses.replace(found, random=(lost,))
    assert not plot_starts(none, LIGHT).plot.layout.shapes


def test_cells_say_what_was_measured(quick):
    figure = plot_zero_parts(quick[1], LIGHT)
    heat, cells = figure.plot.data
    words = {(note.x, note.y): note.text for note in figure.plot.layout.annotations if note.xref == "x"}
    assert len(words) == len(cells.x) == 24
    for x, y in zip(cells.x, cells.y, strict=True):
        cell = quick[1].cells[int(y)][int(x)]
        assert words[x, y].startswith(f"<b>{cell.functions} of {cell.units}</b> · ")
        assert np.asarray(heat.z)[2 * int(y) + 1, int(x)] == pytest.approx(max(0, 1 - cell.loss / quick[1].guess))
    assert words[0, cells.y[0]].endswith("nothing moves")
    assert words[0, cells.y[3]].endswith("in lockstep")
    biases = next(i for i, row in enumerate(quick[1].cells) if row[0].start.key == "random biases")
    assert words[1, cells.y[3 * biases]].endswith("rank 1")
    assert len(heat.y) == len(heat.z) + 1


def test_the_finding_names_the_activations(quick):
    found = dataclasses.replace(quick[1], bar=0.0)
    assert plot_zero_parts(found, LIGHT).title.endswith(
        ": from a zero output kernel none; from a zero hidden kernel none; from both zero none."
    )
    found = dataclasses.replace(quick[1], bar=9.0)
    assert "from a zero output kernel tanh, ReLU and sigmoid;" in plot_zero_parts(found, LIGHT).title


def test_losses_in_cells_are_all_of_one_width(quick):
    (first, *others), *rows = quick[1].cells
    for loss, text in ((0.08634, "0.086"), (2.5, "2.500"), (1e-5, "<0.001"), (27.61, "27.6"), (math.nan, "diverged")):
        changed = dataclasses.replace(first, loss=loss)
        figure = plot_zero_parts(dataclasses.replace(quick[1], cells=((changed, *others), *rows)), LIGHT)
        words = [note.text for note in figure.plot.layout.annotations if note.xref == "x"]
        assert words[0] == f"<b>1 of 8</b> · {text}<br>nothing moves"
