"""What all tests share. The marks are declared in pyproject.toml."""

import os

from hypothesis import settings
from joblib import cpu_count

# The same examples on every machine and every time: a red test is a change in the code, not in the dice.
# (`--hypothesis-profile=explore` rolls them.) Shared machines are slow at times, so no deadline.
settings.register_profile("steady", derandomize=True, deadline=None, database=None)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile("steady")


def pytest_xdist_auto_num_workers():
    """What `-n auto` means: a worker for each core that we may use, and none beside us where there is but one."""
    cores = cpu_count()
    return cores if cores > 1 else 0


def pytest_collection_modifyitems(config, items):
    """Browser tests go first: their files take longest, and the last to start should be short ones.

    Simulations, minutes of a processor each, are left out but where they are asked for, as `make reference` does.
    """
    if not os.environ.get("NNVIZ_SIMULATIONS"):
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("simulation")])
        items[:] = [item for item in items if not item.get_closest_marker("simulation")]
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)
