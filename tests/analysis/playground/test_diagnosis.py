"""Verdicts: each kind from a training that shows it, and no sentence that science refutes."""

import math

import numpy as np
import pytest

from nnviz.analysis.playground.baselines import guess_loss, line_loss
from nnviz.analysis.playground.diagnosis import KINDS, diagnose
from nnviz.core.experiment import Experiment
from nnviz.core.training import train

DEEP_RELU = {"hidden": (64,) * 10, "activation": "relu", "learning_rate": 1.0, "epochs": 2}
XOR = {"dataset": "xor", "samples": 8, "noise": 0.0, "hidden": (2,), "batch_size": None, "learning_rate": 0.5}

CASES = [
    ("frozen", {"kernel_initializer": "zeros"}, "8 units act as 1; the loss stays between 0.693 and"),
    ("frozen", {"kernel_initializer": "zeros", "activation": "relu"}, "No hidden weight moved in 200 epochs"),
    ("frozen", {"kernel_initializer": "zeros", "dataset": "wine"}, "the entropy of the classes"),
    (
        "frozen",
        {"kernel_initializer": "zeros", "output_initializer": "glorot_uniform", "activation": "relu"},
        "No hidden weight moved in 200 epochs: 8 units act as none; the loss stays between",
    ),
    ("cloned", {"kernel_initializer": "zeros", "activation": "sigmoid"}, "8 units moved in lockstep"),
    ("cloned", {"kernel_initializer": "ones"}, "no better than a straight line"),
    ("cloned", {"kernel_initializer": "constant(value=0.5)", "hidden": (4, 4)}, "no more than one a layer"),
    ("partly cloned", {"kernel_initializer": "identity"}, "8 units act as 2"),
    ("dead", {"kernel_initializer": "ones", **DEEP_RELU}, "threw all 64 units of hidden layer"),
    ("diverged", {"kernel_initializer": "random_normal(stddev=1)", **DEEP_RELU}, "Diverged at step 2"),
    (
        "saturated",
        {"kernel_initializer": "random_normal(stddev=1000)", "dataset": "spirals", "hidden": (8, 8),
         "activation": "sigmoid", "learning_rate": 0.01, "epochs": 500},
        "sit where sigmoid is flat",
    ),
    ("stuck", {"kernel_initializer": "random_normal(stddev=0.001)", "hidden": (8,) * 5}, "no better than a guess"),
    (
        "stuck",
        {"kernel_initializer": "random_normal(stddev=0.03)", "hidden": (8,) * 5},
        "After 200 epochs the loss stays between 0.693 and 0.696 (a guess: ln 2 = 0.693): no better than a guess.",
    ),
    (
        "plateau",
        {"kernel_initializer": "random_normal(stddev=0.01)", "hidden": (8, 8), "epochs": 20},
        "But the gradient grows",
    ),
    (
        "exploding",
        {"learning_rate": 1000, "activation": "relu", "kernel_initializer": "he_normal", "epochs": 3},
        "The loss rose from 0.403 to",
    ),
    (
        "nearly cloned",
        {"kernel_initializer": "perturbed(value=0.5, epsilon=1e-8)"},
        "8 units act as 1. The furthest two differ by 3.8",
    ),
    (
        "memorised",
        {"samples": 24, "noise": 2.0, "hidden": (64,), "epochs": 1000},
        "50 % right on unseen data: no better than the largest class (50 %).",
    ),
    ("converged", {}, "8 units act as 8; the loss fell from 0.754 to 0.0416, 99.5 % right on unseen data."),
    ("converged", {"hidden": (), "dataset": "blobs", "kernel_initializer": "zeros"}, "No hidden layer"),
    (
        "converged",
        {"kernel_initializer": "zeros", "bias_initializer": "random_normal(stddev=1)", "epochs": 800},
        "8 units act as 8",
    ),
    ("learning", {"epochs": 2}, "after 2 epochs the loss fell from 0.754 to 0.378, 90 % right on unseen data."),
    ("learning", {"epochs": 20, "batch_size": None}, "and still falls"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "fields", "words"), CASES)
def test_each_kind(kind: str, fields: dict[str, object], words: str) -> None:
    (diagnosis,) = diagnose(train(Experiment(**fields)))
    assert diagnosis.kind == kind
    assert words in diagnosis.sentence


def test_every_kind_is_tried() -> None:
    assert {kind for kind, _, _ in CASES} == set(KINDS)


def test_stuck_is_far_above_what_another_start_reached() -> None:
    trace = train(Experiment(**XOR, epochs=5000, restarts=6))
    diagnoses = diagnose(trace)
    stuck = np.array([diagnosis.kind == "stuck" for diagnosis in diagnoses])
    assert 0 < stuck.sum() < 6
    # The four points leave a stuck net the level ln2/2 or 3/4 H(1/3); a good one goes towards 0.
    assert (trace.train_loss[stuck, -1] > 0.34).all()
    assert (trace.train_loss[~stuck, -1] < 0.01).all()
    assert all("another start reached 0.0012" in d.sentence for d in diagnoses if d.kind == "stuck")


