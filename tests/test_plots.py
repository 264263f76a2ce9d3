"""The figures for notebooks: the app's own, of the run and the layer asked for, and nothing heavy beside Plotly."""

import subprocess
import sys

import numpy as np
import plotly.graph_objects as go
import pytest

import nnviz
from nnviz import Experiment, plots, train

PALETTE = plots.PALETTES["light"]
every = pytest.mark.parametrize("plot", [getattr(plots, name) for name in plots.__all__], ids=plots.__all__)
EXPERIMENTS = {
    "moons": Experiment(epochs=8, restarts=2, hidden=(4, 3)),
    "iris": Experiment(dataset="iris", epochs=3, restarts=2),
    "real targets": Experiment(dataset="line_and_bump", epochs=3, restarts=2),
    "no hidden layer": Experiment(epochs=3, restarts=2, hidden=()),
    "own": Experiment.from_arrays(
        np.arange(60.0).reshape(30, 2), ["no", "yes", "maybe"] * 10, epochs=3, restarts=2, learning_rate=0.01
    ),
    "diverged": Experiment(
        dataset="line_and_bump", activation="linear", learning_rate=1000.0, epochs=5, restarts=2, hidden=(4, 3)
    ),
}


@pytest.fixture(scope="module")
def traces():
    return {name: train(experiment) for name, experiment in EXPERIMENTS.items()}


@every
@pytest.mark.parametrize("name", EXPERIMENTS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_gives_a_valid_figure_with_its_finding(plot, name, theme, traces):
    figure = plot(traces[name], run=1, theme=theme)
    assert type(figure) is go.Figure
    assert figure.layout.title.text.endswith(".")
    go.Figure(figure.to_dict())  # which checks each value


def test_the_run_and_the_moment_are_those_of_the_trace(traces):
    trace = traces["moons"]
    for run in range(2):
        drawn = next(line for line in plots.plot_loss(trace, run=run).data if "training" in line.name)
        np.testing.assert_allclose(np.asarray(drawn.y)[[0, -1]], trace.train_loss[run, [0, -1]], rtol=1e-4)


def test_two_traces_are_called_a_and_b(traces):
    other = train(Experiment(epochs=8, kernel_initializer="zeros"))
    assert plots.plot_loss(traces["moons"], other).layout.title.text.startswith("A ")
    assert "B" in plots.plot_unit_distances(traces["moons"], other).layout.title.text


def test_another_layer_is_another_figure(traces):
    first, second = (plots.plot_similarity(traces["moons"], layer=layer) for layer in (0, 1))
    assert np.shape(first.data[0].z) == (4, 4)
    assert np.shape(second.data[0].z) == (3, 3)


@every
def test_what_is_not_there_is_refused_in_a_sentence(plot, traces):
    with pytest.raises(ValueError, match="run=2: must be from 0 to 1"):
        plot(traces["moons"], run=2)
    with pytest.raises(ValueError, match="theme='sepia': must be one of light, dark"):
        plot(traces["moons"], theme="sepia")
    if plot.__name__ in ("plot_unit_paths", "plot_unit_distances", "plot_similarity"):
        with pytest.raises(ValueError, match="layer=2: must be from 0 to 1"):
            plot(traces["moons"], layer=2)


LOADED = """
import sys
import nnviz
assert not {"plotly", "nnviz.plots", "nnviz.figures"} & set(sys.modules)
import plotly.graph_objects as go
go.Figure().update_layout(title={"text": "x"})
before = set(sys.modules)
from nnviz import plots
trace = nnviz.train(nnviz.Experiment(epochs=2))
for name in plots.__all__:
    getattr(plots, name)(trace)
print(*{name.partition(".")[0] for name in set(sys.modules) - before})
"""


def test_nothing_is_loaded_beside_plotly_and_nothing_of_it_by_nnviz_itself():
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & {"streamlit", "pandas", "matplotlib", "kaleido", "PIL", "tornado", "IPython"}
    assert nnviz.__all__ == sorted(nnviz.__all__)
