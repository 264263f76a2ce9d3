"""What is measured on draws agrees with what theory says, and theory with itself."""

import math

import numpy as np
import pytest

from nnviz.analysis.initializers.draws import (
    ENOUGH,
    LAYERS,
    MOST_SEEDS,
    Kernel,
    draws,
    histogram,
    multiple,
    unit_rows,
    window,
)
from nnviz.core import initializers
from nnviz.core.initializers import get


def law(initializer, shape):
    return initializer.law(shape)


DENSE = Kernel((64, 32))
KERNELS = {key: layer.kernel({size.name: int(size.default) for size in layer.sizes}) for key, layer in LAYERS.items()}
FILLABLE = [
    pytest.param(scheme.key, kernel, id=f"{scheme.key}-{layer}")
    for scheme in initializers.registry.values()
    for layer, kernel in KERNELS.items()
    if scheme.key != "identity" or len(kernel.shape) == 2
]
OTHER_SETTINGS = [
    "constant(value=-2)",
    "identity(gain=0)",
    "identity(gain=-3)",
    "random_normal(stddev=0)",
    "random_normal(mean=3)",
    "random_uniform(minval=1, maxval=-2)",
    "random_uniform(minval=1, maxval=1)",
    "truncated_normal(mean=1, stddev=2)",
    "truncated_normal(stddev=0)",
    "variance_scaling(scale=3, mode=fan_out, distribution=uniform)",
    "variance_scaling(distribution=untruncated_normal)",
    "orthogonal(gain=2)",
    "orthogonal(gain=0)",
    "perturbed(epsilon=0)",
    "ordered(scale=-1)",
    "positive_uniform(high=0)",
]


@pytest.mark.parametrize(("key", "kernel"), FILLABLE)
def test_every_initializer_has_a_law_and_its_draws_follow_it(key, kernel):
    check_law(draws(get(key), kernel))


@pytest.mark.parametrize("text", OTHER_SETTINGS)
def test_the_law_follows_the_parameters(text):
    check_law(draws(get(text), DENSE))


def check_law(found):
    theory = found.law
    assert theory is not None
    error = 5 * theory.stddev / math.sqrt(len(found.values))
    assert found.mean == pytest.approx(theory.mean, abs=error + 1e-9)
    assert found.spread == pytest.approx(theory.stddev, rel=0.03, abs=1e-9)
    rounding = 1e-6 * max(1, abs(theory.mean), theory.stddev)
    assert theory.low - rounding <= found.low <= found.high <= theory.high + rounding
    spread = found.initializer.stddev(found.kernel.shape)
    if spread is not None:
        assert theory.stddev == pytest.approx(spread)


@pytest.mark.parametrize(
    "text", ["glorot_uniform", "glorot_normal", "random_normal", "orthogonal", "ordered", "perturbed", "random_uniform"]
)
@pytest.mark.parametrize("shape", [(64, 32), (3, 4), (5, 2)])
def test_a_density_has_the_mass_mean_and_spread_of_its_law(text, shape):
    theory = law(get(text), shape)
    reach = 10 * theory.stddev
    x = np.linspace(max(theory.low, theory.mean - reach), min(theory.high, theory.mean + reach), 200_001)
    density = theory.density(x)
    assert np.trapezoid(density, x) == pytest.approx(1, abs=1e-4)
    assert np.trapezoid(x * density, x) == pytest.approx(theory.mean, abs=1e-3)
    if text != "ordered":  # its law is even, its weights are a comb
        spread = math.sqrt(np.trapezoid(np.square(x - theory.mean) * density, x))
        assert spread == pytest.approx(theory.stddev, rel=1e-3)


