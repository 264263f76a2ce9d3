"""The numerical contract of docs/how-it-is-built.md. Point 5 is in test_gradients.py, point 6 in test_divergence.py,
and the draws of point 7 in test_initializers.py."""

import dataclasses
import hashlib
import itertools
import math
import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from nnviz import Experiment, Trace, train
from nnviz.core import activations, datasets, initializers, optimizers, training
from nnviz.core.contraction import needs_exact
from nnviz.core.network import layer_views
from nnviz.core.training import initial_parameters, train_together

pytestmark = pytest.mark.slow

# 1. Clones stay bit-identical.

FACTORS = {
    "width": [*range(2, 18), 31, 33, 64],
    "activation": list(activations.registry),
    "optimizer": list(optimizers.registry),
    "batch_size": [1, 7, 32, None],
    "start": ["zeros", "ones", "constant(value=0.05)", "constant(value=-0.1)"],
    "bias": ["zeros", "constant(value=0.2)"],
    "depth": [1, 2, 3],
    "dataset": ["moons", "iris", "line_and_bump"],
    "dtype": ["float64", "float32"],
}


def pairwise_cases(factors):
    """Cases in which every two values of two factors meet at least once: far fewer than all combinations."""
    dice = random.Random(0)
    open_pairs = {
        frozenset([(f, a), (g, b)])
        for (f, some), (g, others) in itertools.combinations(factors.items(), 2)
        for a, b in itertools.product(some, others)
    }
    cases = []
    while open_pairs:
        wanted = dict(min(open_pairs, key=lambda pair: sorted(map(str, pair))))
        tries = [{name: dice.choice(values) for name, values in factors.items()} | wanted for _ in range(20)]
        met = [set(map(frozenset, itertools.combinations(case.items(), 2))) for case in tries]
        best = max(range(len(tries)), key=lambda i: len(met[i] & open_pairs))
        cases.append(tries[best])
        open_pairs -= met[best]
    return cases


def assert_clones(trace, layer, first=0):
    """Units from `first` on have the same bits at every snapshot: incoming column, bias, outgoing row."""
    incoming = trace.kernels[layer][..., first:]
    bias = trace.biases[layer][..., first:]
    outgoing = trace.kernels[layer + 1][..., first:, :]
    np.testing.assert_array_equal(incoming, np.broadcast_to(incoming[..., :1], incoming.shape))
    np.testing.assert_array_equal(bias, np.broadcast_to(bias[..., :1], bias.shape))
    np.testing.assert_array_equal(outgoing, np.broadcast_to(outgoing[..., :1, :], outgoing.shape))


@pytest.mark.parametrize("case", pairwise_cases(FACTORS), ids=lambda case: "-".join(map(str, case.values())))
def test_clones_stay_bit_identical(case):
    experiment = Experiment(
        dataset=case["dataset"],
        samples=94,  # 47 rows to train on: no class is balanced, so that even zeros move
        hidden=(case["width"],) * case["depth"],
        activation=case["activation"],
        kernel_initializer=case["start"],
        bias_initializer=case["bias"],
        optimizer=case["optimizer"],
        batch_size=case["batch_size"],
        learning_rate=0.01,
        dtype=case["dtype"],
        snapshots=12,
    )
    trace = train(experiment.replace(epochs=math.ceil(200 / experiment.steps_per_epoch)))
    for layer in range(case["depth"]):
        assert_clones(trace, layer)
    if case["start"] != "ones":  # wide and deep, it may overflow: another point's business
        assert trace.diverged_at.tolist() == [-1]
        moved = any((kernel[:, 0] != kernel[:, -1]).any() for kernel in trace.kernels + trace.biases)
        assert moved


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("width", [5, 8, 11, 33])
def test_the_part_of_a_layer_that_is_cloned_stays_so(width, dtype):
    """The identity reaches two units of moons; the others start from zeros, and are one unit."""
    trace = train(Experiment(hidden=(width,), kernel_initializer="identity", optimizer="adam", epochs=30, dtype=dtype))
    assert_clones(trace, 0, first=2)
    assert (trace.kernels[0][0, -1, :, 0] != trace.kernels[0][0, -1, :, 2]).any()


