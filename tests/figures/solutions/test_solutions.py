"""The pictures of solutions and of two matched runs show what was found."""

import numpy as np
import pytest

from nnviz.analysis.solutions.matching import match
from nnviz.analysis.solutions.solutions import solutions
from nnviz.core.experiment import Experiment
from nnviz.core.trace import predict
from nnviz.core.training import train
from nnviz.figures.solutions.matching import MOST_UNITS, matching
from nnviz.figures.solutions.matching import matching_finding as match_finding
from nnviz.figures.solutions.solutions import (
    GRID,
    plot_distance_matrix,
    solution_figures,
    solution_numbers,
    solutions_finding,
)
from nnviz.figures.style.template import DARK, LIGHT

XOR = Experiment(
    dataset="xor", samples=8, noise=0.0, hidden=(2,), batch_size=None, learning_rate=0.5, epochs=2000, restarts=60,
    snapshots=2,
)  # fmt: skip


def looked(alike=0.1, **changes):
    trace = train(XOR.replace(**changes))
    return trace, solutions(trace, alike)


@pytest.fixture(scope="module")
def xor():
    return looked()


def test_each_panel_is_the_typical_run_s_answer(xor):
    trace, found = xor
    figures = solution_figures(trace, found, LIGHT)
    assert len(figures) == 2
    surfaces = [line for figure in figures for line in figure.plot.data if line.type == "contour"]
    assert len(surfaces) == min(8, len(found.distinct))
    for surface, solution in zip(surfaces, found.distinct, strict=False):
        x, y = np.asarray(surface.x), np.asarray(surface.y)
        chance = predict(trace, np.stack(np.meshgrid(x, y), axis=2).reshape(-1, 2), solution.typical)[:, 1]
        np.testing.assert_allclose(np.asarray(surface.z).ravel(), chance, atol=1e-5)
        assert (surface.zmin, surface.zmax, surface.contours.start) == (0, 1, 0.5)
        assert surface.name == f"seed {solution.seed}"
    rows = np.concatenate([figure.table["solution"] for figure in figures])
    assert (np.bincount(rows)[1:] == GRID**2).all()


def test_each_panel_says_how_many_runs_and_how_good(xor):
    trace, found = xor
    texts = [note.text for figure in solution_figures(trace, found, LIGHT) for note in figure.plot.layout.annotations]
    first = found.distinct[0]
    assert texts[0].startswith(f"<b>1</b>: {first.count} of 60 runs<br>loss 0.00")
    assert len(texts) == len(found.distinct)
    assert "loss 0.348" in "".join(texts)


def test_the_panels_of_a_figure_do_not_overlap(xor):
    for figure in solution_figures(*xor, DARK):
        domains = [
            (axis.domain, figure.plot.layout[name.replace("xaxis", "yaxis")].domain)
            for name in figure.plot.layout
            if name.startswith("xaxis") and (axis := figure.plot.layout[name])
        ]
        assert all(0 <= low < high <= 1 for pair in domains for low, high in pair)
        for i, (x, y) in enumerate(domains):
            for other_x, other_y in domains[:i]:
                assert x[0] >= other_x[1] or other_x[0] >= x[1] or y[0] >= other_y[1] or other_y[0] >= y[1]


def test_the_title_counts_the_solutions(xor):
    trace, found = xor
    title = solution_figures(trace, found, LIGHT)[0].title
    assert title == f"60 runs found {len(found.distinct)} solutions, the commonest {found.distinct[0].count} times."
    assert (
        solutions_finding(looked(kernel_initializer="zeros", restarts=3, epochs=5)[1])
        == "All 3 runs found the same solution."
    )
    assert solutions_finding(looked(alike=1e-6, restarts=3, epochs=50)[1]) == "3 runs found 3 solutions, no two alike."


def test_one_solution_is_one_picture():
    trace, found = looked(kernel_initializer="zeros", restarts=2, epochs=5)
    (figure,) = solution_figures(trace, found, LIGHT)
    assert figure.name == "solutions 1 to 1"


