"""Every claim is measured once and has the verdict we know; every rule can say otherwise."""

import math
from functools import cache

import numpy as np
import pytest

import nnviz
from nnviz.analysis import claims, references
from nnviz.analysis.claims import chance, chaos, linear, schemes, signal, symmetry
from nnviz.analysis.claims.record import AGREEING, SEEDS, Claim, judge, weigh
from nnviz.core import initializers
from nnviz.core.training import train

pytestmark = pytest.mark.slow

# What is expected, and for each claim other numbers with which its rule must say something else.
EXPECTED = {
    "lecun_sums": ("confirmed", {"refuted": {"sums_1": 1.5}, "differs": {"sums_1": 1.1}}),
    "lecun_outputs": ("differs", {"confirmed": {"outputs_1": 1.0}, "refuted": {"outputs_1": 0.3}}),
    "glorot_activations": (
        "confirmed",
        {"refuted": {"normalised_5": 0.01}, "differs": {"standard_5": 0.2}},
    ),
    "glorot_gradients": ("confirmed", {"refuted": {"weight_1": 0.1}, "differs": {"back_1": 0.3}}),
    "relu_factor": ("confirmed", {"refuted": {"he": 0.8}, "differs": {"he": 0.93}}),
    "he_trains": ("confirmed", {"refuted": {"glorot_accuracy": 0.9}, "differs": {"glorot_accuracy": 0.4}}),
    "lsuv": ("confirmed", {"refuted": {"accuracy": 0.1}, "differs": {"accuracy": 0.6, "he_accuracy": 0.9}}),
    "zero_init": ("confirmed", {"refuted": {"accuracy": 0.1}, "differs": {"accuracy": 0.8}}),
    "saxe_modes": ("confirmed", {"refuted": {"furthest": 0.5}, "differs": {"furthest": 0.1}}),
    "saxe_depth": ("confirmed", {"refuted": {"orthogonal_64": 400}, "differs": {"orthogonal_64": 100}}),
    "poole_phases": ("confirmed", {"refuted": {"measured_4.0": 1.0}, "differs": {"measured_2.5": 0.3}}),
    "schoenholz_scale": ("confirmed", {"refuted": {"measured_1.2": 20}, "differs": {"measured_1.2": 8.5}}),
    "schoenholz_depth": (
        "differs",
        {
            "confirmed": {f"accuracy_{weight}_{times}": 1.0 for weight in chaos.TRAINED for times in (2, 6)},
            "refuted": {f"accuracy_{weight}_12": 1.0 for weight in chaos.TRAINED},
        },
    ),
    "schoenholz_edge": ("confirmed", {"refuted": {"accuracy_chaotic": 1.0}, "differs": {"accuracy_edge": 0.7}}),
    "zeros_still": (
        "refuted",
        {
            "confirmed": {"bias_moved": 0.0, "sigmoid_hidden_moved": 0.0},
            "differs": {"sigmoid_hidden_moved": 0.0},
        },
    ),
    "noise_breaks": (
        "refuted",
        {"confirmed": {"most_distinct": 8, "least_distinct": 2}, "differs": {"most_distinct": 3}},
    ),
    "dropout_breaks": ("confirmed", {"refuted": {"distinct": 1}, "differs": {"distinct": 5}}),
    "constant_stuck": (
        "refuted",
        {
            "confirmed": {"rounded_parted_at": math.inf},
            "differs": {"rounded_parted_at": math.inf, "exact_parted_at": 9},
        },
    ),
    "small_positive": (
        "refuted",
        {
            "confirmed": {"small_loss": 0.004, "glorot_loss": 0.004},
            "differs": {"small_loss": 0.007, "glorot_loss": 0.004},
        },
    ),
    "random_required": (
        "refuted",
        {
            "confirmed": {"ordered_kernels": 0.6, "ordered_biases": 0.6},
            "differs": {"ordered_kernels": 0.012, "ordered_biases": 0.012},
        },
    ),
    "random_guarantees": ("refuted", {"confirmed": {"failed": 0}, "differs": {"failed": 1}}),
    "local_minimum": ("refuted", {"confirmed": {"way_after": 0.0}, "differs": {"way_after": 0.2}}),
    "ones_blow_up": ("differs", {"confirmed": {"diverged_at": 2}, "refuted": {"diverged_at": -1, "dead": 1.0}}),
    "pytorch_default": (
        "differs",
        {"confirmed": {"accuracy_momentum": 1.0, "accuracy_adam": 1.0}, "refuted": {"accuracy_adam": 0.1}},
    ),
    "lora_start": ("confirmed", {"refuted": {"furthest": 1e-3}, "differs": {"furthest": 1e-15}}),
    "lora_both_zero": ("refuted", {"confirmed": {"moved": 4}, "differs": {"moved": 2}}),
    "lora_rate": ("confirmed", {"refuted": {"up_zero": 0.1}, "differs": {"up_zero": 0.3, "down_zero": 0.3}}),
    "zero_branches_deep": ("confirmed", {"refuted": {"blocks": 0.9}, "differs": {"plain": 0.1}}),
    "zero_last_layer": ("refuted", {"confirmed": {"distinct": 1}, "differs": {"distinct": 3}}),
    "lora_rank": ("refuted", {"confirmed": {"equal": 4}, "differs": {"equal": 2}}),
    "normal_005": (
        "differs",
        {"confirmed": {"accuracy_momentum": 1.0, "accuracy_adam": 1.0}, "refuted": {"accuracy_adam": 0.1}},
    ),
    "keras_truncated": ("refuted", {"confirmed": {"measured": 0.05}, "differs": {"measured": 0.0485}}),
    "keras_glorot_normal": ("confirmed", {"refuted": {"measured": 0.0393}, "differs": {"measured": 0.0435}}),
    "xavier_normal": ("refuted", {"confirmed": {"fourth": 3.0}, "differs": {"fourth": 2.6}}),
}

