"""The figure of a ranking: what it says and shows."""

import csv
import io
import json
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from nnviz import Experiment
from nnviz.analysis.tables.ranking import rank, train_seeds
from nnviz.figures.style.template import DARK, LIGHT
from nnviz.figures.tables.ranking import plot_ranking

ORDER = ("zeros", "random_normal", "glorot_uniform", "he_uniform", "orthogonal", "pytorch_default")
RECIPE = Experiment(samples=60, epochs=3, hidden=(4,))


def runs_of(*losses, recipe=RECIPE, diverged=()):
    """A start for each row of losses, in this order; a guess is worse."""
    base = train_seeds(recipe, len(losses[0]))
    steps = np.where(np.isin(np.arange(base.runs), diverged), 3, -1)
    found = rank(
        [
            replace(base, experiment=base.experiment.replace(kernel_initializer=key), test_loss=np.asarray(row, float),
                    diverged_at=steps)
            for key, row in zip(ORDER, losses, strict=False)
        ]
    )  # fmt: skip
    return replace(found, guess=9.0)


STEPS = np.arange(10) / 100
ALTERNATING = np.where(np.arange(10) % 2, 1.0, -1.0) / 1000
RANKINGS = {
    "winner": (lambda: runs_of(STEPS + 2, STEPS + 1, STEPS + 3),
               "Best here: random_normal 0.05 ends lowest (1.04), clearly below each of the 2 other starts."),
    "two": (lambda: runs_of(STEPS + 2, STEPS + 1), "clearly below the other start."),
    "a tie": (lambda: runs_of(STEPS + 2, STEPS + 1, STEPS + 1.001 + ALTERNATING * 3),
              "No clear winner: random_normal 0.05 ends lowest (1.04), but glorot_uniform is too close to call."),
    "three tie": (lambda: runs_of(STEPS + 2, *(STEPS + 1 + i * ALTERNATING for i in range(4))),
                  "but glorot_uniform, he_uniform and orthogonal are too close to call."),
    "many tie": (lambda: runs_of(STEPS + 2, *(STEPS + 1 + i * ALTERNATING for i in range(5))),
                 "and 4 of 5 other starts are too close to call."),
    "all tie": (lambda: runs_of(STEPS, STEPS, STEPS), "but 10 seeds cannot tell it from any other start."),
    "alone": (lambda: runs_of(STEPS + 1), "nothing to compare it with"),
    "diverged": (lambda: runs_of(STEPS, STEPS, diverged=range(10)), "No start trains here"),
    "some diverged": (lambda: runs_of(STEPS, STEPS + 1, diverged=range(6)), "No start trains here"),
    "no better than a guess": (lambda: replace(runs_of(STEPS + 1, STEPS + 2), guess=1.0),
                               "No start clearly beats a guess that ignores the inputs (1). Of them zeros ends lowest"),
    "too few": (lambda: runs_of(*(STEPS[:6] + i for i in range(4))), "but 6 seeds are too few to tell 4 starts apart."),
    "far apart": (lambda: runs_of(STEPS + 1e-6, STEPS + 1e30, STEPS + 1e300), "Best here: zeros"),
    "zero loss": (lambda: runs_of(np.zeros(10), STEPS + 1), "Best here: zeros ends lowest (0)"),
    "real target": (lambda: rank([train_seeds(RECIPE.replace(dataset="line_and_bump", kernel_initializer=key), 6)
                                  for key in ("zeros", "glorot_uniform")]), ""),
}  # fmt: skip


@pytest.fixture(scope="module", params=RANKINGS.values(), ids=RANKINGS)
def case(request):
    make, words = request.param
    return make(), words


def test_the_title_says_how_sure_the_order_is(case):
    found, words = case
    title = plot_ranking(found, LIGHT).title
    assert words in title
    assert title.endswith(".")


def test_a_guess_is_named_unless_the_whole_interval_of_the_best_lies_below_it():
    found = runs_of(STEPS + 1, STEPS + 2)
    assert "guess" not in plot_ranking(replace(found, guess=found.best.high + 0.001), LIGHT).title
    assert "guess" in plot_ranking(replace(found, guess=found.best.median + 0.001), LIGHT).title


def test_every_ranking_can_be_drawn_in_a_way_plotly_accepts(case):
    for palette in (LIGHT, DARK):
        figure = plot_ranking(case[0], palette)
        go.Figure(json.loads(figure.plot.to_json()))
        assert len(figure.alt) > 60
        assert figure.plot.layout.xaxis.title.text.startswith("loss on rows held back")


def test_the_marks_are_the_runs_the_median_and_its_interval():
    found = runs_of(STEPS + 2, STEPS + 1, STEPS + 1.001 + ALTERNATING * 3)
    figure = plot_ranking(found, LIGHT)
    traces = {trace.name: trace for trace in figure.plot.data}
    np.testing.assert_allclose(traces["random_normal 0.05, runs"].x, STEPS + 1, rtol=1e-6)
    assert traces["random_normal 0.05, median"].x[0] == pytest.approx(1.045, rel=1e-6)
    assert list(traces["random_normal 0.05, interval"].x) == pytest.approx([found.best.low, found.best.high], rel=1e-6)
    symbols = {name: trace.marker.symbol for name, trace in traces.items() if name.endswith("median")}
    assert symbols == {
        "random_normal 0.05, median": "diamond",
        "glorot_uniform, median": "diamond",
        "zeros, median": "diamond-open",
    }


def test_the_guess_is_drawn_where_it_has_a_place():
    near, far = runs_of(np.full(10, 0.7), np.full(10, 0.6)), runs_of(np.full(10, 1e9), np.full(10, 2e9))
    line = plot_ranking(near, LIGHT).plot.layout.shapes[0]
    assert line.x0 == line.x1 == near.guess
    assert "a guess" in [note.text for note in plot_ranking(near, LIGHT).plot.layout.annotations]
    assert plot_ranking(far, LIGHT).plot.data


def test_the_table_is_the_ranking(case):
    figure = plot_ranking(case[0], LIGHT)
    rows = list(csv.DictReader(io.StringIO(figure.csv())))
    assert [row["start"] for row in rows] == [str(place.initializer) for place in case[0].places]
    assert [float(row["median_loss"]) for row in rows] == [place.median for place in case[0].places]
