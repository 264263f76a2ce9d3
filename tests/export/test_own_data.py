"""Scripts that read a table's own file: run on a file, they begin and end where nnviz does."""

import ast
import subprocess
import sys

import numpy as np
import pytest

import nnviz
from nnviz import Experiment
from nnviz.analysis.tables.example import example
from nnviz.analysis.tables.preparing import prepare
from nnviz.analysis.tables.table import read, to_csv
from nnviz.core.experiment import OwnExperiment
from nnviz.export import code, own_data

pytestmark = pytest.mark.slow

RECIPE = Experiment(epochs=5, hidden=(6,), learning_rate=0.05, kernel_initializer="he_uniform", seed=3)
EVIL = '"""\n\\ import keras #{x} <b>$$'


def damaged(text):
    """The table as it comes from life: rows too short and too long, blank lines, a row without an answer."""
    lines = text.splitlines()
    lines[4] += ",1,2"
    lines[9] = "12.5,2"
    lines[20:20] = ["", ",,,", "   "]
    lines[30] = lines[30].rpartition(",")[0] + ","
    return "\n".join(lines)


def german(text):
    return text.replace(",", ";").replace(".", ",")


def named(text):
    """With names that would break out of a script if they could."""
    quoted_name = EVIL.replace('"', '""')
    return f'"{quoted_name}","torch",' + text.split(",", 2)[2].replace("grower\n", '"np ""x"\n', 1)


def repeats(times):
    """Sixty rows, so many times over."""
    rows = "".join(f"{i * 37 % 101 / 7:.3f},{i * 17 % 61},{'xy'[i * 29 % 7 % 2]}\n" for i in range(60))
    return "a,b,c\n" + times * rows


CASES = {
    "classes": (example(), "utf-8", 13, {}),
    "a number": (example(), "utf-8-sig", 0, {}),
    "texts": (example(), "utf-8", 9, {"samples": 60, "seed": 4, "test_fraction": 0.3}),
    "damaged": (damaged(example()), "utf-8", 13, {}),
    "decimal commas in UTF-16": (german(damaged(example())), "utf-16", 13, {}),
    "a line sep=;": ("sep=;\r\n" + german(example()), "cp1252", 13, {}),
    "no names": (example().partition("\n")[2], "utf-8", 12, {"answer": "number"}),
    "numbers as classes": ("a\tb\n" + "".join(f"{i % 7}.5\t{i % 3}\n" for i in range(60)), "utf-8", 1, {}),
    "thousands": (
        "a,b,c\n" + "".join(f'"{1 + i % 9},{i * 37 % 1000:03}",{i % 7}.5,{"xy"[i % 2]}\n' for i in range(60)),
        "utf-8",
        2,
        {},
    ),
    "titles": ("Wines of 1991\n\nby their growers,,,\n\n" + example(), "utf-8", 13, {}),
    "rows five times over": (repeats(5), "utf-8", 2, {"samples": 200}),
    "numbers five times over": (repeats(5), "utf-8", 0, {}),
    "left-to-right marks": (example().replace(",grower", ",gro\u200ewer").replace("\n", "\u200e\n"), "utf-8", 13, {}),
    "zero bytes": (example().replace("1", "1\0"), "utf-8", 13, {}),
    "byte order marks": (example().replace("\n", "\n\ufeff"), "utf-8", 13, {}),
    "form feeds": (example().replace("\n", "\n\f"), "utf-8", 13, {}),
    "a quotation mark that never closes": (example().replace("pale", '"pale', 1), "utf-8", 13, {}),
    "spaces": ("a b  y\n" + "".join(f"{i * 7 % 11}  {i % 5}.5 {'xy'[i % 2]}\n" for i in range(60)), "utf-8", 2, {}),
    "dates, per cent and marks": (
        "when;p;y\n" + "".join(f"{i % 28 + 1}.1.2024;{i % 9 if i % 4 else '-'},5 %;{'xy'[i % 2]}\n" for i in range(60)),
        "utf-8",
        2,
        {},
    ),
    "cells of two lines": (
        "a,t,y\n" + "".join(f'{i}.5,"{"uv"[i % 3 % 2]}\n""w""",{"xy"[i % 2]}\n' for i in range(60)),
        "utf-8",
        2,
        {},
    ),
    "Japanese": (
        "x,y\n" + "".join(f"{i % 9}.5,{('東京', '大阪', '名古屋')[i % 3]}\n" for i in range(60)),
        "cp932",
        1,
        {},
    ),
    "evil names": (named(example()), "utf-8", 13, {}),
}


