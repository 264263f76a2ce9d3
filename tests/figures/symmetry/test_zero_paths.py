"""The strip of parts and steps, on numbers that are known."""

from nnviz.analysis.symmetry.zero_paths import Part, ZeroCase
from nnviz.figures.style.template import DARK, LIGHT
from nnviz.figures.symmetry.zero_paths import finding, plot_zero_paths

UP, DOWN = Part("up B", 0.5, 0.2, 1, (1, 1)), Part("down A", 0.0, 0.2, 2, (2, -1))


def case(*parts):
    return ZeroCase("one", "one zero", "", parts, 3, (3, 3), (0.1, 0.2), "the frozen base", (1.0, 1.0), None, "")


def test_a_ring_is_predicted_and_a_dot_measured():
    figure = plot_zero_paths([case(DOWN, UP)], LIGHT)
    measured, predicted = figure.plot.data
    assert list(predicted.x) == [2, 1]
    assert sorted(zip(measured.x, measured.marker.symbol, strict=True)) == [(1, "circle"), (2, "circle"), (3, "x")]
    assert list(figure.plot.layout.xaxis.ticktext) == ["1", "2", "never"]
    assert "error 0 × signal 0.2" in predicted.hovertext[0]
    assert "measured: never or at step 2" in predicted.hovertext[0]


def test_the_title_says_where_they_part():
    assert finding([case(UP)]) == "Of 1 part, 1 move first when their two factors say so, over 2 seeds."
    assert finding([case(UP, DOWN)]).endswith("Not so: one zero.")


def test_it_is_drawn_in_the_dark_and_has_its_data():
    figure = plot_zero_paths([case(UP, DOWN)], DARK)
    assert "one zero: up B at step 1, down A never or at step 2" in figure.alt
    assert "one,down A,0.0,0.2,2,-1,2" in figure.csv.decode() if isinstance(figure.csv, bytes) else figure.csv