@pytest.mark.parametrize("width", [6, 9, 31])
def test_clones_stay_so_behind_a_layer_of_distinct_units(width):
    """First layer distinct, the others clones: the kernel of the second layer is constant, its inputs are not."""
    experiment = Experiment(
        hidden=(width, width),
        kernel_initializer="constant(value=0.1)",
        bias_initializer="zeros",
        optimizer="nesterov",
        learning_rate=0.05,
        epochs=40,
    )
    start = initial_parameters(experiment, 0)
    first, second, _ = layer_views(start, experiment.layer_sizes)
    first[...] = np.random.default_rng(0).normal(size=first.shape)
    assert needs_exact([first, second, second])
    trace = train_from(experiment, start)
    assert_clones(trace, 1)
    assert (trace.kernels[0][0, -1, :, 0] != trace.kernels[0][0, -1, :, 1]).any()


def train_from(experiment, start):
    """Train every run from the same parameters: what no initializer can express."""
    return training.train_from(experiment, np.tile(start, (experiment.restarts, 1)))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_product_is_exact_for_clones_and_fast_for_others(dtype):
    def exact(hidden=(8,), **fields):
        experiment = Experiment(hidden=hidden, dtype=dtype, **fields)
        return {
            needs_exact(layer_views(initial_parameters(experiment, seed), experiment.layer_sizes)) for seed in range(5)
        }

    for scheme in initializers.registry.values():
        for seed in range(5):
            experiment = Experiment(kernel_initializer=scheme.key, dtype=dtype)
            layers = layer_views(initial_parameters(experiment, seed), experiment.layer_sizes)
            apart = min(np.abs(one - other).max() for one, other in itertools.combinations(layers[0].T, 2))
            if not 0 < apart < 0.001 * np.abs(layers[0]).max():  # nearly clones: below, with more or less of it
                assert needs_exact(layers) == (apart == 0), scheme.key
        assert exact(kernel_initializer=scheme.key, hidden=()) == {False}
        assert exact(kernel_initializer=scheme.key, hidden=(1,)) == {False}
    assert exact(kernel_initializer="perturbed(epsilon=1e-10)") == {True}
    assert exact(kernel_initializer="perturbed(epsilon=0.1)") == {False}
    assert exact(kernel_initializer="zeros", bias_initializer="random_normal") == {False}
    assert exact(kernel_initializer="zeros", output_initializer="he_normal") == {True}
    assert exact(kernel_initializer="he_normal", output_initializer="zeros") == {False}


def test_near_clones_are_found_wherever_they_stand():
    generator = np.random.default_rng(0)
    layer = generator.normal(size=(5, 40))
    output = generator.normal(size=(41, 1))
    assert not needs_exact([layer, output])
    for one, other in [(0, 39), (17, 18), (38, 39), (3, 30)]:
        for distance, near in [(0, True), (1e-10, True), (1e-5, False)]:
            twins = layer.copy()
            twins[:, other] = twins[:, one] + distance * np.array([1, -1, 0, 1, -1])
            assert needs_exact([twins, output]) == near
            assert needs_exact([generator.normal(size=(3, 4)), twins, output]) == near
    # Where all units share their first weight, twins may stand with others in between.
    twins = layer.copy()
    twins[0] = 0.5
    assert not needs_exact([twins, output])
    for one, other in itertools.combinations(range(0, 40, 3), 2):
        pair = twins.copy()
        pair[:, other] = pair[:, one]
        assert needs_exact([pair, output])
    apart_in_the_bias_only = np.repeat(layer[:, :1], 2, axis=1)
    apart_in_the_bias_only[-1, 1] += 0.5
    assert not needs_exact([apart_in_the_bias_only, output])


# 2. A run is the same alone or in a batch.

PER_RUN = [f.name for f in dataclasses.fields(Trace) if f.name not in ("experiment", "dataset", "steps", "epochs")]

