"""Numbers in sentences say what the number is."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.analysis.words import number, percent

DIGITS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def read(text: str) -> float:
    """The number that a text such as 3.07·10¹⁷ stands for."""
    mantissa, _, power = text.replace(",", "").replace("−", "-").partition("·10")
    return float(mantissa) * 10.0 ** int(power.translate(DIGITS) or 0)


@given(st.floats(-1e300, 1e300))
def test_a_number_keeps_three_digits(value: float) -> None:
    if 0 < abs(value) < 1e-300:  # below, powers of ten are themselves rounded
        return
    # Half a unit of the third digit is at most 0.5 % of the number; reading back rounds a little too.
    assert math.isclose(read(number(value)), value, rel_tol=0.00501)


@pytest.mark.parametrize("value", [1, 7, 10, 100, 120, 200, 990, 999, 1000, 250_000])
def test_whole_numbers_are_written_whole(value: int) -> None:
    assert number(value) == f"{value:,}"


@pytest.mark.parametrize(
    ("value", "text"), [(math.nan, "no number"), (math.inf, "∞"), (-0.5, "−0.500"), (-math.inf, "−∞")]
)
def test_what_is_no_plain_number(value: float, text: str) -> None:
    assert number(value) == text


@given(st.floats(0, 1))
def test_a_share_is_all_or_nothing_only_when_it_is(share: float) -> None:
    if 0 < share < 1e-12 or 1 - 1e-12 < share < 1:
        return
    shown = float(percent(share).removesuffix(" %"))
    assert (shown == 0) == (share == 0)
    assert (shown == 100) == (share == 1)
    assert abs(shown - 100 * share) <= 0.5
