"""Walkers: what each kind may and may not do, whose chance is whose, and how often they succeed."""

import numpy as np
import pytest

from nnviz.analysis.rates import rate
from nnviz.search.basins import basins, deepest_share
from nnviz.search.climbing import annealing, hill_climbing, random_search
from nnviz.search.contest import METHODS, STEPS, contest
from nnviz.search.landscapes import registry
from nnviz.search.sliding import gradient_descent
from nnviz.search.walk import MOST_WORK, Plan

RASTRIGIN = registry["rastrigin"]
WAYS = {
    "climbing": lambda plan, report=None: hill_climbing(plan, 0.2, on_progress=report),
    "restarts": lambda plan, report=None: hill_climbing(plan, 0.2, 5, report),
    "annealing": lambda plan, report=None: annealing(plan, 0.3, report),
    "random": random_search,
    "sliding": lambda plan, report=None: gradient_descent(plan, on_progress=report),
    "pushed": lambda plan, report=None: gradient_descent(plan, 0.3, True, report),
}
ways = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
ARRAYS = ("looks", "points", "heights", "best")


@ways
def test_a_run_is_the_same_alone_or_among_many(way):
    few, many = (way(Plan(RASTRIGIN, 2, 300, runs, seed=4, moments=20)) for runs in (3, 50))
    for name in ARRAYS[1:]:
        np.testing.assert_array_equal(getattr(few, name), getattr(many, name)[:3])


@ways
def test_the_same_seed_gives_the_same_bits_and_another_does_not(way):
    first, again, other = (way(Plan(RASTRIGIN, 2, 100, 5, seed, moments=9)) for seed in (1, 1, 2))
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
    assert (first.points != other.points).any()


@ways
def test_heights_are_those_of_the_points_which_stay_in_the_box(way):
    walk = way(Plan(RASTRIGIN, 2, 200, 20, start=(5.12, -5.12), moments=200))
    np.testing.assert_array_equal(walk.heights, RASTRIGIN.height(walk.points))
    assert np.abs(walk.points).max() <= RASTRIGIN.high
    assert (walk.points[:, 0] == (5.12, -5.12)).all()
    np.testing.assert_array_equal(walk.best, walk.heights.min(axis=1))
    assert not walk.points.flags.writeable


