"""Every claim is measured once and has the verdict we know; every rule can say otherwise."""

import math
from functools import cache

import numpy as np
import pytest

import nnviz
from nnviz.analysis import claims, references
from nnviz.analysis.claims import chaos, linear, schemes, signal, symmetry
from nnviz.analysis.claims.record import judge
from nnviz.core import initializers

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
    "relu_factor": ("confirmed", {"refuted": {"he": 0.8}, "differs": {"he": 0.95}}),
    "he_trains": ("confirmed", {"refuted": {"glorot_accuracy": 0.9}, "differs": {"glorot_accuracy": 0.5}}),
    "lsuv": ("confirmed", {"refuted": {"accuracy": 0.1}, "differs": {"accuracy": 0.6, "he_accuracy": 0.9}}),
    "zero_init": ("confirmed", {"refuted": {"accuracy": 0.1}, "differs": {"accuracy": 0.8}}),
    "saxe_modes": ("confirmed", {"refuted": {"furthest": 0.5}, "differs": {"furthest": 0.1}}),
    "saxe_depth": ("confirmed", {"refuted": {"orthogonal_64": 150}, "differs": {"orthogonal_64": 20}}),
    "poole_phases": ("confirmed", {"refuted": {"measured_4.0": 1.0}, "differs": {"measured_2.5": 0.3}}),
    "schoenholz_scale": ("confirmed", {"refuted": {"measured_1.2": 20}, "differs": {"measured_1.2": 8.5}}),
    "schoenholz_depth": (
        "confirmed",
        {
            "refuted": {f"accuracy_{weight}_12": 1.0 for weight in chaos.TRAINED},
            "differs": {"accuracy_1.0_12": 0.95},
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
    "small_positive": ("refuted", {"confirmed": {"cosine": 0.0, "loss": 0.004}, "differs": {"loss": 0.005}}),
    "random_required": (
        "refuted",
        {
            "confirmed": {"ordered_kernels": 0.6, "ordered_biases": 0.6},
            "differs": {"ordered_kernels": 0.01, "ordered_biases": 0.01},
        },
    ),
    "random_guarantees": ("refuted", {"confirmed": {"failed": 0}, "differs": {"failed": 5}}),
    "local_minimum": ("refuted", {"confirmed": {"still_falling": 0}, "differs": {"still_falling": 3}}),
    "ones_blow_up": ("refuted", {"confirmed": {"diverged_at": 2}, "differs": {"dead": 0.5}}),
    "pytorch_default": ("refuted", {"confirmed": {"accuracy": 1.0}, "differs": {"accuracy": 0.7}}),
    "normal_005": (
        "refuted",
        {"confirmed": {"accuracy": 1.0, "loss": 0.001}, "differs": {"accuracy": 0.5, "loss": 1.0}},
    ),
    "keras_truncated": ("refuted", {"confirmed": {"measured": 0.05}, "differs": {"measured": 0.0485}}),
    "keras_glorot_normal": ("confirmed", {"refuted": {"measured": 0.0278}, "differs": {"measured": 0.0308}}),
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
    assert measured("random_guarantees").numbers["failed"] == pytest.approx(364, abs=60)  # four standard errors


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
    # One layer from 0 with step 1/2: each step halves the error, so its square falls below 5 % at the third.
    assert linear._steps_needed([np.zeros((3, 3))], np.eye(3), 0.5, 50) == 3
    assert linear._steps_needed([np.zeros((3, 3))], np.eye(3), 1e-6, 50) == 50
    assert linear._steps_needed([np.zeros((3, 3))], np.eye(3), 5.0, 50) == 50


def test_clones_stay_together_only_where_all_are_added_up_alike():
    numbers = measured("constant_stuck").numbers
    assert numbers["exact_parted_at"] == math.inf
    assert numbers["rounded_parted_at"] < symmetry.CLONE_STEPS


def test_between_the_thresholds_it_differs():
    assert judge("s", confirmed=True, refuted=True).kind == "confirmed"
    assert judge("s", confirmed=False, refuted=True).kind == "refuted"
    assert judge("s", confirmed=False, refuted=False).kind == "differs"
