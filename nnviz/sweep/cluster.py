"""Training portions on a Dask cluster.

Dask trains a portion again whose worker is lost. This module finds the cluster, checks that it trains as this
machine does, and ends with one sentence whatever becomes of it: the scheduler, the workers and the network may go at
any moment.
"""

from __future__ import annotations

import logging
import platform
import queue
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import pyarrow as pa

from nnviz.core.experiment import Experiment
from nnviz.sweep.portion import made_by, maker_of, train_portion
from nnviz.sweep.run import SweepError, Tables

CONNECT_SECONDS = 10
WORKER_SECONDS = 60  # for the first to come: a cluster that grows with its work begins with none
LOOK_SECONDS = 1  # how often to look after the cluster while nothing comes of it


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
    try:
        url = address if "://" in address else f"tcp://{address}"
        get_address_host_port(url, strict=True)
    except ValueError:
        raise ValueError(f"--scheduler {address}: must be an address such as tcp://10.0.0.5:8786.") from None
    with _quiet():
        try:
            client: Any = Client(url, timeout=CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
        except Exception as error:  # what listens there may be no scheduler, and say anything
            raise SweepError(f"no scheduler answers at {url}: {_one_line(error)}") from None
        try:
            with _lost_with(client):
                _check(client, url)
            yield client
        finally:
            with suppress(Exception):  # there may be nobody left to take leave of
                client.close()


def trained(missing: Sequence[Experiment], client: Any) -> Tables:
    """Train portions on the cluster, each on one thread.

    Yields:
        A portion's table as soon as it is finished, in any order.

    Raises:
        SweepError: the cluster was lost, or gave up on a portion.
    """
    here = made_by()
    done: queue.SimpleQueue[Any] = queue.SimpleQueue()
    with _lost_with(client):
        # All are handed over at once, so that a worker which joins later finds something to do.
        waiting = {future.key: future for future in client.map(train_portion, missing, pure=False)}
        for future in waiting.values():
            future.add_done_callback(done.put)
    failed: SweepError | None = None
    while waiting:
        with _lost_with(client):
            key, came = _next(done, client)
        del waiting[key]  # and the cluster forgets it
        if isinstance(came, SweepError):
            failed = came  # the others are worth keeping
            continue
        compare(maker_of(came), here, "a worker")
        yield came
    if failed:
        raise failed


def threads(client: Any) -> int:
    """How many portions the cluster trains at the same time just now.

    Raises:
        SweepError: the cluster was lost.
    """
    with _lost_with(client):
        return sum(client.nthreads().values())


def _next(done: queue.SimpleQueue[Any], client: Any) -> tuple[str, pa.Table | SweepError]:
    """The key of the next portion that comes to an end, and its table or why there is none."""
    seen = time.monotonic()
    while True:
        with suppress(queue.Empty):
            future = done.get(timeout=LOOK_SECONDS)
            if (came := _came_of(future)) is not None:
                return future.key, came
            future.add_done_callback(done.put)
        if client.status != "running":
            raise ConnectionError
        if client.nthreads():
            seen = time.monotonic()
        elif time.monotonic() - seen > WORKER_SECONDS:
            raise SweepError(f"the cluster has no workers left, and none joined it within {WORKER_SECONDS} s.")


def _came_of(future: Any) -> pa.Table | SweepError | None:
    """A portion's table, or why it failed; None where its worker was lost just now, and Dask trains it again."""
    from distributed import KilledWorker

    try:
        return future.result(timeout=LOOK_SECONDS)
    except KilledWorker:
        return SweepError("Dask gave up on a portion: it may have killed its workers for want of memory.")
    except Exception as error:
        if future.status == "error":
            return SweepError(f"a portion failed on a worker: {_one_line(error)}")
        if isinstance(error, TimeoutError):
            return None
        raise


@contextmanager
def _lost_with(client: Any) -> Iterator[None]:
    """A sentence for all that Dask raises: what its calls end in when the other side has gone is laid down nowhere."""
    from distributed import CancelledError

    try:
        yield
    except SweepError:
        raise
    except Exception as error:
        if client.status != "running" or isinstance(error, (OSError, CancelledError)):
            raise SweepError("the connection to the scheduler was lost.") from None
        raise SweepError(f"Dask failed: {_one_line(error)}") from None


def _one_line(error: BaseException) -> str:
    words = " ".join(str(error).split())
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


@contextmanager
def _quiet() -> Iterator[None]:
    """What goes wrong is told in one line, by us: Dask's threads would log it with a traceback, and warn.

    Its loggers stay silent: tasks of its event loop may end after the client was closed.
    """
    for name in ("asyncio", *logging.root.manager.loggerDict):
        if name.partition(".")[0] in ("asyncio", "distributed", "tornado"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


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
    versions = client.get_versions()
    pythons = {"the scheduler": versions["scheduler"]}
    pythons |= {f"the worker at {worker}": told for worker, told in versions["workers"].items()}
    for place, told in pythons.items():  # first: functions that travel by value need the same Python
        compare({"Python": _minor(told["host"]["python"])}, {"Python": _minor(platform.python_version())}, place)
    told = client.run(look, on_error="return")
    places = {f"the worker at {worker}": result for worker, result in told.items()}
    for place, result in {"the scheduler": client.run_on_scheduler(look), **places}.items():
        if isinstance(result, OSError):
            continue  # a worker that was lost just now; Dask does without it
        if not isinstance(result, dict):
            raise SweepError(
                f"{place} cannot load nnviz ({' '.join(str(result).split())}): it must be there as it is here."
            )
        compare(result, made_by(), place)


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


def compare(there: Mapping[str, str], here: Mapping[str, str], place: str) -> None:
    """SweepError where the versions at a place are not those that are here."""
    for name, version in here.items():
        if there.get(name) != version:
            raise SweepError(f"{place} has {name} {there.get(name)}, here it is {version}: they must be the same.")
