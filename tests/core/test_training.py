"""Progress, stopping, and what a training leaves behind. What it computes is in the numerical contract's tests."""

import contextlib
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import threadpoolctl

from bench.stopping import LARGE, at_the_edge
from nnviz import Experiment, effective_units, train
from nnviz.core import datasets, training
from nnviz.core.contraction import blas_matmul
from nnviz.core.training import initial_parameters, train_from

SMALL = Experiment(samples=60, epochs=20)
PATIENCE_SECONDS = 60  # with what comes as soon as it can


@pytest.fixture(params=LARGE.values(), ids=LARGE.keys())
def large(request):
    experiment = at_the_edge(*request.param)
    experiment.load_dataset()  # reading a real data set from disk is the one thing that cannot be stopped
    return experiment


class Stop(BaseException):
    """As Streamlit's own: no Exception, so that no `except Exception` on the way holds it up."""


def blas_threads():
    return [library["num_threads"] for library in threadpoolctl.threadpool_info() if library["user_api"] == "blas"]


@pytest.fixture(autouse=True)
def nothing_is_left_behind():
    before = blas_threads()
    assert before
    yield
    assert blas_threads() == before


def stop_at(call, error):
    """A callback that raises at its first call, its second and so on; and a list of its calls."""
    calls = []

    def on_progress(share):
        calls.append(share)
        if len(calls) >= call:
            raise error

    return on_progress, calls


def train_some_steps(experiment, monkeypatch):
    """Train until some steps are done; all runs share one start, and none is orthogonal: those take long to draw."""
    if experiment.kernel_initializer.key == "orthogonal":
        experiment = experiment.replace(kernel_initializer="random_normal")
    enough, begin = threading.Event(), training.Chunk._step
    start = initial_parameters(experiment, 0)

    def step(chunk, batch, number):
        begin(chunk, batch, number)
        if number == 2 or number + 1 == experiment.total_steps:
            enough.set()

    def on_progress(share):
        if enough.is_set():
            raise Stop

    monkeypatch.setattr(training, "initial_parameters", lambda recipe, seed, check: check() or start)
    monkeypatch.setattr(training.Chunk, "_step", step)
    with contextlib.suppress(Stop):
        train(experiment, on_progress)
    assert enough.is_set()


# Processes.


def same(a, b):
    for name in (
        "train_loss",
        "test_loss",
        "train_accuracy",
        "test_accuracy",
        "gradient_norms",
        "diverged_at",
        "seeds",
    ):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
    for ours, theirs in zip((*a.kernels, *a.biases), (*b.kernels, *b.biases), strict=True):
        np.testing.assert_array_equal(ours, theirs)
        assert not ours.flags.writeable


@pytest.mark.parametrize("jobs", [2, 3, -1])
@pytest.mark.parametrize(
    "fields",
    [{}, {"kernel_initializer": "perturbed(value=0.5, epsilon=1e-8)"}, {"seed": 2**32 - 5}, {"shuffle_seed": 3},
     {"learning_rate": 1000, "activation": "relu"}, {"hidden": (4, 4, 4), "residual": True}],
    ids=str,
)  # fmt: skip
def test_processes_give_the_same_bits(jobs, fields):
    experiment = SMALL.replace(restarts=5, **fields)
    shares = []
    same(train(experiment, shares.append, n_jobs=jobs), train(experiment, n_jobs=1))
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


def test_processes_take_starts_and_data_of_one_s_own():
    rng = np.random.default_rng(0)
    own = Experiment.from_arrays(rng.normal(size=(40, 2)), rng.integers(0, 2, 40), restarts=4, epochs=3)
    starts = rng.normal(size=(4, 33))
    same(train_from(own, starts, n_jobs=2), train_from(own, starts, n_jobs=1))


def test_little_work_stays_here(monkeypatch):
    monkeypatch.setattr(training.processes, "spread", lambda *_: pytest.fail("processes for a moment's work"))
    train(SMALL.replace(restarts=100))
    train(SMALL, n_jobs=2)  # one run cannot be shared


@pytest.mark.parametrize("jobs", [0, -2, 1.5, "2", True, 10**6])
def test_no_such_number_of_processes(jobs):
    with pytest.raises(ValueError, match="n_jobs"):
        train(SMALL, n_jobs=jobs)


def test_a_stop_ends_the_processes_and_the_next_training_is_as_ever():
    on_progress, calls = stop_at(2, Stop())
    with pytest.raises(Stop):
        train(at_the_edge(*LARGE["many rows"]), on_progress, n_jobs=2)
    assert len(calls) == 2
    same(train(SMALL.replace(restarts=2), n_jobs=2), train(SMALL.replace(restarts=2)))


