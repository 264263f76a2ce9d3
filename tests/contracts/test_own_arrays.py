"""Data of one's own go through everything that takes data: what is made of them is what is made of the registry's.

The same arrays come once from the registry and once as one's own; results must be equal, down to the bit.
"""

import dataclasses
import importlib
import inspect
import pkgutil

import numpy as np
import pytest

import nnviz.analysis
from nnviz import Experiment, predict, train
from nnviz.analysis.chance import seeds
from nnviz.analysis.landscape import basin_map as basins
from nnviz.analysis.tables.example import example
from nnviz.analysis.tables.preparing import prepare
from nnviz.analysis.tables.table import read
from nnviz.core.experiment import OwnExperiment
from nnviz.core.training import initial_parameters
from nnviz.export import code
from nnviz.figures.chance.seeds import plot_per_seed
from nnviz.figures.playground.gallery import playground_figures
from nnviz.figures.style.template import PALETTES
from nnviz.stage.payload import payload

TABLE = prepare(read(example()), 13)
RECIPES = {
    "two classes": Experiment(dataset="moons", samples=60),
    "three classes": Experiment(dataset="iris", samples=60),
    "real targets": Experiment(dataset="line_and_bump", samples=60),
}
QUICK = {"hidden": (3,), "epochs": 4, "restarts": 3, "snapshots": 4, "learning_rate": 0.05}
WINDOW = basins.Window(across="x1_to_unit_1", up="x1_to_unit_2", width=2.0, side=4)

