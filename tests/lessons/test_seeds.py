"""Lesson 8: what it finds is true, and its sentences follow what was measured."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr

from nnviz.analysis.chance.repeats import Again
from nnviz.analysis.words import number
from nnviz.core.training import initial_parameters, train
from nnviz.figures.style.template import LIGHT
from nnviz.lessons.lesson import Pair
from nnviz.lessons.seeds import FRIENDS_SEED, LESSON, same_number
from nnviz.lessons.seeds import repeated as seeds_repeated
from nnviz.lessons.seeds.repeated import again, hair, one_row
from nnviz.lessons.seeds.seed_ranks import CHANGES, MOONS, PAIR_SEEDS, TASKS, favourite, pairs
from tests.lessons.measuring import result_of

SCREENS = {screen.key: screen for screen in LESSON.screens}


def reveal(key, found):
    return SCREENS[key].reveal(found)


def test_the_same_seed_gives_the_same_bits():
    found = again(7)
    said = reveal("same", found)
    assert said.right == 0
    assert said.because.startswith("None of ")
    differing = replace(found, same=(Again("trained again, alone", 7, "abc", 3),))
    assert reveal("same", differing).right == 1
    assert reveal("same", differing).because.startswith("Up to 3 of ")
    other = replace(found, same=(Again("trained again, alone", 7, "abc", found.numbers),))
    assert reveal("same", other).right == 2


def test_a_hair_grows_where_steps_are_bold_and_only_there():
    """The calm run's gap stays near rounding: each of 1,400 steps adds at most some 33 roundings of 2e-16."""
    bold = result_of(hair, seeds_repeated.WILD)
    calm = hair(seeds_repeated.CALM)
    assert reveal("hair", bold).right == 2
    assert reveal("hair", calm).right == 0
    weight = bold.calm[0]
    assert weight.distance[-1] < 1400 * 33 * 2.2e-16
    assert bold.wild[-1].distance[-1] == 0  # nothing changed
    pair = next(p for p in SCREENS["hair"].pictures(bold, LIGHT) if isinstance(p, Pair))
    assert 0 < abs(pair.b.learning_rate - pair.a.learning_rate) < 1e-14


@pytest.fixture(scope="module")
def ranks():
    return result_of(favourite, 42)


def test_places_are_those_of_single_runs(ranks):
    for name, task in TASKS.items():
        alone = train(task.replace(seed=42)).test_loss[0, -1]
        assert ranks.tasks[name].own == alone
        assert ranks.tasks[name].place == 1 + (ranks.tasks[name].losses < alone).sum()
    places = [one.place for one in ranks.tasks.values()]
    assert all(str(place) in reveal("special", ranks).because for place in places)


def test_luck_does_not_carry_over_but_to_a_twin(ranks):
    """Of 200 seeds a correlation by accident has a standard error of 1/√199 = 0.071."""
    first, *others = ranks.tasks.values()
    for other in others:
        assert ranks.agreement(other) == spearmanr(first.losses, other.losses).statistic
        assert abs(ranks.agreement(other)) < 3 * 0.071
    assert ranks.agreement(ranks.twin) > 4 * 0.071


def test_the_answer_follows_the_places(ranks):
    best = {name: replace(one, place=1) for name, one in ranks.tasks.items()}
    worst = {name: replace(one, place=200) for name, one in ranks.tasks.items()}
    mixed = best | {"XOR": worst["XOR"]}
    assert [reveal("special", replace(ranks, tasks=tasks)).right for tasks in (best, worst, mixed)] == [0, 1, 2]


def test_one_row_less_is_another_network():
    found = result_of(one_row, 32)
    said = reveal("row", found)
    assert said.right == 2
    assert not found.loaded.any()
    assert found.kept < found.weights
    assert np.median(found.dropped) < np.median(found.other)
    whole = one_row(100)
    assert np.median(whole.dropped) < np.median(found.dropped) / 5
    assert "into other steps" in said.why
    assert "go into each step" in reveal("row", whole).why


def test_he_draws_the_same_start_at_another_scale():
    """√(6 / fan_in) over √(6 / (fan_in + fan_out)): √3 in the hidden layer, √(5/4) in the output."""
    a, b = (initial_parameters(one, 3) for one in (MOONS, CHANGES["scale_of_the_start"]))
    drawn = a != 0
    ratios = (b[drawn] / a[drawn]).tolist()
    assert ratios == pytest.approx([3**0.5] * 8 + [1.25**0.5] * 4)


@pytest.mark.parametrize(("change", "right"), [("scale_of_the_start", 1), ("learning_rate", 2), ("activation", 0)])
def test_the_same_seeds_help_as_much_as_the_losses_agree(change, right):
    """Var(a - b) = Var a + Var b - 2 Cov(a, b); with other seeds the covariance is nothing but chance."""
    found = result_of(pairs, change)
    assert reveal("pairs", found).right == right
    a, b = (train(one.replace(restarts=PAIR_SEEDS)).test_loss[:, -1] for one in (MOONS, CHANGES[change]))
    one = found.asked
    assert one.same == pytest.approx(a - b, abs=0)
    apart = a.var(ddof=1) + b.var(ddof=1)
    assert one.same.var(ddof=1) == pytest.approx(apart - 2 * np.cov(a, b)[0, 1])
    by_chance = 4 / np.sqrt(PAIR_SEEDS)  # of a correlation
    assert one.other.var(ddof=1) == pytest.approx(apart, rel=by_chance)


def test_the_task_wants_the_digits_of_the_friends_run():
    theirs = float(train(MOONS.replace(seed=FRIENDS_SEED)).test_loss[0, -1])
    first = float(train(MOONS).test_loss[0, -1])
    assert same_number(float(number(theirs))).done
    assert not same_number(float(number(theirs)) + 0.001).done
    forgot = same_number(float(number(first)))
    assert not forgot.done
    assert "what seed 0 gives" in forgot.sentence
    assert not same_number(LESSON.task.asked.default).done
