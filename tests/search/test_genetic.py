"""Populations: what breeding can and cannot make, and premature convergence."""

from itertools import pairwise

import numpy as np
import pytest

from nnviz.search.genetic import evolve
from nnviz.search.landscapes import registry
from nnviz.search.walk import Plan

RASTRIGIN = registry["rastrigin"]
PLAN = Plan(RASTRIGIN, 5, 4000, 60, moments=3)


@pytest.fixture(scope="module", params=[0.0, 0.2])
def evolution(request):
    return evolve(PLAN, request.param)


def test_the_best_lives_on(evolution):
    assert (np.diff(evolution.best) <= 0).all()


def test_what_is_counted_is_what_the_populations_show(evolution):
    shown = evolution.populations
    assert shown.shape == (3, 100, 40, 5)
    assert np.abs(shown).max() <= RASTRIGIN.high
    np.testing.assert_array_equal(RASTRIGIN.height(shown).min(axis=2), evolution.best[:3])
    apart = np.linalg.norm(shown - shown.mean(axis=2, keepdims=True), axis=-1).mean(axis=2)
    np.testing.assert_allclose(evolution.diversity[:3], apart, rtol=1e-12, atol=1e-15)
    for generation in (0, 5, 99):
        distinct = [len(np.unique(population, axis=0)) for population in shown[:, generation]]
        assert evolution.distinct[:3, generation].tolist() == distinct


def test_without_mutation_nothing_new_comes_in():
    shown = evolve(PLAN, 0.0).populations
    for run in shown:
        for before, after in pairwise(run):
            assert all(np.isin(after[:, i], before[:, i]).all() for i in range(5))


def test_premature_convergence_as_it_is_known():
    """Without mutation all are copies by generation 10, and no run succeeds; with 0.2 about 96 % do."""
    without, mutated = evolve(PLAN, 0.0), evolve(PLAN, 0.2)
    assert (without.distinct[:, 10] == 1).all()
    assert not without.succeeded.any()
    assert mutated.succeeded.mean() > 0.9
    assert (mutated.distinct[:, 10:] > 1).all()


def test_tournaments_of_one_do_not_choose():
    """Then parents are drawn alike, so that diversity goes much more slowly: 1/40 a generation, not nearly all."""
    assert (evolve(PLAN, 0.0, tournament=1).distinct[:, 10] > 5).all()


def test_a_run_is_the_same_alone_or_among_many():
    few, many = (evolve(Plan(RASTRIGIN, 5, 800, runs, 3), 0.2) for runs in (2, 30))
    for name in ("best", "diversity", "distinct"):
        np.testing.assert_array_equal(getattr(few, name), getattr(many, name)[:2])


def test_progress_rises_to_one():
    shares = []
    evolve(Plan(RASTRIGIN, 2, 400, 2), 0.2, on_progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"mutation": 1.5}, "mutation=1.5"),
        ({"size": 1}, "size=1"),
        ({"size": 300}, "from 2 to 256"),
        ({"tournament": 0}, "tournament=0"),
        ({"size": 200, "plan": Plan(RASTRIGIN, 2, 300, 1)}, "not enough"),
        ({"tournament": 100}, "too much"),
    ],
)
def test_what_cannot_be_says_why(arguments, words):
    with pytest.raises(ValueError, match=words):
        evolve(**{"plan": PLAN, "mutation": 0.2} | arguments)