KEYS = list(claims.registry)
every = pytest.mark.parametrize("key", KEYS)
QUICK = [key for key in KEYS if claims.registry[key].seconds <= 0.5]


@cache
def measured(key):
    return claims.check(claims.registry[key])


def test_the_registry_is_public_and_cannot_be_written_to():
    assert nnviz.claims.registry is claims.registry
    assert set(EXPECTED) == set(claims.registry)
    with pytest.raises(TypeError):
        claims.registry["new"] = None


@every
def test_a_record_is_complete(key):
    claim = claims.registry[key]
    assert claim.key == key
    for text in (claim.label, claim.statement, claim.setting, claim.note, claim.formula, claim.topic):
        assert text.strip() == text != ""
        assert "\n" not in text
    for text in (claim.statement, claim.setting, claim.note):
        assert text.endswith(".")
    assert claim.reference in references.registry or claim.reference == claims.OFTEN_SAID
    assert claim.formula.startswith("confirmed: ")
    assert "; refuted: " in claim.formula
    assert 0 < claim.seconds < 30


def test_labels_differ_and_topics_hold_each_claim_once():
    assert len({claim.label for claim in claims.registry.values()}) == len(KEYS)
    assert [claim.key for members in claims.topics().values() for claim in members] == KEYS


@every
def test_a_claim_has_the_verdict_we_know(key):
    result = measured(key)
    assert result.verdict == EXPECTED[key][0], result.sentence
    assert any(character.isdigit() for character in result.sentence)
    assert "nan" not in result.sentence
    assert "no number" not in result.sentence
    assert result.sentence.endswith(".")
    assert result.seconds > 0
    assert result.cases >= SEEDS
    if key == "ones_blow_up":  # some sizes die, others leave the numbers
        assert result.agree < AGREEING * result.cases
        assert "5 refute it" in result.sentence
    else:
        assert AGREEING * result.cases <= result.agree <= result.cases


@every
def test_its_rule_says_otherwise_on_other_numbers(key):
    numbers = measured(key).numbers
    others = EXPECTED[key][1]
    assert {EXPECTED[key][0], *others} == set(claims.KINDS)
    for kind, changes in others.items():
        assert set(changes) <= set(numbers)
        assert claims.registry[key].decide({**numbers, **changes}).kind == kind


@pytest.mark.parametrize("key", QUICK)
def test_the_same_numbers_each_time(key):
    assert claims.check(claims.registry[key]).numbers == measured(key).numbers


@pytest.mark.parametrize("key", ["glorot_gradients", "lsuv", "random_required"])
def test_progress_rises_and_what_it_raises_ends_the_measuring(key):
    shares = []

    def report(share):
        shares.append(share)
        if share > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        claims.check(claims.registry[key], report)
    assert shares == sorted(shares)
    assert 0 <= shares[0] <= shares[-1] <= 1


def test_the_figures_of_glorot_and_bengio():
    numbers = measured("glorot_activations").numbers
    for name, spreads in (
        ("standard", (0.460, 0.249, 0.141, 0.081, 0.047)),
        ("normalised", (0.628, 0.486, 0.408, 0.358, 0.321)),
    ):
        found = [numbers[f"{name}_{layer}"] for layer in range(1, signal.GLOROT_LAYERS + 1)]
        assert found == pytest.approx(spreads, rel=0.02)


def test_the_share_of_xor_that_fails_is_36_percent():
    assert measured("random_guarantees").numbers["all_failed"] == pytest.approx(364, abs=60)  # four standard errors


