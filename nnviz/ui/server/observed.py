"""What happens on a page, counted and written to the log: its runs, what they wait for, and what they compute."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from nnviz.ui.server import counters, log

SLOW_SECONDS = 5.0  # a run of a page that takes longer is worth a line


@dataclass
class _Spent:
    """Seconds of a run of a page."""

    waiting: float = 0.0
    training: float = 0.0


_spent: ContextVar[_Spent] = ContextVar("spent")


@contextmanager
def page_run(page: str, session: str | None) -> Iterator[None]:
    """A run of a page, within.

    Args:
        page: its name in its address.
        session: the connection's number, which says nothing about who it is.
    """
    began, outcome = time.monotonic(), "finished"
    spent = _Spent()
    token = _spent.set(spent)
    with log.about(page=page, session=session):
        try:
            yield
        except Exception:
            outcome = "failed"
            raise
        except BaseException:  # Streamlit's: for a newer run, or as the page says so
            outcome = "ended early"
            raise
        finally:
            _spent.reset(token)
            seconds = time.monotonic() - began
            counters.PAGE_RUNS.labels(page, outcome).inc()
            if outcome == "finished":
                counters.PAGE_SECONDS.observe(seconds)
            slow = seconds > SLOW_SECONDS
            log.tell(
                "slow page" if slow else "page",
                logging.INFO if slow else logging.DEBUG,
                outcome=outcome,
                ms=_ms(seconds),
                waited_ms=_ms(spent.waiting),
                trained_ms=_ms(spent.training),
            )


@contextmanager
def waiting() -> Iterator[None]:
    """A wait for a turn, within."""
    began = time.monotonic()
    counters.WAITING.inc()
    try:
        yield
    finally:
        counters.WAITING.dec()
        seconds = time.monotonic() - began
        counters.WAIT_SECONDS.observe(seconds)
        _spend(waiting=seconds)


@contextmanager
def training(work: str, postponed: type[Exception] | tuple[()] = ()) -> Iterator[None]:
    """A training, or another long computation, within.

    Args:
        work: the name of its function.
        postponed: what is raised when it stops in order to start anew later.
    """
    began, outcome = time.monotonic(), "finished"
    counters.TRAININGS_RUNNING.inc()
    try:
        yield
    except postponed:
        outcome = "postponed"
        raise
    except Exception:
        outcome = "failed"
        raise
    except BaseException:
        outcome = "given up"  # nobody wants it any more
        raise
    finally:
        counters.TRAININGS_RUNNING.dec()
        seconds = time.monotonic() - began
        counters.ENDED[outcome].inc()
        if outcome == "finished":
            counters.TRAINING_SECONDS.observe(seconds)
        _spend(training=seconds)
        log.tell("training", logging.DEBUG, work=work, outcome=outcome, ms=_ms(seconds))


def _spend(waiting: float = 0.0, training: float = 0.0) -> None:
    spent = _spent.get(None)
    if spent:
        spent.waiting += waiting
        spent.training += training


def _ms(seconds: float) -> int:
    return round(1000 * seconds)