# The order of rows.


@pytest.mark.parametrize("shuffle", [True, False])
def test_each_epoch_takes_every_row_once(shuffle):
    """With steps so small that the weights hardly change, an epoch's moves add up to that of the whole split."""
    small = {"learning_rate": 1e-6, "epochs": 6, "snapshots": 1000}
    batches = Experiment(samples=80, batch_size=8, shuffle=shuffle, **small)
    assert batches.steps_per_epoch == 5
    whole = train(batches.replace(batch_size=None)).kernels[0][0]
    parts = train(batches).kernels[0][0]
    for epoch in range(6):
        moved = parts[5 * (epoch + 1)] - parts[5 * epoch]
        np.testing.assert_allclose(moved, 5 * (whole[epoch + 1] - whole[epoch]), rtol=1e-3)
    first_moves = np.diff(parts, axis=0)[::5]
    again = np.isclose(first_moves[1:], first_moves[:1], rtol=1e-3).all(axis=(1, 2))
    assert again.tolist() == [not shuffle] * 5  # shuffled anew each epoch, or never


# Progress.


@pytest.mark.parametrize("fields", [{}, {"restarts": 40}, {"batch_size": None}, {"epochs": 1}, {"hidden": ()}], ids=str)
def test_progress_goes_from_zero_to_one(fields):
    shares = []
    train(SMALL.replace(**fields), shares.append)
    assert shares[0] == 0.0
    assert shares[-1] == 1.0
    assert shares == sorted(shares)
    assert all(type(share) is float for share in shares)


def test_progress_is_reported_in_the_caller_s_thread():
    threads = set()
    train(SMALL.replace(restarts=20), lambda share: threads.add(threading.get_ident()))
    assert threads == {threading.get_ident()}


def test_progress_moves_while_training():
    shares = []
    train(Experiment(hidden=(8, 8), restarts=500, epochs=20, snapshots=5), shares.append)
    between = {share for share in shares if 0 < share < 1}
    assert len(between) >= 3


def test_progress_changes_nothing():
    with_progress = train(SMALL, lambda share: "anything")
    np.testing.assert_array_equal(with_progress.train_loss, train(SMALL).train_loss)


# Stopping.


