"""A sweep that was cut short, anywhere, ends as one that was not, and trains nothing twice."""

import os
import signal
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnviz.__main__ import main
from nnviz.core.experiment import Experiment
from nnviz.sweep import grid as cutting
from nnviz.sweep import parts, run
from nnviz.sweep.portion import train_portion
from tests.sweep.conftest import wait_for

pytestmark = pytest.mark.slow

GRID = [
    "--kernel-initializer",
    "zeros",
    "glorot_uniform",
    "--hidden",
    "none",
    "3,2",
    "--seeds",
    "5",
    "--epochs",
    "2",
    "--samples",
    "40",
    "--snapshots",
    "3",
]
PORTIONS = 12  # four cells, in portions of 2, 2 and 1 runs


class KilledError(BaseException):
    """Nothing that the code catches."""


class Trainer:
    """Trains, notes what, and is killed before, or while writing, its n-th portion."""

    def __init__(self, monkeypatch, kill_at=None, while_writing=False):
        self.trained, self.kill_at, self.while_writing = [], kill_at, while_writing
        self.fsync = os.fsync
        monkeypatch.setattr(cutting, "MOST_PORTION_RUNS", 2)
        monkeypatch.setattr(run, "train_portion", self.train)
        monkeypatch.setattr(os, "fsync", self.write)

    def train(self, portion: Experiment):
        if len(self.trained) == self.kill_at and not self.while_writing:
            raise KilledError
        self.trained.append(portion)
        return train_portion(portion)

    def write(self, number):
        if self.while_writing and len(self.trained) - 1 == self.kill_at:
            raise KilledError
        self.fsync(number)


def sweep(out, *more):
    return main(["sweep", "--out", str(out), "--jobs", "1", *GRID, *more])


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    out = tmp_path_factory.mktemp("whole") / "whole.parquet"
    with pytest.MonkeyPatch.context() as monkeypatch:
        trainer = Trainer(monkeypatch)
        assert sweep(out) == 0
    assert len(trainer.trained) == PORTIONS
    return out


@settings(max_examples=8)
@given(
    kills=st.lists(st.tuples(st.integers(0, 7), st.booleans()), max_size=3),
    damage=st.lists(st.tuples(st.integers(0, PORTIONS - 1), st.floats(0, 0.999)), max_size=2),
)
def test_killed_anywhere_it_ends_the_same_and_trains_nothing_twice(uninterrupted, kills, damage):
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / uninterrupted.name
        finished: set[Path] = set()
        for kill_at, while_writing in kills:
            with pytest.MonkeyPatch.context() as monkeypatch:
                trainer = Trainer(monkeypatch, kill_at, while_writing)
                try:
                    assert sweep(out) == 0  # less was left to train than until the kill
                except KilledError:
                    assert not out.exists()
            place = parts.PortionFolder(out.with_name(f"{out.name}.parts"))
            assert not finished & {place.path(portion) for portion in trainer.trained}
            finished = set(place.folder.glob("*.parquet"))
        files = sorted(finished)
        damaged = {files[number % len(files)] for number, _ in damage if files}
        for (_, share), path in zip(damage, damaged, strict=False):  # as a power cut may leave them
            path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
        with pytest.MonkeyPatch.context() as monkeypatch:
            trainer = Trainer(monkeypatch)
            assert sweep(out) == 0
            assert len(trainer.trained) == PORTIONS - len(finished) + len(damaged)
            assert sweep(out) == 0
            assert len(trainer.trained) == PORTIONS - len(finished) + len(damaged)
        assert out.read_bytes() == uninterrupted.read_bytes()


def test_a_wider_sweep_takes_over_what_it_shares(tmp_path, monkeypatch, capsys):
    trainer, out = Trainer(monkeypatch), tmp_path / "sweep.csv"
    assert sweep(out) == 0
    assert sweep(out, "--activation", "tanh", "relu") == 0
    assert len(trainer.trained) == 2 * PORTIONS
    assert capsys.readouterr().err == ""
    assert sweep(out) == 0
    assert len(trainer.trained) == 2 * PORTIONS
    assert "also holds 12 files of other sweeps or versions; left alone." in capsys.readouterr().err


SLOWER = [
    "--kernel-initializer",
    "zeros",
    "glorot_uniform",
    "--activation",
    "tanh",
    "relu",
    "--hidden",
    "3",
    "4",
    "--epochs",
    "60",
    "--seeds",
    "10",
]


@pytest.fixture(scope="module")
def slower(tmp_path_factory):
    out = tmp_path_factory.mktemp("slower") / "whole.parquet"
    assert main(["sweep", "--out", str(out), "--jobs", "1", *SLOWER]) == 0
    return out.read_bytes()


@pytest.mark.parametrize(("signal_number", "status"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)])
def test_a_real_process_killed_midway_goes_on(processes, tmp_path, capsys, slower, signal_number, status):
    folder = tmp_path / "sweep.parquet.parts"

    def files():
        return {path: path.stat() for path in folder.glob("*.parquet")}

    out = str(tmp_path / "sweep.parquet")
    first = processes.start("-m", "nnviz", "sweep", "--out", out, "--jobs", "2", *SLOWER)
    wait_for(lambda: len(files()) >= 2)
    if signal_number == signal.SIGINT:
        os.killpg(first.pid, signal_number)  # as a terminal's Ctrl-C does
        assert first.communicate(timeout=60) == ("", "nnviz: interrupted\n")
    else:
        first.send_signal(signal_number)
        first.communicate(timeout=60)  # its children hold the pipe: they end too
    assert first.returncode == status
    before = files()
    assert 2 <= len(before) < 8
    assert not (tmp_path / "sweep.parquet").exists()
    capsys.readouterr()
    assert main(["sweep", "--out", out, "--jobs", "1", *SLOWER]) == 0  # in this process: others take long to start
    assert f"; {10 * len(before)} of 80 were finished before." in capsys.readouterr().out
    after = files()
    assert len(after) == 8
    for path, stat in before.items():
        assert (after[path].st_ino, after[path].st_mtime_ns) == (stat.st_ino, stat.st_mtime_ns)
    assert (tmp_path / "sweep.parquet").read_bytes() == slower
