"""When a zero start is right: the factors against steps that were taken, and the cases against what is known."""

import contextlib
import io

import numpy as np
import pytest

from nnviz.analysis.symmetry import zero_paths as module
from nnviz.analysis.symmetry.zero_cases import PLAIN, RESIDUAL, STARTS, in_code
from nnviz.analysis.symmetry.zero_paths import Part, ZeroCase, median, outcome, values, zero_paths
from nnviz.core import losses
from nnviz.core.experiment import Experiment
from nnviz.core.finetuning import finetune
from nnviz.core.training import train

NEVER = -1
# By hand, from the law: at which step each part moves first.
KNOWN = {
    "all_zeros": {"hidden kernel": NEVER, "hidden biases": NEVER, "output kernel": NEVER, "output bias": 1},
    "hidden_zero": {"hidden kernel": 1, "hidden biases": 1, "output kernel": 2, "output bias": 1},
    "hidden_zero_relu": {"hidden kernel": NEVER, "hidden biases": NEVER, "output kernel": NEVER, "output bias": 1},
    "output_zero": {"hidden kernel": 2, "hidden biases": 2, "output kernel": 1, "output bias": 1},
    "biases_zero": {"hidden kernel": 1, "hidden biases": 1, "output kernel": 1, "output bias": 1},
    "no_hidden_layer": {"output kernel": 1, "output bias": 1},
    "two_in_a_row": {
        "hidden kernel 1": NEVER, "hidden kernel 2": NEVER, "output kernel": NEVER, "hidden biases": NEVER,
        "output bias": 1,
    },
    "branch_last_zero": {"first kernel": 1, "W of the blocks": 2, "V of the blocks": 1, "output kernel": 1},
    "branch_first_zero": {"first kernel": 1, "W of the blocks": 1, "V of the blocks": 2, "output kernel": 1},
    "branch_first_zero_relu": {
        "first kernel": 1, "W of the blocks": NEVER, "V of the blocks": NEVER, "output kernel": 1,
    },
    "branch_both_zero": {"first kernel": 1, "W of the blocks": NEVER, "V of the blocks": NEVER, "output kernel": 1},
    "gain_zero": {"first kernel": 1, "W of the blocks": 2, "V of the blocks": 2, "gain γ": 1, "output kernel": 1},
    "lora_up_zero": {"down A": 2, "up B": 1},
    "lora_down_zero": {"down A": 1, "up B": 2},
    "lora_both_zero": {"down A": NEVER, "up B": NEVER},
    "lora_neither_zero": {"down A": 1, "up B": 1},
    "lora_equal": {"down A": 2, "up B": 1},
}  # fmt: skip


@pytest.fixture(scope="module")
def shares():
    return []


@pytest.fixture(scope="module")
def cases(shares):
    return {case.key: case for case in zero_paths(2, shares.append)}


def test_every_case_is_there_in_its_order(cases):
    assert list(cases) == [start.key for start in STARTS] == list(dict.fromkeys(start.key for start in STARTS))
    assert set(cases) == set(KNOWN)


@pytest.mark.parametrize("key", KNOWN)
def test_parts_move_when_the_law_says_so(cases, key):
    case = cases[key]
    assert {each.label: each.predicted for each in case.parts} == KNOWN[key]
    assert {each.label: each.measured for each in case.parts} == {name: (at,) * 2 for name, at in KNOWN[key].items()}
    assert case.agrees
    for each in case.parts:  # at the first step: where both factors are there
        assert (each.predicted == 1) == (each.error > 0 and each.signal > 0)