@pytest.mark.parametrize(("fan_in", "fan_out"), [(64, 64), (64, 10), (64, 128), (5, 12)])
def test_zero_init_is_zeros_and_ones_up_to_a_factor(fan_in, fan_out):
    kernel = schemes.zero_start(fan_in, fan_out)
    assert kernel.shape == (fan_in, fan_out)
    assert len(np.unique(np.abs(kernel[kernel != 0]))) == 1
    if fan_out > fan_in:  # all directions of the input are kept, and none is favoured
        assert np.linalg.matrix_rank(kernel) == fan_in
    else:
        np.testing.assert_array_equal(kernel, np.eye(fan_in, fan_out))


def test_lsuv_brings_every_layer_to_variance_1():
    draw = initializers.get("orthogonal")
    x = np.random.default_rng(0).normal(size=(200, 32))
    kernels = schemes.lsuv([draw((32, 32), layer, "float64") for layer in range(6)], x, "relu")
    for kernel in kernels:
        sums = x @ kernel
        assert sums.var() == pytest.approx(1, abs=schemes.LSUV_TOLERANCE)
        x = np.maximum(sums, 0)


def test_the_edge_lies_between_order_and_chaos():
    numbers = measured("schoenholz_edge").numbers
    assert numbers["weight_edge"] == pytest.approx(1.76, abs=0.01)
    assert chaos._place(numbers["weight_ordered"], chaos.SCALE_BIAS).chi < 1
    assert chaos._place(numbers["weight_chaotic"], chaos.SCALE_BIAS).chi > 1


def test_steps_to_learn_a_diagonal_map_by_hand():
    # One layer from 0 with step 1/2: each step halves the error, so its square a quarter is left of.
    zeros = [np.zeros((2, 3, 3))]
    assert linear._steps_needed(zeros, np.eye(3), 0.5, 50) == pytest.approx([math.log(0.05) / math.log(0.25)] * 2)
    assert linear._steps_needed(zeros, np.eye(3), 1e-6, 50).tolist() == [50, 50]
    assert linear._steps_needed(zeros, np.eye(3), 5.0, 50).tolist() == [50, 50]
    assert linear._steps_needed([np.eye(3)[None]], np.eye(3), 0.5, 50).tolist() == [0]


def test_clones_stay_together_only_where_all_are_added_up_alike():
    numbers = measured("constant_stuck").numbers
    assert numbers["exact_parted_at"] == math.inf
    assert numbers["rounded_parted_at"] < symmetry.CLONE_STEPS


def test_between_the_thresholds_it_differs():
    assert judge("s", confirmed=True, refuted=True).kind == "confirmed"
    assert judge("s", confirmed=False, refuted=True).kind == "refuted"
    assert judge("s", confirmed=False, refuted=False).kind == "differs"


def _claim(decide):
    return Claim(
        key="k", label="l", note="n.", formula="f", reference=claims.OFTEN_SAID, statement="s.", setting="s.",
        topic="t", measure=lambda report: [], decide=decide, seconds=1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("values", "verdict", "agree"),
    [
        ([1] * 7, "confirmed", 7),
        ([1] * 6 + [0], "confirmed", 6),
        ([1] * 5 + [0] * 2, "differs", 5),
        ([0] * 7, "refuted", 7),
        ([1, 0, 1, 0, 1, 0, 0], "differs", 4),
    ],
)
def test_a_verdict_stands_only_where_the_measurements_agree(values, verdict, agree):
    claim = _claim(lambda n: judge(f"It is {n['x']:g}.", confirmed=n["x"] == 1, refuted=n["x"] == 0))
    numbers, decided, agreeing = weigh(claim, [{"x": value} for value in values])
    assert (decided.kind, agreeing) == (verdict, agree)
    assert numbers["x"] == sorted(values)[3]
    assert ("It hangs on which" in decided.sentence) == (verdict == "differs")


@pytest.mark.parametrize("key", ["he_trains", "local_minimum", "small_positive"])
def test_measurements_that_disagree_are_told(key):
    """Three of seven seeds that say the contrary are enough to take the verdict back."""
    claim, numbers = claims.registry[key], measured(key).numbers
    (_, changes), *_ = EXPECTED[key][1].items()
    cases = [numbers] * 4 + [{**numbers, **changes}] * 3
    _, decided, agreeing = weigh(claim, cases)
    assert (decided.kind, agreeing) == ("differs", 4)


def test_a_run_at_a_true_minimum_would_be_told():
    """Classes that overlap have a lowest loss at finite weights: the rule that refutes of XOR confirms there."""
    rests = chance.LONG.replace(dataset="blobs", noise=1.5, samples=100, hidden=(), learning_rate=0.5, restarts=1)
    trace = train(rests)
    moments = [int(np.searchsorted(trace.steps, trace.steps[-1] * share)) for share in (0.01, 0.1, 1.0)]
    numbers = chance._decades(trace, 0, moments) | {"escaped": 0.0}
    assert claims.registry["local_minimum"].decide(numbers).kind == "confirmed"
