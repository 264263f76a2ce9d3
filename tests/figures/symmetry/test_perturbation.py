"""What the pictures of a pinch of noise show, read from their traces: numbers, not pictures."""

import csv
import io
import json

import numpy as np
import plotly.graph_objects as go
import pytest

from nnviz import Experiment
from nnviz.analysis.symmetry.escape_laws import law_of
from nnviz.analysis.symmetry.perturbation import APART, perturb, ridges, xor
from nnviz.figures.style.template import DARK, LIGHT
from nnviz.figures.symmetry import perturbation as draw

QUICK = Experiment(samples=60, hidden=(3,), learning_rate=0.5, epochs=1500)
EPSILONS = (1.0, 1e-3, 1e-5, 1e-7, 1e-19, 0.0)
CASES = {
    "strict": lambda: ridges(2, epsilons=EPSILONS, seeds=2),
    "moons": lambda: perturb(QUICK, 0.5, EPSILONS, 2),
    "degenerate": lambda: xor(epsilons=(0.1, 0.03, 0.02, 0.015), seeds=2),
    "nothing parted": lambda: perturb(QUICK.replace(epochs=5), 0.5, (1e-3, 1e-9, 0.0), 1),
    "one noise": lambda: perturb(QUICK.replace(epochs=50), 0.5, (1e-3,), 1),
    "no noise": lambda: perturb(QUICK.replace(epochs=50), 0.5, (0.0,), 1),
    "overflow": lambda: perturb(
        QUICK.replace(dataset="line_and_bump", activation="linear", learning_rate=1000.0, epochs=500)
    ),
}


@pytest.fixture(scope="module")
def found():
    return {name: make() for name, make in CASES.items()}


def lines(figure):
    return {line.name: line for line in figure.plot.data}


def sound(figure):
    go.Figure(json.loads(figure.plot.to_json()))  # checks every property
    assert figure.title.endswith(".")
    assert figure.title in figure.alt
    assert "nan" not in figure.title.lower()
    header, *rows = csv.reader(io.StringIO(figure.csv()))
    assert header == list(figure.table)
    assert rows
    assert all(len(row) == len(header) for row in rows)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", CASES)
def test_every_case_can_be_drawn_in_a_way_plotly_accepts(found, name, palette):
    case = found[name]
    for chosen in range(len(case.epsilons)):
        sound(draw.plot_distances(case, chosen, palette))
        sound(draw.plot_escape(case, palette, chosen=chosen))


def test_the_chosen_noise_is_the_band_and_the_others_thin_lines(found):
    case = found["strict"]
    figure = draw.plot_distances(case, 2, LIGHT)
    chosen, others = lines(figure)["ε = 10⁻⁵"], lines(figure)["other ε"]
    spans = case.spans[2][:, np.isfinite(case.spans[2, 2])]
    np.testing.assert_allclose(chosen.customdata, spans.T)
    np.testing.assert_allclose(chosen.y, spans[1], rtol=1e-6)
    assert figure.plot.layout.yaxis.type == "log"
    assert set(others.text) == {"1", "0.001", "10⁻⁷", "10⁻¹⁹", "0"}
    assert figure.title == f"With ε = 10⁻⁵ the units have parted after {case.parted[2, 0]:,} steps."
    level = lines(figure)["parted"]
    np.testing.assert_allclose(level.y, APART)


@pytest.mark.parametrize(
    ("chosen", "words"),
    [(0, "start apart"), (4, "ε = 10⁻¹⁹, lost in rounding, the units start equal to the bit"), (5, "With no noise")],
)
def test_what_became_of_the_chosen_noise_is_said(found, chosen, words):
    assert words in draw.plot_distances(found["strict"], chosen, LIGHT).title


def test_the_steps_are_the_medians_with_their_range(found):
    case = found["strict"]
    figure = draw.plot_escape(case, LIGHT, chosen=1)
    measured = lines(figure)["measured"]
    assert list(measured.x) == list(EPSILONS[:4])
    np.testing.assert_allclose(measured.y, np.median(case.parted[:4], axis=1))
    np.testing.assert_allclose(measured.y + measured.error_y.array, case.parted[:4].max(axis=1))
    np.testing.assert_allclose(measured.y - measured.error_y.arrayminus, case.parted[:4].min(axis=1))
    assert measured.marker.size[1] > measured.marker.size[0]
    law = law_of(case)
    fitted = lines(figure)["fitted"]
    slope = np.diff(fitted.y)[0] / -np.diff(np.log10(fitted.x))[0]
    assert slope == pytest.approx(law.slope, rel=1e-4)
    assert f"theory: {law.expected:.1f}." in figure.title
    low, high = figure.plot.layout.xaxis.range
    assert low > high  # less noise to the right


def test_a_power_law_is_drawn_on_two_logarithmic_axes(found):
    case = found["degenerate"]
    figure = draw.plot_escape(case, LIGHT, "XOR")
    assert figure.name == "XOR"
    assert figure.plot.layout.yaxis.type == figure.plot.layout.xaxis.type == "log"
    theory = lines(figure)["theory"]
    slope = np.diff(np.log10(np.asarray(theory.y, float)))[0] / -np.diff(np.log10(theory.x))[0]
    assert slope == pytest.approx(2, rel=1e-4)
    assert "A degenerate saddle: steps grow as 1/ε to the power " in figure.title
    assert figure.title.endswith("theory, for ever smaller ε: 2.")


def test_where_nothing_parted_there_is_no_line_and_it_is_said(found):
    figure = draw.plot_escape(found["nothing parted"], LIGHT)
    assert set(lines(figure)) == {"measured"}
    assert figure.title.startswith("0 of 3 starts parted")
    assert [note.text for note in figure.plot.layout.annotations] == ["No units have parted."]
