"""What the figures and films of searching show, read from what they draw."""

import csv
import io
import json

import numpy as np
import plotly.graph_objects as go
import pytest

from nnviz.analysis.rates import rate
from nnviz.analysis.restarts.success_rates import restarts_needed
from nnviz.figures.landscape.map_film import CELLS, LETTERS, Panel, heights, legend, map_film
from nnviz.figures.restarts.restarts_needed import plot_restarts_needed
from nnviz.figures.search.curve_film import curve_film
from nnviz.figures.search.diversity import copies_from, plot_diversity
from nnviz.figures.search.search_rates import plot_search_rates, winners
from nnviz.figures.search.valley_ends import plot_valley_ends
from nnviz.figures.search.walk_heights import medians, plot_walk_heights
from nnviz.figures.style.template import DARK, LIGHT
from nnviz.search.basins import basins
from nnviz.search.climbing import hill_climbing
from nnviz.search.contest import METHODS, STEPS, SearchContest
from nnviz.search.genetic import evolve
from nnviz.search.landscapes import registry
from nnviz.search.walk import Plan

RASTRIGIN = registry["rastrigin"]
LINE = hill_climbing(Plan(RASTRIGIN, 1, 60, 300, moments=12), 0.1)
PLANE = {name: hill_climbing(Plan(RASTRIGIN, 2, 60, 30, seed, moments=12), 0.1) for seed, name in enumerate("abc")}
BREEDS = {"no mutation": evolve(Plan(RASTRIGIN, 2, 1200, 9), 0.0), "mutation": evolve(Plan(RASTRIGIN, 2, 1200, 9), 0.3)}


def fought(successes, runs=200):
    found = np.arange(runs) < np.array(successes)[..., None]
    return SearchContest(RASTRIGIN, 2000, np.array(STEPS), found, np.arange(runs) < 6)


MIXED = fought([[0, 0, 2, 130, 80], [30, 34, 12, 10, 32], [0, 2, 50, 90, 40]])
CASES = {
    "valley ends": lambda palette: plot_valley_ends(LINE, palette),
    "two valleys": lambda palette: plot_valley_ends(
        hill_climbing(Plan(registry["two_valleys"], 1, 9, 5), 0.1), palette
    ),
    "walk heights": lambda palette: plot_walk_heights(PLANE, palette),
    "search rates": lambda palette: plot_search_rates(MIXED, palette),
    "no leader": lambda palette: plot_search_rates(fought(np.full((3, 5), 200)), palette),
    "diversity": lambda palette: plot_diversity(BREEDS, palette),
    "restarts needed": lambda palette: plot_restarts_needed(0.098, {1: rate(97, 1000), 3: rate(0, 1000)}, palette),
}


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_case_can_be_drawn_in_a_way_plotly_accepts(case, palette):
    figure = case(palette)
    go.Figure(json.loads(figure.plot.to_json()))  # checks every property
    assert figure.title.endswith(".")
    assert figure.title in figure.alt
    assert "nan" not in figure.alt.lower()
    header, *rows = csv.reader(io.StringIO(figure.csv()))
    assert header == list(figure.table)
    assert rows


def test_each_walker_is_counted_in_the_valley_where_it_ends():
    table = plot_valley_ends(LINE, LIGHT).table
    assert table["walkers"].sum() == LINE.plan.runs
    assert table["exact_share"].sum() == pytest.approx(1)
    nearest = np.abs(LINE.points[:, -1] - table["valley_at"]).argmin(axis=1)
    np.testing.assert_array_equal(np.bincount(nearest, minlength=11), table["walkers"])


def test_a_median_is_the_middle_one():
    walk = PLANE["a"]
    np.testing.assert_allclose(medians(walk), np.sort(walk.heights, axis=0)[14:16].mean(axis=0), atol=1e-6)


def test_a_method_leads_only_where_its_interval_lies_above_all_others():
    """130, 90 and 10 of 200 are told apart, 80 and 50 too; 30, 0 and 0; but not 2 of 200 from 0."""
    keys = [method.key for method in METHODS]
    assert winners(MIXED) == ["many", "many", "annealing", "one", "one"]
    assert winners(fought([[2] * 5, [0] * 5, [1] * 5])) == [""] * 5
    assert plot_search_rates(MIXED, LIGHT).title == (
        "Best beyond doubt: 20 short walks with steps of 0.05 and 0.1; annealing with steps of 0.3; one long walk with "
        "steps of 0.5 and 1."
    )
    table = plot_search_rates(MIXED, LIGHT).table
    assert table["method"].tolist() == np.repeat(keys, len(STEPS)).tolist()
    assert table["successes"].tolist() == MIXED.successes.ravel().tolist()


def test_the_generation_from_which_all_are_copies():
    found = BREEDS["no mutation"]
    generation = copies_from(found)
    assert (found.distinct[:, generation:] == 1).all()
    assert (found.distinct[:, generation - 1] > 1).any()
    assert copies_from(BREEDS["mutation"]) == -1
    assert f"copies of one from generation {generation} on" in plot_diversity(BREEDS, LIGHT).title


def test_the_restarts_drawn_are_those_needed_and_no_success_draws_nothing():
    figure = plot_restarts_needed(0.098, {1: rate(97, 1000), 3: rate(0, 1000)}, LIGHT)
    assert figure.table["restarts"].tolist() == [restarts_needed(0.098**d) for d in range(1, 11)]
    measured = figure.plot.data[1]
    assert measured.x.tolist() == [1]
    assert measured.y.tolist() == [restarts_needed(0.097)]


def test_a_film_on_a_curve_has_a_frame_for_each_caption():
    captions = [str(look) for look in LINE.looks]
    film = curve_film(LINE, "line", "A finding.", "What happens on it.", captions, ("start",))
    json.dumps(film.data)
    assert len(film.data["walkers"]) == LINE.plan.runs
    for walker in film.data["walkers"][:5]:
        assert len(walker["x"]) == len(walker["y"]) == len(film.captions)
    valleys = basins(RASTRIGIN)
    assert film.data["basin"] == pytest.approx(valleys.edges[5:7], abs=1e-4)
    assert film.data["bottom"] < min(film.data["curve"][1]) < max(film.data["curve"][1]) < film.data["top"]


@pytest.mark.parametrize("ground", [g for g in registry.values() if 2 in g.dims], ids=lambda ground: ground.key)
def test_a_map_is_lightest_at_a_deepest_place_and_uses_all_shades(ground):
    cells = np.array([LETTERS.index(letter) for letter in heights(ground)]).reshape(CELLS, CELLS)
    assert np.bincount(cells.ravel()).min() >= CELLS**2 // len(LETTERS)
    for x, y in ground.deepest:
        column, row = (int((value - ground.low) / ground.span * CELLS) for value in (x, y))
        assert cells[CELLS - 1 - row, column] == 0


def test_a_film_of_maps_can_be_sent():
    panels = [Panel("One", np.zeros((3, 1, 2))), Panel("Many", np.ones((3, 40, 2)), trail=False, restarts=(1,))]
    film = map_film(RASTRIGIN, panels, "maps", "A finding.", "What happens there.", ["a", "b", "c"], ("x", "y"))
    sent = json.loads(json.dumps(film.data))
    assert [panel["label"] for panel in sent["panels"]] == ["One", "Many"]
    assert sent["panels"][1] | {"frames": 0} == {"label": "Many", "trail": False, "begins": [1], "frames": 0}
    assert len(sent["panels"][1]["frames"][2]) == 40
    assert "darker" in legend(LIGHT)
    assert "lighter" in legend(DARK)
