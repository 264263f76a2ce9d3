"""Keras's are Keras's, to the bit; those that teach do what they say; texts are read or refused."""

import importlib.util
import json
import math
import os
import re
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import nnviz
from nnviz.core import initializers
from nnviz.core.initializers import KERAS_ALIASES, Initializer, fans, get, make, registry
from nnviz.core.registry import shorten

REFERENCE = Path(__file__).parents[1] / "reference"
FLOAT32 = np.finfo(np.float32).eps


@pytest.fixture(scope="module")
def committed():
    return np.load(REFERENCE / "keras_draws.npz")


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """What the installed Keras draws with other seeds, in a process of its own: Keras fixes its backend on import."""
    if not (importlib.util.find_spec("keras") and importlib.util.find_spec("jax")):
        pytest.skip("Keras and JAX (which its NumPy backend draws in) are not installed")
    path = tmp_path_factory.mktemp("keras") / "draws.npz"
    command = [sys.executable, REFERENCE / "keras_draws.py", path, "2", "99", "2147483647"]
    subprocess.run(command, env=os.environ | {"KERAS_BACKEND": "numpy"}, check=True, capture_output=True)
    return np.load(path)


@pytest.fixture(params=["committed", pytest.param("live", marks=pytest.mark.reference)])
def keras(request):
    return request.getfixturevalue(request.param)


def draws(keras):
    """Initializer, shape, seed and Keras's kernel."""
    for name in set(keras.files) - {"keras", "seeds", "signatures", "fans"}:
        text, _, shape = name.partition("|")
        for seed, kernel in zip(keras["seeds"].tolist(), keras[name], strict=True):
            yield get(text), tuple(map(int, shape.split(","))), seed, kernel


def test_keys_parameters_and_defaults_are_keras_s(keras):
    mine = {
        key: {parameter.name: parameter.default for parameter in scheme.parameters}
        for key, scheme in registry.items()
        if scheme.keras
    }
    assert mine == json.loads(keras["signatures"].item())


def test_draws_are_keras_s_to_the_bit(keras):
    seen = set()
    for initializer, shape, seed, kernel in draws(keras):
        mine = initializer(shape, seed)
        message = f"{initializer} {shape} seed {seed}"
        if initializer.key == "orthogonal":  # goes through LAPACK, whose rounding grows with the size
            np.testing.assert_allclose(mine, kernel, rtol=0, atol=8 * FLOAT32 * math.prod(shape[:-1]), err_msg=message)
        else:
            np.testing.assert_array_equal(mine, kernel, err_msg=message, strict=True)
        seen.add((initializer.key, shape))
    assert {key for key, _ in seen} == {key for key, scheme in registry.items() if scheme.keras}
    assert {len(shape) for _, shape in seen} == {1, 2, 4}


def test_fans_are_keras_s(keras):
    for shape, expected in json.loads(keras["fans"].item()):
        assert fans(tuple(shape)) == tuple(expected)


# Worked out by hand from the formulas of the papers, for a 64 × 32 kernel.


@pytest.mark.parametrize(
    ("key", "spread"),
    [
        ("random_normal", 0.05),
        ("random_uniform", 0.028868),
        ("truncated_normal", 0.043981),
        ("lecun_uniform", 0.125),
        ("lecun_normal", 0.125),
        ("glorot_uniform", 0.144338),
        ("glorot_normal", 0.144338),
        ("he_uniform", 0.176777),
        ("he_normal", 0.176777),
        ("variance_scaling", 0.125),
        ("orthogonal", 0.125),
        ("pytorch_default", 0.125 / math.sqrt(3)),
        ("positive_uniform", 0.028868),
        ("mirrored", 0.144338),
        ("perturbed", 0.001),
        ("constant", 0.0),
        ("ordered", None),
        ("listed", None),
        ("identity", None),
    ],
)
def test_spreads_of_a_64_by_32_kernel(key, spread):
    assert get(key).stddev((64, 32)) == (None if spread is None else pytest.approx(spread, abs=5e-7))


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("glorot_uniform", 0.25),
        ("he_uniform", 0.306186),
        ("lecun_uniform", 0.216506),
        ("pytorch_default", 0.125),
        ("random_uniform", 0.05),
        ("truncated_normal", 0.1),
        ("he_normal", 2 * 0.176777 / 0.8796256610342398),
    ],
)
def test_limits_of_a_64_by_32_kernel(text, limit):
    largest = max(np.abs(get(text)((64, 32), seed)).max() for seed in range(4))
    assert 0.98 * limit < largest <= limit * (1 + 1e-6)


