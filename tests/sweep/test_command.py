"""`python -m nnviz sweep`: what it takes, writes and says."""

import errno
import json
import os
import subprocess
import sys

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

import nnviz
from nnviz.__main__ import main
from nnviz.core.experiment import Experiment, field_names
from nnviz.sweep import run as running
from nnviz.sweep.grid import grid
from nnviz.sweep.portion import SCHEMA
from tests.sweep.conftest import ROOT

pytestmark = pytest.mark.slow

QUICK = ["--jobs", "1", "--epochs", "3", "--samples", "40"]
TWO = ["--kernel-initializer", "glorot_uniform", "zeros", "--seeds", "3", *QUICK]


@pytest.fixture
def sweep(capsys, tmp_path):
    def run(*arguments, out="sweep.parquet"):
        try:
            status = main(["sweep", "--out", str(tmp_path / out), *arguments])
        except SystemExit as stop:
            status = int(stop.code or 0)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def test_a_row_for_each_run_in_the_order_of_cells_and_seeds(sweep, tmp_path):
    status, out, err = sweep(*TWO, "--seed", "5", "--hidden", "4,3")
    table = pq.read_table(tmp_path / "sweep.parquet")
    assert (status, err) == (0, "")
    assert table.schema.equals(SCHEMA)
    assert table["kernel_initializer"].to_pylist() == ["glorot_uniform"] * 3 + ["zeros"] * 3
    assert table["seed"].to_pylist() == [5, 6, 7] * 2
    trace = nnviz.train(Experiment(hidden=(4, 3), epochs=3, samples=40, snapshots=16, seed=5, restarts=3))
    assert table["train_loss"].to_pylist()[:3] == trace.train_loss[:, -1].tolist()
    lines = out.splitlines()
    assert lines[0].split() == ["kernel_initializer", "runs", "trained", "median", "loss", "verdicts"]
    assert lines[2].split() == ["zeros", "3", "0", "%", "0.693", "3", "frozen"]
    assert "6 runs in " in out
    assert "in 1 process." in out


def test_csv_holds_the_same_as_parquet_to_the_bit(sweep, tmp_path):
    assert sweep(*TWO)[0] == 0
    assert sweep(*TWO, out="sweep.CSV")[0] == 0
    options = pa_csv.ConvertOptions(column_types=SCHEMA, strings_can_be_null=True, quoted_strings_can_be_null=False)
    from_csv = pa_csv.read_csv(tmp_path / "sweep.CSV", convert_options=options)
    assert from_csv.cast(SCHEMA).equals(pq.read_table(tmp_path / "sweep.parquet").replace_schema_metadata(None))


def test_json_says_what_the_table_says(sweep):
    status, out, _ = sweep(*TWO, "--json")
    record = json.loads(out)
    assert status == 0
    assert record["runs"] == 6
    assert [cell["kernel_initializer"] for cell in record["cells"]] == ["glorot_uniform", "zeros"]
    assert record["cells"][1]["kinds"] == {"frozen": 3}


def test_a_dry_run_counts_and_leaves_nothing(sweep, tmp_path):
    status, out, err = sweep(*TWO, "--activation", "tanh", "relu", "--dry-run")
    assert (status, err) == (0, "")
    assert "4 cells: 2 activation × 2 kernel_initializer, 3 runs each." in out
    assert "12 runs in 4 portions, of which 0 are finished." in out
    assert list(tmp_path.iterdir()) == []
    sweep(*TWO)
    record = json.loads(sweep(*TWO, "--activation", "tanh", "relu", "--dry-run", "--json")[1])
    assert (record["portions"], record["finished"]) == (4, 2)
    assert record["seconds"] > 0


def test_how_long_it_takes_is_reckoned_from_few_epochs(monkeypatch):
    asked = []

    def seconds(portion):
        asked.append(portion.epochs)
        return 0.3 + (0.001 if portion.activation == "tanh" else 0.003) * portion.restarts * portion.epochs

    monkeypatch.setattr(running, "_seconds", seconds)
    plan = grid({"activation": ["tanh", "relu"], "epochs": [2000]}, seeds=40)
    a_run = 0.3 / plan.portions()[0].restarts + 0.002 * 2000
    assert running.seconds_a_run(plan) == pytest.approx(a_run)
    assert max(asked) <= 16


