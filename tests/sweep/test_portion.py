"""The table of a portion against `nnviz.train` and `nnviz.diagnose`."""

import math

import numpy as np
import pytest

import nnviz
from nnviz.analysis.initializers.works import judge
from nnviz.core.experiment import Experiment
from nnviz.sweep import grid as cutting
from nnviz.sweep.grid import portions
from nnviz.sweep.portion import SCHEMA, is_portion, made_by, of_cell, portion_of, train_portion

QUICK = {"epochs": 4, "samples": 60, "snapshots": 8}


def experiment_of(row):
    """The experiment that a row of the file says it is."""
    names = Experiment().to_query().keys() | {name for name in row if name in Experiment.__dataclass_fields__}
    texts = {name: row[name] for name in names if name != "hidden"}
    hidden = tuple(map(int, row["hidden"].split(","))) if row["hidden"] != "none" else ()
    return Experiment(**texts, hidden=hidden)


@pytest.mark.parametrize(
    "changes",
    [
        {"hidden": (5, 4), "seed": 3, "batch_size": None, "activation": "relu"},
        {"kernel_initializer": "constant(value=0.5)", "output_initializer": "zeros", "shuffle_seed": 9},
        {"dataset": "line_and_bump", "hidden": (6,)},
        {"dataset": "iris", "hidden": (), "dtype": "float32"},
    ],
)
def test_a_row_says_how_to_train_it_and_what_that_gives_to_the_bit(changes):
    table = of_cell([train_portion(Experiment(restarts=3, **QUICK, **changes))])
    assert table.schema.equals(SCHEMA)
    for row in table.to_pylist():
        trace = nnviz.train(experiment_of(row))
        layers = [int(nnviz.effective_units(trace, layer)[0, -1]) for layer in range(len(trace.experiment.hidden))]
        for name in ("train_loss", "test_loss", "train_accuracy", "test_accuracy"):
            value = float(getattr(trace, name)[0, -1])
            assert row[name] == (None if math.isnan(value) else value)
        assert row["steps"] == trace.steps[-1]
        assert row["diverged_at"] is None
        assert row["units"] == sum(trace.experiment.hidden)
        assert row["effective_units"] == sum(layers)
        assert row["effective_units_by_layer"] == (",".join(map(str, layers)) or "none")
        assert row["trained"] == bool(judge(trace).trained)
        assert row["guess_loss"] == pytest.approx(4 * judge(trace).bar)


def test_what_left_the_numbers_is_null():
    wild = Experiment(
        hidden=(64,) * 10, activation="relu", kernel_initializer="random_normal(stddev=1)", learning_rate=1, **QUICK
    )
    (row,) = of_cell([train_portion(wild)]).to_pylist()
    assert row["kind"] == "diverged"
    assert row["diverged_at"] == nnviz.train(wild).diverged_at[0]
    assert [row[name] for name in ("train_loss", "test_loss", "train_accuracy")] == [None] * 3
    assert row["trained"] is False


def test_verdicts_are_those_of_the_whole_cell_however_it_is_cut(monkeypatch):
    """A run on one of XOR's high levels is stuck only because another start, of whichever portion, came far lower."""
    cell = Experiment(
        dataset="xor", samples=80, noise=0.0, hidden=(2,), learning_rate=1.0, batch_size=None, epochs=800, snapshots=16
    )
    whole = nnviz.train(cell.replace(restarts=16))
    expected = [diagnosis.kind for diagnosis in nnviz.diagnose(whole)]
    alone = [nnviz.diagnose(nnviz.train(cell.replace(seed=seed)))[0].kind for seed in range(16)]
    assert expected != alone
    monkeypatch.setattr(cutting, "MOST_PORTION_RUNS", 1)
    pieces = [train_portion(portion) for portion in portions(cell, 16)]
    assert len(pieces) == 16
    table = of_cell(pieces)
    assert table["kind"].to_pylist() == expected
    np.testing.assert_array_equal(table["train_loss"].to_numpy(), whole.train_loss[:, -1])


def test_a_table_knows_what_it_is_a_portion_of():
    portion = Experiment(seed=4, restarts=2, **QUICK)
    table = train_portion(portion)
    assert portion_of(table) == portion
    assert is_portion(table, portion)
    assert not is_portion(table, portion.replace(seed=5))
    assert not is_portion(table.replace_schema_metadata(None), portion)
    assert not is_portion(table.slice(1), portion)
    assert set(made_by()) == {"nnviz", "numpy", "scikit-learn"}


def test_the_digest_of_the_code_covers_all_that_a_portion_runs():
    import grimp

    graph = grimp.build_graph("nnviz", cache_dir=None)
    used = graph.find_upstream_modules("nnviz.sweep.portion") - {"nnviz"}
    assert all(name.startswith(("nnviz.core", "nnviz.analysis")) for name in used)
