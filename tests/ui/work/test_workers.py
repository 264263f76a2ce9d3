import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import works

from nnviz.core.datasets import Dataset
from nnviz.core.experiment import Experiment, OwnExperiment
from nnviz.core.training import together, train, train_together
from nnviz.ui.work import workers
from nnviz.ui.work.workers import MOST_TOGETHER, ROOT, LostError, Pool, Worker

pytestmark = pytest.mark.slow

HUGE = Experiment(hidden=(64, 64), epochs=8000, samples=1000)
PATIENCE_SECONDS = 120  # with what comes as soon as it can
QUICK = {"epochs": 20, "samples": 40, "snapshots": 5}


class Stopped(BaseException):
    """What Streamlit raises where nobody wants a page's run any more."""


def never():
    pass


def run(work, *arguments, number=0, look=never, report=lambda share: None):
    return workers.run(work, *arguments, number=number, look=look, report=report)


def stop(share):
    raise Stopped


def in_thread(call):
    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    return thread


@pytest.fixture(scope="module")
def doers():
    """Two workers, which know `works`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(works.__file__).parent))
        doers = [Worker(), Worker()]
        yield doers
        for doer in doers:
            doer.end()


@pytest.fixture(autouse=True)
def pool(monkeypatch, doers):
    """A pool of these, one of which may do long work; both are free again afterwards."""
    pool = Pool(doers)
    monkeypatch.setattr(workers, "pool", pool)
    yield pool
    until(lambda: len(pool.idle) == 2)
    assert (pool.long_places, pool.waiting) == (1, [])


def until(met):
    end = time.monotonic() + PATIENCE_SECONDS
    while not met():
        assert time.monotonic() < end
        time.sleep(0.01)


def arrays(trace):
    values = [value for name, value in vars(trace).items() if name not in ("experiment", "dataset")]
    return [array for value in values for array in (value if isinstance(value, tuple) else (value,))]


def test_what_a_worker_trains_is_the_same_to_the_bit():
    experiment = Experiment(restarts=3, **QUICK)
    here, there = train(experiment), run(train, experiment)
    assert there.experiment == experiment
    for one, other in zip(arrays(here), arrays(there), strict=True):
        assert (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())
        assert not other.flags.writeable


def test_traces_of_the_same_data_hold_the_same_object():
    a, b = (run(train, Experiment(seed=seed, **QUICK)) for seed in range(2))
    assert a.dataset is b.dataset
    assert not a.dataset.x_train.flags.writeable


def test_own_data_come_back_as_they_are():
    x, y = np.array([[-1.0], [1.0]] * 5), np.array([0, 1] * 5)
    mine = OwnExperiment(data=Dataset(x, y, x, y, ("height",), ("low", "high")), epochs=2)
    found = run(train, mine)
    assert found.dataset is mine.data
    assert found.experiment == mine


def test_progress_goes_up():
    shares = []
    run(train, Experiment(epochs=2000), report=shares.append)
    assert shares == sorted(shares)
    assert len(set(shares)) > 3
    assert 0 <= shares[0] <= shares[-1] <= 1


def test_a_worker_does_one_thing_after_the_other():
    assert run(works.pid) == run(works.pid) != os.getpid()


def test_what_goes_wrong_there_is_raised_here():
    with pytest.raises(ValueError, match="too much") as found:
        run(works.fail, "too much")
    assert "works.py" in found.value.__notes__[0]
    run(works.pid)


def test_work_that_is_not_wanted_stops_and_its_worker_goes_on(monkeypatch, pool):
    monkeypatch.setattr(workers, "PATIENCE", 600)  # it is not ended by force
    before = run(works.pid)
    with pytest.raises(Stopped):
        run(train, HUGE, report=stop)
    until(lambda: len(pool.idle) == 2)
    assert run(works.pid) == before


def test_a_worker_that_does_not_listen_is_ended(monkeypatch, pool):
    monkeypatch.setattr(workers, "PATIENCE", 0.1)
    before = run(works.pid)
    with pytest.raises(Stopped):
        run(works.listen_to_nobody, report=stop)
    until(lambda: len(pool.idle) == 2)
    assert run(works.pid) != before


def test_a_stop_that_comes_too_late_is_passed_over(pool):
    before = run(works.pid)
    pool.idle[-1].pipe.send(None)
    assert run(works.pid) == before


def test_work_that_a_worker_does_not_know_is_raised_here(monkeypatch):
    before = run(works.pid)
    monkeypatch.setattr(works.fail, "__module__", "nowhere")
    monkeypatch.setitem(sys.modules, "nowhere", works)
    with pytest.raises(ModuleNotFoundError, match="nowhere"):
        run(works.fail, "")
    assert run(works.pid) == before


def test_a_result_that_cannot_travel_is_told():
    before = run(works.pid)
    with pytest.raises((AttributeError, TypeError), match="pickle"):
        run(works.give_a_function)
    assert run(works.pid) == before


def test_a_lost_worker_is_told_and_replaced(caplog):
    before = run(works.pid)
    with pytest.raises(LostError):
        run(works.die)
    assert caplog.messages == ["worker lost"]
    assert run(works.pid) != before


def test_a_worker_that_was_ended_while_idle_is_replaced(pool):
    before = run(works.pid)
    os.kill(before, 9)
    until(lambda: pool.idle[-1].process.poll() is not None)
    assert run(works.pid) != before


def test_that_no_worker_starts_is_told(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere")
    monkeypatch.setattr(workers, "pool", Pool([Worker()]))
    with pytest.raises(LostError):
        run(works.pid)


def test_long_work_takes_one_place_and_leaves_the_other(monkeypatch, pool):
    monkeypatch.setattr(workers, "MOMENT", 0.05)
    monkeypatch.setattr(workers, "LONG", 0.05)
    unwanted = threading.Event()

    def until_unwanted(share):
        if unwanted.is_set():
            raise Stopped

    def huge():
        with pytest.raises(Stopped):
            run(works.compute, 60, report=until_unwanted, look=lambda: until_unwanted(0))

    threads = [in_thread(huge) for _ in range(3)]
    until(lambda: [request.long for request in pool.waiting] == [True] * 2)
    assert len(pool.idle) == 1
    run(works.pid)  # others need not wait
    unwanted.set()
    for thread in threads:
        thread.join()


def test_work_that_was_stopped_for_want_of_a_place_is_done_in_the_end(monkeypatch):
    monkeypatch.setattr(workers, "MOMENT", 0.05)
    monkeypatch.setattr(workers, "LONG", 0.05)
    found = []
    threads = [in_thread(lambda: found.append(run(works.compute, 0.5))) for _ in range(3)]
    for thread in threads:
        thread.join()
    assert len(found) == 3


def busy(pool):
    """Keep all workers busy until the event that it gives is set."""
    free = threading.Event()

    def until_free(share):
        if free.is_set():
            raise Stopped

    def compute():
        with pytest.raises(Stopped):
            run(works.compute, 60, number=-1, report=until_free)

    for _ in range(2):
        in_thread(compute)
    until(lambda: not pool.idle)
    return free


@pytest.fixture
def sent(monkeypatch, pool):
    """How many trainings went to a worker together, each time that some did."""
    counts = []
    do = Worker.do

    def noted(self, work, arguments, watch):
        if work is train_together:
            counts.append(len(arguments[0]))
        return do(self, work, arguments, watch)

    monkeypatch.setattr(Worker, "do", noted)
    return counts


def test_what_waits_and_differs_in_its_start_alone_goes_to_a_worker_together(pool, sent):
    free = busy(pool)
    sizes = (1, 2, 1, 2, 2, 1)
    groups = [tuple(Experiment(seed=10 * i + j, **QUICK) for j in range(size)) for i, size in enumerate(sizes)]
    groups.append((Experiment(seed=99, learning_rate=0.1, **QUICK),))
    found = {}
    threads = [
        in_thread(lambda i=i, group=group: found.update({i: run(train_together, group, number=i)}))
        for i, group in enumerate(groups)
    ]
    until(lambda: len(pool.waiting) == len(groups))
    free.set()
    for thread in threads:
        thread.join()
    assert sorted(sent) == [1, 1, MOST_TOGETHER]
    for i, group in enumerate(groups):
        for experiment, trace in zip(group, found[i], strict=True):
            assert trace.experiment == experiment
            for one, other in zip(arrays(train(experiment)), arrays(trace), strict=True):
                assert one.tobytes() == other.tobytes()


def test_what_one_gives_up_the_others_still_get(pool, sent):
    free = busy(pool)
    long = {"epochs": 4000, "samples": 40, "snapshots": 5}
    found = []

    def give_up():
        with pytest.raises(Stopped):
            run(train_together, (Experiment(seed=1, **long),), report=stop)

    threads = [in_thread(give_up)]
    until(lambda: len(pool.waiting) == 1)
    threads.append(in_thread(lambda: found.extend(run(train_together, (Experiment(seed=2, **long),), number=1))))
    until(lambda: len(pool.waiting) == 2)
    free.set()
    for thread in threads:
        thread.join()
    assert sent == [2]
    assert found[0].experiment.seed == 2


def test_large_networks_and_what_would_be_too_much_do_not_go_together(pool, sent):
    wide = [Experiment(hidden=(64, 64), seed=seed, epochs=2000) for seed in range(2)]
    most = [Experiment(batch_size=1, samples=20_000, hidden=(2,), epochs=130, seed=seed) for seed in range(2)]
    with pytest.raises(ValueError, match="work that is allowed"):
        together(most)
    free = busy(pool)

    def give_up(experiment):
        with pytest.raises(Stopped):
            run(train_together, (experiment,), report=stop)

    threads = [in_thread(lambda e=e: give_up(e)) for e in (*wide, *most)]
    until(lambda: len(pool.waiting) == 4)
    free.set()
    for thread in threads:
        thread.join()
    assert sent == [1] * 4


def test_want_of_threads_is_told_as_want_of_memory(monkeypatch, pool):
    def refuse(thread):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        with pytest.raises(MemoryError):
            run(works.pid)
    run(works.pid)


def test_workers_end_with_the_server():
    script = (
        "import os; import works; from nnviz.ui.work import workers\n"
        "print(workers.run(works.pid, number=0, look=lambda: None, report=lambda share: None), flush=True)\n"
        "os._exit(1)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.stderr == ""
    worker = Path(f"/proc/{int(done.stdout)}/exe")
    until(lambda: not worker.exists())


POSIX_ONLY = """
import os, subprocess, sys
for name in ("fcntl", "resource", "pwd", "grp"):
    sys.modules[name] = None
