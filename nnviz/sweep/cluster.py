"""Training portions on a Dask cluster, through joblib's own backend for it.

Dask trains a portion again whose worker is lost. This module finds the cluster, checks that it trains as this
machine does, and notices what joblib does not: it waits for ever for a task that came to no end on a worker.
"""

from __future__ import annotations

import logging
import multiprocessing
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from joblib import Parallel, delayed, parallel_config
from joblib._dask import DaskDistributedBackend

from nnviz.core.experiment import Experiment
from nnviz.sweep.portion import made_by, maker_of, train_portion
from nnviz.sweep.run import SweepError, Tables, quietly

CONNECT_SECONDS = 10
WORKER_SECONDS = 60  # for the first to come: a cluster that grows with its work begins with none
STALL_SECONDS = 5
LOOK_SECONDS = 0.2


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """A client of the scheduler at this address, once a worker is there and all have the same nnviz as here.

    Raises:
        ValueError: what is given is no address.
        SweepError: no scheduler, no worker, or one has other versions; or Dask is missing here.
    """
    try:
        from distributed import Client
        from distributed.comm.addressing import get_address_host_port
    except ImportError:
        raise SweepError("--scheduler needs Dask, which comes with the extra: pip install '.[cluster]'") from None
    for name in ("distributed", "distributed.client"):  # what goes wrong is told in one line, by us
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        url = address if "://" in address else f"tcp://{address}"
        get_address_host_port(url, strict=True)
    except ValueError:
        raise ValueError(f"--scheduler {address}: must be an address such as tcp://10.0.0.5:8786.") from None
    try:
        client: Any = Client(url, timeout=CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
    except OSError as error:
        raise SweepError(f"no scheduler answers at {url}: {error}") from None
    with client:
        _check(client, url)
        yield client


def trained(missing: Sequence[Experiment], client: Any) -> Tables:
    """Train portions on the cluster, each on one thread.

    Yields:
        A portion's table as soon as it is finished, in any order.

    Raises:
        SweepError: the cluster was lost, or gave up on a portion.
    """
    from distributed import CancelledError

    # All are handed over at once, so that a worker which joins later finds something to do.
    with parallel_config(_Backend(client=client, wait_for_workers_timeout=WORKER_SECONDS)):
        parallel = Parallel(return_as="generator_unordered", batch_size=1, pre_dispatch="all")
    here = made_by()
    with _Watch(client, parallel, len(missing)) as watch:
        try:
            for table in quietly(parallel(delayed(train_portion)(portion) for portion in missing)):
                watch.more()
                compare(maker_of(table), here, "a worker")
                yield table
        except CancelledError:
            raise SweepError("the connection to the scheduler was lost.") from None
        except multiprocessing.TimeoutError:
            raise SweepError("Dask gave up on a portion: it may have killed its workers for want of memory.") from None


def threads(client: Any) -> int:
    """How many portions the cluster trains at the same time just now."""
    return sum(client.nthreads().values())


def _check(client: Any, address: str) -> None:
    """Wait for a worker, and see that all, and the scheduler, have what trains here.

    The functions are local so that they travel by value: Dask loses its way when it is sent what it cannot import.
    """

    def look() -> dict[str, str] | str:
        try:
            from nnviz.sweep.portion import made_by
        except ImportError as error:
            return str(error)
        return made_by()

    try:
        client.submit(lambda: None, pure=False).result(timeout=WORKER_SECONDS)
    except TimeoutError:
        raise SweepError(f"no worker joined the scheduler at {address} within {WORKER_SECONDS} s.") from None
    told = client.run(look, on_error="return")
    places = {f"the worker at {worker}": found for worker, found in told.items()}
    for place, found in {"the scheduler": client.run_on_scheduler(look), **places}.items():
        if isinstance(found, OSError):
            continue  # a worker that was lost just now; Dask does without it
        if not isinstance(found, dict):
            raise SweepError(f"{place} cannot load nnviz ({found}): it must be there as it is here.")
        compare(found, made_by(), place)


def compare(there: Mapping[str, str], here: Mapping[str, str], place: str) -> None:
    """SweepError where the versions at a place are not those that are here."""
    for name, version in here.items():
        if there.get(name) != version:
            raise SweepError(f"{place} has {name} {there.get(name)}, here it is {version}: they must be the same.")


class _Backend(DaskDistributedBackend):  # type: ignore[misc]  # joblib ships no types
    """joblib's own, for small clusters too: with one thread on the cluster, joblib would train all of it here."""

    def effective_n_jobs(self, n_jobs: int) -> int:
        """How many tasks at the same time, as joblib counts on."""
        return max(2, int(super().effective_n_jobs(n_jobs)))


class _Watch(threading.Thread):
    """Ends joblib's wait, by its timeout, when nothing that it waits for is still to come."""

    def __init__(self, client: Any, parallel: Parallel, total: int) -> None:
        super().__init__(name="nnviz-watch", daemon=True)
        self.client, self.parallel, self.missing = client, parallel, total
        self.over = threading.Event()
        self.heard = time.monotonic()

    def __enter__(self) -> _Watch:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.join()

    def more(self) -> None:
        """One more table has come."""
        self.missing -= 1
        self.heard = time.monotonic()

    def run(self) -> None:
        """Look now and then."""
        while not self.over.wait(LOOK_SECONDS):
            if any(future.status == "pending" for future in list(self.client.futures.values())):
                self.heard = time.monotonic()
            elif self.missing and time.monotonic() - self.heard > STALL_SECONDS:
                self.parallel.timeout = 0