def test_a_convolutions_receptive_field_counts_in_its_fans():
    # A run axis, or a receptive field, taken wrongly would change the spread several times.
    assert get("he_normal").stddev((3, 3, 16, 32)) == pytest.approx(math.sqrt(2 / 144))
    assert get("glorot_uniform").stddev((3, 3, 16, 32)) == pytest.approx(math.sqrt(2 / (144 + 288)))


# Those that teach, and structure.


@pytest.mark.parametrize("shape", [(8, 3), (3, 8), (5, 5), (3, 3, 2, 4), (2, 2, 1, 9)])
@pytest.mark.parametrize("gain", [1.0, 0.5])
def test_orthogonal_keeps_lengths(shape, gain):
    kernel = make("orthogonal", {"gain": gain})(shape, 0, "float64").reshape(-1, shape[-1])
    product = kernel.T @ kernel if kernel.shape[0] >= kernel.shape[1] else kernel @ kernel.T
    np.testing.assert_allclose(product, gain**2 * np.eye(len(product)), atol=64 * np.finfo(float).eps)


def test_orthogonal_is_uniform_over_the_rotations():
    """Without the sign fix the diagonal of a QR would be of one sign."""
    diagonal = np.array([np.diag(get("orthogonal")((4, 4), seed)) for seed in range(200)])
    # The mean of 200 entries of spread 1/2, within five standard errors.
    assert (np.abs(diagonal.mean(axis=0)) < 5 * 0.5 / math.sqrt(200)).all()


def test_identity_is_a_diagonal():
    np.testing.assert_array_equal(get("identity(gain=2)")((2, 3), 0), [[2, 0, 0], [0, 2, 0]])
    np.testing.assert_array_equal(get("identity")((3, 2), 0), [[1, 0], [0, 1], [0, 0]])


def test_perturbed_is_a_constant_and_a_pinch():
    kernel = get("perturbed(value=0.3, epsilon=0.001)")((50, 40), 0, "float64")
    noise = np.random.default_rng(0).normal(size=(50, 40))
    np.testing.assert_allclose(kernel, 0.3 + 0.001 * noise, rtol=1e-15)
    assert np.ptp(get("perturbed(epsilon=0)")((5, 4), 0)) == 0


def test_ordered_counts_up_row_by_row():
    np.testing.assert_allclose(get("ordered(scale=6)")((2, 3), 0), [[1, 2, 3], [4, 5, 6]], rtol=FLOAT32)


def test_listed_takes_the_numbers_row_by_row_and_starts_over():
    np.testing.assert_array_equal(get("listed(values=1 2 3 4)")((3, 2), 0), [[1, 2], [3, 4], [1, 2]])
    np.testing.assert_array_equal(get("listed(values=1 2 3)")((2,), 0), [1, 2])


def test_listed_keeps_every_bit_of_its_text():
    weights = get("glorot_uniform")((5, 4), 0, "float64")
    again = get(str(make("listed", {"values": tuple(weights.ravel().tolist())})))((5, 4), 0, "float64")
    np.testing.assert_array_equal(weights, again)


@pytest.mark.parametrize("units", [2, 8, 7, 1])
def test_mirrored_units_are_opposites(units):
    kernel = get("mirrored")((5, units), 0, "float64")
    half = units // 2
    np.testing.assert_array_equal(kernel[:, units - half :], -kernel[:, :half])
    assert (np.abs(kernel) > 0).all()
    assert np.abs(kernel).max() <= math.sqrt(6 / (5 + units))


def test_positive_uniform_is_positive():
    kernel = get("positive_uniform")((64, 32), 0)
    assert kernel.min() > 0
    assert 0.098 < kernel.max() < 0.1


def test_bounds_given_the_wrong_way_round_mean_the_same_range():
    kernel = get("random_uniform(minval=1, maxval=-1)")((64, 32), 0)
    assert -1 <= kernel.min() < -0.98
    assert 0.98 < kernel.max() <= 1


def test_the_public_names():
    assert nnviz.initializers is initializers
    assert nnviz.initializers.registry is registry
    kernel = nnviz.initializers.get("he_normal")((3, 3, 16, 32), 7)
    assert kernel.dtype == np.float32
    np.testing.assert_array_equal(kernel, nnviz.initializers.get("he_normal")((3, 3, 16, 32), np.random.default_rng(7)))


def test_without_a_seed_each_draw_is_new():
    assert not np.array_equal(get("he_normal")((4, 4)), get("he_normal")((4, 4)))


