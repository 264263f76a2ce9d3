"""Starts by hand beside random ones, and which part may be zero: against trainings made one by one."""

import math

import numpy as np
import pytest

from nnviz.analysis.playground.units import effective_units
from nnviz.analysis.symmetry.starts import (
    PARTS,
    RECIPE,
    STARTS,
    InitComparison,
    InitOutcome,
    checked,
    contest,
    moved,
    parts,
)
from nnviz.core import datasets
from nnviz.core.initializers import get
from nnviz.core.network import layer_views
from nnviz.core.training import initial_parameters, train

QUICK = RECIPE.replace(samples=100, epochs=40)


@pytest.fixture(scope="module")
def whole():
    return contest(random_starts=12)


@pytest.fixture(scope="module")
def table():
    return parts()


def by_key(outcomes):
    return {outcome.start.key: outcome for outcome in outcomes}


def rows(table, activation):
    column = table.activations.index(activation)
    return {row[0].start.key: row[column] for row in table.cells}


def weights(start, recipe=RECIPE):
    hidden, output = layer_views(initial_parameters(start.make(recipe), 0), recipe.layer_sizes)
    return hidden[:-1], hidden[-1], output[:-1], output[-1]


STARTS_BY_KEY = {start.key: start for start in STARTS}


def test_the_fan_looks_in_even_directions():
    kernel, bias, output, _ = weights(STARTS_BY_KEY["fan"])
    np.testing.assert_allclose(np.linalg.norm(kernel, axis=0), 1, atol=1e-4)
    angles = np.degrees(np.arctan2(kernel[1], kernel[0]))
    np.testing.assert_allclose(angles, 22.5 * np.arange(8), atol=0.01)
    assert not bias.any()
    assert (output == 0.5).all()


def test_even_steps_fill_the_kernel_or_the_biases():
    kernel, _, _, _ = weights(STARTS_BY_KEY["evenly"])
    np.testing.assert_allclose(kernel.ravel(), np.linspace(-1, 1, 16), atol=1e-4)
    kernel, bias, output, _ = weights(STARTS_BY_KEY["biases"])
    np.testing.assert_allclose(bias, np.linspace(-1, 1, 8), atol=1e-4)
    assert not kernel.any()
    assert not output.any()


