"""What one seed says against what many say, on numbers that are known."""

import math

import numpy as np
import pytest
from scipy.stats import binomtest, norm, quantile_test

from nnviz.analysis.chance.repeats import NOTHING, RATE, WEIGHT, Again, Repeats, Ripple
from nnviz.analysis.chance.seeds import LEAST, MOST, judge, summed_up
from nnviz.analysis.chance.seeds_sentences import causes, grown, growth, judged, repeated, rippled
from nnviz.core.experiment import Experiment
from nnviz.core.training import train

A = Experiment(dataset="circles", samples=120, epochs=20, activation="relu", seed=3)
B = A.replace(kernel_initializer="he_uniform")


def of(losses_a, losses_b, seed=0):
    seeds = np.arange(seed, seed + len(losses_a))
    return summed_up(A, B, seeds, np.array(losses_a, float), np.array(losses_b, float))


@pytest.fixture(scope="module")
def found():
    return judge(A, B, 12)


def test_each_seed_is_that_run_alone(found):
    assert found.seeds.tolist() == list(range(3, 15))
    for place in (0, 7):
        for side, losses in ((A, found.losses_a), (B, found.losses_b)):
            alone = train(side.replace(seed=int(found.seeds[place])))
            assert losses[place] == alone.test_loss[0, -1]


@pytest.mark.parametrize("seeds", [6, 7, 12, 50])
def test_the_interval_is_that_of_order_statistics(seeds):
    losses = np.random.default_rng(seeds).normal(size=(2, seeds))
    found = of(*losses)
    expected = quantile_test(losses[0] - losses[1], p=0.5).confidence_interval(0.95)
    assert (found.low, found.high) == (expected.low, expected.high)
    assert found.median == pytest.approx(np.median(losses[0] - losses[1]))


def test_five_seeds_have_no_interval_of_95_per_cent():
    found = of([0.5] * 5, [0.1] * 5)
    assert (found.low, found.high, found.winner, found.leader) == (-math.inf, math.inf, "", "B")
    assert "5 seeds together cannot tell: A is better with 0, B with 5, and that is not one-sided" in judged(found)


def test_seeds_against_the_most_are_counted_with_wilsons_interval():
    found = of([1.0] * 7 + [0.4] + [1.0] * 2, [0.5, 0.4, 0.5, 0.6, 0.5, 0.4, 0.5, 0.5, 0.5, 0.4])
    assert (found.winner, found.leader, found.fixed) == ("B", "B", "B")
    assert (found.against.successes, found.wins("A"), found.wins("B")) == (1, 1, 9)
    interval = binomtest(1, 10).proportion_ci(0.95, "wilson")
    assert (found.against.low, found.against.high) == pytest.approx((interval.low, interval.high))


def test_where_the_interval_holds_zero_there_is_no_winner():
    found = of([0.5, 0.4, 0.6, 0.5] * 5, [0.4, 0.5, 0.5, 0.6] * 5)
    assert found.winner == ""
    assert found.low < 0 < found.high


def test_one_wild_run_does_not_rule():
    """B is better with 50 of 50, and once by ten thousand times as much."""
    found = of([0.2] * 49 + [1000.0], [0.1] * 50)
    assert (found.winner, found.wins("B"), found.against.successes) == ("B", 50, 0)
    assert found.median == pytest.approx(0.1)
    assert "50 seeds together say B: A is better with 0, B with 50; B ends lower by 0.100 in the median" in judged(
        found
    )


def test_a_diverged_run_has_lost_its_seed():
    found = of([np.inf, 0.4, 0.3, np.inf], [0.1, 0.5, 0.5, np.inf])
    assert found.diverged == 2
    assert found.fixed == "B"
    assert (found.wins("A"), found.wins("B")) == (2, 1)
    assert (found.against.successes, found.leader) == (1, "A")
    assert not judged(of([np.inf] * 5, [np.inf] * 5)).startswith("Seed")