@pytest.mark.parametrize(
    "shape",
    [
        (-1, 3), (2.7, 3), (2.0, 3), (np.float32(2), 3), "23", "ab", b"23", (True, 3), (None, 3), ("2", 3), 5, None,
        np.array(3), np.array([2.0, 3.0]), ((2, 3),), (10**6, 10**6), (0, 10**30), (1,) * 33, (10**5000, 2),
    ],
    ids=shorten,
)  # fmt: skip
@pytest.mark.parametrize("key", ["zeros", "he_normal", "orthogonal"])
def test_what_is_no_shape_is_refused(key, shape):
    for fill in (lambda: get(key)(shape, 0), lambda: get(key).stddev(shape)):
        with pytest.raises(ValueError, match=r"^shape=.*: must ") as caught:
            fill()
        assert len(str(caught.value)) < 200


@pytest.mark.parametrize("shape", [[2, 3], (np.int64(2), np.uint8(3)), np.array([2, 3]), range(2, 4)])
def test_whole_numbers_of_any_kind_are_a_shape(shape):
    np.testing.assert_array_equal(get("he_normal")(shape, 0), get("he_normal")((2, 3), 0))


@pytest.mark.parametrize(
    "dtype", [int, "int32", bool, complex, np.float16, "float128x", object, str, np.dtype(">f4"), 3, "", "nonsense"]
)
def test_a_dtype_that_cannot_hold_the_draws_is_refused(dtype):
    with pytest.raises(ValueError, match=r"^dtype=.*: must be float32 or float64\.$"):
        get("he_normal")((2, 3), 0, dtype)


@pytest.mark.parametrize(
    ("dtype", "kept"), [(None, "float32"), ("float32", "float32"), (float, "float64"), ("d", "float64")]
)
def test_dtypes_may_be_said_in_numpy_s_ways(dtype, kept):
    kernel = get("he_normal")((2, 3), 0, dtype)
    assert kernel.dtype == kept
    np.testing.assert_array_equal(kernel, get("he_normal")((2, 3), 0, kept))


@pytest.mark.parametrize("seed", [-1, True, 0.5, 1.0, np.float64(2), "3", [1, 2], np.array(3), object()])
def test_what_is_no_seed_is_refused(seed):
    with pytest.raises(ValueError, match=r"^seed=.*: must be a whole number from 0"):
        get("zeros")((2, 3), seed)


def test_seeds_of_any_size_and_numpy_s_own_are_taken():
    expected = get("he_normal")((2, 3), 7)
    for seed in (np.int64(7), np.uint8(7), np.random.default_rng(7), np.random.SeedSequence(7)):
        np.testing.assert_array_equal(get("he_normal")((2, 3), seed), expected)
    assert get("he_normal")((2, 3), 10**40).shape == (2, 3)


# Keras 3.15's `ALL_OBJECTS_DICT` but for STFT.
KERAS_NAMES = {
    "Constant": "constant", "GlorotNormal": "glorot_normal", "GlorotUniform": "glorot_uniform",
    "HeNormal": "he_normal", "HeUniform": "he_uniform", "Identity": "identity", "IdentityInitializer": "identity",
    "LecunNormal": "lecun_normal", "LecunUniform": "lecun_uniform", "Ones": "ones", "Orthogonal": "orthogonal",
    "OrthogonalInitializer": "orthogonal", "RandomNormal": "random_normal", "RandomUniform": "random_uniform",
    "TruncatedNormal": "truncated_normal", "VarianceScaling": "variance_scaling", "Zeros": "zeros",
    "normal": "random_normal", "one": "ones", "uniform": "random_uniform", "zero": "zeros",
}  # fmt: skip


@pytest.mark.parametrize(("name", "key"), KERAS_NAMES.items())
def test_every_name_that_keras_takes_is_taken_and_kept_as_its_key(name, key):
    assert get(name) == get(key)
    assert hash(get(name)) == hash(get(key))
    assert str(get(name)) == key
    assert get(f"{name}()") == get(key)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("kaiming_normal", "he_normal"),
        ("kaiming_uniform_", "he_uniform"),
        ("xavier_uniform", "glorot_uniform"),
        ("XavierNormal", "glorot_normal"),
        ("he_norml", "he_normal"),
        ("trunc_normal", "truncated_normal"),
    ],
)
def test_a_near_name_is_asked_about(name, key):
    with pytest.raises(ValueError, match=f"^initializer='{name}': do you mean {key}\\?$"):
        get(name)


