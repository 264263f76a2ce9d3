"""The library as others use it: its types, its version, and how its values show themselves."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import nnviz
from nnviz import Experiment, diagnose, train

ROOT = Path(__file__).parents[1]


def examples():
    return re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)


def checked(text, folder):
    """What mypy says of a program that uses the library."""
    (folder / "example.py").write_text(text, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--config-file",
        ROOT / "pyproject.toml",
        folder / "example.py",
    ]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT)


def test_the_readme_s_examples_run_and_pass_mypy_strict(tmp_path):
    assert examples()
    text = "\n".join(examples())
    exec(compile(text, "README.md", "exec"), {})
    done = checked(text, tmp_path)
    assert done.returncode == 0, done.stdout


def test_mypy_knows_what_an_initializer_may_be(tmp_path):
    wrong = "import nnviz\nnnviz.Experiment(kernel_initializer=3)\nnnviz.Experiment().kernel_initializer.nonsense\n"
    done = checked(wrong, tmp_path)
    assert 'expected "str | Initializer"' in done.stdout
    assert '"Initializer" has no attribute "nonsense"' in done.stdout


def test_the_version_has_one_place():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" in project["project"]["dynamic"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "nnviz.__version__"}
    assert re.fullmatch(r"\d+\.\d+\.\d+", nnviz.__version__)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"restarts": 40},
        {"kernel_initializer": "listed(values=" + "1 " * 300 + ")"},
        {"dataset": "line_and_bump", "activation": "linear", "learning_rate": 1000.0, "restarts": 3},
        {"hidden": ()},
    ],
    ids=["one run", "many", "long", "diverged", "no hidden layer"],
)
def test_a_trace_shows_itself_in_a_few_lines(fields):
    trace = train(Experiment(epochs=3, **fields))
    assert repr(trace).count("\n") < 5
    assert len(repr(trace)) < 400
    assert ("diverged" in repr(trace)) == (trace.diverged_at >= 0).any()
    assert len(trace._repr_html_()) < 5000


def test_the_losses_shown_are_the_trace_s():
    trace = train(Experiment(epochs=3, restarts=3))
    assert f"last train_loss {trace.train_loss[:, -1].min():.4g} to {trace.train_loss[:, -1].max():.4g}" in repr(trace)
    assert f"<td>{trace.test_loss[1, -1]:.6g}</td>" in trace._repr_html_()


def test_values_show_themselves_in_notebooks_and_escape_what_was_given():
    experiment = Experiment(hidden=(3,), epochs=3)
    assert "<td>hidden</td><td>3</td>" in experiment._repr_html_()
    verdict = diagnose(train(experiment))[0]
    assert verdict.kind in verdict._repr_html_()
    assert f"<td>{verdict.evidence['units']:.0f}</td>" in verdict._repr_html_()
    x, y = [[0.0], [1.0], [2.0], [3.0]], ["<b>", "<b>", "c", "c"]
    own = train(Experiment.from_arrays(x, y, feature_names=["<script>"], epochs=2))
    assert "<script>" not in own._repr_html_() + own.experiment._repr_html_()