def test_whoever_diverges_with_most_seeds_has_lost():
    """The seeds with which both ended would say A, but they are the fewer."""
    found = of([np.inf] * 26 + [0.1] * 24, [0.3] * 50)
    assert (found.leader, found.median) == ("B", math.inf)
    assert found.winner == ""
    found = of([np.inf] * 40 + [0.1] * 10, [0.3] * 50)
    assert (found.winner, found.low) == ("B", math.inf)
    assert "say B: A is better with 10, B with 40; with most seeds the other one diverged." in judged(found)


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [10, 30, 50])
def test_the_interval_holds_the_median_also_with_rare_failures(seeds):
    """A twentieth of A's runs fails and ends a hundred times as high; the true median difference is that of A's law."""
    random = np.random.default_rng(seeds)
    failed = random.random((4000, seeds)) < 0.05
    draws = np.where(failed, 30 + random.exponential(5, failed.shape), random.normal(0.3, 0.05, failed.shape))
    truth = norm.ppf(0.5 / 0.95, 0.3, 0.05) - 0.25
    held = [f.low <= truth <= f.high for f in (of(row, np.full(seeds, 0.25)) for row in draws)]
    assert np.mean(held) >= 0.945


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [6, 10, 30, 50])
def test_equal_sides_get_a_winner_in_at_most_one_comparison_in_twenty(seeds):
    random = np.random.default_rng(seeds)
    draws = random.standard_cauchy((4000, 2, seeds))
    assert np.mean([of(*row).winner != "" for row in draws]) <= 0.055


def test_the_same_recipe_twice_differs_by_nothing():
    shares = []
    found = judge(A, A, LEAST, shares.append)
    assert (found.differences == 0).all()
    assert (found.winner, found.leader, found.fixed, found.against.successes) == ("", "", "", 0)
    assert judged(found) == "A and B end alike with each of 5 seeds: their difference is exactly 0."
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)


@pytest.mark.parametrize("seeds", [LEAST - 1, MOST + 1])
def test_another_number_of_seeds_is_an_error(seeds):
    with pytest.raises(ValueError, match=f"seeds={seeds}"):
        judge(A, B, seeds)


def test_what_progress_raises_stops_the_work():
    def stop(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judge(A, B, 5, stop)


def test_the_sentence_of_a_decided_case_has_all_its_numbers():
    found = of([0.2] * 1 + [0.5] * 19, [0.3] * 20)
    assert judged(found).startswith("Seed 0 alone says that A is better. 20 seeds together say B: A is better with 1,")
    assert "B with 19; B ends lower by 0.200 in the median (95 % interval 0.200 to 0.200)" in judged(found)
    assert "1 of 20 single seeds (5 %, 95 % interval 0.9 to 24 %) says the opposite." in judged(found)


def test_the_sentence_of_an_undecided_case_names_no_winner():
    said = judged(of([0.5, 0.4, 0.61, 0.5] * 2, [0.4, 0.5, 0.5, 0.6] * 2))
    assert "8 seeds together cannot tell: A is better with 4, B with 4, and the 95 % interval of the median" in said
    assert "−0.1" in said
    assert said.endswith("holds 0. Single seeds do name a winner.")


def test_the_sentence_says_whether_runs_were_equal():
    other = Again("another seed", 1, "b", 39)
    good = Repeats(0, "a", 33, 40, (Again("again", 0, "a", 0),) * 2, other)
    assert repeated(good) == (
        "Seed 0, trained 2 more times, gave the same run to the bit: 40 numbers compared each time, none differs."
    )
    bad = Repeats(0, "a", 33, 40, (Again("again", 0, "c", 3),), other)
    assert repeated(bad) == "Seed 0, trained 1 more time, did not give the same run: 3 of 40 numbers differ."


def test_the_sentences_of_changes():
    steps = np.array([0, 1, 5])
    weight = Ripple(WEIGHT, 0.5, 0.5000001, steps, np.array([1e-7, 2e-7, 4e-7]), 0)
    rate = Ripple(RATE, 0.3, 0.2999, steps, np.array([0, 1e-8, 1e-8]), 1)
    nothing = Ripple(NOTHING, math.nan, math.nan, steps, np.zeros(3), -1)
    assert rippled((weight, rate, nothing)) == (
        "One weight moved by 1.00·10⁻⁷: 5 steps later the runs are 4.00·10⁻⁷ apart; with nothing changed, exactly 0."
    )
    first, second = causes((weight, rate, nothing))
    assert first.endswith("the runs differ from step 0 on.")
    assert second == "The learning rate moved from 0.3 to its neighbour 0.2999: the runs differ from step 1 on."
    assert growth(weight) == pytest.approx(4)
    assert math.isnan(growth(rate))
    assert grown(weight) == ["By the end the weight's change has become 4 times as large."]
    assert grown(rate) == []
    kept, gone = (Ripple(WEIGHT, 0.5, 0.6, steps, np.array([0.1, 0.1, end]), 0) for end in (0.1, 0.0))
    assert grown(kept) == ["By the end the weight's change is as large as it was."]
    assert grown(gone) == ["By the end nothing is left of the weight's change."]
    lost = Ripple(WEIGHT, 0.5, 0.6, steps, np.full(3, np.nan), 0)
    assert rippled((lost, rate, nothing)) == "The run diverged before anything could be compared."