def test_what_is_right_trains_and_what_is_not_does_not(cases):
    assert min(cases["all_zeros"].losses) == pytest.approx(0.693, abs=1e-3)
    assert max(cases["output_zero"].losses) < 0.1
    assert max(cases["branch_last_zero"].losses) < 0.01
    assert min(cases["branch_both_zero"].losses) > 10 * max(cases["branch_last_zero"].losses)
    assert cases["lora_both_zero"].losses == cases["lora_both_zero"].reference
    assert max(cases["lora_up_zero"].losses) < 0.1 * min(cases["lora_up_zero"].reference)
    assert cases["lora_equal"].distinct == (1, 1)
    assert cases["lora_up_zero"].distinct == (3, 3)
    assert cases["all_zeros"].distinct == (1, 1)


def test_progress_is_told(cases, shares):
    assert shares == sorted(shares)
    assert shares[-1] > 0.9


@pytest.mark.parametrize(
    "recipe",
    [
        Experiment(dataset="iris", hidden=(5, 4), activation="gelu", bias_initializer="random_normal"),
        Experiment(hidden=(4, 4, 4), residual=True, bias_initializer="random_normal"),
        Experiment(dataset="line_and_bump", hidden=(5, 5), residual=True, activation="relu"),
        Experiment(hidden=()),
    ],
    ids=lambda recipe: str(recipe.to_query()),
)
def test_the_product_is_the_step_that_is_taken(recipe):
    """Plain descent on all rows: a step is the learning rate times the gradient, here summed over the rows."""
    recipe = recipe.replace(batch_size=None, epochs=1, learning_rate=0.01)
    check_first_step(module._of_net(recipe, (), lambda share: None), recipe)


def test_so_it_is_with_gains_and_with_factors():
    recipe = RESIDUAL.replace(epochs=1, learning_rate=0.01, bias_initializer="random_normal")
    check_first_step(module._of_gains(recipe, 0.7, lambda share: None), recipe)
    base = train(PLAIN.replace(epochs=5, learning_rate=0.01))
    tuned = finetune(base, base.dataset.turned(30), rank=2, up_initializer="he_normal", epochs=1)
    check_first_step(module._of_factors([tuned]), tuned.experiment)


def check_first_step(measured, recipe):
    rows = recipe.train_rows * losses.registry[recipe.task.loss].scale(recipe.layer_sizes[-1])
    for product, history in zip(measured.products(measured.weights), measured.histories, strict=True):
        taken = (history[0, 0] - history[0, 1]) / recipe.learning_rate
        np.testing.assert_allclose(product.gradient / rows, taken, rtol=0, atol=1e-12)


@pytest.mark.parametrize("start", [start for start in STARTS if start.gain is None], ids=lambda start: start.key)
def test_a_case_in_python_ends_where_the_case_does(cases, start):
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(in_code(start), start.key, "exec"), {})
    loss = float(said.getvalue().split()[-2 if start.factors else -1])
    assert loss == cases[start.key].losses[0]


def test_cases_for_the_playground_are_what_was_trained(cases):
    for case in cases.values():
        if case.experiment:
            assert train(case.experiment).train_loss[0, -1] == case.losses[0]
    assert {key for key, case in cases.items() if case.experiment} >= {"all_zeros", "output_zero", "branch_last_zero"}


def test_where_prediction_and_measurement_part_it_is_said():
    part = Part("hidden kernel", 0.5, 0.0, NEVER, (NEVER, 4))
    case = ZeroCase("x", "x", "", (part,), 8, (1, 8), (0.6, 0.2), "a random start", (0.1, 0.1), None, "")
    assert not case.agrees
    assert "as predicted in 0 of 1 part only" in outcome(case)
    assert "8 units act as 1 to 8" in outcome(case)


def test_numbers_over_seeds():
    assert median([3.0, 1.0, 2.0]) == "2 [1, 3]"
    assert median([1.0, 1.0]) == "1"
    assert median([1.0, float("nan")]) == "infinite in 1 run"
    assert values([3, 1]) == "1 to 3"


@pytest.mark.parametrize("seeds", [0, 31, 2.5])
def test_seeds_are_bounded(seeds):
    with pytest.raises(ValueError, match=r"^seeds="):
        zero_paths(seeds)