def ready(text, encoding, target, options):
    given = text.encode(encoding)
    data = prepare(read(given), target, **options)
    return given, data, OwnExperiment.of(RECIPE, data.dataset)


def run(script, table, folder):
    (folder / own_data.FILE).write_text(to_csv(table), encoding="utf-8", newline="")
    (folder / "script.py").write_text(script, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", "script.py"], cwd=folder, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in done.stdout.splitlines()}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_script_makes_the_same_data_of_the_file(case, tmp_path, monkeypatch):
    _, data, experiment = ready(*case)
    (tmp_path / own_data.FILE).write_text(to_csv(data.table), encoding="utf-8", newline="")
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(code.script(experiment, "scikit-learn", data).partition("# The starting weights")[0], names)
    for name in ("x_train", "y_train", "x_test", "y_test"):
        np.testing.assert_allclose(names[name], getattr(data.dataset, name), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ["classes", "a number", "decimal commas in UTF-16"])
def test_the_script_for_scikit_learn_ends_where_nnviz_ends(name, tmp_path):
    _, data, experiment = ready(*CASES[name])
    printed = run(code.script(experiment, "scikit-learn", data), data.table, tmp_path)
    trace = nnviz.train(experiment)
    assert printed["start loss"] == pytest.approx(trace.train_loss[0, 0], rel=1e-9)
    assert printed["train loss"] == pytest.approx(trace.train_loss[0, -1], rel=1e-9)
    assert printed["test loss"] == pytest.approx(trace.test_loss[0, -1], rel=1e-9)
    if not data.real:
        assert printed["test accuracy"] == trace.test_accuracy[0, -1]


@pytest.mark.parametrize("framework", code.frameworks)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_script_compiles_imports_what_it_needs_and_holds_the_names_as_texts_only(case, framework):
    _, data, experiment = ready(*case)
    tree = ast.parse(code.script(experiment, framework, data))
    nodes = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
    imported = {name.partition(".")[0] for node in nodes for name in [getattr(node, "module", None)] if name}
    imported |= {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    own = {"keras": "keras", "pytorch": "torch", "scikit-learn": "sklearn"}[framework]
    assert own in imported
    assert imported <= {"math", "os", "itertools", "numpy", "pandas", "sklearn", own}
    columns = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("NUMBERS", "TEXTS")
    }
    assert columns["NUMBERS"] | columns["TEXTS"] == {
        i: data.table.columns[i].name for i in (*data.numbers, *data.texts)
    }


def test_scripts_are_clean(tmp_path):
    """No unused or missing import or name, and the format that ruff gives; it would put evil names in other quotes."""
    for i, case in enumerate(case for name, case in CASES.items() if name != "evil names"):
        _, data, experiment = ready(*case)
        for framework in code.frameworks:
            script = code.script(experiment, framework, data)
            (tmp_path / f"script_{i}_{framework}.py").write_text(script, encoding="utf-8")
    ruff, options = [sys.executable, "-m", "ruff"], ["--isolated", "--no-cache", "--line-length=120", tmp_path]
    checked = subprocess.run([*ruff, "check", "--select=F,I", *options], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout[:3000]
    formatted = subprocess.run([*ruff, "format", "--diff", *options], capture_output=True, text=True)
    assert formatted.returncode == 0, formatted.stdout[:3000]


def test_the_header_says_where_the_table_goes_and_what_to_install():
    _, data, experiment = ready(*CASES["classes"])
    script = code.script(experiment, "pytorch", data)
    assert "Data: a table of your own. Network: 16-6-3" in script
    assert "To install: pip install numpy scikit-learn pandas torch" in script
    assert "beside this script as table_as_read.csv" in script
