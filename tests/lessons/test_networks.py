"""Lesson 3: its findings, against what is known of XOR, of equal settings, and of runs trained alone."""

import math

import numpy as np
import pytest

from nnviz.core.training import train
from nnviz.figures.style.template import DARK, LIGHT
from nnviz.lessons import networks
from nnviz.lessons.lesson import Pair
from nnviz.lessons.networks import both as networks_both
from nnviz.lessons.networks import each as networks_each
from tests.lessons.measuring import result_of


@pytest.fixture(scope="module")
def starts():
    return result_of(networks_each.measure_start, 2)


@pytest.fixture(scope="module")
def orders():
    return result_of(networks_each.measure_order, 4, 0.5)


@pytest.fixture(scope="module")
def split():
    return result_of(networks_both.measure_matters, 1, 0.3)


def test_the_ground_has_two_valleys_and_wide_layers_have_millions():
    reveal = networks.reveal_landscape(result_of(networks.measure_landscape))
    assert reveal.right == 1
    assert f"{math.factorial(8) * 2**8:,}" in reveal.why
    assert number_of(reveal.why, "The loss there is ") == pytest.approx(math.log(2), abs=5e-4)


def number_of(text, after):
    return float(text.partition(after)[2].split(",")[0])


@pytest.mark.parametrize(
    ("w", "v", "rate", "right", "words"),
    [
        (0.05, -0.02, 0.5, 0, "of it"),
        (-3.0, -3.0, 0.5, 2, "of it"),
        (0.0, 0.0, 0.5, 0, "never moved"),
        (4.0, 4.0, 0.001, 1, "of it"),
    ],
)
def test_level_ground_makes_short_steps(w, v, rate, right, words):
    found = networks.measure_steps(w, v, rate)
    reveal = networks.reveal_steps(found)
    assert reveal.right == right
    assert words in reveal.because
    assert len(networks.picture_steps(found, LIGHT)) == 3


def test_about_two_thirds_of_the_starts_solve_xor(starts):
    """Documented: 60.6 to 66.5 % of starts; of 24, within four standard deviations, and the rest on ln 2 / 2."""
    solved = int((starts.losses < 0.1733).sum())
    assert abs(solved - 24 * 0.636) < 4 * math.sqrt(24 * 0.636 * 0.364)
    np.testing.assert_allclose(starts.losses[starts.losses > 0.1733], math.log(2) / 2, rtol=0.01)
    assert networks_each.reveal_start(starts).right == 1
    assert f"{solved} of 24" in networks_each.reveal_start(starts).because


def test_nobody_is_called_stuck_where_all_starts_come_down(starts):
    wide = networks_each.measure_start(12)
    assert (wide.losses < 0.1733).all()
    assert "stuck" not in networks_each.reveal_start(wide).why
    assert "stuck" in networks_each.reveal_start(starts).why


def test_the_stage_shows_the_best_and_the_worst(starts, orders):
    for found, screen in ((starts, networks_each.START_SCREEN), (orders, networks_each.ORDER_SCREEN)):
        pair = next(picture for picture in screen.pictures(found, LIGHT) if isinstance(picture, Pair))
        ends = [train(experiment).train_loss[0, -1] for experiment in (pair.a, pair.b)]
        assert ends == [found.losses.min(), found.losses.max()]
        assert pair.a.replace(seed=0, shuffle_seed=0) == pair.b.replace(seed=0, shuffle_seed=0)


def test_the_order_alone_makes_the_loss_differ_by_more_than_twice(orders):
    assert orders.losses.max() > 2 * orders.losses.min()
    assert networks_each.reveal_order(orders).right == 3


def test_all_rows_at_once_leave_no_order():
    found = networks_each.measure_order(None, 0.5)
    assert found.distinct == 1
    reveal = networks_each.reveal_order(found)
    assert reveal.right == 0
    assert "no die left" in reveal.why
    nearly = networks_each.measure_order(4, 0.01)
    assert nearly.distinct == networks_each.RUNS
    assert networks_each.reveal_order(nearly).right == 1


def test_with_both_fixed_one_network_comes_out():
    found = result_of(networks_both.measure_cases, 4, 0.5)
    assert [each.distinct for each in found] == [1, 24, 24, 24]
    assert networks_both.reveal_cases(found).right == 0
    table = networks_both.picture_cases(found, LIGHT)[1]
    assert table.columns["both fixed"]["spread"] == "0"
    assert "With only that one fixed, 24 networks came out." in networks_both.reveal_cases(found).why
    alone = networks_both.reveal_cases(networks_both.measure_cases(None, 0.5))
    assert "With only that one fixed, 1 network came out: a step that takes all rows leaves no order" in alone.why


def test_shades_are_named_as_the_theme_draws_them():
    found = networks.measure_landscape()
    for palette, word in ((LIGHT, "darker"), (DARK, "lighter")):
        assert f"The {word}, the higher" in networks.picture_landscape(found, palette)[1].title
        assert f"The {word}, the higher" in networks.picture_steps(found, palette)[0].title


def test_gentle_steps_leave_it_to_the_start_and_rough_ones_to_the_order(split):
    gentle, rough = ({share.part: share for share in each.shares} for each in (split.gentle, split.rough))
    assert gentle["start"].low > gentle["order"].high
    assert rough["order"].low > rough["start"].high
    assert networks_both.reveal_matters(split).right == 1


def test_the_task_asks_for_an_order_that_some_have():
    found = [networks.check_order(order) for order in range(8)]
    losses = [
        float(train(networks.TASK_A.replace(shuffle_seed=order)).train_loss[0, -1]) for order in range(8)
    ]  # fmt: skip
    assert [checked.done for checked in found] == [loss <= 0.8 * losses[0] for loss in losses]
    assert any(checked.done for checked in found)
    assert not networks.check_order(networks.LESSON.task.asked.default).done
