"""Sweeps on a real Dask cluster: a scheduler and two workers on this machine."""

import platform
import re
import signal
import socket
import sys

import pytest

from nnviz.__main__ import main
from nnviz.sweep import cluster
from tests.sweep.conftest import wait_for

pytestmark = pytest.mark.slow

GRID = [
    "--kernel-initializer",
    "zeros",
    "glorot_uniform",
    "--activation",
    "tanh",
    "relu",
    "--hidden",
    "3",
    "4",
    "5",
    "--epochs",
    "100",
    "--seeds",
    "20",
]
PORTIONS = 12


class Dask:
    """A scheduler on a free port, and two workers of one thread."""

    def __init__(self, processes, **environment):
        self.processes = processes
        log = processes.folder / "scheduler.log"
        self.scheduler = self.start("scheduler", "--host", "127.0.0.1", "--port", "0", log=log, **environment)
        told = wait_for(lambda: re.search(r"Scheduler at:\s+(tcp://\S+)", log.read_text()))
        self.address = told.group(1)
        logs = [processes.folder / f"worker{i}.log" for i in range(2)]
        options = ["--nthreads", "1", "--no-nanny", "--host", "127.0.0.1"]
        self.workers = [self.start("worker", self.address, *options, log=log) for log in logs]
        for log in logs:
            wait_for(lambda log=log: "Registered to:" in log.read_text())

    def start(self, what, *arguments, log, **environment):
        module = f"distributed.cli.dask_{what}"
        code = f"import sys; sys.stderr = open({str(log)!r}, 'w', 1); from {module} import main; main()"
        log.touch()
        return self.processes.start("-c", code, *arguments, "--no-dashboard", **environment)

    def sweep(self, *arguments):
        return self.processes.start(
            "-m", "nnviz", "sweep", "--out", "sweep.parquet", "--scheduler", self.address, *arguments
        )


def test_a_worker_killed_midway_costs_nothing(processes, tmp_path):
    dask = Dask(processes)
    sweep = dask.sweep(*GRID)
    parts = tmp_path / "sweep.parquet.parts"
    wait_for(lambda: len(list(parts.glob("*.parquet"))) >= 2)
    dask.workers[0].kill()
    assert len(list(parts.glob("*.parquet"))) < PORTIONS
    out, err = sweep.communicate(timeout=60)
    assert (sweep.returncode, err) == (0, "")
    assert "on 2 threads of the cluster." in out
    assert dask.workers[0].wait() == -signal.SIGKILL
    whole = tmp_path / "whole.parquet"
    assert main(["sweep", "--out", str(whole), "--jobs", "1", *GRID]) == 0
    assert (tmp_path / "sweep.parquet").read_bytes() == whole.read_bytes()


def test_what_dask_gives_up_and_a_dead_scheduler_end_a_sweep_with_a_word(processes, tmp_path, capsys):
    dask = Dask(processes, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0")
    parts = tmp_path / "sweep.parquet.parts"

    def finished():
        return len(list(parts.glob("*.parquet")))

    sweep = dask.sweep(*GRID)
    wait_for(lambda: finished() >= 2)
    dask.workers[0].kill()
    gives_up = "nnviz: Dask gave up on a portion: it may have killed its workers for want of memory.\n"
    assert sweep.communicate(timeout=60) == ("", gives_up)
    assert sweep.returncode == 1
    before = finished()
    assert PORTIONS - 3 <= before < PORTIONS  # all but what that worker had in hand

    sweep = dask.sweep(*GRID, "--seed", "1000")
    wait_for(lambda: finished() >= before + 2)
    dask.scheduler.kill()
    told = f"nnviz: {parts.name} also holds {before} files of other sweeps or versions; left alone.\n"
    assert sweep.communicate(timeout=60) == ("", f"{told}nnviz: the connection to the scheduler was lost.\n")
    assert sweep.returncode == 1
    before = finished() - before
    assert main(["sweep", "--out", str(tmp_path / "sweep.parquet"), "--jobs", "1", *GRID, "--seed", "1000"]) == 0
    assert f"; {20 * before} of 240 were finished before." in capsys.readouterr().out


def test_no_scheduler_at_the_address(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.3)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
        status = main(["sweep", "--out", str(tmp_path / "sweep.csv"), "--scheduler", address])
    captured = capsys.readouterr()
    assert (status, captured.out) == (1, "")
    assert captured.err.startswith(f"nnviz: no scheduler answers at tcp://{address}: ")
    assert captured.err.count("\n") == 1


def test_without_dask_it_says_what_to_install(capsys, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    status = main(["sweep", "--out", str(tmp_path / "sweep.csv"), "--scheduler", "127.0.0.1:1"])
    assert (status, capsys.readouterr().err) == (
        1, "nnviz: --scheduler needs Dask, which comes with the extra: pip install '.[cluster]'\n",
    )  # fmt: skip


def test_other_versions_on_a_worker_are_told():
    here = {"nnviz": "abc", "numpy": "2.4.6"}
    cluster.compare(here, here, "a worker")
    with pytest.raises(OSError, match=r"a worker has numpy 2\.1\.0, here it is 2\.4\.6"):
        cluster.compare(here | {"numpy": "2.1.0"}, here, "a worker")


def test_a_worker_lost_while_it_is_looked_at_is_passed_over_and_one_that_cannot_load_nnviz_is_told():
    class Client:
        def __init__(self, told):
            self.told = told

        def submit(self, function, pure):
            return self

        def result(self, timeout):
            return None

        status = "running"

        def get_versions(self):
            here = {"host": {"python": platform.python_version()}}
            return {"scheduler": here, "workers": {"tcp://1": here}}

        def run(self, function, on_error):
            assert on_error == "return"
            return {"tcp://1": function(), "tcp://2": self.told}

        def run_on_scheduler(self, function):
            return function()

    cluster._check(Client(OSError("Stream is closed")), "tcp://0")
    with pytest.raises(OSError, match=r"the worker at tcp://2 cannot load nnviz \(No module named 'nnviz'\)"):
        cluster._check(Client("No module named 'nnviz'"), "tcp://0")
    with pytest.raises(OSError, match=r"cannot load nnviz \(invalid syntax\)"):
        cluster._check(Client(SyntaxError("invalid syntax")), "tcp://0")
