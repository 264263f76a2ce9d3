"""What a sweep trains, and how it is cut."""

import pytest

from nnviz.core.experiment import MOST_SEED, Experiment
from nnviz.sweep import grid as module
from nnviz.sweep.grid import MOST_PORTION_RUNS, SHARE_OF_BUDGET, grid, portions


def test_every_combination_once_the_last_field_changing_fastest():
    plan = grid({"activation": ["tanh", "relu"], "hidden": [(8,), (8, 8), ()], "seed": [7]}, seeds=5)
    assert [(cell.hidden, cell.activation) for cell in plan.cells] == [
        ((8,), "tanh"), ((8,), "relu"), ((8, 8), "tanh"), ((8, 8), "relu"), ((), "tanh"), ((), "relu"),
    ]  # fmt: skip
    assert {(cell.seed, cell.restarts) for cell in plan.cells} == {(7, 1)}
    assert plan.varied() == {"hidden": 3, "activation": 2}
    assert plan.runs == 30


def test_equal_values_are_taken_once():
    plan = grid({"kernel_initializer": ["zeros", "constant(value=0.5)", "zeros", "constant(value=0.50)"]})
    assert [str(cell.kernel_initializer) for cell in plan.cells] == ["zeros", "constant(value=0.5)"]


def test_runs_are_recorded_at_few_moments_unless_told():
    assert grid({}).cells[0].snapshots == 16
    assert grid({"snapshots": [60]}).cells[0].snapshots == 60


@pytest.mark.parametrize(
    ("values", "seeds", "words"),
    [
        ({"epochs": [0]}, 1, "epochs=0: must be"),
        ({"dataset": ["moons", "digits"], "samples": [8]}, 1, "digits needs at least 10 of each"),
        ({"data_seed": range(101), "epochs": range(1, 101)}, 1, "10,100 combinations of values"),
        ({"activation": []}, 1, "0 combinations"),
        ({}, 0, "seeds=0: must be a whole number from 1 to 10,000,000"),
        ({"activation": ["tanh", "relu"]}, 5_000_001, "from 1 to 5,000,000"),
        ({"seed": [MOST_SEED]}, 2, "must not go beyond"),
    ],
)
def test_what_cannot_be_swept_is_said_before_any_training(values, seeds, words):
    with pytest.raises(ValueError, match=words):
        grid(values, seeds)


@pytest.mark.parametrize("changes", [{}, {"epochs": 20}, {"hidden": (64, 64), "samples": 2000}, {"dataset": "xor"}])
def test_portions_cover_the_seeds_and_take_their_share_of_the_budget(changes):
    cell = Experiment(seed=3, **changes)
    pieces = portions(cell, 2500)
    assert [seed for piece in pieces for seed in piece.seeds] == list(range(3, 2503))
    size = pieces[0].restarts
    assert all(piece.restarts == size for piece in pieces[:-1])
    if size > 1:
        cell.replace(restarts=size * SHARE_OF_BUDGET)  # fits
    if size < MOST_PORTION_RUNS:
        with pytest.raises(ValueError, match="allowed"):
            cell.replace(restarts=(size + 1) * SHARE_OF_BUDGET)


def test_more_seeds_take_over_the_portions_of_fewer(monkeypatch):
    monkeypatch.setattr(module, "MOST_PORTION_RUNS", 10)
    few, more = portions(Experiment(), 30), portions(Experiment(), 45)
    assert more[:3] == few


def test_a_run_too_long_for_its_share_is_a_portion_of_its_own():
    cell = Experiment(epochs=100_000)
    assert [piece.restarts for piece in portions(cell, 3)] == [1, 1, 1]
