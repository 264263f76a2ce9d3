"""Which moments of a training to show: many where much changes, few where little does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nnviz.core.trace import Trace

Array = np.ndarray

EVEN = 0.3  # the share of the moments that go by the recording's own pace, which is fast at first


def telling_moments(traces: Sequence[Trace], amount: int) -> Array:
    """Snapshots of traces that were recorded at the same steps: the first, the last, and most where most changes.

    Change is that of the first run's loss, and of how far its units lie apart, each as a share of all its changes.

    Args:
        traces: one or more, with equal `steps`.
        amount: how many snapshots; all there are, where there are fewer.

    Returns:
        Indices, increasing.
    """
    moments = len(traces[0].steps)
    if moments <= amount:
        return np.arange(moments)
    changes = np.mean([_share(change) for trace in traces for change in _changes(trace)], axis=0)
    done = np.concatenate([[0.0], np.cumsum(EVEN / (moments - 1) + (1 - EVEN) * changes)])
    chosen = np.unique(np.abs(done[:, None] - np.linspace(0, done[-1], amount)).argmin(axis=0))
    spare = np.setdiff1d(np.arange(moments), chosen)
    more = spare[np.linspace(0, len(spare) - 1, amount - len(chosen)).round().astype(int)]
    return np.union1d(chosen, more)


def _changes(trace: Trace) -> list[Array]:
    """Of the loss and of the units' spread, from each snapshot to the next, `[T - 1]`; 0 where there is no number.

    The spread is how far the units of each hidden layer lie from their mean: it rises when clones part.
    """
    with np.errstate(all="ignore"):
        stddevs = [np.sqrt(kernel[0].var(axis=-1, dtype=float).sum(axis=-1)) for kernel in trace.kernels[:-1]]
        changes = [np.abs(np.diff(values)) for values in (trace.train_loss[0], *stddevs)]
    return [np.where(np.isfinite(change), change, 0.0) for change in changes]


def _share(change: Array) -> Array:
    """Each as a share of all; by its root, so that a huge one, as before a divergence, does not hide the others."""
    roots = np.sqrt(change)
    shares: Array = roots / max(roots.sum(), np.finfo(float).tiny)
    return shares