@ways
def test_progress_rises_to_one_and_what_it_raises_stops_the_work(way):
    shares = []
    way(Plan(RASTRIGIN, 1, 200, 2), shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1

    def stop(share):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        way(Plan(RASTRIGIN, 1, 200, 2), stop)


def test_a_hill_climber_never_climbs_and_annealing_does():
    plan = Plan(RASTRIGIN, 2, 500, 30, moments=500)
    assert (np.diff(hill_climbing(plan, 0.3).heights) <= 0).all()
    rises = np.diff(annealing(plan, 0.3).heights) > 0
    assert rises[:, :100].mean() > 5 * rises[:, -100:].mean() > 0


# Of two looks the second is the coldest; of three it stands midway from hot to cold, by factors.
@pytest.mark.parametrize(("looks", "share"), [(2, 0.005), (3, 0.05)])
def test_annealing_goes_uphill_as_often_as_its_temperature_says(looks, share):
    """Metropolis' rule: a step up by h is taken with the chance exp(-h / T). From the floor all steps lead up."""
    plan = Plan(RASTRIGIN, 1, looks, 20_000, start=(0.0,), moments=looks)
    step = 0.05
    walk = annealing(plan, step)
    temperature = RASTRIGIN.ridge * share  # at the second look
    tried = step * np.random.default_rng(9).standard_normal(400_000)
    expected = np.exp(-RASTRIGIN.height(tried[:, None]) / temperature).mean()
    taken = int((walk.points[:, 1, 0] != 0).sum())
    assert abs(taken / plan.runs - expected) < 4 * np.sqrt(expected * (1 - expected) / plan.runs)


def test_the_slope_alone_never_leaves_a_basin():
    valleys = basins(RASTRIGIN)
    walk = gradient_descent(Plan(RASTRIGIN, 1, 60, 3000))
    np.testing.assert_array_equal(valleys.of(walk.points[:, 0, 0]), valleys.of(walk.points[:, -1, 0]))
    assert (np.diff(walk.heights) <= 0).all()


@pytest.mark.parametrize(("dims", "runs"), [(1, 2000), (2, 10_000)])
def test_the_slope_succeeds_as_often_as_its_basin_is_wide(dims, runs):
    walk = gradient_descent(Plan(RASTRIGIN, dims, 60, runs))
    found = rate(int(walk.settled.sum()), runs)
    assert found.low < deepest_share(RASTRIGIN, dims) < found.high


def test_restarts_spend_the_looks_on_several_starts():
    plan = Plan(RASTRIGIN, 2, 100, 40, moments=100)
    walk = hill_climbing(plan, 0.01, 4)
    jumps = np.abs(np.diff(walk.points, axis=1)).max(axis=(0, 2)) > 1
    assert np.flatnonzero(jumps).tolist() == [24, 49, 74]
    with pytest.raises(ValueError, match="restarts=101"):
        hill_climbing(plan, 0.01, 101)


def test_random_search_finds_a_disc_as_often_as_its_area_says():
    """Near the middle the height is (1 + 20 π²) r², so it is below 0.1 on a disc of area 0.1 π / (1 + 20 π²); the
    fourth-order term makes that larger by less than 2 %."""
    looks, runs = 1000, 2000
    share = 0.1 * np.pi / (1 + 20 * np.pi**2) / RASTRIGIN.span**2
    expected = 1 - (1 - share) ** looks
    found = rate(int(random_search(Plan(RASTRIGIN, 2, looks, runs)).succeeded.sum()), runs)
    assert found.low < 1.01 * expected < found.high


def test_a_steady_push_keeps_the_spread_that_langevin_says():
    """In a parabola of curvature c the variance settles at T / c, over (1 - step · c / 2) for steps of this size; the
    dent of Rastrigin's curve is one as long as T is small. Its fourth-order term is below 2 % here."""
    push = 0.0005
    walk = gradient_descent(Plan(RASTRIGIN, 1, 400, 4000, start=(0.0,)), push)
    temperature = push * RASTRIGIN.ridge
    expected = temperature / RASTRIGIN.curvature / (1 - 0.5 / 2)
    assert walk.points[:, -1].var() == pytest.approx(expected, rel=0.12)  # 4 standard errors √(2 / 4000), and 2 %


def test_a_push_that_fades_is_gone_in_the_last_quarter_of_the_way():
    walk = gradient_descent(Plan(RASTRIGIN, 1, 400, 50, moments=400), 0.3, fade=True)
    before, after = walk.points[:, :-1], walk.points[:, 1:]
    step = 0.5 / RASTRIGIN.curvature
    pushed = np.abs(after - before + step * RASTRIGIN.slope(before)).max(axis=(0, 2))
    assert (pushed[:299] > 1e-4).all()  # of 50 walkers at least one is pushed
    assert pushed[299:].max() < 1e-12


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"dims": 3, "landscape": registry["himmelblau"]}, "dims=3"),
        ({"looks": 0}, "looks and runs"),
        ({"moments": 1}, "moments 2 or more"),
        ({"runs": MOST_WORK}, "too much"),
        ({"start": (1.0,)}, "2 coordinates"),
    ],
)
def test_a_plan_that_cannot_be_says_why(changes, words):
    with pytest.raises(ValueError, match=words):
        Plan(**{"landscape": RASTRIGIN, "dims": 2, "looks": 10, "runs": 1} | changes)


def test_no_negative_push():
    with pytest.raises(ValueError, match="push=-1"):
        gradient_descent(Plan(RASTRIGIN, 1, 10, 1), -1)


def test_in_the_contest_the_leader_changes_with_the_step():
    """As in a search of all settings: with short steps restarts lead, with long ones a walker that never climbs."""
    found = contest(RASTRIGIN, 0, runs=80)
    assert found.succeeded.shape == (len(METHODS), len(STEPS), 80)
    leaders = found.successes.argmax(axis=0)
    assert METHODS[leaders[0]].key == "many"
    assert METHODS[leaders[STEPS.index(0.3)]].key == "annealing"
    assert METHODS[leaders[STEPS.index(0.5)]].key == "one"
    assert 0.01 < found.at_random.mean() < 0.06
