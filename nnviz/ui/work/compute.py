"""Work for a page: remembered by what was asked, done in its turn, stopped when nobody wants it any more."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import streamlit as st

from nnviz.analysis.playground.diagnosis import diagnose
from nnviz.analysis.playground.moments import telling_moments
from nnviz.analysis.words import number
from nnviz.core.experiment import Experiment
from nnviz.core.trace import Trace
from nnviz.core.training import together, train, train_together
from nnviz.figures.playground.gallery import playground_figures
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import PALETTES
from nnviz.ui.server import counters
from nnviz.ui.state import state
from nnviz.ui.state.state import Comparison
from nnviz.ui.work import turns, workers
from nnviz.ui.work.results import Results, drawn_once

QUIET_SECONDS = 0.3  # work that takes no longer passes without a word
SHOW_SECONDS = 0.1  # how often progress is shown: each time costs a message
POLL_SECONDS = 0.05
CLOSER = 3

Result = TypeVar("Result")
Show = Callable[[float, str], object]

_results = Results()
counters.RESULTS_BYTES.set_function(lambda: _results.bytes)


def result_of(
    words: str,
    work: Callable[..., Result],
    *arguments: Hashable,
    store: Results | None = None,
    show: Show | None = None,
) -> Result:
    """What some work gives: remembered, or done now by a worker, with a word on the page if that takes a while.

    Where another page is at the same work, its result is waited for. A change on the page stops it: each look at the
    session lets Streamlit end this run of the script.

    Args:
        words: what is being done, such as "Training A".
        work: a function of the library; called with the arguments and `on_progress`.
        arguments: values, by which the result is remembered.
        store: where it is remembered: for everybody, unless told.
        show: shows how far it is, given the share done and the words; unless told, a bar where the page now is.
    """
    store = _results if store is None else store
    place = st.empty()  # even if unused, so that what follows keeps its place on the page
    key = _key(work, arguments)
    result: Result | None = store.get(key)
    if result is not None:
        counters.HITS.inc()
        return result
    counters.MISSES.inc()
    waits = waiting(place.caption)
    with turns.turn(waits) as turn, turn.rest(), _or_say(place):
        while (result := store.get(key)) is None:
            with store.beginning(key) as first:
                if first:
                    report = _progress(show or place.progress, words)
                    result = workers.run(work, *arguments, number=turn.number, look=waits, report=report)
                    store.put(key, result)
                    break
            time.sleep(POLL_SECONDS)
            waits()
    place.empty()
    return result


@contextmanager
def _or_say(place: Any) -> Iterator[None]:
    """Where memory is wanting, say so in place of the rest of the page."""
    try:
        yield
    except (workers.LostError, MemoryError):
        place.error("The computer has not enough memory left for this. Choose something smaller, or try again later.")
        st.stop()
        raise  # where there is no page


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
    a, b = _trained(_closely(comparison.a), _closely(comparison.b))
    alike = np.array_equal(a.steps, b.steps)
    first = _shown(comparison.a, a, [a, b] if alike else [a])
    return first, first if a is b else _shown(comparison.b, b, [a, b] if alike else [b])


def _trained(a: Experiment, b: Experiment) -> tuple[Trace, Trace]:
    """Both sides trained; at once, where they differ in nothing but their starts."""
    sides = {a: "A", b: "B"} if a != b else {a: "A and B"}
    result = {side: trace for side in sides if (trace := known(train, side))}
    counters.HITS.inc(len(result))
    for group in _groups([side for side in sides if side not in result]):
        words = f"Training {' and '.join(sides[side] for side in group)}"
        result.update(zip(group, result_of(words, train_together, group), strict=True))
        for side in group:
            _results.put(_key(train, (side,)), result[side])
    return result[a], result[b]


def _groups(experiments: Sequence[Experiment]) -> list[tuple[Experiment, ...]]:
    """The experiments as they are trained: all in one go, or where that cannot be, one by one."""
    try:
        return [tuple(experiments)] if experiments and together(experiments) else []
    except ValueError:
        return [(experiment,) for experiment in experiments]


def _shown(experiment: Experiment, closely: Trace, traces: Sequence[Trace]) -> Trace:
    moments = _moments(tuple(trace.experiment for trace in traces), experiment.snapshots, traces)
    return replace(closely.at(moments), experiment=experiment)


@drawn_once
def _moments(experiments: tuple[Experiment, ...], snapshots: int, _traces: Sequence[Trace]) -> np.ndarray:
    """The moments to show of these experiments, chosen once for everybody."""
    return telling_moments(_traces, snapshots)


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


def _progress(show: Show, words: str) -> Callable[[float], None]:
    next_show = time.monotonic() + QUIET_SECONDS

    def report(share: float) -> None:
        nonlocal next_show
        state.yield_to_newer_run()
        now = time.monotonic()
        if now > next_show:
            next_show = now + SHOW_SECONDS
            show(share, words)

    return report


@drawn_once
def figures(
    comparison: Comparison,
    theme: str,
    log_loss: bool,
    layer: int,
    snapshots: tuple[int, ...],
    _traces: Sequence[Trace],
) -> dict[str, list[Figure]]:
    """All the page's figures: drawn once for everybody who looks at the same thing at the same moment."""
    return playground_figures(_traces, PALETTES[theme], log_loss, layer, snapshots)


def verdicts(traces: Sequence[Trace]) -> list[str]:
    """What happened on each side, in a sentence; each knows how far the other came on the same data."""
    return [_verdict(trace, other) for trace, other in zip(traces, reversed(traces), strict=True)]


def _verdict(trace: Trace, other: Trace) -> str:
    final = float(other.train_loss[0, -1])
    if trace.steps[-1] == 0 and math.isfinite(float(trace.train_loss[0, 0])):
        return f"Not trained yet: loss {number(trace.train_loss[0, 0])}."
    comparable = other.dataset is trace.dataset and math.isfinite(final)
    return diagnose(trace, best_loss=final if comparable else math.inf)[0].sentence