def test_a_single_run_at_a_plateau_is_not_called_stuck_without_a_measure() -> None:
    kinds = [diagnosis.kind for diagnosis in diagnose(train(Experiment(**XOR, epochs=5000, restarts=6)))]
    seed = kinds.index("stuck")
    trace = train(Experiment(**XOR, epochs=5000, seed=seed))
    assert diagnose(trace)[0].kind == "converged"
    assert diagnose(trace, best_loss=0.001)[0].kind == "stuck"


def test_a_zero_start_moves_the_output_bias_to_the_log_odds() -> None:
    """'With zero weights nothing changes' is false, and no verdict says it."""
    trace = train(
        Experiment(dataset="wine", kernel_initializer="zeros", batch_size=None, epochs=2000, learning_rate=1.0)
    )
    shares = np.bincount(trace.dataset.y_train) / len(trace.dataset.y_train)
    bias = trace.biases[-1][0, -1]
    # The gradient p - share is below 1e-12 after 2,000 steps at rate 1, and so is the distance to the log-odds.
    np.testing.assert_allclose(bias - bias.mean(), np.log(shares) - np.log(shares).mean(), atol=1e-9)
    sentence = diagnose(trace)[0].sentence
    assert "hidden" in sentence
    assert "nothing" not in sentence.lower()


def test_the_evidence_holds_the_numbers_of_the_sentence() -> None:
    trace = train(Experiment())
    diagnosis = diagnose(trace)[0]
    assert diagnosis.evidence["loss"] == trace.train_loss[0, -1]
    assert diagnosis.evidence["test_accuracy"] == trace.test_accuracy[0, -1]
    assert diagnosis.evidence["effective_units"] == 8


def test_the_guess_is_the_entropy_or_the_variance() -> None:
    assert guess_loss(Experiment().load_dataset()) == math.log(2)
    data = Experiment(dataset="line_and_bump").load_dataset()
    assert guess_loss(data) == pytest.approx(((data.y_train - data.y_train.mean()) ** 2).mean())


def test_the_line_is_what_a_network_without_hidden_layer_reaches() -> None:
    trace = train(Experiment(hidden=(), batch_size=None, epochs=3000, learning_rate=1.0))
    # Logistic regression is convex: both stand within 1e-4 of its one minimum.
    assert line_loss(trace.dataset) == pytest.approx(trace.train_loss[0, -1], abs=1e-4)
    assert math.isnan(line_loss(Experiment(dataset="iris").load_dataset()))


@pytest.mark.parametrize("epsilon", [1e-12, 1e-8, 1e-4])
def test_units_that_differ_in_bits_alone_act_as_one(epsilon: float) -> None:
    trace = train(Experiment(kernel_initializer=f"perturbed(value=0.5, epsilon={epsilon})"))
    (diagnosis,) = diagnose(trace)
    assert diagnosis.evidence["effective_units"] == 8
    assert diagnosis.evidence["distinct_functions"] == 1
    assert "act as 1" in diagnosis.sentence
    assert "no better than a straight line" in diagnosis.sentence


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"output_initializer": "zeros", "epochs": 1, "batch_size": None, "learning_rate": 3},
         "8 units act as 8. Only the output layer moved: the loss fell from 0.693 to 0.386, 92 % right on unseen"),
        ({"dataset": "wine", "kernel_initializer": "zeros"}, "Only the output layer moved: the loss fell from 1.10 to"),
        ({"kernel_initializer": "zeros", "learning_rate": 1000, "epochs": 30}, "the loss rose from 0.693 to 119"),
        ({"activation": "selu", "hidden": (4,), "learning_rate": 20, "seed": 4}, "answered −1.76 to every row"),
        ({"activation": "elu", "hidden": (4,), "learning_rate": 20, "seed": 2}, "answered −1 to every row"),
        ({"hidden": (1,)}, "1 unit acts as 1"),
        ({"snapshots": 2, "epochs": 5}, "after 5 epochs"),
        ({"learning_rate": 1e-4}, "and still falls"),
    ],
)  # fmt: skip
def test_a_sentence_says_what_was_measured(fields: dict[str, object], words: str) -> None:
    assert words in diagnose(train(Experiment(**fields)))[0].sentence


def test_no_verdict_of_a_guess_where_rows_are_right() -> None:
    """A deep net that has begun to tell the classes apart, though its loss is still near the guess's."""
    deep = {"hidden": (16,) * 16, "activation": "relu", "learning_rate": 0.03, "epochs": 100}
    trace = train(Experiment(**deep, restarts=6))
    for run, diagnosis in enumerate(diagnose(trace)):
        if trace.train_accuracy[run, -1] > 0.7:
            assert "guess" not in diagnosis.sentence.replace("(a guess", "")