def test_every_field_takes_several_values_but_the_seeds(sweep):
    _, out, _ = sweep("--help")
    words = " ".join(out.split())
    for name in set(field_names()) - {"seed", "restarts"}:
        assert f"--{name.replace('_', '-')} VALUE [VALUE ...]" in words
    assert "--restarts" not in words


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--epochs", "3", "0"], "epochs=0: must be a whole number"),
        (["--hidden", "8", "8,x"], "hidden"),
        (["--seeds", "0"], "seeds=0: must be"),
        (["--seeds", "many"], "--seeds"),
        (["--jobs", "0"], "jobs=0: must be"),
        (["--jobs", "2", "--scheduler", "tcp://127.0.0.1:1"], "not allowed with"),
        (["--scheduler", "nonsense"], "--scheduler nonsense: must be an address"),
        (["--dataset", "digits", "moons", "--samples", "8"], "needs at least 10 of each"),
        (["--epochs", "1000000", "--samples", "20000"], "times the work that is allowed"),
        (["--out", "sweep.xlsx"], "sweep.xlsx: must end in .parquet or .csv"),
    ],
)
def test_mistakes_are_one_line_and_status_2(sweep, tmp_path, arguments, words):
    status, out, err = sweep(*arguments)
    assert (status, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_is_status_1_before_any_training(sweep, tmp_path, monkeypatch):
    monkeypatch.setattr(running, "train_portion", pytest.fail)
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "taken.csv.parts").touch()
    for out, words in (
        ("missing/sweep.csv", f"nnviz: {tmp_path}/missing/sweep.csv: No such file"),
        ("folder.csv", "folder.csv: Is a directory"),
        ("taken.csv", "taken.csv.parts: File exists"),
    ):
        status, printed, err = sweep(*TWO, out=out)
        assert (status, printed) == (1, "")
        assert words in err
        assert err.count("\n") == 1


def test_a_full_disk_is_status_1_and_what_is_finished_is_kept(sweep, tmp_path, monkeypatch):
    done, fsync = [], os.fsync

    def fill(number):
        if len(done) == 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        done.append(number)
        fsync(number)

    monkeypatch.setattr(os, "fsync", fill)
    status, _, err = sweep(*TWO)
    assert status == 1
    assert "No space left" in err
    assert str(tmp_path) in err
    assert err.count("\n") == 1
    monkeypatch.undo()
    assert "; 3 of 6 were finished before." in sweep(*TWO)[1]


def test_many_processes_give_the_file_that_one_gives(sweep, tmp_path, processes):
    assert sweep(*TWO)[0] == 0
    others = processes.start("-m", "nnviz", "sweep", "--out", "others.parquet", *TWO[:5], *QUICK[2:], "--jobs", "2")
    out, err = others.communicate(timeout=60)
    assert (others.returncode, err) == (0, "")
    assert "in 2 processes." in out
    assert (tmp_path / "others.parquet").read_bytes() == (tmp_path / "sweep.parquet").read_bytes()


def test_a_process_that_is_killed_is_told(sweep, monkeypatch):
    def broken(*_):
        from concurrent.futures.process import BrokenProcessPool

        raise BrokenProcessPool
        yield

    monkeypatch.setattr(running, "quietly", broken)
    status, _, err = sweep(*TWO)
    assert (status, err) == (1, "nnviz: a process was killed, perhaps for want of memory. Fewer --jobs take less.\n")


def test_the_other_commands_do_not_load_what_sweeps_need():
    code = "import sys, nnviz.__main__; sys.exit(bool({'pyarrow.parquet', 'distributed'} & sys.modules.keys()))"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_stopping_early_passes_without_joblib_s_warning():
    def tables():
        try:
            yield pa.table({})
        finally:
            import warnings

            warnings.warn("3 tasks which were still being processed by the workers have been cancelled.", stacklevel=1)

    started = running.quietly(tables())
    next(started)
    started.close()


def test_the_endings_that_are_taken_are_those_that_are_written():
    from nnviz.sweep.command import ENDINGS
    from nnviz.sweep.output import WRITERS

    assert list(WRITERS) == list(ENDINGS)
