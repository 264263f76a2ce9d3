"""How two stacks of matrices are multiplied, and the one place that decides it.

Units with equal weights must stay equal to the last bit. A BLAS breaks this: its kernels work on blocks of
columns, and round a column at the edge of a block differently from one inside it, so that equal units come out
unequal at some widths on some processors; the "stuck" network then escapes by accident after some thousand
steps. `np.einsum` (unoptimised, so that it calls no BLAS) gives every column the same operations in the same
order. It is several times slower, and needed only where a run has units that are equal or nearly so.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

import numpy as np
from threadpoolctl import ThreadpoolController

Array = np.ndarray


def exact_matmul(a: Array, b: Array, out: Array) -> Array:
    """`a @ b` for stacks `[R, m, k] @ [R, k, n]`: equal rows of a, or columns of b, give equal results."""
    np.einsum("rmk,rkn->rmn", a, b, out=out)
    return out


def blas_matmul(a: Array, b: Array, out: Array) -> Array:
    """`a @ b` for stacks `[R, m, k] @ [R, k, n]`, as fast as can be.

    Never give it two transposed stacks at once: OpenBLAS 0.3.31 (in NumPy 2.4.6) keeps a table for that one product
    of small float32 matrices where all threads share it, on processors with AVX-512. Two threads at it, even if each
    is held to one, get wrong numbers about once in a million; see also numpy/numpy#29391 and #31618. It is also the
    slowest product.
    """
    if a.shape[-1] == 1:  # an outer product: each element is one multiplication, and BLAS is slow at it
        np.multiply(a, b, out=out)
    else:
        np.matmul(a, b, out=out)
    return out


def stack_matmul(a: Array, b: Array, out: Array, exact: int) -> Array:
    """`a @ b` for stacks `[R or 1, m, k] @ [R or 1, k, n]`: the first `exact` by `exact_matmul`, then `blas_matmul`."""
    if exact == 0 or a.shape[2] == 1:  # where each element is one multiplication, both are the same
        blas_matmul(a, b, out)
    elif exact == len(out):
        exact_matmul(a, b, out)
    else:
        exact_matmul(a[:exact], b[:exact], out[:exact])
        blas_matmul(a if len(a) == 1 else a[exact:], b if len(b) == 1 else b[exact:], out[exact:])
    return out


def needs_exact(layers: Sequence[Array]) -> bool:
    """Whether units of any hidden layer are equal, or so nearly equal that rounding would show.

    One run at a time: each is judged on its own, so that it trains alike alone and among others.

    Units count as nearly equal when no incoming weight or bias differs by more than the square root of the
    machine's precision (1.5e-8 in float64), relative to the layer's largest: a difference that small starts
    within reach of rounding errors as they grow along with it. Outgoing weights need no look: units that are
    equal in these too are among the ones found.

    Args:
        layers: of one run, for each layer, the kernel with the bias as its last row: `[fan_in + 1, fan_out]`.
    """
    for layer in layers[:-1]:
        near = np.sqrt(np.finfo(layer.dtype).eps) * np.abs(layer).max()
        units = layer[:, np.argsort(layer[0])]  # near units are neighbours, or have only near ones in between
        for offset in range(1, units.shape[1]):
            close = np.flatnonzero(units[0, offset:] - units[0, :-offset] <= near)
            if not len(close):
                break
            if (np.abs(units[:, close + offset] - units[:, close]).max(axis=0) <= near).any():
                return True
    return False


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()  # looks through all loaded libraries, so once is enough


class _Holder:
    """Holds the process's BLAS to one thread, from a thread of its own.

    OpenBLAS takes its limit from the one thread that set it first, until that thread lifts it; so whoever trains
    first or last cannot be the one to set and lift it for the others.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.users = 0
        self.done = threading.Event()
        self.thread = threading.Thread()

    def enter(self) -> None:
        with self.lock:
            self.users += 1
            if self.users == 1:
                held, self.done = threading.Event(), threading.Event()
                arguments = _controller(), held, self.done
                self.thread = threading.Thread(target=self._hold, args=arguments, name="nnviz-blas", daemon=True)
                self.thread.start()
                held.wait()

    def leave(self) -> None:
        with self.lock:
            self.users -= 1
            if self.users == 0:
                self.done.set()
                self.thread.join()

    @staticmethod
    def _hold(controller: ThreadpoolController, held: threading.Event, done: threading.Event) -> None:
        try:
            with controller.limit(limits=1, user_api="blas"):
                held.set()
                done.wait()
        finally:
            held.set()


_holder = _Holder()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Hold BLAS to one thread while anyone is inside: its results depend on how many it uses."""
    _holder.enter()
    try:
        yield
    finally:
        _holder.leave()
