"""Units that are the same, nearly the same, or apart."""

import numpy as np
import pytest

from nnviz.analysis.playground.units import drift, effective_units, unit_similarity, unit_vectors
from nnviz.core.experiment import Experiment
from nnviz.core.trace import Trace
from nnviz.core.training import train


def trained(**fields: object) -> Trace:
    return train(Experiment(**{"samples": 40, "epochs": 20, "snapshots": 5, **fields}))


@pytest.mark.parametrize(
    ("initializer", "distinct"),
    [
        ("zeros", 1),
        ("ones", 1),
        ("identity", 3),
        ("glorot_uniform", 8),
        ("ordered", 8),
        ("perturbed(epsilon=1e-12)", 8),
    ],
)
def test_clones_are_counted_once(initializer: str, distinct: int) -> None:
    counts = effective_units(trained(kernel_initializer=initializer))
    assert counts.shape == (1, 5)
    assert (counts == distinct).all()


def test_a_difference_of_one_bit_makes_two_units() -> None:
    epsilon = np.finfo(float).eps
    trace = trained(kernel_initializer=f"perturbed(value=1, epsilon={epsilon})", epochs=1, snapshots=2)
    kernel, outgoing = trace.kernels[0][0, 0], trace.kernels[1][0, 0]
    expected = len({(*kernel[:, unit], *outgoing[unit]) for unit in range(8)})
    assert expected > 1
    assert effective_units(trace)[0, 0] == expected


def test_minus_zero_is_zero() -> None:
    trace = trained(kernel_initializer="constant(value=0)", epochs=1, snapshots=2)
    signed = trace.kernels[0].copy()
    signed[..., 3] = -0.0
    assert effective_units(Trace(**{**vars(trace), "kernels": (signed, trace.kernels[1])})).tolist() == [[1, 1]]


def test_a_diverged_run_has_no_units() -> None:
    trace = trained(
        hidden=(64,) * 10, activation="relu", kernel_initializer="random_normal(stddev=1)", learning_rate=1.0
    )
    assert trace.diverged_at[0] >= 0
    assert effective_units(trace, 2)[0, -1] == 0


@pytest.mark.parametrize(("hidden", "layer"), [((), 0), ((8,), 1), ((8,), -1)])
def test_a_layer_that_is_not_there_is_refused(hidden: tuple[int, ...], layer: int) -> None:
    with pytest.raises(ValueError, match=f"layer={layer}"):
        effective_units(trained(hidden=hidden), layer)


def test_a_unit_is_its_incoming_weights_its_bias_and_its_outgoing_weights() -> None:
    trace = trained(hidden=(4, 3), restarts=2)
    vectors = unit_vectors(trace, 0, run=1)
    assert vectors.shape == (5, 4, 2 + 1 + 3)
    np.testing.assert_array_equal(vectors[2, 3, :2], trace.kernels[0][1, 2, :, 3])
    np.testing.assert_array_equal(vectors[2, 3, 2], trace.biases[0][1, 2, 3])
    np.testing.assert_array_equal(vectors[2, 3, 3:], trace.kernels[1][1, 2, 3])


def test_clones_are_at_distance_exactly_zero() -> None:
    spread = drift(trained(kernel_initializer="ones"))
    assert (spread.largest == 0).all()
    assert spread.units == 8


def test_distances_are_euclidean() -> None:
    trace = trained(restarts=2)
    units = unit_vectors(trace, run=1)[-1]
    distances = [np.sqrt(((units[i] - units[j]) ** 2).sum()) for i in range(8) for j in range(i)]
    spread = drift(trace, run=1)
    found = (spread.smallest[-1], spread.median[-1], spread.largest[-1])
    # A sum of 4 squares and a root: each operation rounds by half a unit in the last place.
    np.testing.assert_allclose(found, (min(distances), np.median(distances), max(distances)), rtol=8e-16)


def test_one_unit_has_no_distances() -> None:
    assert np.isnan(drift(trained(hidden=(1,))).largest).all()


def test_similarity_is_the_cosine_of_incoming_weights() -> None:
    trace = trained(bias_initializer="random_normal(stddev=1)")
    cosines = unit_similarity(trace, snapshot=0)
    a, b = (np.append(trace.kernels[0][0, 0, :, unit], trace.biases[0][0, 0, unit]) for unit in (2, 5))
    np.testing.assert_allclose(cosines[2, 5], a @ b / np.linalg.norm(a) / np.linalg.norm(b), rtol=1e-15)
    np.testing.assert_allclose(np.diag(cosines), 1, rtol=1e-15)


def test_units_without_weights_are_alike_and_unlike_others() -> None:
    assert (unit_similarity(trained(kernel_initializer="zeros")) == 1).all()
    assert unit_similarity(trained(kernel_initializer="identity"), snapshot=0)[0].tolist() == [1, 0, 0, 0, 0, 0, 0, 0]