@pytest.mark.parametrize("units", [2, 7, 8])
def test_each_unit_stands_there_twice(units):
    recipe = RECIPE.replace(hidden=(units,))
    kernel, _, output, _ = weights(STARTS_BY_KEY["twice"], recipe)
    half = -(-units // 2)
    np.testing.assert_array_equal(kernel[:, half:], kernel[:, : units - half])
    np.testing.assert_array_equal(output[half:], output[: units - half])
    drawn = layer_views(initial_parameters(recipe, 0), recipe.layer_sizes)[0][:-1]
    np.testing.assert_allclose(kernel[:, :half], drawn[:, :half], atol=1e-4)


@pytest.mark.parametrize("key", [key for key, source in datasets.registry.items() if len(source.features) == 2])
@pytest.mark.parametrize("units", [2, 3, 32])
def test_every_start_fits_every_data_set_in_the_plane(key, units):
    recipe = QUICK.replace(dataset=key, hidden=(units,), epochs=1)
    for start in (*STARTS, *PARTS):
        made = start.make(recipe)
        assert type(made).from_query(made.to_query()) == (made, [])
        assert made.hidden == (units,)
    for outcome in contest(recipe, 2).outcomes:
        expected = {"equal": 1, "twice": -(-units // 2)}.get(outcome.start.key, units)
        assert outcome.distinct_before == expected


def test_each_start_gives_the_bits_that_its_own_experiment_gives(whole, table):
    for outcome in [*whole.outcomes[::2], whole.random[1], *list(rows(table, "relu").values())[1::2]]:
        alone = train(outcome.experiment)
        assert alone.train_loss[0, -1] == outcome.loss
        np.testing.assert_array_equal(effective_units(alone)[0, [0, -1]], [outcome.distinct_before, outcome.distinct])


def test_different_without_chance_is_as_good_as_random(whole):
    """That random weights are required is false: what-is-measured.md."""
    different = [o for o in whole.outcomes if o.start.chance == "none" and o.distinct_before == 8]
    assert {o.start.key for o in different} == {"ordered", "evenly", "biases", "fan"}
    for outcome in different:
        assert outcome.distinct == 8
        assert outcome.loss < 1.1 * whole.median.loss
    equal = by_key(whole.outcomes)["equal"]
    assert (equal.distinct, equal.kind) == (1, "cloned")
    assert equal.loss > 3 * whole.median.loss


def test_copies_stay_copies_and_opposites_do_not(whole):
    found = by_key(whole.outcomes)
    assert (found["twice"].distinct_before, found["twice"].distinct) == (4, 4)
    assert (found["mirrored"].distinct_before, found["mirrored"].distinct) == (8, 8)


def test_the_random_ones_are_the_seeds_and_ranked(whole):
    losses = train(RECIPE.replace(restarts=12)).train_loss[:, -1]
    np.testing.assert_array_equal([o.loss for o in whole.random], losses)
    assert [o.experiment.seed for o in whole.random] == list(range(12))
    assert [o.loss for o in whole.ranked()] == sorted(losses)
    assert whole.median.loss == sorted(losses)[5]
    ordered = by_key(whole.outcomes)["ordered"]
    assert whole.beaten(ordered) == (losses > ordered.loss).sum()
    assert whole.among(ordered) == (ordered.loss <= losses.max())


def outcome(loss):
    return InitOutcome(STARTS[0], RECIPE, 8, 8, 8, 8, loss, "all", 2, 2, "converged", "")


def test_a_diverged_start_is_beaten_by_all_and_beats_none():
    found = InitComparison((), tuple(map(outcome, [0.3, math.nan, 0.1, 0.2])))
    assert [o.loss for o in found.ranked()[:3]] == [0.1, 0.2, 0.3]
    assert found.median.loss == 0.2
    assert found.beaten(outcome(0.25)) == 2
    assert found.beaten(outcome(math.nan)) == 1
    assert found.among(outcome(9.0))
    calm = InitComparison((), tuple(map(outcome, [0.3, 0.1])))
    assert not calm.among(outcome(math.nan))
    assert not calm.among(outcome(0.4))


def test_the_table_of_zeros(table):
    """The documented table, with two equal classes, of log-odds 0: so of zeros not even the output bias moves."""
    tanh, relu, sigmoid = (rows(table, key) for key in ("tanh", "relu", "sigmoid"))
    for column in (tanh, relu, sigmoid):
        assert column["zeros"].distinct == column["ones"].distinct == 1
        assert column["ones"].moved == "all in lockstep"
        assert column["signs"].distinct == 2
        assert column["identity"].distinct == 3
        assert column["output"].moved == "all"
        assert column["random"].distinct == 8
    assert tanh["zeros"].loss == relu["zeros"].loss == pytest.approx(math.log(2), rel=1e-12)
    assert (tanh["zeros"].moved, relu["zeros"].moved, relu["hidden"].moved) == ("nothing",) * 3
    assert relu["hidden"].loss == pytest.approx(math.log(2))
    assert (tanh["hidden"].moved, tanh["hidden"].distinct) == ("all", 8)
    assert (relu["hidden"].distinct, relu["hidden"].functions) == (8, 0)  # 8 outgoing weights, and nothing goes out
    assert (relu["random biases"].distinct, relu["random biases"].rank, relu["random biases"].full_rank) == (8, 1, 2)
    assert tanh["random biases"].rank == 2
    assert table.trained("output") == ["tanh", "relu", "sigmoid"]
    assert table.trained("hidden") == ["tanh"]
    assert table.trained("zeros") == table.trained("ones") == table.trained("identity") == []
    assert table.trained("random") == ["tanh", "relu", "sigmoid"]


def test_with_unequal_classes_the_output_bias_alone_moves_and_sigmoid_moves_in_lockstep():
    recipe = QUICK.replace(dataset="blobs", samples=101)
    table = parts(recipe, ("tanh", "relu", "sigmoid"))
    assert len(set(np.bincount(recipe.load_dataset().y_train))) > 1
    moves = [cell.moved for cell in table.cells[0]]
    assert moves[:2] == ["output bias only"] * 2
    assert moves[2] == "all in lockstep"
    assert rows(table, "relu")["hidden"].moved == "output bias only"


def test_the_identity_leaves_the_units_beyond_its_diagonals_as_they_are(table):
    cell = rows(table, "tanh")["identity"]
    trace = train(cell.experiment)
    kernel, bias, output = trace.kernels[0][0], trace.biases[0][0], trace.kernels[1][0]
    still = [(kernel[:, :, j] == kernel[0, :, j]).all() and (output[:, j] == output[0, j]).all() for j in range(8)]
    assert still == [False, False] + [True] * 6
    assert not bias[:, 2:].any()
    assert cell.moved == "9 of 33 weights"


def test_what_moved_and_came_back_has_moved():
    trace = train(QUICK.replace(kernel_initializer="zeros", samples=101, dataset="blobs"))
    assert moved(trace) == "output bias only"
    trace.biases[1].setflags(write=True)
    trace.biases[1][0, -1] = trace.biases[1][0, 0]
    assert moved(trace) == "output bias only"
    trace.biases[1][:] = 0
    assert moved(trace) == "nothing"


def test_diverged_runs_are_told_apart():
    wild = QUICK.replace(activation="relu", learning_rate=1000.0, epochs=200)
    found = contest(wild, 3)
    lost = [o for o in (*found.outcomes, *found.random) if math.isnan(o.loss)]
    assert lost
    assert all((o.kind, o.distinct, o.rank) == ("diverged", 0, 0) for o in lost)


@pytest.mark.parametrize(
    ("changes", "word"),
    [({"hidden": (4, 4)}, "hidden"), ({"dataset": "wine"}, "dataset"), ({"batch_size": 8}, "batch")],
)
def test_what_it_cannot_answer_for_is_refused(changes, word):
    with pytest.raises(ValueError, match=word):
        checked(RECIPE.replace(**changes))


@pytest.mark.parametrize(
    "work", [lambda call: contest(QUICK, 3, call), lambda call: parts(QUICK, ("tanh",), call)], ids=["contest", "parts"]
)
def test_progress_runs_from_nothing_to_all_and_stops_when_told(work):
    shares = []
    work(shares.append)
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)

    def stop(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work(stop)


def test_the_starts_have_names_of_their_own():
    for group in (STARTS, PARTS):
        assert len({start.key for start in group}) == len({start.label for start in group}) == len(group)
    for start in STARTS:
        kernel = start.make(RECIPE).kernel_initializer
        assert get(str(kernel)) == kernel