BATCHES = {
    "moons, last batch smaller": Experiment(samples=100, epochs=6, batch_size=32),
    "moons, full batch": Experiment(samples=90, epochs=15, batch_size=None, optimizer="momentum"),
    "moons, one order for all": Experiment(samples=90, epochs=6, shuffle_seed=3, optimizer="rmsprop"),
    "one row a step": Experiment(dataset="iris", samples=60, epochs=2, batch_size=1, activation="sigmoid"),
    "one unit, one row": Experiment(samples=40, hidden=(1,), epochs=3, batch_size=1, activation="gelu"),
    "orders drawn more than once": Experiment(samples=3000, hidden=(3,), epochs=5, batch_size=500),
    "no hidden layer": Experiment(dataset="wine", hidden=(), epochs=6, learning_rate=0.05),
    "deep": Experiment(hidden=(7, 5, 9), samples=100, epochs=6, optimizer="adam", learning_rate=0.01),
    "selu": Experiment(samples=100, epochs=6, activation="selu", bias_initializer="random_normal"),
    "regression": Experiment(dataset="line_and_bump", samples=100, hidden=(13,), epochs=10, learning_rate=0.05),
    "digits": Experiment(dataset="digits", samples=120, hidden=(12,), epochs=2, activation="relu"),
    "clones": Experiment(samples=100, kernel_initializer="constant(value=0.4)", epochs=6, optimizer="nesterov"),
    "some nearly clones": Experiment(samples=100, kernel_initializer="perturbed(epsilon=3e-8)", epochs=6),
    "some diverge": Experiment(
        dataset="line_and_bump", samples=60, activation="leaky_relu", kernel_initializer="he_normal",
        learning_rate=0.3, epochs=30, batch_size=None,
    ),
    "residual, zero branches": Experiment(
        hidden=(5, 5, 5), residual=True, branch_initializer="zeros", learning_rate=0.05, epochs=20,
    ),
}  # fmt: skip


def assert_same_runs(trace, at, other, other_at):
    """Runs `at` of one trace and `other_at` of another have the same bits in all that is recorded."""
    for name in PER_RUN:
        one, two = getattr(trace, name), getattr(other, name)
        for a, b in zip(*[x if isinstance(x, tuple) else (x,) for x in (one, two)], strict=True):
            np.testing.assert_array_equal(a[at], b[other_at], err_msg=name, strict=True)


def test_what_is_compared_is_the_whole_trace():
    assert set(PER_RUN) == {
        "seeds", "train_loss", "test_loss", "train_accuracy", "test_accuracy",
        "kernels", "biases", "branch_kernels", "gradient_norms", "diverged_at",
    }  # fmt: skip


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("experiment", BATCHES.values(), ids=BATCHES)
def test_a_run_is_the_same_alone_and_among_others(experiment, dtype):
    experiment = experiment.replace(dtype=dtype, seed=100, snapshots=6)
    many = train(experiment.replace(restarts=256))
    for restarts in (2, 7, 64):
        assert_same_runs(train(experiment.replace(restarts=restarts)), slice(None), many, slice(restarts))
    for run in (0, 1, 37, 255):
        assert_same_runs(train(experiment.replace(seed=100 + run)), slice(None), many, slice(run, run + 1))
    later = train(experiment.replace(seed=190, restarts=20))
    assert_same_runs(later, slice(None), many, slice(90, 110))
    finals = many.kernels[0][:, -1]
    if experiment.kernel_initializer.scheme.random or (experiment.shuffle and experiment.batch_size):
        assert (finals[0] != finals[1]).any()  # not all alike: else nothing was shown


def test_among_the_nearly_cloned_runs_are_both_kinds():
    experiment = BATCHES["some nearly clones"]
    kinds = {
        needs_exact(layer_views(initial_parameters(experiment, seed), experiment.layer_sizes))
        for seed in range(100, 107)
    }
    assert kinds == {True, False}


@pytest.mark.parametrize("name", ["moons, last batch smaller", "deep", "some nearly clones", "digits"])
def test_chunks_make_no_difference(name, monkeypatch):
    experiment = BATCHES[name].replace(restarts=40)
    expected = train(experiment)
    for cache_bytes in (1, 50_000, 1_000_000, 10**9):
        monkeypatch.setattr(training, "CACHE_BYTES", cache_bytes)
        assert_same_runs(train(experiment), slice(None), expected, slice(None))


ALONE = [
    Experiment(samples=100, epochs=5, snapshots=6, **fields)
    for fields in (
        {"kernel_initializer": "zeros"}, {}, {"seed": 9}, {"kernel_initializer": "ones", "seed": 2**32 - 1},
        {"shuffle_seed": 3}, {"output_initializer": "zeros", "bias_initializer": "random_normal", "shuffle_seed": 9},
    )
]  # fmt: skip


@pytest.mark.parametrize(
    "fields",
    [{}, {"hidden": ()}, {"hidden": (5, 9), "batch_size": None}, {"dataset": "digits", "dtype": "float32"},
     {"dataset": "line_and_bump", "activation": "relu", "optimizer": "adam"}, {"shuffle": False}],
    ids=str,
)  # fmt: skip
def test_experiments_trained_together_are_the_same_as_alone(fields):
    """Both products are made side by side in one stack: of equal units, and of all others."""
    experiments = [experiment.replace(**fields) for experiment in ALONE]
    for experiment, trace in zip(experiments, train_together(experiments), strict=True):
        alone = train(experiment)
        assert fingerprint(trace) == fingerprint(alone)
        assert trace.experiment == experiment
        assert (trace.dataset is alone.dataset, trace.seeds.tolist()) == (True, [experiment.seed])
        assert not trace.kernels[0].flags.writeable


