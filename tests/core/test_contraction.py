"""The two products, and which one a run gets. (`needs_exact` on whole experiments is in the numerical contract.)"""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nnviz.core.contraction import blas_matmul, exact_matmul, needs_exact, stack_matmul

sizes = st.integers(1, 70)
dtypes = st.sampled_from(["float64", "float32"])


def stacks(runs, m, k, n, dtype, seed=0):
    generator = np.random.default_rng(seed)
    a = generator.normal(size=(runs, m, k)).astype(dtype)
    b = generator.normal(size=(runs, k, n)).astype(dtype)
    return a, b, np.full((runs, m, n), np.nan, dtype)


@given(st.integers(1, 4), sizes, sizes, sizes, dtypes, st.booleans())
@example(1, 2, 20_000, 3, "float64", False)
@example(2, 20_000, 3, 5, "float32", False)
@example(1, 5, 9000, 7, "float32", True)
@example(1, 257, 33, 256, "float64", True)
def test_equal_rows_and_columns_give_equal_results_to_the_bit(runs, m, k, n, dtype, turned):
    """As layers are laid out: plain, or turned (the forward pass goes over a kernel's columns)."""
    a, b, out = stacks(runs, m, k, n, dtype)
    if turned:
        a, b = (np.ascontiguousarray(array.swapaxes(1, 2)).swapaxes(1, 2) for array in (a, b))
    a[:], b[:] = a[:, :1], b
    exact_matmul(a, b, out)
    np.testing.assert_array_equal(out, np.broadcast_to(out[:, :1], out.shape))
    b[:] = b[:, :, :1]
    exact_matmul(a, b, out)
    np.testing.assert_array_equal(out, np.broadcast_to(out[:, :1, :1], out.shape))


@given(st.integers(2, 70), sizes, st.integers(2, 70), dtypes, st.randoms(use_true_random=False))
def test_any_two_equal_units_give_equal_results(m, k, n, dtype, dice):
    """Not all: two equal rows, and two equal columns, among different ones."""
    a, b, out = stacks(2, m, k, n, dtype)
    row, other_row = dice.sample(range(m), 2)
    column, other_column = dice.sample(range(n), 2)
    a[:, row] = a[:, other_row]
    b[:, :, column] = b[:, :, other_column]
    exact_matmul(a, b, out)
    np.testing.assert_array_equal(out[:, row], out[:, other_row])
    np.testing.assert_array_equal(out[:, :, column], out[:, :, other_column])


@pytest.mark.parametrize("product", [exact_matmul, blas_matmul])
@given(st.integers(1, 5), sizes, sizes, sizes, dtypes)
def test_both_are_matrix_products(product, runs, m, k, n, dtype):
    a, b, out = stacks(runs, m, k, n, dtype)
    assert product(a, b, out) is out
    # A sum of k products of numbers near 1 rounds k times at most: k ε, times what its terms amount to.
    terms = np.abs(a).astype(float) @ np.abs(b).astype(float)
    exact = a.astype(float) @ b.astype(float)
    assert (np.abs(out - exact) <= 2 * k * np.finfo(dtype).eps * terms).all()


@pytest.mark.parametrize("product", [exact_matmul, blas_matmul])
@given(sizes, sizes, sizes, dtypes)
def test_each_run_is_multiplied_by_itself(product, m, k, n, dtype):
    a, b, out = stacks(7, m, k, n, dtype)
    product(a, b, out)
    for run in (0, 3, 6):
        alone = np.full_like(out[:1], np.nan)
        np.testing.assert_array_equal(product(a[run : run + 1], b[run : run + 1], alone)[0], out[run])


@pytest.mark.parametrize("product", [exact_matmul, blas_matmul])
@given(sizes, sizes, sizes, dtypes)
def test_one_input_may_stand_for_all_runs(product, m, k, n, dtype):
    """Unshuffled inputs are one array for every run."""
    a, b, out = stacks(5, m, k, n, dtype)
    shared, written = b[:1], out.copy()
    product(a, shared, out)
    product(a, np.repeat(shared, 5, axis=0), written)
    np.testing.assert_array_equal(out, written)


@given(st.integers(0, 5), sizes, sizes, sizes, dtypes, st.booleans(), st.booleans())
def test_in_one_stack_each_run_gets_its_own_product(exact, m, k, n, dtype, same_a, same_b):
    a, b, out = stacks(5, m, k, n, dtype)
    a, b = a[:1] if same_a else a, b[:1] if same_b else b
    stack_matmul(a, b, out, exact)
    for run in range(5):
        alone = np.full_like(out[:1], np.nan)
        mine = [stack if len(stack) == 1 else stack[run : run + 1] for stack in (a, b)]
        (exact_matmul if run < exact else blas_matmul)(*mine, alone)
        np.testing.assert_array_equal(alone[0], out[run])


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_near_is_the_root_of_the_precision(dtype):
    """Relative to the layer's largest weight, so that the scale of a start does not matter."""
    near = np.sqrt(np.finfo(dtype).eps)
    output = np.ones((3, 1), dtype)
    for scale in (1e-3, 1.0, 1e3):
        for apart, expected in [(0.5, True), (4.0, False)]:
            layer = np.array([[1.0, 1.0 - apart * near], [0.3, 0.3], [0.0, 0.0]]) * scale
            assert needs_exact([layer.astype(dtype), output]) == expected


def test_the_output_layer_has_no_clones_to_keep():
    assert not needs_exact([np.zeros((3, 10))])
    assert not needs_exact([np.random.default_rng(0).normal(size=(3, 4)), np.zeros((5, 10))])


def test_random_units_are_judged_by_their_nearest_neighbours_alone(monkeypatch):
    """2,000 runs of a wide layer are looked at before a training starts: comparing every pair would take 255 looks."""
    looks, look = [], np.flatnonzero
    monkeypatch.setattr(np, "flatnonzero", lambda near: looks.append(len(near)) or look(near))
    generator = np.random.default_rng(0)
    layers = [generator.normal(size=(257, 256)), generator.normal(size=(257, 10))]
    assert not needs_exact(layers)
    assert looks == [255]
