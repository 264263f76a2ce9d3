"""The same seed is the same run to the bit, however it is trained; and what is compared would show a difference."""

import hashlib
import math
from dataclasses import replace

import numpy as np
import pytest

from nnviz.analysis.chance.repeats import NOTHING, RATE, WEIGHT, differing, digest, recorded, repeats, ripples
from nnviz.core.experiment import Experiment
from nnviz.core.training import train

SMALL = Experiment(samples=60, epochs=10, batch_size=10, snapshots=12, seed=5)


@pytest.fixture(scope="module")
def found():
    return repeats(SMALL)


def test_a_digest_is_of_all_final_weights_and_of_nothing_else():
    trace = train(SMALL)
    parts = [part for layer in zip(trace.kernels, trace.biases, strict=True) for part in layer]
    whole = b"".join(part[0, -1].tobytes() for part in parts)
    assert digest(trace) == hashlib.sha256(whole).hexdigest()[:12]
    earlier = replace(trace, kernels=tuple(kernel * [[[[0]]] * 11 + [[[1]]]] for kernel in trace.kernels))
    assert digest(earlier) == digest(trace)
    for layer in range(2):
        biases = [np.array(bias) for bias in trace.biases]
        biases[layer][0, -1, 0] = np.nextafter(biases[layer][0, -1, 0], 1)
        assert digest(replace(trace, biases=tuple(biases))) != digest(trace)


def test_the_same_seed_is_the_same_run_alone_first_and_last(found):
    assert found.identical
    assert [again.how.split(",")[0] for again in found.same] == [
        "trained again", "trained as the first of 8 at once", "trained as the last of 4 at once",
    ]  # fmt: skip
    assert {again.digest for again in found.same} == {found.digest} == {digest(train(SMALL))}
    assert found.weights == 33
    assert found.numbers == 12 * (33 + 4 + 2)


def test_another_seed_is_another_run(found):
    assert found.other.seed == 6
    assert found.other.digest == digest(train(SMALL.replace(seed=6))) != found.digest
    assert found.other.differing > 0.9 * found.numbers


def test_a_run_that_came_out_otherwise_would_be_seen(monkeypatch, found):
    calls = []

    def careless(experiment, on_progress):
        calls.append(experiment)
        trace = train(experiment, on_progress)
        if len(calls) != 2:
            return trace
        losses = np.array(trace.train_loss)
        losses[0, 3] = np.nextafter(losses[0, 3], 1)
        return replace(trace, train_loss=losses)

    monkeypatch.setattr("nnviz.analysis.chance.repeats.train", careless)
    wrong = repeats(SMALL)
    assert not wrong.identical
    assert [again.differing for again in wrong.same] == [1, 0, 0]
    assert wrong.numbers == found.numbers


def test_without_room_for_company_the_run_is_repeated_alone():
    first = repeats(SMALL.replace(seed=0))
    assert len(first.same) == 2  # there are no seeds before it
    large = SMALL.replace(samples=2000, hidden=(64,), epochs=25_000, batch_size=None)
    with pytest.raises(ValueError, match="work"):
        large.replace(restarts=2)
    stopped = []

    def stop(share):
        stopped.append(share)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        repeats(large, stop)
    assert stopped == [0]


def test_the_last_seed_of_all_has_a_neighbour_too():
    assert repeats(SMALL.replace(seed=2**32 - 1, epochs=1)).other.seed == 2**32 - 2


def test_bits_are_compared_not_values():
    values = np.array([0.0, np.nan, 1.0])
    assert differing([values], [values.copy()]) == 0
    assert differing([values], [np.array([-0.0, np.nan, np.nextafter(1.0, 2)])]) == 2
    single = values.astype(np.float32)
    assert differing([single], [single.copy()]) == 0


def test_all_that_is_recorded_is_compared():
    trace = train(SMALL)
    assert sum(array.size for array in recorded(trace, 0)) == 12 * (33 + 4 + 2)


def test_progress_runs_from_nothing_to_all():
    for work in (repeats, ripples):
        shares = []
        work(SMALL, shares.append)
        assert shares == sorted(shares)
        assert (shares[0], shares[-1]) == (0, 1)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_one_weight_moved_to_its_neighbour_shows_at_once(dtype):
    weight, rate, nothing = ripples(SMALL.replace(dtype=dtype))
    assert (weight.change, rate.change, nothing.change) == (WEIGHT, RATE, NOTHING)
    assert weight.value == train(SMALL.replace(dtype=dtype)).kernels[0][0, 0, 0, 0]
    assert weight.changed == np.nextafter(np.dtype(dtype).type(weight.value), np.dtype(dtype).type(np.inf))
    assert weight.apart == 0
    assert weight.distance[0] == pytest.approx(weight.changed - weight.value, rel=1e-6)
    assert nothing.apart == -1
    assert (nothing.distance == 0).all()
    assert math.isnan(nothing.value)


def test_the_learning_rate_shows_from_the_first_step_on():
    _, rate, _ = ripples(SMALL)
    assert (rate.value, rate.changed) == (0.3, np.nextafter(0.3, 1))
    assert rate.apart == 1
    assert rate.distance[0] == 0
    one, other = train(SMALL), train(SMALL.replace(learning_rate=rate.changed))
    expected = np.zeros(12)
    for a, b in zip((*one.kernels, *one.biases), (*other.kernels, *other.biases), strict=True):
        expected += np.square(a - b).reshape(12, -1).sum(axis=1)
    np.testing.assert_allclose(rate.distance, np.sqrt(expected), rtol=1e-12)


@pytest.mark.parametrize("rate", [1e-6, 1000.0])
def test_the_ends_of_what_a_learning_rate_may_be_have_a_neighbour(rate):
    assert ripples(SMALL.replace(learning_rate=rate, epochs=1))[1].changed != rate


def test_a_diverged_run_has_no_distance_and_no_difference():
    wild = Experiment(
        hidden=(64,) * 4, activation="relu", kernel_initializer="random_normal(stddev=1)", learning_rate=100.0,
        epochs=3, snapshots=4,
    )  # fmt: skip
    weight, _, nothing = ripples(wild)
    assert np.isnan(weight.distance[-1])
    assert nothing.apart == -1
    assert repeats(wild).identical
