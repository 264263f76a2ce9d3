"""How ragged a border is, on borders whose dimension is known."""

import math

import numpy as np
import pytest

from nnviz.analysis.landscape.border import DISTANCES, border


def test_a_straight_border_is_a_line_and_halving_the_distance_halves_what_differs():
    found = border(np.tile(np.arange(100) < 40, (100, 1)))
    assert found.exponent == pytest.approx(1, abs=1e-12)
    assert found.dimension == pytest.approx(1, abs=1e-12)
    assert found.rarer == pytest.approx(0.5, abs=1e-12)
    assert found.distances == DISTANCES
    # One pixel of 92 lies just left of the border in each row; none differs from the one above it.
    assert found.shares[0] == pytest.approx(0.5 / 92)


def test_a_disc_s_border_is_a_line_too():
    x, y = np.meshgrid(np.linspace(-1, 1, 200), np.linspace(-1, 1, 200))
    assert border(x**2 + y**2 < 0.5).dimension == pytest.approx(1, abs=0.05)


def test_coin_tosses_fill_the_area():
    found = border(np.random.default_rng(0).random((100, 100)) < 0.5)
    assert found.dimension == pytest.approx(2, abs=0.03)  # a share of half with a standard error of 0.0037
    assert found.rarer < 0.03
    assert found.shares == pytest.approx([0.5] * 4, abs=0.02)


def test_cantor_s_dust_has_its_known_dimension():
    """Each gap of the middle-thirds set is of a kind with those of its level; drawn out to lines, 1 + ln 2 / ln 3."""
    x = (np.arange(1000) + 0.37) / 1000
    kinds = np.full(1000, -1)
    for level in range(30):
        x = 3 * x
        kinds[(kinds < 0) & (np.floor(x) == 1)] = level
        x = x - np.floor(x)
    found = border(np.tile(kinds, (30, 1)))
    assert found.dimension == pytest.approx(1 + math.log(2) / math.log(3), abs=0.05)


def test_too_few_differences_tell_no_slope():
    kinds = np.zeros((50, 50), bool)
    assert math.isnan(border(kinds).exponent)
    assert border(kinds).shares == (0, 0, 0, 0)
    kinds[20, 20] = True
    assert math.isnan(border(kinds).exponent)


def test_a_small_map_is_not_asked_about_long_distances():
    assert border(np.eye(2) > 0).distances == (1,)
    assert border(np.eye(2) > 0).shares == (1,)
    assert border(np.eye(13) > 0).distances == (1, 2, 4)
