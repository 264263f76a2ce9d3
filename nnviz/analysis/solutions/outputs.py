"""What many runs answer at the same inputs, in bounded memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nnviz.core.contraction import blas_matmul, exact_matmul, needs_exact
from nnviz.core.network import Matmul, Network, with_ones
from nnviz.core.progress import Progress
from nnviz.core.trace import Trace

Array = np.ndarray

MOST_BYTES = 20_000_000  # what the buffers of one stack may take


def run_outputs(
    trace: Trace,
    x: Array,
    runs: Sequence[int] | Array,
    snapshot: int = -1,
    on_progress: Progress | None = None,
) -> Array:
    """What each of some runs answers at each of some inputs; as `nnviz.predict`, for many runs at once.

    Args:
        trace: of a training.
        x: `[n, d]`, on the scale of `trace.dataset.x_test`.
        runs: which, by their place in the trace.
        snapshot: which moment; the last by default.
        on_progress: called with the share done, from 0.0 to 1.0. What it raises stops the work and passes on.

    Returns:
        `[runs, n, c]`: of two classes the probability of the second (c = 1), of more classes that of each, of a real
        target the value (c = 1). NaN where a run has diverged.
    """
    report = on_progress or (lambda share: None)
    sizes, dtype = trace.experiment.layer_sizes, trace.experiment.dtype
    runs, signal = np.asarray(runs, int), with_ones(np.asarray(x, float), dtype)[None]
    binary = len(trace.dataset.class_names) == 2
    result = np.empty((len(runs), len(x), sizes[-1]))
    depth = len(trace.kernels)
    exact = np.array([needs_exact([layer[0] for layer in trace.layers(run, snapshot)[:depth]]) for run in runs], bool)
    at_once = max(1, MOST_BYTES // (3 * len(x) * sum(sizes) * np.dtype(dtype).itemsize))
    groups: tuple[tuple[Array, Matmul], ...] = ((~exact, blas_matmul), (exact, exact_matmul))
    done = 0
    report(0.0)
    for members, matmul in groups:
        places = np.flatnonzero(members)
        for part in np.array_split(places, -(-len(places) // at_once) or 1):
            if not len(part):
                continue
            network = Network.of(trace.experiment, len(part), len(x), matmul)
            with np.errstate(all="ignore"):
                logits = network.forward(trace.stacked(runs[part], np.full(len(part), snapshot)), signal)
                answer = network.loss.answer(logits)
            result[part] = answer[:, -1:].swapaxes(1, 2) if binary else answer.swapaxes(1, 2)
            done += len(part)
            report(done / len(runs))
    return result
