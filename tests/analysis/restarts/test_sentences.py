"""What is said of many starts, at every edge."""

from dataclasses import replace

import numpy as np
import pytest

from nnviz.analysis.restarts.restarts import portion, train_portion
from nnviz.analysis.restarts.sentences import average, failures, restart_numbers, statement, versus
from nnviz.core.experiment import Experiment

XOR = Experiment(
    dataset="xor", samples=8, noise=0.0, hidden=(2,), batch_size=None, learning_rate=0.5, epochs=5000
)  # fmt: skip
CURVE = Experiment(dataset="line_and_bump", samples=40, hidden=(4,), activation="relu", epochs=20)


def runs_of(experiment, runs):
    return train_portion(portion(experiment, 0, runs))


@pytest.fixture(scope="module")
def a():
    return runs_of(XOR, 200)


@pytest.fixture(scope="module")
def b():
    return runs_of(XOR.replace(kernel_initializer="random_normal(stddev=5)"), 200)


def test_the_statement_has_count_share_interval_and_restarts(a):
    """Of 1,000 seeds 63.6 % succeed by docs/what-is-measured.md; these are the first 200."""
    assert statement(a, 0.1) == (
        f"{a.below(0.1).sum()} of 200 runs end below 0.1: 65 % (95 % interval 58 to 71 %). "
        "3 restarts hold a success with 95 % certainty (3 to 4)."
    )


@pytest.mark.parametrize(
    ("runs", "threshold", "words"),
    [
        (200, 10, "All 200 runs end below 10: 100 % (95 % interval 98 to 100 %). 1 run is enough"),
        (200, 1e-9, "None of 200 runs end below 1e-09: 0 % (95 % interval 0 to 2 %). If it succeeds at all, it takes"),
        (1, 10, "The one run ends below 10: 100 % (95 % interval 21 to 100 %). One run does not tell how"),
        (1, 1e-9, "Not even the one run ends below 1e-09: 0 % (95 % interval 0 to 79 %). If it succeeds"),
    ],
)  # fmt: skip
def test_the_statement_at_the_edges(a, runs, threshold, words):
    assert statement(a.first(runs), threshold).startswith(words)
    if runs == 200 and threshold < 1:
        assert statement(a, threshold).endswith("it takes 158 restarts or more to be 95 % certain of one success.")


def test_runs_that_diverged_are_counted():
    wild = runs_of(CURVE.replace(learning_rate=9.0), 4)
    assert statement(wild, 0.1).endswith(" 4 runs diverged.")
    assert failures(wild, 0.1) == "4 diverged"
    assert average(wild, "A") == "A: every run diverged, so there is no mean."
    assert restart_numbers(wild, 0.1)["final loss, mean ± deviation"] == "–"


def test_the_comparison_names_the_better_side_whichever_it_is(a, b):
    forth, back = versus(a, b, 0.1), versus(b, a, 0.1)
    assert forth.startswith("A succeeds more often, by 36 points (95 % interval 26 to 45).")
    assert back.startswith("B succeeds more often, by 36 points (95 % interval 26 to 45).")
    assert "A run of A ends lower than a run of B in 75 % of all pairs (69 to 79 %" in forth
    assert "A run of B ends lower than a run of A in 75 % of all pairs (69 to 79 %" in back
    assert forth.endswith("so two single seeds say the opposite in 25 %.")


def test_a_side_that_succeeds_more_often_may_yet_end_higher(a):
    other = replace(a, experiment=a.experiment.replace(epochs=9), train_loss=np.where(np.arange(200) < 190, 0.09, 0.5))
    words = versus(a, other, 0.1)
    assert words.startswith("B succeeds more often")
    assert "Yet a run of A ends lower than a run of B in" in words


def test_few_runs_do_not_tell_two_starts_apart(a, b):
    words = versus(a.first(5), b.first(5), 0.1)
    assert "Their rates do not tell them apart" in words
    assert "which includes half" in words


def test_what_cannot_be_compared_is_not(a, b):
    assert versus(a, a.first(10), 0.1) == "A and B are the same experiment: there is nothing to compare."
    assert versus(a.first(1), b.first(1), 0.1) == "One run of each proves nothing: it takes more seeds to compare."
    other = runs_of(CURVE, 5)
    assert versus(a, other, 0.1).endswith("They learn from other data, so their losses do not compare.")
    assert "pairs" not in versus(a, other, 0.1)


def test_failed_runs_rest_at_named_levels(a, b):
    assert failures(a, 0.1) == "68 at ln 2 / 2 and 2 at ¾·H(1/3)"
    assert failures(b, 0.1) == "96 at ln 2 / 2, 43 at ln 2 and 3 at ¾·H(1/3)"
    assert failures(a, 10) == ""


def test_a_mean_between_two_humps_is_said_to_hide_them(a, b):
    words = average(a, "A")
    assert words.startswith("A ends at a loss of 0.124 ± 0.168 (mean ± standard deviation over 200 runs)")
    assert "But none of them lies within half a deviation of that mean" in words
    assert "humps" not in average(b, "B")  # a third of its runs lie near the mean
    assert "±" not in average(a.first(1), "A")


@pytest.mark.parametrize("threshold", [1e-9, 0.1, 1000.0])
@pytest.mark.parametrize("runs", [1, 2, 20])
@pytest.mark.parametrize("rate", [0.3, 1.5, 9.0])
def test_any_runs_have_the_same_figures_by_name(a, rate, runs, threshold):
    record = runs_of(CURVE.replace(learning_rate=rate), runs)
    found = restart_numbers(record, threshold)
    assert list(found) == list(restart_numbers(a, threshold))
    texts = [*found.values(), statement(record, threshold), average(record, "A"), versus(record, a, threshold)]
    assert not any("nan" in text or "no number" in text for text in texts)
    assert restart_numbers(a, 0.1)["restarts for 95 %"] == "3 (3 to 4)"


def test_figures_without_an_accuracy_say_so(a):
    record = runs_of(CURVE, 3)
    assert np.isnan(record.test_accuracy).all()
    assert restart_numbers(record, 0.1)["right on unseen data"] == "–"
    assert "unseen" not in average(record, "A")
    assert "right on unseen data" in average(a, "A")
