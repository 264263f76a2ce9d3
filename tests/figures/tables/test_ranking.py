"""The figure of a ranking: what it says and shows."""

import csv
import io
import json

import numpy as np
import plotly.graph_objects as go
import pytest

from nnviz import Experiment, initializers
from nnviz.analysis.tables.baselines import GUESS, LINE, Baseline
from nnviz.analysis.tables.ranking import rank_splits
from nnviz.analysis.tables.split_runs import SplitRuns, train_split
from nnviz.figures.style.template import DARK, LIGHT
from nnviz.figures.tables.ranking import plot_ranking

ORDER = ("zeros", "random_normal", "glorot_uniform", "he_uniform", "orthogonal", "pytorch_default")
RECIPE = Experiment(samples=60, epochs=3, hidden=(4,))


def ranked(*starts, guess=0.69):
    """A start for each row of losses, one loss a split."""
    return rank_splits(
        [
            SplitRuns(
                starts=tuple(initializers.get(key) for key in ORDER[: len(starts)]),
                seeds=np.arange(1),
                losses=np.array(losses)[:, None],
                accuracies=np.exp(-np.array(losses))[:, None],
                one_answer=np.zeros(len(starts), bool),
                baselines=(Baseline(GUESS, guess, 0.5), Baseline(LINE[True], 0.4, 0.8)),
                constant=guess,
                rows=(50, 50),
                classes=("a", "b"),
            )
            for losses in zip(*starts, strict=True)
        ]
    )


STEPS = np.arange(10) / 1000
RANKINGS = {
    "winner": lambda: ranked(STEPS + 0.4, STEPS + 0.2, STEPS + 0.5),
    "a tie": lambda: ranked(STEPS + 0.2, STEPS[::-1] + 0.2, STEPS + 0.5),
    "alone": lambda: ranked(STEPS + 0.2),
    "diverged": lambda: ranked(np.full(10, np.inf), np.full(10, np.inf)),
    "one diverges": lambda: ranked(STEPS + 0.2, np.full(10, np.inf)),
    "some diverge": lambda: ranked(np.where(np.arange(10) < 6, np.inf, STEPS + 0.1), STEPS + 0.2),
    "no better than a guess": lambda: ranked(STEPS + 0.7, STEPS + 0.8),
    "far apart": lambda: ranked(STEPS + 1e-6, STEPS + 1e30, STEPS + 1e300),
    "zero loss": lambda: ranked(np.zeros(10), STEPS + 0.5),
    "a guess that is never wrong": lambda: ranked(STEPS, STEPS + 1, guess=0.0),
    "a guess of infinity": lambda: rank_splits([
        SplitRuns(**{**vars(split), "baselines": (Baseline(GUESS, np.inf, 0.5), Baseline(LINE[True], np.inf, 0.5))})
        for split in ranked(STEPS + 0.2, STEPS + 0.3).splits
    ]),
    "real target": lambda: rank_splits(
        [train_split(RECIPE.replace(dataset="line_and_bump"), ("zeros", "glorot_uniform"), 2)] * 5
    ),
}  # fmt: skip


@pytest.fixture(scope="module", params=RANKINGS.values(), ids=RANKINGS)
def case(request):
    return request.param()


def test_every_ranking_can_be_drawn_in_a_way_plotly_accepts(case):
    for palette in (LIGHT, DARK):
        figure = plot_ranking(case, palette)
        go.Figure(json.loads(figure.plot.to_json()))
        assert len(figure.alt) > 60
        assert figure.title == case.headline
        assert figure.plot.layout.xaxis.title.text.startswith("loss on rows held back")


def test_the_marks_are_the_splits_the_mean_and_its_interval():
    found = ranked(STEPS + 0.4, STEPS + 0.2, STEPS[::-1] + 0.2)
    traces = {trace.name: trace for trace in plot_ranking(found, LIGHT).plot.data}
    np.testing.assert_allclose(traces["random_normal 0.05, splits"].x, STEPS + 0.2, rtol=1e-6)
    assert traces["random_normal 0.05, mean"].x[0] == pytest.approx(0.2045, rel=1e-6)
    assert list(traces["zeros, interval"].x) == pytest.approx([found.places[2].low, found.places[2].high], rel=1e-6)
    symbols = {name: trace.marker.symbol for name, trace in traces.items() if name.endswith("mean")}
    assert symbols == {
        "random_normal 0.05, mean": "diamond",
        "glorot_uniform, mean": "diamond",
        "zeros, mean": "diamond-open",
    }


def test_a_start_that_mostly_diverges_is_called_so():
    figure = plot_ranking(RANKINGS["some diverge"](), LIGHT)
    assert "diverged" in [note.text.partition(" ·")[0] for note in figure.plot.layout.annotations]


def test_the_guess_is_drawn_where_it_has_a_place():
    near, far = ranked(np.full(10, 0.7), np.full(10, 0.6)), RANKINGS["a guess of infinity"]()
    line = plot_ranking(near, LIGHT).plot.layout.shapes[0]
    assert line.x0 == line.x1 == near.guess.loss
    assert "a guess" in [note.text for note in plot_ranking(near, LIGHT).plot.layout.annotations]
    assert not plot_ranking(far, LIGHT).plot.layout.shapes


def test_the_table_is_the_ranking(case):
    figure = plot_ranking(case, LIGHT)
    rows = list(csv.DictReader(io.StringIO(figure.csv())))
    assert [row["start"] for row in rows] == [str(place.initializer) for place in case.places]
    assert [float(row["mean_loss"]) for row in rows] == [place.loss for place in case.places]