# What is asked of each function of `nnviz.analysis` that takes an experiment or a trace: e is one, t its trace.
CALLS = {
    "activity.activity": lambda f, e, t: f(t),
    "outputs.run_outputs": lambda f, e, t: f(t, t.dataset.x_test, [0, 2]),
    "basin_map.weights": lambda f, e, t: f(e),
    "basin_map.find_weight": lambda f, e, t: f(e, "x1_to_unit_1"),
    "basin_map.pixel_experiment": lambda f, e, t: f(e, WINDOW, 1, 2),
    "basin_map.check": lambda f, e, t: f(e, WINDOW),
    "basin_map.basins": lambda f, e, t: f(e, WINDOW),
    "sources.case": lambda f, e, t: f(e, True, False, 3),
    "sources.four_cases": lambda f, e, t: f(e, 3),
    "clones.as_one": lambda f, e, t: f(e.replace(kernel_initializer="ones", restarts=1)),
    "descent.task_of": lambda f, e, t: f(e),
    "functions.distinct_functions": lambda f, e, t: f(t),
    "functions.unit_functions": lambda f, e, t: f(t, np.array([0]), np.array([0])),
    "loss_history.loss_history": lambda f, e, t: f(t, 0, 1.0),
    "zero_products.kernel_products": lambda f, e, t: f(e, [layer[0] for layer in t.layers(0, 0)], []),
    "blocks.level_by_layer": lambda f, e, t: f(e),
    "diagnosis.diagnose": lambda f, e, t: f(t),
    "loss_surface.seconds_at": lambda f, e, t: f(e, 10),
    "loss_surface.losses_at": lambda f, e, t: f(e, starts(e)),
    "loss_surface.losses_along": lambda f, e, t: f(e, [(starts(e)[0], starts(e)[1], np.linspace(0, 1, 5))], None),
    "landscape.landscape": lambda f, e, t: f(e.replace(restarts=1), resolution=11),
    "landscape.prepared": lambda f, e, t: f(e, "three_runs", 11).total_steps,
    "landscape.survey": lambda f, e, t: f(t, "three_runs", 1.5, 11, 0),
    "loss_levels.levels": lambda f, e, t: f(e),
    "loss_levels.meanings": lambda f, e, t: f([e, e], [t.train_loss[:, -1]] * 2),
    "matching.match": lambda f, e, t: f(t, 0, 1),
    "matching.match_others": lambda f, e, t: f(t, 0, [1, 2]),
    "moments.telling_moments": lambda f, e, t: f([t], 3),
    "one_row.one_row": lambda f, e, t: f(e, 3),
    "one_step.one_step": lambda f, e, t: f(e, starts(e)[0], 0),
    "order.check_pairs": lambda f, e, t: f(e, 2, 2, 0),
    "order.order": lambda f, e, t: f(e, 2, 2),
    "paths.unit_paths": lambda f, e, t: f([t]),
    "perturbation.recipe": lambda f, e, t: f(e).total_steps,
    "perturbation.perturb": lambda f, e, t: f(e, epsilons=(1.0, 0.0), seeds=1),
    "seed_ranks.standings": lambda f, e, t: f({"this": e}, 0),
    "planes.parameters": lambda f, e, t: f(t),
    "planes.solved": lambda f, e, t: f(t),
    "planes.plane": lambda f, e, t: f(t, "three_runs"),
    "rank.again": lambda f, e, t: f(TABLE, e, 1).dataset.x_test,
    "rank.rank_table": lambda f, e, t: f(TABLE, e, ["zeros", "ones"], 5, 1),
    "rank.train_table_split": lambda f, e, t: f(TABLE, e, ["zeros", "ones"], 2, 1),
    "split_runs.check": lambda f, e, t: f(e, ["zeros", "ones"], 4),
    "split_runs.seconds": lambda f, e, t: f(e, 2, 4),
    "split_runs.train_split": lambda f, e, t: f(e, ["zeros", "ones"], 4),
    "repeats.digest": lambda f, e, t: f(t),
    "repeats.recorded": lambda f, e, t: f(t, 0),
    "repeats.repeats": lambda f, e, t: f(e.replace(restarts=1)),
    "repeats.ripples": lambda f, e, t: f(e.replace(restarts=1)),
    "restarts.possible_runs": lambda f, e, t: f(e, 50),
    "restarts.portion": lambda f, e, t: f(e, 0, 50).restarts,
    "restarts.together": lambda f, e, t: f(e, 5).restarts,
    "restarts.quick": lambda f, e, t: f(e, 5),
    "restarts.train_portion": lambda f, e, t: f(e),
    "restarts.keep": lambda f, e, t: f(t),
    "scales.scales": lambda f, e, t: f(e, [0.1, 1.0]),
    "seeds.judge": lambda f, e, t: f(e, e.replace(hidden=(2,)), 6),
    "seeds.summed_up": lambda f, e, t: f(e, e, np.arange(6), np.linspace(0, 1, 6), np.linspace(1, 0, 6)),
    "solutions.solutions": lambda f, e, t: f(t),
    "solutions.inputs": lambda f, e, t: f(t, 3),
    "starts.contest": lambda f, e, t: f(e.replace(batch_size=None), 20),
    "starts.parts": lambda f, e, t: f(e.replace(batch_size=None), ("tanh",)),
    "starts.checked": lambda f, e, t: f(e.replace(batch_size=None)).total_steps,
    "starts.check": lambda f, e, t: f(e.replace(batch_size=None), 20),
    "starts.moved": lambda f, e, t: f(t),
    "starts.amount_moved": lambda f, e, t: f(t),
    "summary.summary": lambda f, e, t: f(t),
    "surface.input_range": lambda f, e, t: f([t]),
    "surface.unit_lines": lambda f, e, t: f(t, np.full(2, -1.0), np.full(2, 1.0)),
    "surface.confusion": lambda f, e, t: f(t),
    "units.unit_vectors": lambda f, e, t: f(t),
    "units.effective_units": lambda f, e, t: f(t),
    "units.drift": lambda f, e, t: f(t),
    "units.unit_similarity": lambda f, e, t: f(t),
    "training.train_all": lambda f, e, t: f([e]),
    "two_weights.two_weights": lambda f, e, t: f([(0.1, 0.2)], steps=3, recipe=e.replace(hidden=(1,))),
    "works.judge": lambda f, e, t: f(t),
    "works.pairs": lambda f, e, t: len(f(["zeros"], ["tanh"], e)),
    "works.works": lambda f, e, t: f(["zeros"], ["tanh"], e),
    "works.measured": lambda f, e, t: f(e, lambda share: None),
}


def starts(experiment):
    return np.stack([initial_parameters(experiment, seed) for seed in range(2)])


