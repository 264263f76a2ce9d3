import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.figures.style.axes import end_labels, fit_scale

numbers = st.lists(st.floats(min_value=0) | st.just(math.nan), max_size=20).map(np.array)


@given(numbers, st.booleans())
def test_a_scale_holds_any_values(values, log):
    scale = fit_scale([values], log)
    axis = scale.axis("y")
    assert all(math.isfinite(end) for end in axis["range"])
    assert axis["range"][0] < axis["range"][1]
    placed = scale.place(values)
    assert (np.isfinite(placed) <= np.isfinite(values)).all()
    for value in values[np.isfinite(values)]:
        assert -0.01 <= scale.share(float(value)) <= 1.01


def test_zero_stands_on_the_floor_below_all_else():
    scale = fit_scale([np.array([0.0, 1e-5, 2.0])], log=True)
    zero, small, large = scale.place(np.array([0.0, 1e-5, 2.0]))
    assert zero < small < large
    assert zero == pytest.approx(scale.floor)
    assert 0 < scale.share(0.0) < scale.share(1e-5) < scale.share(2.0) < 1


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_labels_at_line_ends_do_not_touch(values):
    scale = fit_scale([np.array([1.0])], log=False)
    heights = sorted(label["y"] for label in end_labels(scale, [("A", "black", value) for value in values]))
    assert all(high - low > 0.08 for low, high in pairwise(heights))
    assert heights[-1] <= 1.0


def test_labels_without_a_value_are_left_out():
    assert end_labels(fit_scale([np.array([1.0])], log=False), [("A", "black", math.nan)]) == []
