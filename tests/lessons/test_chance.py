"""Lesson 1: what it finds, and that other findings would say something else."""

import dataclasses

import numpy as np
import pytest

from nnviz.figures.style.template import LIGHT
from nnviz.lessons import chance
from nnviz.lessons.chance import LESSON, ends_otherwise
from nnviz.lessons.chance import says as chance_says
from nnviz.search.sorting import bubble, quick
from nnviz.search.sorting_costs import Bought, bad_day, bought, many_counts, raced, rolled, twice
from tests.lessons.measuring import result_of


def at_each_setting(screen):
    """The screen's measurement at the ends of what its reader may set."""
    for end in ("low", "high"):
        yield screen.measure(*(getattr(parameter, end) for parameter in screen.settings))


@pytest.mark.parametrize("screen", LESSON.screens, ids=lambda screen: screen.key)
def test_it_holds_at_the_ends_of_its_settings(screen):
    for found in at_each_setting(screen):
        reveal = screen.reveal(found)
        assert reveal.right in range(len(screen.options))
        assert screen.pictures(found, LIGHT)


def test_bubble_sort_does_the_same_twice_and_would_be_found_out_if_not():
    assert chance_says.twice(twice(3)).right == 2
    same_count = dataclasses.replace(bubble((2, 1, 3)), result=(1, 2, 3))
    assert chance_says.twice((bubble((1, 2, 3)), same_count)).right == 1
    assert chance_says.twice((bubble((1, 2, 3)), bubble((5, 4, 6)))).right == 0


def test_quicksort_wins_by_far_on_a_shuffled_list_and_loses_its_lead_on_one_in_order():
    assert chance_says.race_reveal(raced(3, 20)).right == 2
    assert chance_says.race_reveal(raced(0, 2)).right == 0
    reveal = chance_says.bad_day(bad_day(20))
    assert reveal.right == 2
    assert "190 comparisons, bubble sort 190" in reveal.because


def test_dice_go_the_same_way_from_the_same_seed_and_other_ways_else():
    found = rolled(1)
    assert chance_says.rolled(found).right == 1
    one, other, _ = found.runs
    third = quick(range(1, 21), 9)
    assert chance_says.rolled(dataclasses.replace(found, runs=(one, other, third))).right == 0
    assert chance_says.rolled(dataclasses.replace(found, runs=(one, one, one))).right == 2
    wrong = dataclasses.replace(one, result=one.result[::-1])
    assert chance_says.rolled(dataclasses.replace(found, runs=(one, other, wrong))).right == 3


def test_the_unluckiest_of_a_thousand_runs_is_far_from_the_worst_case():
    found = result_of(many_counts, 1000, 1)
    reveal = chance_says.many(found)
    assert reveal.right == 2
    assert f"made {found.max()} comparisons" in reveal.because
    assert "647.9" in reveal.why
    assert "as near as chance allows" in reveal.why
    assert chance_says.many(np.array([600, 1500])).right == 1
    assert chance_says.many(np.array([600, 4950])).right == 0
    assert "further off" in chance_says.many(np.full(100, 700)).why


def test_no_list_is_bad_any_more():
    assert chance_says.bought(result_of(bought, 1)).right == 2
    flat = {name: np.full(5, 650) for name in ("shuffled", "in order", "backwards")}
    for name, right in (("in order", 0), ("backwards", 1), ("shuffled", 3)):
        found = Bought(dict.fromkeys(flat, 650), flat | {name: np.full(5, 800)})
        assert chance_says.bought(found).right == right


@pytest.mark.parametrize(("seed", "done"), [(0, False), (1, False), (3, True)])
def test_the_task_is_done_by_a_seed_that_ends_otherwise(seed, done):
    shares = []
    checked = ends_otherwise(seed, shares.append)
    assert checked.done is done
    assert f"eed {seed}" in checked.sentence
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_the_task_opens_with_one_run_on_both_sides():
    assert LESSON.task.a == LESSON.task.b == chance.XOR
    assert LESSON.task.asked.default != chance.XOR.seed
    assert not ends_otherwise(LESSON.task.asked.default).done, "the answer is not there before the reader looks"