@pytest.mark.parametrize("fields", [{"epochs": 6}, {"restarts": 2}, {"learning_rate": 0.1}], ids=str)
def test_only_what_differs_in_its_start_alone_is_trained_together(fields):
    with pytest.raises(ValueError, match="train together"):
        train_together([ALONE[0], ALONE[1].replace(**fields)])
    with pytest.raises(ValueError, match="train together"):
        train_together([ALONE[1].replace(**fields), ALONE[0]])


def test_too_many_are_not_trained_together():
    large = Experiment(hidden=(64, 64), epochs=8000, samples=1000)
    with pytest.raises(ValueError, match="times the work that is allowed"):
        train_together([large.replace(seed=seed) for seed in range(50)])


def test_each_run_shuffles_from_its_own_seed():
    """Equal starts: only the order of rows can tell runs apart."""
    equal = Experiment(samples=100, kernel_initializer="ordered", epochs=3, restarts=3)
    finals = train(equal).kernels[0][:, -1]
    assert (finals[0] != finals[1]).any()
    assert (finals[1] != finals[2]).any()
    same_order = train(equal.replace(shuffle_seed=5)).kernels[0][:, -1]
    np.testing.assert_array_equal(same_order, np.broadcast_to(same_order[:1], same_order.shape))
    assert (train(equal.replace(shuffle_seed=6)).kernels[0][0, -1] != same_order[0]).any()
    alone = train(equal.replace(seed=7, shuffle_seed=None, restarts=1))
    named = train(equal.replace(seed=0, shuffle_seed=7, restarts=1))
    np.testing.assert_array_equal(alone.kernels[0], named.kernels[0])


# 3. Same experiment, same bits.

REPEATED = [
    Experiment(restarts=8, epochs=20),
    Experiment(dataset="digits", samples=200, hidden=(33, 17), activation="relu", epochs=5, optimizer="adam"),
    Experiment(kernel_initializer="constant(value=0.3)", epochs=20, restarts=3, dtype="float32"),
]


def fingerprint(trace):
    """A hash of every array of a trace."""
    digest = hashlib.sha256()
    for name in ("steps", "epochs", *PER_RUN):
        value = getattr(trace, name)
        for array in value if isinstance(value, tuple) else (value,):
            digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def test_repeated_and_concurrent_trainings_give_the_same_bits():
    expected = [fingerprint(train(experiment)) for experiment in REPEATED]
    datasets.load.cache_clear()
    assert [fingerprint(train(experiment)) for experiment in REPEATED] == expected
    with ThreadPoolExecutor(6) as pool:
        assert [fingerprint(trace) for trace in pool.map(train, REPEATED * 3)] == expected * 3