def test_a_real_target_is_drawn_as_curves():
    trace, found = looked(dataset="line_and_bump", samples=80, epochs=20, restarts=4)
    lines = [line for figure in solution_figures(trace, found, LIGHT) for line in figure.plot.data]
    bold = [line for line in lines if (line.name or "").startswith("seed")]
    assert len(bold) == len(found.distinct)
    expected = predict(trace, np.asarray(bold[0].x)[:, None], found.distinct[0].typical)[:, 0]
    np.testing.assert_allclose(bold[0].y, expected, atol=1e-5)


def test_other_data_has_no_picture_but_a_matrix():
    trace, found = looked(0.01, dataset="iris", samples=150, epochs=3, restarts=5, hidden=(4,))
    assert solution_figures(trace, found, LIGHT) == []
    figure = plot_distance_matrix(found, LIGHT)
    assert np.asarray(figure.plot.data[0].z) == pytest.approx(found.differences, rel=1e-6)
    one, other = np.unravel_index(found.differences.argmax(), found.differences.shape)
    assert figure.title.startswith(f"Solutions {one + 1} and {other + 1} differ most: by {found.differences.max():.2f}")
    assert plot_distance_matrix(solutions(trace, 0.99), LIGHT) is None


def test_the_numbers_stand_under_their_headings(xor):
    _, found = xor
    table = solution_numbers(found)
    assert table["runs"]["1"] == str(found.distinct[0].count)
    assert table["typical seed"]["2"] == str(found.distinct[1].seed)
    assert {len(column) for column in table.values()} == {min(8, len(found.distinct))}


def test_partners_are_joined_and_flipped_ones_dashed(xor):
    trace, found = xor
    runs = found.distinct[0].runs
    pair = next(m for run in runs[1:] if (m := match(trace, runs[0], run)) and m.flipped == 1)
    figure = matching(pair, LIGHT)
    (layer,) = pair.layers
    for unit, line in enumerate(figure.plot.data):
        assert list(line.y) == [unit, (unit + layer.partners[unit]) / 2, layer.partners[unit]]
        assert line.line.dash == ("dash" if layer.flipped[unit] else "solid")
        assert line.text[2] == f"{layer.partners[unit] + 1}{' flipped' if layer.flipped[unit] else ''}"
    assert "nearly the same network" in figure.title
    assert figure.table["flipped"].sum() == 1


def test_a_run_is_the_same_network_as_itself(xor):
    trace, _ = xor
    assert match_finding(match(trace, 4, 4)) == (
        "Seeds 4 and 4 are the same network. Distance 0 as they are, 0 after renaming 0 units."
    )


def test_many_units_and_many_layers_are_cut_and_said():
    trace = train(Experiment(hidden=(40, 8), samples=40, epochs=1, restarts=2, snapshots=2))
    found = match(trace, 0, 1)
    figure = matching(found, LIGHT)
    assert len(figure.plot.data) == MOST_UNITS
    assert figure.title.endswith("Hidden layer 1. 24 more units are not drawn.")
    assert "at most" in figure.title
    assert len(matching(found, LIGHT, 1).plot.data) == 8
    assert len(figure.table["layer"]) == 48


def test_without_units_there_is_no_picture():
    trace = train(Experiment(hidden=(), samples=40, epochs=1, restarts=2, snapshots=2))
    found = match(trace, 0, 1)
    assert matching(found, LIGHT) is None
    assert match_finding(found).endswith("as they are; there are no units to rename.")


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_plotly_takes_every_figure(xor, palette):
    trace, found = xor
    pair = match(trace, 0, 1)
    for figure in [
        *solution_figures(trace, found, palette),
        plot_distance_matrix(found, palette),
        matching(pair, palette),
    ]:
        type(figure.plot)(figure.plot.to_dict())  # Plotly checks every value
        assert figure.title
        assert figure.title in figure.alt
        assert figure.csv().count("\n") > 1
