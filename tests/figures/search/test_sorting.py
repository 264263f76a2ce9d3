"""Sorting as a film, and the charts of its cost."""

import json

import numpy as np
import pytest

from nnviz.figures.search.sorting import plot_by_list, plot_costs, plot_far_off, plot_growth, race_film
from nnviz.figures.style.template import LIGHT
from nnviz.search.sorting import bubble, quick
from nnviz.search.sorting_costs import counts

LIST = (3, 1, 4, 2)


def test_a_race_is_as_long_as_its_longest_lane_and_plain_json():
    film = race_film("race", "A race.", {"Bubble sort": bubble(LIST), "Quicksort": quick(LIST)})
    lanes = json.loads(json.dumps(film.data))["lanes"]
    assert [len(lane["frames"]) for lane in lanes] == [8, quick(LIST).comparisons + 2]
    assert len(film.captions) == 8
    assert film.captions[0] == "Bubble sort: ready · Quicksort: ready"
    assert film.captions[1] == "Bubble sort: 3 and 1 · Quicksort: 3 and 1"
    assert film.captions[-1] == "Bubble sort: sorted · Quicksort: sorted"
    assert "sorted after 6 comparisons" in film.alt


@pytest.mark.parametrize(
    ("sort", "said"),
    [(bubble, ["3 and 1: they change places", "3 and 4: they stay"]),
     (quick, ["1 against the pivot 3: it goes left", "4 against the pivot 3: it goes right"])],
)  # fmt: skip
def test_one_lane_says_what_a_comparison_leads_to(sort, said):
    film = race_film("one", "One.", {"It": sort(LIST)})
    assert list(film.captions[:3]) == ["Ready", *said]
    assert film.captions[-1] == "Sorted"


def test_growth_states_its_ends():
    figure = plot_growth((5, 10), {"bubble sort": (10, 45), "quicksort": (7, 25)}, LIGHT)
    assert figure.title == "On 10 values: bubble sort 45, quicksort 25."
    assert [list(line["y"]) for line in figure.plot.data] == [[10, 45], [7, 25]]
    assert figure.csv().splitlines()[1] == "5,10,7"


def test_every_run_is_in_both_histograms():
    found = counts(range(100), 60, 0)
    near, far = plot_costs(found, 100, LIGHT), plot_far_off(found, 100, LIGHT)
    for figure in (near, far):
        assert figure.table["runs"].sum() == 60
    assert near.plot.layout.shapes[0].x0 == pytest.approx(647.85, abs=0.005)
    assert far.plot.layout.shapes[0].x0 == 4950
    assert "Theory: 648, spread 59.5" in near.title
    assert f"{found.max()}" in far.title


def test_runs_that_all_cost_the_same_are_one_bar():
    assert plot_costs(np.full(30, 7), 4, LIGHT).table["runs"].tolist() == [30]


def test_lists_stand_with_their_cross_and_their_dot():
    figure = plot_by_list({"one": 10, "two": 30}, {"one": np.array([8, 12]), "two": np.array([9, 13])}, LIGHT)
    dice, first = figure.plot.data
    assert list(dice.x) == [10, 11]
    assert list(first.x) == [10, 30]
    assert figure.title == "With the first value as pivot: 10 to 30 comparisons. With dice: 10 to 11 on average."
    assert [note.text for note in figure.plot.layout.annotations][-2:] == ["one", "two"]
