"""Work for a page: remembered by what was asked, done in its turn, stopped when nobody wants it any more."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

import numpy as np
import streamlit as st

from nnviz.analysis.diagnosis import diagnose
from nnviz.analysis.moments import telling_moments
from nnviz.analysis.words import number
from nnviz.core.experiment import Experiment
from nnviz.core.trace import Trace
from nnviz.core.training import train
from nnviz.figures.figure import Figure
from nnviz.figures.gallery import gallery
from nnviz.figures.template import PALETTES
from nnviz.ui import state, turns
from nnviz.ui.state import Comparison

MOST_BYTES = 400_000_000
MOST_RESULTS = 2000
QUIET_SECONDS = 0.3  # work that takes no longer passes without a word
SHOW_SECONDS = 0.1  # how often progress is shown: each time costs a message
POLL_SECONDS = 0.05
CLOSER = 3
SMALL = 200  # bytes that anything but an array counts for

Result = TypeVar("Result")


class Results:
    """The results used last, by what they are results of, up to a number of bytes."""

    def __init__(self, most: int = MOST_RESULTS, most_bytes: int = MOST_BYTES) -> None:
        self.most, self.most_bytes, self.bytes = most, most_bytes, 0
        self.kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self.begun: set[Hashable] = set()
        self.lock = threading.Lock()

    def get(self, key: Hashable) -> Any | None:
        """The result under a key, if it is still here."""
        with self.lock:
            if key not in self.kept:
                return None
            self.kept.move_to_end(key)
            return self.kept[key][0]

    def put(self, key: Hashable, result: object) -> None:
        """Keep a result, and let go of those unused for longest."""
        added = size(result)
        with self.lock:
            self.bytes += added - self.kept.pop(key, (None, 0))[1]
            self.kept[key] = result, added
            while len(self.kept) > self.most or self.bytes > self.most_bytes:
                self.bytes -= self.kept.popitem(last=False)[1][1]

    @contextmanager
    def beginning(self, key: Hashable) -> Iterator[bool]:
        """Whether nobody else is at this result; if so, the caller is, within."""
        with self.lock:
            first = key not in self.begun
            self.begun.add(key)
        try:
            yield first
        finally:
            if first:
                self.begun.discard(key)


def size(value: object) -> int:
    """The bytes of a result: those of the arrays in it, and a little for anything else.

    An experiment counts little even if it holds data, which all results of the same data share.
    """
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, Experiment):
        return SMALL
    if is_dataclass(value):
        return sum(size(getattr(value, field.name)) for field in fields(value))
    if isinstance(value, Mapping):
        return sum(map(size, value.values()))
    return sum(map(size, value)) if isinstance(value, (tuple, list)) else SMALL


_results = Results()


def result_of(words: str, work: Callable[..., Result], *arguments: Hashable, store: Results | None = None) -> Result:
    """What some work gives: remembered, or done now in this page's turn, with a word on the page if that takes a while.

    Where another page is at the same work, its result is waited for. A change on the page stops it: each look at the
    session lets Streamlit end this run of the script.

    Args:
        words: what is being done, such as "Training A".
        work: a function of the library; called with the arguments and `on_progress`.
        arguments: values, by which the result is remembered.
        store: where it is remembered: for everybody, unless told.
    """
    store = _results if store is None else store
    place = st.empty()  # even if unused, so that what follows keeps its place on the page
    key = _key(work, arguments)
    result: Result | None = store.get(key)
    if result is not None:
        return result
    waits = waiting(place.caption)
    with turns.turn(waits) as turn:
        while (result := store.get(key)) is None:
            with store.beginning(key) as first:
                if first:
                    result = _done(turn, lambda report: work(*arguments, on_progress=report), place, words)
                    store.put(key, result)
                    break
            with turns.rest():
                time.sleep(POLL_SECONDS)
                waits()
    place.empty()
    return result


def _done(turn: turns.Turn, work: Callable[[Callable[[float], None]], Result], place: Any, words: str) -> Result:
    """Do it in this page's turn; if it outgrows that, and has to, anew in a place for long work."""
    try:
        try:
            result = work(_progress(turn, place.progress, words))
        except turns.OutgrownError:
            turn.take(turns.long, waiting(place.caption))
            result = work(_progress(turn, place.progress, words))
    except Exception:
        turn.back()
        raise
    turn.back()
    return result


