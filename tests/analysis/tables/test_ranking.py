"""The ranking of starts: its statistics against numbers made with known parts, and on networks that train."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import t

import nnviz
from nnviz import Experiment, initializers
from nnviz.analysis.tables.baselines import GUESS, LINE, Baseline, baselines, best_constant
from nnviz.analysis.tables.ranking import rank_splits
from nnviz.analysis.tables.resampling import half_width, probability_below, standard_error
from nnviz.analysis.tables.split_runs import MOST_SEEDS, MOST_SPLITS, SETS, SplitRuns, check, train_split
from nnviz.core.experiment import MOST_SEED

RECIPE = Experiment(samples=60, epochs=3, hidden=(4,))
KEYS = tuple(initializers.registry)
SPLITS = 10


def split_of(losses, constant=0.69, one_answer=(), rows=(50, 50)):
    """What starts came to on one split: losses `[S, R]`."""
    losses = np.asarray(losses, float).reshape(len(losses), -1)
    return SplitRuns(
        starts=tuple(initializers.get(key) for key in KEYS[: len(losses)]),
        seeds=np.arange(losses.shape[1]),
        losses=losses,
        accuracies=np.exp(-losses),
        one_answer=np.isin(np.arange(len(losses)), one_answer),
        baselines=(Baseline(GUESS, constant, 0.5), Baseline(LINE[True], constant / 2, 0.7)),
        constant=constant,
        rows=rows,
        classes=("a", "b"),
    )


def ranked(losses, **options):
    """Of losses `[J, S]`, one seed each."""
    return rank_splits([split_of(row, **options) for row in losses])


def noisy(means, spread, splits=SPLITS, seed=0):
    return np.asarray(means) + spread * np.random.default_rng(seed).normal(size=(splits, len(means)))


def test_starts_stand_by_the_mean_over_splits_of_the_median_over_seeds():
    losses = np.random.default_rng(1).uniform(0.1, 0.6, (SPLITS, 3, 5))
    found = rank_splits([split_of(each) for each in losses])
    means = np.median(losses, axis=2).mean(axis=0)
    assert [place.loss for place in found.places] == pytest.approx(sorted(means))
    assert [KEYS.index(place.initializer.key) for place in found.places] == np.argsort(means).tolist()
    assert found.seeds == 5
    firsts = np.bincount(np.median(losses, axis=2).argmin(axis=1), minlength=3)
    assert [place.first for place in found.places] == firsts[np.argsort(means)].tolist()


def test_the_standard_error_is_nadeau_and_bengios():
    values = np.random.default_rng(0).normal(size=(15, 2))
    expected = np.sqrt((1 / 15 + 50 / 100) * values.var(axis=0, ddof=1))
    np.testing.assert_allclose(standard_error(values, 0.5), expected)
    np.testing.assert_allclose(
        probability_below(values, 0.5, 0.0), t.cdf(values.mean(axis=0) / expected, 14), rtol=1e-12
    )
    assert half_width(15, 1, 0.95) == pytest.approx(t.ppf(0.975, 14))


def test_differences_of_rounding_are_none():
    tiny = np.full((10, 2), -1e-12) * np.linspace(1, 1.1, 10)[:, None]
    assert (probability_below(tiny, 1.0, 1e-9) == 0.5).all()
    assert probability_below(np.full((10, 1), -0.1), 1.0, 1e-9) == 0


def test_a_comparison_is_corrected_for_all_pairs_and_both_sides():
    losses = noisy([0.3, 0.34, 0.5, 0.6], 0.02)
    found = ranked(losses)
    for place in found.places[1:]:
        column = KEYS.index(place.initializer.key)
        below = losses[:, KEYS.index(found.best.initializer.key)] - losses[:, column]
        one_sided = t.cdf(below.mean() / np.sqrt((1 / SPLITS + 1) * below.var(ddof=1)), SPLITS - 1)
        assert place.chance == pytest.approx(min(1, 2 * 6 * one_sided))
        assert place.ties == (place.chance > 0.05)
    assert [place.ties for place in found.places] == [True, True, False, False]


def test_a_winner_is_below_a_guess_and_each_other_start():
    clear = ranked(noisy([0.2, 0.5, 0.6], 0.005))
    assert clear.winner is clear.best
    assert clear.beats_baseline
    worthless = ranked(noisy([0.8, 1.1, 1.2], 0.005))
    assert len(worthless.tied) == 1
    assert (worthless.winner, worthless.beats_baseline) == (None, False)
    assert ranked(noisy([0.2, 0.2, 0.6], 0.005)).winner is None
    assert ranked(noisy([0.2], 0.005)).winner is None


def test_what_gives_one_answer_is_a_guess_and_beats_none():
    losses = noisy([0.5, 0.69], 0.001)
    assert ranked(losses).beats_baseline
    found = ranked(losses, one_answer=(0,))
    assert (found.beats_baseline, found.winner, found.best.chance_guess) == (False, None, 1.0)


def test_one_wild_run_does_not_decide():
    losses = noisy([0.2, 0.4], 0.005)
    losses[3, 0] = np.inf
    assert ranked(losses).best.initializer.key == KEYS[0]
    assert ranked(losses).best.loss == pytest.approx(np.delete(losses[:, 0], 3).mean() * 0.9 + 0.1 * 2 * 0.69)
    assert not ranked(losses).best.diverges


def test_the_intervals_of_all_starts_hold_together():
    losses = noisy([0.3, 0.31, 0.5], 0.02)
    best = ranked(losses).best
    column = losses[:, KEYS.index(best.initializer.key)]
    half = t.ppf(1 - 0.05 / 6, SPLITS - 1) * np.sqrt((1 / SPLITS + 1) * column.var(ddof=1))
    assert (best.low, best.high) == pytest.approx((best.loss - half, best.loss + half))


def test_rows_drawn_anew_need_no_correction():
    losses = noisy([0.3, 0.34], 0.03)
    own = rank_splits([split_of(row) for row in losses], drawn_anew=True)
    below = losses[:, 0] - losses[:, 1]
    assert own.places[1].chance == pytest.approx(2 * t.cdf(below.mean() / (below.std(ddof=1) / np.sqrt(10)), 9))
    assert own.places[1].chance < ranked(losses).places[1].chance


@pytest.mark.parametrize(
    ("losses", "options", "words"),
    [
        (noisy([0.2, 0.5, 0.6], 0.005), {}, "Best here: zeros (0.199), clearly below a guess and each of the 2 other"),
        (noisy([0.2, 0.5], 0.005), {}, "and the other start. Over 10 splits of the rows and 1 seed in each, it came"),
        (noisy([0.2, 0.2, 0.69], 0.005), {"one_answer": (2,)}, "any start but constant will do: the 2 others are too"),
        (noisy([0.2, 0.2, 0.2], 0.005), {}, "the choice of start does not matter: none of 3 is clearly better"),
        (noisy([0.2, 0.2, 0.5], 0.005), {}, "No single best: ones and zeros are too close to call."),
        (noisy([0.2] * 5 + [0.5], 0.005), {}, "No single best: 5 of 6 starts are too close to call."),
        (noisy([0.7, 0.8], 0.005), {}, "No start clearly beats a guess that ignores the inputs (0.690, 50 % right)."),
        (noisy([0.2], 0.005), {}, "there is no other start to compare it with."),
        (np.full((10, 2), np.inf), {}, "No start trains here"),
    ],
)
def test_the_headline_says_what_was_found(losses, options, words):
    assert words in ranked(losses, **options).headline


def test_a_headline_of_no_winner_names_how_often_the_same_start_came_first():
    losses = noisy([0.2, 0.2, 0.2], 0.005)
    most = np.bincount(losses.argmin(axis=1)).max()
    assert ranked(losses).headline.endswith(f"the same start came first in {most}.")
    assert ranked(np.full((10, 2), 0.3)).headline.endswith("no start came first alone.")


def test_without_a_difference_to_a_guess_no_start_is_named():
    said = ranked(noisy([0.69, 0.8, 0.8], 0.01)).headline
    assert not any(key in said for key in KEYS[:3])


def test_the_record_is_what_the_ranking_says():
    found = ranked(noisy([0.2, 0.5, 0.6], 0.005))
    record = found.record()
    assert record["headline"] == found.headline
    assert (record["winner"], record["beats_baseline"]) == ("zeros", True)
    assert [each["initializer"] for each in record["ranking"]] == [str(place.initializer) for place in found.places]
    assert [each["name"] for each in record["baselines"]] == ["a guess", "logistic regression"]
    assert ranked(noisy([0.7, 0.8], 0.005)).record()["winner"] is None


def test_baselines_are_scikit_learns():
    data = Experiment(dataset="wine").load_dataset()
    guess, line = baselines(data)
    shares = np.bincount(data.y_train) / len(data.y_train)
    assert guess.loss == pytest.approx(-np.log(shares[data.y_test]).mean())
    assert guess.accuracy == pytest.approx(np.mean(data.y_test == shares.argmax()))
    assert line.name == "logistic regression"
    assert line.accuracy > 0.9
    real = Experiment(dataset="line_and_bump").load_dataset()
    guess, line = baselines(real)
    assert guess.loss == pytest.approx(((real.y_test - real.y_train.mean()) ** 2).mean())
    design = np.column_stack([real.x_train, np.ones(len(real.x_train))])
    fit = np.linalg.lstsq(design, real.y_train, rcond=None)[0]
    expected = np.square(np.column_stack([real.x_test, np.ones(len(real.x_test))]) @ fit - real.y_test).mean()
    assert line.loss == pytest.approx(expected)
    assert math.isnan(line.accuracy)


def test_a_class_that_no_training_row_has_costs_infinity():
    data = Experiment(dataset="wine").load_dataset()
    lacking = replace(data, y_train=np.where(data.y_train == 2, 1, data.y_train))
    assert [each.loss for each in baselines(lacking)] == [math.inf, math.inf]
    assert math.isfinite(best_constant(lacking))


def test_no_constant_answer_does_better_than_the_best_one():
    wine, line = (Experiment(dataset=key).load_dataset() for key in ("wine", "line_and_bump"))
    for answers in np.random.default_rng(0).dirichlet(np.ones(3), 200):
        assert -np.log(answers[wine.y_test]).mean() >= best_constant(wine)
    for answer in np.linspace(-1, 1, 50):
        assert np.square(line.y_test - answer).mean() >= best_constant(line)


def test_a_split_trains_each_start_from_the_same_seeds_to_the_same_bits(monkeypatch):
    shares = []
    found = train_split(RECIPE, ("zeros", "he_normal"), 5, shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    alone = nnviz.train(RECIPE.replace(kernel_initializer="he_normal", restarts=5))
    np.testing.assert_array_equal(found.losses[1], alone.test_loss[:, -1])
    np.testing.assert_array_equal(found.accuracies[1], alone.test_accuracy[:, -1])
    assert found.one_answer.tolist() == [True, False]
    assert found.seeds.tolist() == list(range(5))
    monkeypatch.setattr("nnviz.analysis.restarts.restarts.MOST_AT_ONCE", 2)
    np.testing.assert_array_equal(train_split(RECIPE, ("zeros", "he_normal"), 5).losses, found.losses)


def test_what_progress_raises_stops_the_work():
    def stop(share):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        train_split(RECIPE, ("zeros",), 2, stop)


def test_zeros_fall_behind_on_moons():
    recipe = RECIPE.replace(samples=200, epochs=60)
    found = rank_splits([train_split(recipe.replace(data_seed=j), SETS["usual"], 2) for j in range(5)])
    assert found.places[-1].initializer.key == "zeros"
    assert found.places[-1].one_answer
    assert not found.places[-1].ties
    assert found.places[-1].loss == pytest.approx(math.log(2), abs=0.01)
    assert found.beats_baseline


def test_too_few_splits_or_other_starts_cannot_be_ranked():
    good = split_of([0.1, 0.2])
    with pytest.raises(ValueError, match="at least 5 splits"):
        rank_splits([good] * 4)
    for other in (split_of([0.1]), split_of([[0.1, 0.2], [0.1, 0.2]])):
        with pytest.raises(ValueError, match="the same starts, and as many seeds"):
            rank_splits([good] * 5 + [other])


@pytest.mark.parametrize("name", SETS)
def test_every_choice_starts_wide_and_narrow_networks_and_holds_zeros_as_the_yardstick(name):
    assert "zeros" in SETS[name]
    assert check(RECIPE, SETS[name], MOST_SEEDS, MOST_SPLITS) == ""
    for hidden in ((), (1,), (3, 5)):
        found = rank_splits([train_split(RECIPE.replace(hidden=hidden, epochs=1), SETS[name], 1)] * 5)
        assert len({place.name for place in found.places}) == len(found.places) == len(SETS[name])


def test_too_much_work_is_said_before_it_begins():
    assert "times the work that is allowed: take fewer" in check(RECIPE.replace(epochs=200_000), SETS["usual"], 20)
    assert "times the work" in check(Experiment(samples=20_000), SETS["keras"], 30)
    assert "Seeds end at" in check(RECIPE.replace(seed=MOST_SEED), SETS["usual"], 2)