# Texts.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("constant(value=0.5)", make("constant", {"value": 0.5})),
        (" Constant( value = 5e-1 ) ", make("constant", {"value": 0.5})),
        ("constant(value=-1)", make("constant", {"value": -1.0})),
        ("glorot-uniform", make("glorot_uniform")),
        ("variance_scaling(mode=fan_avg, scale=2)", make("variance_scaling", {"mode": "fan_avg", "scale": 2.0})),
        ("variance_scaling(mode='fan_out')", make("variance_scaling", {"mode": "fan_out"})),
        ("constant(value=0.5)\n", make("constant", {"value": 0.5})),
        ("constant()", make("constant")),
    ],
)
def test_texts_that_are_read(text, expected):
    assert get(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "(",
        "nonsense",
        "constant(",
        "constant)",
        "constant(0.5)",
        "constant(value)",
        "constant(value=)",
        "constant(value=0.5",
        "constant(value=0.5))",
        "constant(value=0.5) # a remark",
        "constant(value=0.5);1",
        "constant(value=0.5, value=0.6)",
        "constant(value=0.5)(value=0.6)",
        "constant(x)(value=0.6)",
        "constant(**{'value': 0.5})",
        "constant(*[0.5])",
        "constant(gain=1)",
        "constant(value=2000)",
        "constant(value=1e999)",
        "constant(value=nan)",
        "constant(value=True)",
        "constant(value=None)",
        "constant(value=1+1)",
        "constant(value=1j)",
        "constant(value=__import__('os'))",
        "constant(value=[0.5])",
        "constant(value={[]: 1})",
        "constant(value='\\d')",
        "constant(value=1if 1else 2)",
        "constant(value=" + "9" * 250 + ")",
        "constant(value=" + "(" * 250,
        "constant(value=" + "-" * 250 + "1)",
        "constant(value=" + "1" * 5000 + ")",
        "constant(value=\x000.5)",
        "constant(value=\ud800)",
        "random_normal(stddev=-1)",
        "variance_scaling(scale=0)",
        "variance_scaling(mode=fan_up)",
        "zeros(value=1)",
    ],
)
def test_texts_that_are_refused(text):
    with pytest.raises(ValueError, match=r"initializer|value=|stddev=|scale=|mode=") as caught:
        get(text)
    assert len(str(caught.value)) < 700


def test_a_text_from_a_link_writes_no_warning():
    for text in (
        "constant(value='\\d')",
        "constant(value=1if 1else 2)",
        "constant(value=0_)",
        "constant(value=1 is 1)",
    ):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with pytest.raises(ValueError, match=r"constant|value="):
                get(text)
        assert caught == []


@pytest.mark.parametrize("spec", [None, 3, ["zeros"], {"zeros": 1}, b"zeros", object()])
def test_only_texts_and_initializers_are_read(spec):
    with pytest.raises(ValueError, match=r"^initializer="):
        get(spec)


@pytest.mark.parametrize(
    "instance",
    [
        Initializer("nonsense", ()),
        Initializer("constant", (("value", 1e9),)),
        Initializer("constant", (("gain", 1.0),)),
        Initializer("zeros", (("value", 1.0),)),
    ],
)
def test_a_hand_made_instance_is_checked_too(instance):
    with pytest.raises(ValueError, match=r"initializer=|value="):
        get(instance)


pieces = st.sampled_from(
    [
        *registry,
        "(",
        ")",
        "=",
        ",",
        "value",
        "stddev",
        "mode",
        "fan_in",
        "0.5",
        "-1",
        "1e9",
        "'",
        "\\",
        "#",
        " ",
        "f(x)",
    ]
)


def read_or_refused(text):
    """The initializer and no message, or the message of a ValueError: nothing else may come."""
    try:
        return get(text), ""
    except ValueError as error:
        return None, str(error)


@given(st.one_of(st.text(max_size=400), st.lists(pieces, max_size=12).map("".join)))
@example("constant(value=" * 60)
@example("constant(value=0x" + "f" * 270 + ")")
def test_any_text_is_read_or_refused_with_a_value_error(text):
    initializer, message = read_or_refused(text)
    if initializer is None:
        assert message
        return
    assert get(str(initializer)) == initializer
    key, _, inside = text.strip().partition("(")
    word = key.strip().replace("-", "_").lower()
    assert KERAS_ALIASES.get(word, word).replace("_", "") == initializer.key.replace("_", "")
    if inside:  # it reads like one call with named arguments
        assert re.fullmatch(r"[^()]*\)", inside)
        assert all("=" in part for part in inside[:-1].split(",") if part.strip())
