import math

import pytest
from scipy.stats import norm

from nnviz.analysis.rates import rate


@pytest.mark.parametrize(("successes", "runs"), [(636, 1000), (0, 7), (7, 7), (1, 1), (0, 1), (1999, 2000)])
def test_the_interval_is_wilsons(successes, runs):
    """Solved for p: |p̂ - p| = z √(p (1 - p) / n)."""
    found, z = rate(successes, runs), norm.ppf(0.975)
    middle = (found.share + z**2 / (2 * runs)) / (1 + z**2 / runs)
    reach = z / (1 + z**2 / runs) * math.sqrt(found.share * (1 - found.share) / runs + z**2 / (4 * runs**2))
    assert (found.low, found.high) == pytest.approx((middle - reach, middle + reach), abs=1e-12)
    assert 0 <= found.low <= found.share <= found.high <= 1