@pytest.mark.parametrize("threads", ["1", "2"])
def test_another_process_gives_the_same_bits(threads):
    """Also where BLAS may use another number of threads, and Python hashes otherwise."""
    program = (
        "import sys; from nnviz import Experiment, train; sys.path.insert(0, sys.argv[1]);"
        "import test_numerical_contract as here; print(*[here.fingerprint(train(e)) for e in here.REPEATED])"
    )
    environment = os.environ | {"OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads, "PYTHONHASHSEED": threads}
    command = [sys.executable, "-c", program, os.path.dirname(__file__)]  # noqa: PTH120
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [fingerprint(train(experiment)) for experiment in REPEATED]


# 4. Exact stationary points stay put.


def balanced(dataset):
    """Full batch on a data set whose training half has as many rows of each class."""
    samples = {"iris": 150, "digits": 1797}.get(dataset, 200)
    experiment = Experiment(dataset=dataset, samples=samples, batch_size=None, kernel_initializer="zeros")
    counts = np.bincount(experiment.load_dataset().y_train)
    assert (counts == counts[0]).all()
    return experiment, len(counts)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("optimizer", optimizers.registry)
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
@pytest.mark.parametrize("dataset", ["moons", "xor", "iris"])
def test_zeros_on_balanced_classes_do_not_move_by_a_single_bit(dataset, activation, optimizer, dtype):
    """The output is 0 for every row, errors of the classes cancel, and every gradient is exactly 0."""
    experiment, classes = balanced(dataset)
    trace = train(experiment.replace(activation=activation, optimizer=optimizer, dtype=dtype, epochs=500))
    for array in trace.kernels + trace.biases:
        assert (array == 0).all()
    assert (trace.gradient_norms == 0).all()
    np.testing.assert_allclose(trace.train_loss, math.log(classes), rtol=4 * np.finfo(dtype).eps)
    assert np.ptp(trace.train_loss) == 0


def at_zero(activation):
    out = np.ones(1)
    activation.value(np.zeros(1), out)
    return out[0]


NO_SIGNAL = [key for key, activation in activations.registry.items() if at_zero(activation) == 0]


@pytest.mark.parametrize("optimizer", optimizers.registry)
@pytest.mark.parametrize("activation", NO_SIGNAL)
@pytest.mark.parametrize("batch_size", [None, 32])
def test_from_zeros_only_the_output_bias_moves_where_zero_gives_no_signal(activation, optimizer, batch_size):
    """Whatever the classes, the batches and the optimizer: no kernel ever moves, and no hidden bias."""
    experiment = Experiment(
        dataset="wine", activation=activation, optimizer=optimizer, batch_size=batch_size,
        kernel_initializer="zeros", learning_rate=0.02, hidden=(6, 5), epochs=100,
    )  # fmt: skip
    trace = train(experiment)
    for array in (*trace.kernels, *trace.biases[:-1]):
        assert (array == 0).all()
    assert (trace.gradient_norms == 0).all()
    shares = np.bincount(trace.dataset.y_train) / len(trace.dataset.y_train)
    assert len(set(shares)) == 3  # unbalanced: so the output bias does move,
    assert trace.train_loss[0, -1] < trace.train_loss[0, 0]
    entropy = -(shares * np.log(shares)).sum()  # towards the classes' log-odds, where the loss is their entropy
    assert entropy - 1e-12 < trace.train_loss[0, -1] < entropy + 0.02


def test_from_zeros_sigmoid_units_move_in_lockstep_on_unbalanced_classes():
    """sigmoid(0) = 0.5 is a signal: nothing is frozen, all is cloned."""
    trace = train(Experiment(dataset="wine", activation="sigmoid", kernel_initializer="zeros", epochs=50))
    assert (trace.kernels[0][0, -1] != 0).any()
    assert_clones(trace, 0)


def test_zeros_are_a_fine_start_without_a_hidden_layer():
    trace = train(Experiment(dataset="blobs", hidden=(), kernel_initializer="zeros", epochs=20))
    assert trace.train_accuracy[0, -1] > 0.98


# 7. Run seeds feed the layers through SeedSequence(seed).spawn, one child a layer.


@pytest.mark.parametrize("key", initializers.registry)
def test_each_layer_draws_from_its_own_child_of_the_run_s_seed(key):
    experiment = Experiment(
        dataset="iris", hidden=(6, 5), kernel_initializer=key, output_initializer="he_normal", seed=11, restarts=3,
        epochs=1, batch_size=None, activation="sigmoid", learning_rate=0.001,
    )  # fmt: skip
    trace = train(experiment)
    for run, seed in enumerate((11, 12, 13)):
        children = np.random.SeedSequence(seed).spawn(3)
        for layer, (child, text) in enumerate(zip(children, (key, key, "he_normal"), strict=True)):
            shape = trace.kernels[layer].shape[2:]
            kernel = initializers.get(text)(shape, np.random.default_rng(child), "float64")
            np.testing.assert_array_equal(trace.kernels[layer][run, 0], kernel)
            assert (trace.biases[layer][run, 0] == 0).all()


def test_the_bias_is_drawn_after_the_kernel_from_the_same_child():
    experiment = Experiment(hidden=(6,), bias_initializer="random_normal", seed=4, epochs=1)
    trace = train(experiment)
    for layer, child in enumerate(np.random.SeedSequence(4).spawn(2)):
        generator = np.random.default_rng(child)
        kernel = initializers.get("glorot_uniform")(trace.kernels[layer].shape[2:], generator, "float64")
        bias = initializers.get("random_normal")(trace.biases[layer].shape[2:], generator, "float64")
        np.testing.assert_array_equal(trace.kernels[layer][0, 0], kernel)
        np.testing.assert_array_equal(trace.biases[layer][0, 0], bias)
