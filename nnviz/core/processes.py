"""Work cut into parts for several processes, with their progress and a quick end.

The processes are loky's, through joblib: they are kept for the next time, so that only the first call waits for them
to start. Python runs one thread at a time, and NumPy's calls on small arrays are short, so threads would buy little.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, wait
from pathlib import Path
from typing import Any

import numpy as np
from joblib import effective_n_jobs
from joblib.externals.loky import get_reusable_executor

from nnviz.core.progress import Progress
from nnviz.core.registry import check_index

MOST_JOBS = 1024
LOOK_SECONDS = 0.02


def process_count(n_jobs: int | None, worth: int) -> int:
    """How many processes to take.

    Args:
        n_jobs: as in scikit-learn: at most so many, -1 for one a core; None: one a core, but no more than are worth it.
        worth: how many are.

    Raises:
        ValueError: n_jobs is neither None, -1 nor a number from 1.
    """
    if n_jobs is None:
        return int(min(effective_n_jobs(-1), worth))
    if n_jobs == -1:
        return int(effective_n_jobs(-1))
    return int(effective_n_jobs(check_index("n_jobs", n_jobs, MOST_JOBS + 1, low=1)))


def spread(call: Callable[..., None], parts: Sequence[tuple[Any, ...]], folder: Path, on_progress: Progress) -> None:
    """Call a function in other processes, once for each part.

    What `on_progress` raises ends the processes at once and passes on, and so does what a part raises.

    Args:
        call: takes a part's arguments, and a function that takes the share of it that is done.
        parts: equal amounts of work.
        folder: where they can leave files.
        on_progress: called in this thread about every 20 ms with the share done, from 0.0 to 1.0.
    """
    shares = np.lib.format.open_memmap(folder / "shares.npy", "w+", "float64", (len(parts),))
    executor = get_reusable_executor(max_workers=len(parts))
    try:
        pending = {executor.submit(_call, call, part, folder, i) for i, part in enumerate(parts)}
        while pending:
            done, pending = wait(pending, LOOK_SECONDS, FIRST_EXCEPTION)
            for future in done:
                future.result()
            on_progress(float(shares.mean()))
    except BaseException:
        executor.shutdown(kill_workers=True)
        raise


def _call(call: Callable[..., None], part: tuple[Any, ...], folder: Path, index: int) -> None:
    shares = np.lib.format.open_memmap(folder / "shares.npy", "r+")

    def report(share: float) -> None:
        shares[index] = share

    call(*part, report)
