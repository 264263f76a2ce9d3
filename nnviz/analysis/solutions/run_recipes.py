"""Runs as a value, and what is worked out from them: to be remembered by recipe and seeds."""

from __future__ import annotations

from dataclasses import dataclass, field

from nnviz.analysis.solutions.matching import Matching, match_others
from nnviz.analysis.solutions.solutions import Solutions, solutions
from nnviz.core.experiment import Experiment
from nnviz.core.progress import Progress
from nnviz.core.trace import Trace

SHARE_COMPARING = 0.75  # of the time, about


@dataclass(frozen=True)
class Runs:
    """Runs, told from others by their recipe and their seeds.

    Attributes:
        experiment: the recipe.
        seeds: of the runs, as bytes.
        trace: what was recorded of them, or some of it.
    """

    experiment: Experiment
    seeds: bytes
    trace: Trace = field(compare=False)

    @classmethod
    def of(cls, trace: Trace) -> Runs:
        """The runs of a trace."""
        return cls(trace.experiment, trace.seeds.tobytes(), trace)


@dataclass(frozen=True, eq=False)
class Looked:
    """What a look at the ends of runs gave.

    Attributes:
        runs: these.
        solutions: their solutions.
        twins: the typical run of the commonest solution, matched with others of it.
    """

    runs: Runs
    solutions: Solutions
    twins: tuple[Matching, ...]


def look(runs: Runs, alike: float, on_progress: Progress) -> Looked:
    """The distinct solutions, as `solutions` finds them, and how near runs of the commonest are to each other."""
    measurement = solutions(runs.trace, alike, lambda share: on_progress(SHARE_COMPARING * share))
    twins: list[Matching] = []
    if measurement.distinct:
        first = measurement.distinct[0]

        def advance(share: float) -> None:
            on_progress(SHARE_COMPARING + (1 - SHARE_COMPARING) * share)

        twins = match_others(runs.trace, first.typical, first.runs, advance)
    return Looked(runs, measurement, tuple(twins))
