"""The command line."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

import nnviz
from nnviz.__main__ import main
from nnviz.core import datasets, initializers
from nnviz.core.experiment import FIELDS, Experiment, field_names

pytestmark = pytest.mark.slow

QUICK = ["--epochs", "3", "--samples", "40"]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit status, standard output, standard error."""
    try:
        status = main(arguments)
    except SystemExit as stop:
        status = int(stop.code or 0)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_train_says_what_happened(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "train", "--kernel-initializer", "zeros", *QUICK)
    assert status == 0
    assert "Frozen. No hidden weight moved in 3 epochs" in out


def test_json_holds_what_the_library_gives(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "train", "--seed", "7", "--restarts", "3", "--hidden", "5,4", "--json", *QUICK)
    record = json.loads(out)
    experiment = Experiment(seed=7, restarts=3, hidden=(5, 4), epochs=3, samples=40)
    trace = nnviz.train(experiment)
    assert status == 0
    assert Experiment.from_json(json.dumps(record["experiment"])) == experiment
    assert [r["seed"] for r in record["runs"]] == [7, 8, 9]
    assert [r["train_loss"] for r in record["runs"]] == trace.train_loss[:, -1].tolist()
    assert [r["sentence"] for r in record["runs"]] == [d.sentence for d in nnviz.diagnose(trace)]
    assert record["runs"][0]["effective_units"] == [5, 4]


def test_json_has_null_where_there_is_no_number(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--hidden", ",".join(["64"] * 10), "--activation", "relu", "--learning-rate", "1"]
    _, out, err = run(capsys, "train", *arguments, "--kernel-initializer", "random_normal(stddev=1)", "--json", *QUICK)
    (result,) = json.loads(out, parse_constant=pytest.fail)["runs"]
    assert result["kind"] == "diverged"
    assert result["train_loss"] is None
    assert err == ""


def test_many_runs_are_summed_up(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "train", "--restarts", "25", *QUICK)
    assert "… and 5 runs more" in out
    assert "25 runs: " in out
    assert " ± " in out


def test_every_field_is_an_option(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "train", "--help")
    for name in field_names():
        assert f"--{name.replace('_', '-')} " in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["train", "--epochs", "0"], "epochs=0: must be a whole number"),
        (["train", "--kernel-initializer", "glorot"], "glorot_uniform"),
        (["train", "--hidden", "8,x"], "hidden"),
        (["train", "--restarts", "10000", "--epochs", "100000"], "times the work that is allowed"),
        (["train", "--samples", "8", "--dataset", "digits"], "needs at least 10 of each"),
        (["train", "--nonsense"], "--nonsense"),
        (["fly"], "fly"),
        (["initializers", "--shape", "0,3"], "--shape 0,3"),
        (["initializers", "--shape", "99999,99999"], "weights"),
        (["initializers", "--seed", "-1"], "--seed"),
    ],
)
def test_mistakes_are_one_line_and_status_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    status, out, err = run(capsys, *arguments)
    assert status == 2
    assert out == ""
    assert words in err
    assert err.count("\n") == 1


def test_a_page_that_cannot_be_written_is_status_1(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, _, err = run(capsys, "train", *QUICK, "--save", str(tmp_path / "missing" / "page.html"))
    assert status == 1
    assert "page.html" in err
    assert err.count("\n") == 1


def test_save_writes_a_page_that_needs_no_server(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    status, out, _ = run(capsys, "train", "--kernel-initializer", "zeros", *QUICK, "--save", str(page))
    html = page.read_text(encoding="utf-8")
    assert status == 0
    assert "page.html" in out
    assert "Frozen. No hidden weight moved" in html
    assert 'src="http' not in html
    assert "plotly" in html


def test_initializers_lists_all_with_their_spreads(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "initializers", "--json")
    records = {record["key"]: record for record in json.loads(out)["initializers"]}
    assert list(records) == list(initializers.registry)
    assert records["glorot_uniform"]["spread"] == pytest.approx(math.sqrt(2 / 96))
    assert records["he_normal"]["measured"] == pytest.approx(0.1768, rel=0.05)
    _, table, _ = run(capsys, "initializers")
    for scheme in initializers.registry.values():
        assert scheme.key in table
        assert scheme.formula in table


def test_initializers_leaves_out_what_cannot_fill_a_shape(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "initializers", "--shape", "3,3,4,5", "--json")
    records = {record["key"]: record for record in json.loads(out)["initializers"]}
    assert records["identity"]["measured"] is None
    assert records["glorot_uniform"]["spread"] == pytest.approx(math.sqrt(2 / (36 + 45)))


def test_datasets_lists_all(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "datasets", "--json")
    assert [record["key"] for record in json.loads(out)["datasets"]] == list(datasets.registry)
    _, table, _ = run(capsys, "datasets")
    for source in datasets.registry.values():
        assert source.note in table


def test_a_closed_pipe_is_no_traceback() -> None:
    command = [sys.executable, "-m", "nnviz", "initializers"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 1


def test_defaults_stand_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "train", "--help")
    words = " ".join(out.split())
    for parameter in FIELDS.values():
        assert parameter.note in words


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such limit.")
def test_a_full_disk_is_one_line_and_leaves_no_half_page(tmp_path: Path) -> None:
    save = f"train {' '.join(QUICK)} --save {tmp_path / 'page.html'}"
    command = f"ulimit -f 8; exec {sys.executable} -m nnviz {save}"  # as where some kilobytes are left
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == f"nnviz: {tmp_path / 'page.html'}: File too large\n"
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such redirection.")
def test_a_closed_or_full_output_is_no_traceback() -> None:
    def listed(output: str) -> tuple[int, str]:
        command = ["sh", "-c", f"exec {sys.executable} -m nnviz datasets {output}"]
        done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
        return done.returncode, done.stderr

    assert listed(">&-") == (0, "")
    if Path("/dev/full").exists():
        assert listed("> /dev/full") == (1, "nnviz: No space left on device\n")