@pytest.mark.parametrize("shape", [(64, 32), (3, 3), (4, 9), (2, 2)])
def test_an_entry_of_a_rotation_is_distributed_as_the_law_says(shape):
    """Many draws' shares in ten parts of the line, against the density's."""
    values = np.concatenate([get("orthogonal")(shape, seed, "float64").ravel() for seed in range(4000 // shape[0])])
    theory = law(get("orthogonal"), shape)
    edges = np.linspace(-1, 1, 11)
    x = np.linspace(-1, 1, 200_001)
    mass = np.concatenate([[0], np.cumsum((theory.density(x)[1:] + theory.density(x)[:-1]) / 2 * np.diff(x))])
    expected = np.diff(np.interp(edges, x, mass))
    shares = np.histogram(values, edges)[0] / len(values)
    assert shares == pytest.approx(expected, abs=0.02)


def test_densities_are_zero_beyond_the_limits():
    for text in ("glorot_uniform", "he_normal", "orthogonal"):
        theory = law(get(text), (64, 32))
        assert (theory.density(np.array([theory.low - 1e-3, theory.high + 1e-3])) == 0).all()


def test_the_limits_and_spreads_of_a_64_by_32_kernel():
    assert law(get("glorot_uniform"), (64, 32)).high == pytest.approx(0.25)
    assert law(get("truncated_normal"), (64, 32)).stddev == pytest.approx(0.0439813, abs=1e-7)
    assert law(get("truncated_normal"), (64, 32)).high == pytest.approx(0.1)
    assert law(get("he_uniform"), (64, 32)).high == pytest.approx(0.306186, abs=1e-6)
    assert law(get("random_normal"), (64, 32)).high == math.inf


def test_single_values_have_shares_and_no_density():
    theory = law(get("identity(gain=2)"), (4, 3))
    assert theory.points == ((0.0, 0.75), (2.0, 0.25))
    assert theory.density(np.zeros(3)) is None
    assert law(get("ones"), (4, 3)).points == ((1.0, 1.0),)


# Symmetry.


@pytest.mark.parametrize(
    ("text", "shape", "breaks", "distinct"),
    [
        ("zeros", (64, 32), "no", 1),
        ("constant(value=0.5)", (64, 32), "no", 1),
        ("identity", (64, 32), "yes", 32),
        ("identity", (3, 8), "partly", 4),
        ("perturbed(epsilon=0)", (8, 8), "no", 1),
        ("perturbed", (8, 8), "yes", 8),
        ("ordered", (8, 8), "yes", 8),
        ("mirrored", (8, 8), "yes", 8),
        ("glorot_uniform", (3, 3, 2, 5), "yes", 5),
        ("zeros", (3, 1), "yes", 1),
    ],
)
def test_whether_it_breaks_symmetry_is_counted(text, shape, breaks, distinct):
    found = draws(get(text), Kernel(shape))
    assert (found.breaks, found.distinct) == (breaks, distinct)


def test_units_of_an_lstm_are_told_apart_by_all_four_gates():
    kernel = np.zeros((1, 8))
    kernel[0, 6] = 1  # the last gate, of the first of two units
    assert unit_rows(kernel, 4).tolist() == [[0, 0, 0, 1], [0, 0, 0, 0]]
    assert draws(get("identity"), Kernel((3, 32), gates=4)).distinct == 4


@pytest.mark.parametrize(
    ("text", "cosine"), [("zeros", 1), ("ones", 1), ("identity", 0), ("positive_uniform", 0.75), ("glorot_uniform", 0)]
)
def test_how_alike_units_are(text, cosine):
    """All-positive draws are at 3/4: the squared mean over the mean square of U(0, 1) is (1/4) / (1/3)."""
    assert draws(get(text), DENSE).alike == pytest.approx(cosine, abs=0.02)


def test_how_alike_is_the_mean_over_all_pairs():
    found = draws(get("he_normal"), Kernel((700, 30)))
    assert found.seeds == 1
    rows = unit_rows(found.values.reshape(700, 30)).astype(float)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    pairs = (rows @ rows.T)[np.triu_indices(30, 1)]
    assert found.alike == pytest.approx(pairs.mean(), abs=1e-7)
    assert draws(get("identity"), Kernel((2, 4))).alike == pytest.approx(1 / 6)  # of six pairs, that of the two zeros
    assert math.isnan(draws(get("zeros"), Kernel((2, 1))).alike)


# Layers and pooling.


def test_layers_have_keras_s_shapes_and_fans():
    assert {key: (kernel.shape, kernel.fans) for key, kernel in KERNELS.items()} == {
        "dense": ((64, 32), (64, 32)),
        "conv2d": ((3, 3, 16, 32), (144, 288)),
        "lstm": ((64, 128), (64, 128)),
        "lstm_recurrent": ((32, 128), (32, 128)),
    }
    assert [layer.default for layer in LAYERS.values()] == ["glorot_uniform"] * 3 + ["orthogonal"]


def test_small_kernels_are_pooled_over_seeds_and_the_work_is_bounded():
    found = draws(get("he_normal"), DENSE)
    assert found.seeds == 10
    assert len(found.values) == 10 * 2048 >= ENOUGH
    np.testing.assert_array_equal(found.values[2048:4096], get("he_normal")((64, 32), 1).ravel())
    assert draws(get("he_normal"), Kernel((1, 1))).seeds == MOST_SEEDS
    assert draws(get("ones"), DENSE).seeds == 1


def test_a_shape_that_cannot_be_filled_is_refused():
    with pytest.raises(ValueError, match="identity"):
        draws(get("identity"), KERNELS["conv2d"])


# Histograms.


@pytest.mark.parametrize(("key", "kernel"), FILLABLE)
@pytest.mark.parametrize("bins", [30, 60])
def test_a_histogram_holds_every_draw(key, kernel, bins):
    found = draws(get(key), kernel)
    drawn = histogram(found, bins)
    assert (drawn.heights * np.diff(drawn.edges)).sum() == pytest.approx(1)
    low, high = window(found)
    assert low < high
    assert drawn.density is None or len(drawn.x) == len(drawn.density)


def test_a_histogram_of_a_flat_law_ends_at_its_limits():
    drawn = histogram(draws(get("glorot_uniform"), DENSE))
    assert (drawn.edges[0], drawn.edges[-1]) == pytest.approx((-0.25, 0.25))
    assert drawn.heights == pytest.approx(np.full(30, 2), rel=0.2)
    assert (drawn.density[0], drawn.density[-1]) == (0, 0)  # walls


def test_single_values_stand_in_the_middle_of_their_bins():
    for text, values in (("ones", [1]), ("identity", [0, 1])):
        for bins in (30, 60):
            drawn = histogram(draws(get(text), DENSE), bins)
            centres = (drawn.edges[:-1] + drawn.edges[1:]) / 2
            assert centres[drawn.heights > 0] == pytest.approx(values)


def test_multiples_are_found():
    glorot, he, lecun = (draws(get(key), DENSE) for key in ("glorot_uniform", "he_uniform", "lecun_normal"))
    assert multiple(glorot, he) == pytest.approx(math.sqrt(1.5), rel=1e-6)
    assert multiple(glorot, glorot) == 1
    assert multiple(glorot, lecun) is None
    assert multiple(glorot, draws(get("ones"), DENSE)) is None
