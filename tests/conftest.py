"""What all tests share. The marks `reference` and `browser` are declared in pyproject.toml."""

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


def pytest_collection_modifyitems(items):
    """Browser tests go first: their files take longest, and the last to start should be short ones."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)