def takers():
    """The public functions of `nnviz.analysis` that take an experiment or a trace, but for the claims' own."""
    for info in pkgutil.walk_packages(nnviz.analysis.__path__, "nnviz.analysis."):
        if info.name.startswith("nnviz.analysis.claims."):
            continue
        module = importlib.import_module(info.name)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ != module.__name__ or name.startswith("_"):
                continue
            taken = " ".join(str(p.annotation) for p in inspect.signature(function).parameters.values())
            if "Experiment" in taken.replace("Callable[[Experiment", "") or "Trace" in taken:
                yield f"{info.name.rpartition('.')[2]}.{name}", function


TAKERS = dict(takers())


@pytest.fixture(scope="module", params=RECIPES, ids=RECIPES)
def pair(request):
    """An experiment on the registry's data, one on the same arrays as one's own, and their traces."""
    known = RECIPES[request.param].replace(**QUICK)
    own = OwnExperiment.of(Experiment(**QUICK), known.load_dataset())
    return known, own, train(known), train(own)


def outcome(name, experiment, trace):
    """What the function gives, or the sentence with which it refuses."""
    try:
        given = CALLS[name](TAKERS[name], experiment, trace)
    except ValueError as error:
        given = str(error)
    return given.replace(experiment.data_name, "these data") if isinstance(given, str) else given


def equal(one, other):
    """Whether two results are the same, whatever recipe they name."""
    if isinstance(one, Experiment):
        return isinstance(other, Experiment) and one.layer_sizes == other.layer_sizes
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if dataclasses.is_dataclass(one) and not isinstance(one, type):
        return type(one) is type(other) and all(
            equal(getattr(one, field.name), getattr(other, field.name)) for field in dataclasses.fields(one)
        )
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(equal, one, other))
    return one == other or (one != one and other != other)  # NaN is not equal to itself


def test_every_function_of_the_analysis_is_asked():
    assert set(TAKERS) == set(CALLS)


@pytest.mark.parametrize("name", CALLS)
def test_the_analysis_gives_what_it_gives_for_the_registry(pair, name):
    known, own, known_trace, own_trace = pair
    assert equal(outcome(name, own, own_trace), outcome(name, known, known_trace))


def test_predictions_are_the_same_to_the_bit(pair):
    _, _, known, own = pair
    x = known.dataset.x_test
    np.testing.assert_array_equal(predict(own, x), predict(known, x))
    assert predict(own, x).shape == (len(x), max(1, len(known.dataset.class_names)))


def test_the_gallery_and_the_stage_are_the_same(pair):
    _, _, known, own = pair
    for palette in PALETTES.values():
        expected, figures = playground_figures([known], palette), playground_figures([own], palette)
        assert figures.keys() == expected.keys()
        for name in expected:
            for one, other in zip(expected[name], figures[name], strict=True):
                assert equal(one.spec, other.spec)
                assert one.plot.to_json() == other.plot.to_json()
        assert payload([own], palette, ["done"]) == payload([known], palette, ["done"])


def test_the_figure_of_seeds_names_the_loss_s_unit(pair):
    known, own, *_ = pair
    made = [seeds.judge(e, e.replace(hidden=(2,)), 6) for e in (known, own)]
    expected, figure = (plot_per_seed(judged, PALETTES["light"]) for judged in made)
    assert equal(figure.spec, expected.spec)


@pytest.mark.parametrize("framework", code.frameworks)
def test_a_script_reads_the_arrays_and_gives_the_same_loss(pair, framework, tmp_path, monkeypatch, capsys):
    _, own, _, trace = pair
    text = code.script(own, framework)
    compile(text, framework, "exec")
    assert "data of your own" in text
    monkeypatch.chdir(tmp_path)
    halves = ("x_train", "x_test", "y_train", "y_test")
    np.savez("arrays.npz", **{half: getattr(trace.dataset, half) for half in halves})
    if framework != "scikit-learn":
        return  # tests/reference runs these where the libraries are installed
    exec(text, {})
    printed = dict(line.rsplit(" ", 1) for line in capsys.readouterr().out.splitlines())
    assert float(printed["start loss"]) == pytest.approx(trace.train_loss[0, 0], abs=1e-14)
    assert float(printed["train loss"]) == pytest.approx(trace.train_loss[0, -1], abs=1e-12)
