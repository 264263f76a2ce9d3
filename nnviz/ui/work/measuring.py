"""Measuring claims for the page: once for everybody, one at a time, in a thread of its own.

A page only looks how far a measurement is, so that a click on it neither stops nor repeats any.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock

import streamlit as st

from nnviz.analysis import claims
from nnviz.ui.work import workers
from nnviz.ui.work.turns import Turn


class Measuring:
    """One claim on its way.

    Attributes:
        share: how much is done, from 0.0 to 1.0.
        future: gives the result.
    """

    def __init__(self, claim: claims.Claim, pool: ThreadPoolExecutor) -> None:
        self.share = 0.0
        self.future: Future[claims.Measured] = pool.submit(self._measure, claim)

    def _measure(self, claim: claims.Claim) -> claims.Measured:
        return workers.run(claims.check, claim, number=next(Turn.numbers), look=lambda: None, report=self._advance)

    def _advance(self, share: float) -> None:
        self.share = share

    @property
    def result(self) -> claims.Measured | None:
        """The measurement, once it is there.

        Raises:
            Exception: what went wrong while measuring.
        """
        return self.future.result() if self.future.done() else None


class Measurements:
    """All claims that were asked for, by key."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(1, "nnviz-claims")
        self.started: dict[str, Measuring] = {}
        self.lock = Lock()

    def start(self, claim: claims.Claim) -> Measuring:
        """The claim's measurement, begun now if nobody has asked for it, or if it went wrong."""
        with self.lock:
            known = self.started.get(claim.key)
            if known is None or (known.future.done() and known.future.exception()):
                known = self.started[claim.key] = Measuring(claim, self.pool)
            return known

    def results(self) -> dict[str, claims.Measured]:
        """What is measured so far, by key."""
        with self.lock:
            done = [m for m in self.started.values() if m.future.done() and not m.future.exception()]
        return {m.future.result().key: m.future.result() for m in done}


@st.cache_resource(show_spinner=False)
def measurements() -> Measurements:
    """The one store, shared by all sessions."""
    return Measurements()