@pytest.mark.parametrize(
    "error",
    [Stop(), KeyboardInterrupt(), SystemExit(3), ValueError("no"), StopIteration(), TimeoutError(), MemoryError()],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("call", [1, 4])
def test_whatever_the_callback_raises_passes_on(error, call):
    on_progress, calls = stop_at(call, error)
    with pytest.raises(type(error)) as caught:
        train(at_the_edge(*LARGE["many rows"]), on_progress)
    assert caught.value is error
    assert len(calls) == call  # it is not called again


@pytest.mark.parametrize("call", [2, 20])
def test_once_stopped_nothing_more_is_begun(large, call, monkeypatch):
    """The stop comes out of whatever was looking at the time: no draw and no product follows."""
    on_progress, calls = stop_at(call, Stop())
    after = []

    def noted(function):
        def called(*arguments, **named):
            after.append(len(calls) >= call)
            return function(*arguments, **named)

        return called

    for name in ("stack_matmul", "needs_exact"):
        monkeypatch.setattr(training, name, noted(getattr(training, name)))
    with pytest.raises(Stop):
        train(large, on_progress)
    assert not any(after)


def test_what_cannot_be_stopped_is_a_moment_s_work(large, monkeypatch):
    """A product is not cut into pieces: the largest is of one run's whole split and its two largest layers."""
    sizes, product = [], training.stack_matmul

    def noted(a, b, out, exact):
        sizes.append(out.size * a.shape[-1])
        return product(a, b, out, exact)

    monkeypatch.setattr(training, "stack_matmul", noted)
    train_some_steps(large, monkeypatch)
    assert 0 < max(sizes) < 25_000_000  # multiplications


def test_an_error_inside_passes_on(monkeypatch):
    def broken(*_):
        raise OSError("no such data")

    monkeypatch.setattr(datasets, "load", broken)
    with pytest.raises(OSError, match="no such data"):
        train(SMALL)


def test_after_a_stop_the_next_training_is_as_ever():
    expected = train(SMALL)
    on_progress, _ = stop_at(1, Stop())
    with pytest.raises(Stop):
        train(SMALL, on_progress)
    np.testing.assert_array_equal(train(SMALL).train_loss, expected.train_loss)


# BLAS threads.


@pytest.mark.parametrize("fields", [{}, {"dataset": "iris"}, {"hidden": ()}, {"batch_size": 7}, {"shuffle": False}])
def test_no_product_is_of_two_transposed_stacks(fields, monkeypatch):
    """The one product that OpenBLAS gets wrong when two threads make it at once."""
    seen = []

    def watched(a, b, out):
        seen.append([stack.strides[-1] != stack.itemsize and min(stack.shape[1:]) > 1 for stack in (a, b)])
        return blas_matmul(a, b, out)

    monkeypatch.setattr("nnviz.core.contraction.blas_matmul", watched)
    train(SMALL.replace(kernel_initializer="glorot_uniform", **fields))
    assert seen
    assert not any(all(transposed) for transposed in seen)


def test_blas_is_held_to_one_thread_while_training_and_no_longer():
    before = blas_threads()
    during = []
    train(SMALL, lambda share: during.append(blas_threads()))
    assert all(threads == [1] * len(before) for threads in during)
    assert blas_threads() == before


def test_blas_is_held_whatever_thread_trains():
    """threadpoolctl lets only one thread at a time set OpenBLAS's limit: nobody may keep that right to himself."""
    before = blas_threads()
    seen = []

    def training():
        train(SMALL, lambda share: seen.append(blas_threads()))
        return blas_threads()

    after = [training()]
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as other:  # both stay alive
        after += [pool.submit(training).result(PATIENCE_SECONDS) for pool in (one, other, one)]
    after.append(training())
    assert seen
    assert all(threads == [1] * len(before) for threads in seen)
    assert after == [before] * 5


@pytest.mark.parametrize("ends_first", ["the first to start", "the last to start"])
def test_two_trainings_at_once_share_the_hold(ends_first):
    """The first to end must not lift it for the other, and the last must, whichever thread it is."""
    before = blas_threads()
    one_trains, both_train, one_is_done = threading.Event(), threading.Barrier(2), threading.Event()
    during = []

    def training(ends):
        calls = []

        def on_progress(share):
            one_trains.set()
            if not calls:
                both_train.wait(PATIENCE_SECONDS)
            calls.append(share)
            if not ends:
                one_is_done.wait(PATIENCE_SECONDS)
            during.append(blas_threads())
            if len(calls) == 3:
                raise Stop

        with pytest.raises(Stop):
            train(at_the_edge(*LARGE["many rows"]), on_progress)
        if ends:
            one_is_done.set()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(training, ends_first == "the first to start")
        assert one_trains.wait(PATIENCE_SECONDS)
        second = pool.submit(training, ends_first == "the last to start")
        for future in (first, second):
            future.result(PATIENCE_SECONDS)
        assert during == [[1] * len(before)] * 6
        assert blas_threads() == before
    assert blas_threads() == before


# Memory.


def test_the_largest_experiments_stay_under_a_gigabyte(large, monkeypatch):
    """Its buffers and what it records are all there once some steps are done."""
    tracemalloc.start()  # NumPy reports its arrays to it
    try:
        train_some_steps(large, monkeypatch)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 800_000_000  # the interpreter and its libraries take some 150 MB more


def test_starts_of_ones_own_train_as_drawn_ones_do():
    experiment = Experiment(restarts=3, seed=4, epochs=3, samples=60)
    drawn = train(experiment)
    starts = np.array([initial_parameters(experiment, seed) for seed in experiment.seeds])
    given = train_from(experiment, starts)
    for a, b in zip((*drawn.kernels, *drawn.biases), (*given.kernels, *given.biases), strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(drawn.train_loss, given.train_loss)
    starts[1] = 0.5
    other = train_from(experiment, starts)
    assert (other.kernels[0][1, 0] == 0.5).all()
    np.testing.assert_array_equal(other.train_loss[[0, 2]], drawn.train_loss[[0, 2]])


def test_clones_in_a_start_of_ones_own_stay_clones():
    experiment = Experiment(restarts=2, epochs=20, samples=60, hidden=(7,))
    trace = train_from(experiment, np.full((2, 29), 0.3))
    assert effective_units(trace)[:, -1].tolist() == [1, 1]


@pytest.mark.parametrize("shape", [(33,), (1, 33), (2, 32), (2, 33, 1)])
def test_starts_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match="starts has shape"):
        train_from(Experiment(restarts=2, epochs=1), np.zeros(shape))