def known(work: Callable[..., Result], *arguments: Hashable, store: Results | None = None) -> Result | None:
    """What `result_of` would give at once, or None."""
    return (_results if store is None else store).get(_key(work, arguments))


def _key(work: Callable[..., object], arguments: tuple[Hashable, ...]) -> Hashable:
    return work.__module__, work.__qualname__, arguments


def trace_of(experiment: Experiment, name: str = "the network") -> Trace:
    """The trace of an experiment, as `result_of` gives it."""
    return result_of(f"Training {name}", train, experiment)


def traces_of(comparison: Comparison) -> tuple[Trace, Trace]:
    """Both sides' traces, one training where they are equal; with their snapshots where most changes.

    The trainings are recorded more closely than asked for, and of that as many moments are kept as were asked for.
    """
    a, b = trace_of(_closely(comparison.a), "A"), trace_of(_closely(comparison.b), "B")
    together = np.array_equal(a.steps, b.steps)
    first = _shown(comparison.a, a, [a, b] if together else [a])
    return first, first if a is b else _shown(comparison.b, b, [a, b] if together else [b])


def _shown(experiment: Experiment, closely: Trace, together: Sequence[Trace]) -> Trace:
    return replace(closely.at(telling_moments(together, experiment.snapshots)), experiment=experiment)


def _closely(experiment: Experiment) -> Experiment:
    """The same experiment, recorded as closely as we like to, if the budget lets us."""
    for times in (CLOSER, 2):
        with suppress(ValueError):
            return experiment.replace(snapshots=times * experiment.snapshots)
    return experiment


def waiting(say: Callable[[str], object]) -> Callable[[], None]:
    """What to do while waiting: look whether anybody still wants this, and after a moment say that it waits."""
    began = time.monotonic()
    said = False

    def look() -> None:
        nonlocal said
        state.yield_to_newer_run()
        if not said and time.monotonic() - began > QUIET_SECONDS:
            said = True
            say("Waiting: others are training just now.")

    return look


def _progress(turn: turns.Turn, show: Callable[[float, str], object], words: str) -> Callable[[float], None]:
    watch = turns.Stopwatch()
    next_show = time.monotonic() + QUIET_SECONDS

    def report(share: float) -> None:
        nonlocal next_show
        state.yield_to_newer_run()
        turn.go_on(watch.seconds(), share)
        now = time.monotonic()
        if now > next_show:
            next_show = now + SHOW_SECONDS
            show(share, words)

    return report


@st.cache_resource(max_entries=48, show_spinner=False)
def figures(
    comparison: Comparison,
    theme: str,
    log_loss: bool,
    layer: int,
    snapshots: tuple[int, ...],
    _traces: Sequence[Trace],
) -> dict[str, list[Figure]]:
    """All the page's figures: drawn once for everybody who looks at the same thing at the same moment."""
    return gallery(_traces, PALETTES[theme], log_loss, layer, snapshots)


def verdicts(traces: Sequence[Trace]) -> list[str]:
    """What happened on each side, in a sentence; each knows how far the other came on the same data."""
    return [_verdict(trace, other) for trace, other in zip(traces, reversed(traces), strict=True)]


def _verdict(trace: Trace, other: Trace) -> str:
    final = float(other.train_loss[0, -1])
    if trace.steps[-1] == 0 and math.isfinite(float(trace.train_loss[0, 0])):
        return f"Not trained yet: loss {number(trace.train_loss[0, 0])}."
    comparable = other.dataset is trace.dataset and math.isfinite(final)
    return diagnose(trace, best_loss=final if comparable else math.inf)[0].sentence
