"""Lesson 7: what it finds is true, and its sentences follow what was measured."""

import math

import numpy as np
import pytest
from scipy.stats import binomtest

from nnviz.analysis.rates import rate
from nnviz.figures.style.template import LIGHT
from nnviz.lessons.judging import LESSON, flattering_seed
from nnviz.lessons.judging.restarts import NARROW, RUNS, SOLVED, xor_runs
from nnviz.lessons.judging.selection import ATTEMPTS, WIDTH_OF_TASK, contests, lucky
from nnviz.lessons.lesson import Pair
from tests.lessons.measuring import result_of

SCREENS = {screen.key: screen for screen in LESSON.screens}


def xor(units=2, activation="tanh"):
    return result_of(xor_runs, units, activation)


def reveal(key, found):
    return SCREENS[key].reveal(found)


def test_as_many_xor_runs_succeed_as_is_known():
    """636 of 1,000 seeds at 5,000 steps (interval .606 to .665): 500 of them may stray by 4 standard errors."""
    share = xor().below(SOLVED).mean()
    assert abs(share - 0.636) < 4 * math.sqrt(0.636 * 0.364 * (1 / RUNS - 1 / 1000))
    assert "66 %" in reveal("one", xor()).because


def test_failures_rest_at_the_known_levels():
    failed = xor().train_loss[~xor().below(SOLVED)]
    entropy = math.log(3) - 2 / 3 * math.log(2)  # H(1/3)
    levels = np.array([math.log(2) / 2, 0.75 * entropy, math.log(2)])
    assert np.abs(failed[:, None] - levels).min(axis=1).max() < 0.0139  # a fiftieth of ln 2
    said = reveal("one", xor())
    assert "168 stop near 0.347" in said.because
    assert "two corners share one answer" in said.why


@pytest.mark.parametrize(
    ("units", "activation", "right"), [(1, "tanh", 2), (2, "relu", 2), (2, "tanh", 1), (6, "tanh", 0)]
)
def test_the_answer_follows_the_share_that_works(units, activation, right):
    assert reveal("one", xor(units, activation)).right == right


def test_the_runs_shown_are_one_that_works_and_one_that_does_not():
    pair = next(p for p in SCREENS["one"].pictures(xor(), LIGHT) if isinstance(p, Pair))
    assert xor().below(SOLVED)[[pair.a.seed, pair.b.seed]].tolist() == [True, False]
    alike = next(p for p in SCREENS["one"].pictures(xor(6), LIGHT) if isinstance(p, Pair))
    assert alike.a.seed != alike.b.seed


def test_no_run_ends_near_the_mean_of_two_heaps():
    losses = xor().train_loss
    near = int((np.abs(losses - losses.mean()) < losses.std(ddof=1) / 2).sum())
    said = reveal("mean", xor())
    assert said.because.startswith(f"{near} of {RUNS} ")
    assert (near, said.right) == (0, 2)
    assert reveal("mean", xor(6)).right == 0


def test_the_winner_is_the_one_that_the_sign_test_names():
    found = result_of(lucky, 4)
    wins = int((found.losses_b < found.losses_a).sum())
    assert binomtest(wins, len(found.seeds)).pvalue < 1e-3
    assert found.leader == found.winner == "B" == ("B" if 2 * wins > len(found.seeds) else "A")
    wrong = int((found.losses_a < found.losses_b).sum())
    said = reveal("lucky", found)
    assert f"Yet {wrong} of {len(found.seeds)} seeds" in said.because
    assert said.right == 2  # more than 1 in 5


def test_the_flattering_seed_tells_the_wrong_story_most():
    found = result_of(lucky, 4)
    pair = next(p for p in SCREENS["lucky"].pictures(found, LIGHT) if isinstance(p, Pair))
    assert pair.a.seed == pair.b.seed == found.seeds[np.argmin(found.losses_a - found.losses_b)]
    assert (pair.a, pair.b) == (found.a.replace(seed=pair.a.seed), found.b.replace(seed=pair.a.seed))


def test_so_many_restarts_are_needed():
    share = float(xor().below(SOLVED).mean())
    needed = next(k for k in range(1, 100) if (1 - share) ** k <= 0.05)
    said = reveal("restarts", xor())
    assert said.because.startswith(f"It takes {needed} tries")
    assert f"rounded up to {needed}." in said.why
    held = sum(any(xor().below(SOLVED)[i : i + needed]) for i in range(0, RUNS - needed + 1, needed))
    assert f"{rate(held, RUNS // needed).share:.0%}".replace("%", " %") in said.because
    assert said.right == 1


def test_where_nothing_succeeds_no_number_of_restarts_is_promised():
    said = reveal("restarts", xor(1))
    assert said.right == 3
    assert said.because.startswith(f"None of {RUNS} runs works. If one ever does, it takes")
    SCREENS["restarts"].pictures(xor(1), LIGHT)


@pytest.mark.parametrize(("tries", "right"), [(1, 0), (2, 1), (10, 2)])
def test_tickets_win_contests(tries, right):
    """k of k + 1 tickets: within 4 standard errors."""
    found = result_of(contests, tries)
    won, expected = found.shares.at(tries)
    assert expected == tries / (tries + 1)
    assert abs(won.share - expected) < 4 * math.sqrt(expected * (1 - expected) / won.runs)
    assert reveal("best", found).right == right
    assert (found.best < found.alone) == (tries > 1)


def test_four_times_the_runs_halve_the_interval():
    said = reveal("enough", xor())
    assert said.right == 1
    z, p = 1.959964, float(xor().below(SOLVED).mean())
    runs = 4 * z**2 * p * (1 - p) / NARROW**2  # of the width 2 z √(p (1 - p) / n)
    assert f"about {round(runs, -2):,.0f} runs" in said.why


@pytest.mark.parametrize(("seed", "done"), [(0, True), (2, False)])
def test_the_task_knows_a_flattering_seed(seed, done):
    found = result_of(lucky, WIDTH_OF_TASK)
    assert (found.losses_a[seed] < found.losses_b[seed]) == done
    checked = flattering_seed(seed)
    assert checked.done == done
    assert f"With seed {seed}" in checked.sentence


def test_the_task_does_not_begin_with_its_answer():
    assert not flattering_seed(LESSON.task.a.seed).done
    assert LESSON.task.asked.default == LESSON.task.a.seed == LESSON.task.b.seed


def test_where_all_runs_work_nothing_is_said_of_those_that_fail():
    found = reveal("restarts", xor(6))
    assert found.right == 0
    assert found.because == f"All {RUNS} runs work, so it takes 1 try."
    assert "99.2 % or more" in found.why  # Wilson's lower end for 500 of 500: 1 / (1 + 1.96² / 500)
    assert "Here all have the share 100 %" in reveal("enough", xor(6)).why


def test_a_team_of_one_try_is_no_second_team():
    with pytest.raises(ValueError, match="from 2 to"):
        ATTEMPTS.check(1)