for name in ("nice", "fork", "forkpty", "mkfifo"):
    if hasattr(os, name):
        delattr(os, name)
popen = subprocess.Popen.__init__
def as_elsewhere(self, *arguments, pass_fds=(), preexec_fn=None, **others):
    assert not pass_fds and preexec_fn is None
    popen(self, *arguments, **others)
subprocess.Popen.__init__ = as_elsewhere
"""


def test_workers_work_without_what_only_posix_has(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(POSIX_ONLY, encoding="utf-8")  # in the workers too
    script = (
        "import os, sys; assert not hasattr(os, 'nice')\n"
        "import works; from nnviz.ui.work import workers\n"
        "pid = workers.run(works.pid, number=0, look=lambda: None, report=lambda share: None)\n"
        "print(pid != os.getpid())\n"
        "from nnviz.core.experiment import Experiment; from nnviz.core.training import train\n"
        "trace = workers.run(train, Experiment(epochs=20), number=0, look=lambda: None, report=lambda share: None)\n"
        "print(trace.train_loss.shape)\n"
        "import serve; print('served')\n"
    )
    paths = os.pathsep.join(map(str, (tmp_path, Path(works.__file__).parent, ROOT)))
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True
    )
    assert done.stdout.split("\n")[0] == "True", done.stderr
    assert done.stdout.split("\n")[-2] == "served", done.stderr


def test_what_work_prints_does_not_come_between_the_messages(capfd):
    assert run(works.talk, "a word") == "a word"
    assert "a word" not in capfd.readouterr().out
