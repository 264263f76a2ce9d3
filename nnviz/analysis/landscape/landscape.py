"""What the ground looks like that training walks on: the loss over a plane of weights, with the runs' paths.

The loss is that of the whole training split, computed anew at each point of a grid. Paths are projected on the plane at
right angles. A path that leaves the plane has a loss of its own there, other than that of the ground under its picture;
both are kept, and how much of the path lies outside.

Sources: Goodfellow, Vinyals & Saxe 2015 (the loss along a straight line), Lorch 2016 (paths in their own plane),
Li et al. 2018 (surfaces, filter normalisation), Ainsworth, Hayase & Srinivasa 2022 (the line after matching units).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.ndimage import label

from nnviz.analysis.initializers.works import SHARE_OF_GUESS
from nnviz.analysis.landscape.loss_surface import losses_along, seconds_at
from nnviz.analysis.landscape.planes import KINDS, RUNS, LandscapeError, Plane, length, parameters, plane, solved
from nnviz.analysis.playground.baselines import guess_loss
from nnviz.analysis.solutions.matching import match, renamed_to_match, seconds_to_match
from nnviz.analysis.solutions.run_recipes import Runs
from nnviz.analysis.words import number
from nnviz.core.experiment import Experiment
from nnviz.core.network import layer_views, parameter_count
from nnviz.core.progress import Progress
from nnviz.core.registry import shorten
from nnviz.core.trace import Trace
from nnviz.core.training import train

Array = np.ndarray

LINE_POINTS = 101
MOST_SECONDS = 30.0
MATCH_SECONDS = 2.0  # a pair of runs whose matching could take longer is not matched
TRAINING = 0.5  # the share of the progress bar that training gets
FLIPPING = ("tanh", "sigmoid", "linear")  # f(-z) is a constant less f(z): the weights around a unit can change sign


@dataclass(frozen=True, eq=False)
class Path:
    """A run's way, projected on the plane.

    Attributes:
        run: which, from 0.
        seed: of its weights.
        epochs: `[T]`, when.
        points: `[T, 2]`, in the plane; from a divergence on left out.
        loss: `[T]`, the run's own.
        plane_loss: `[T]`, the loss in the plane under it.
        outside: the share of the path that lies outside the plane: of the squared distances between its snapshots and
            its end, summed.
    """

    run: int
    seed: int
    epochs: Array
    points: Array
    loss: Array
    plane_loss: Array
    outside: float


@dataclass(frozen=True, eq=False)
class LossLine:
    """The loss along the straight line between two points in the space of weights.

    Attributes:
        ends: their names.
        runs: the runs at its ends, from 0; for a line from a run's start to its end, that run twice.
        distance: between the ends.
        shares: `[K]`, how far along, from 0 to 1.
        loss: `[K]`.
    """

    ends: tuple[str, str]
    runs: tuple[int, int]
    distance: float
    shares: Array
    loss: Array

    @property
    def peak(self) -> float:
        """The highest loss on the line."""
        return float(self.loss.max())

    @property
    def climb(self) -> float:
        """How far the line climbs above its higher end; 0 where it never does."""
        return self.peak - float(max(self.loss[0], self.loss[-1]))


@dataclass(frozen=True, eq=False)
class LossLandscape:
    """The loss over a plane.

    Attributes:
        experiment: what was trained, with all its runs.
        kind: of the plane, one of `KINDS`.
        axes: what is measured along each.
        x: `[n]`, the grid's places along the first axis.
        y: `[n]`, and along the second.
        loss: `[n, n]`, a row for each y; infinite where it leaves what a number can hold.
        paths: of the runs that have a solution.
        lines: between each two solutions; of a single run from its start to its end.
        guess: the loss of the best guess that ignores the inputs.
        matched: the same lines again, to the second run with its units renamed and flipped so that it comes as close
            to the first as can be found; empty where there is one run, no hidden layer, or too much to match.
        remarks: sentences on what could not be had.
    """

    experiment: Experiment
    kind: str
    axes: tuple[str, str]
    x: Array
    y: Array
    loss: Array
    paths: tuple[Path, ...]
    lines: tuple[LossLine, ...]
    guess: float
    matched: tuple[LossLine, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def bar(self) -> float:
        """The loss below which a place counts as a valley: that below which a run counts as trained."""
        return SHARE_OF_GUESS * self.guess


def landscape(
    experiment: Experiment,
    kind: str = "three_runs",
    extent: float = 1.5,
    resolution: int = 61,
    seed: int = 0,
    on_progress: Progress | None = None,
) -> LossLandscape:
    """Train an experiment's runs, lay a plane through them, and measure the loss all over it.

    Args:
        experiment: the recipe; `restarts` is set to what the plane takes.
        kind: of the plane, one of `nnviz.analysis.landscape.planes.KINDS`.
        extent: how far the picture reaches, in times what just holds all paths; around one solution in times its
            weights' length.
        resolution: points a side.
        seed: draws random directions.
        on_progress: called with the share done, from 0.0 to 1.0. What it raises stops the work and passes on.

    Raises:
        LandscapeError: more work than is allowed, or nothing to draw since every run diverged.
        ValueError: an unknown kind.
    """
    report = on_progress or (lambda share: None)
    trace = train(prepared(experiment, kind, resolution), lambda share: report(TRAINING * share))
    return survey(trace, kind, extent, resolution, seed, lambda share: report(TRAINING + (1 - TRAINING) * share))


def prepared(experiment: Experiment, kind: str, resolution: int) -> Experiment:
    """The experiment with as many runs as a plane takes, where its landscape can be measured.

    Raises:
        LandscapeError: more work than is allowed.
        ValueError: an unknown kind; or more work for the training than an experiment may take.
    """
    if kind not in KINDS:
        raise ValueError(f"kind={shorten(kind)}: must be one of {', '.join(KINDS)}.")
    seconds = seconds_at(experiment, resolution**2 + 3 * (2 * LINE_POINTS + experiment.snapshots))
    if seconds > MOST_SECONDS:
        weights = parameter_count(experiment.layer_sizes)
        raise LandscapeError(
            f"{resolution} points a side with {experiment.train_rows:,} rows and {weights:,} weights need "
            f"{number(seconds / MOST_SECONDS)} times the work that is allowed: lower one of them."
        )
    return experiment.replace(restarts=RUNS.get(kind, 1))


def survey(
    trace: Trace, kind: str, extent: float, resolution: int, seed: int, on_progress: Progress | None = None
) -> LossLandscape:
    """The landscape of a trace of as many runs as its plane takes; arguments and errors as in `landscape`."""
    with np.errstate(all="ignore"):
        cut = plane(trace, kind, seed)
        weights, runs = parameters(trace), solved(trace)
        points = [cut.project(weights[run]) for run in runs]
        x, y = _grid(cut, points, extent, resolution)
        ends = _line_ends(weights, runs)
        between = len(ends)
        ends += _matched_ends(trace, weights, runs, on_progress)
        shares = np.linspace(0, 1, LINE_POINTS)
        asked = [
            (cut.origin, cut.directions, np.stack(np.meshgrid(x, y), axis=2).reshape(-1, 2)),
            *((cut.origin, cut.directions, places) for places in points),
            *((start, (end - start)[None], shares[:, None]) for _, _, start, end in ends),
        ]
        loss, *others = losses_along(trace.experiment, asked, on_progress)
        paths = tuple(
            Path(
                run,
                int(trace.seeds[run]),
                trace.epochs,
                places,
                trace.train_loss[run].astype(float),
                plane_loss,
                _outside(cut, weights[run], places),
            )
            for run, places, plane_loss in zip(runs, points, others[: len(runs)], strict=True)
        )
        lines = tuple(
            LossLine(names, pair, float(np.linalg.norm(end - start)), shares, values)
            for (names, pair, start, end), values in zip(ends, others[len(runs) :], strict=True)
        )
    return LossLandscape(
        experiment=trace.experiment,
        kind=kind,
        axes=cut.axes,
        x=x,
        y=y,
        loss=loss.reshape(resolution, resolution),
        paths=paths,
        lines=lines[:between],
        matched=lines[between:],
        guess=guess_loss(trace.dataset),
        remarks=cut.remarks,
    )


def valleys(landscapes: LossLandscape) -> int:
    """How many separate places of the picture lie below a quarter of the guess's loss (touching corners count as one).

    Outside the plane, and between the points of the grid, they may hang together.
    """
    return int(label(landscapes.loss < landscapes.bar, np.ones((3, 3)))[1])


def _grid(cut: Plane, paths: Sequence[Array], extent: float, resolution: int) -> tuple[Array, Array]:
    """The places along both axes, of one span, so that the picture is true to scale."""
    if cut.centred:
        middle, half = np.zeros(2), 1.0 if cut.kind == "scaled_random" else length(cut.origin)
    else:
        points = np.concatenate(paths)
        points = points[np.isfinite(points).all(axis=1)]
        low, high = points.min(axis=0), points.max(axis=0)
        middle, half = (low + high) / 2, float((high - low).max()) / 2
        half = half if half > 0 else 1.0
    x, y = (np.linspace(place - extent * half, place + extent * half, resolution) for place in middle)
    return x, y


Ends = tuple[tuple[str, str], tuple[int, int], Array, Array]


def _line_ends(weights: Array, runs: Sequence[int]) -> list[Ends]:
    """The lines to measure: names, runs, and both ends."""
    if len(runs) == 1:
        run = runs[0]
        return [(("start", "end"), (run, run), weights[run, 0], weights[run, -1])]
    return [
        ((f"run {one + 1}", f"run {other + 1}"), (one, other), weights[one, -1], weights[other, -1])
        for one, other in combinations(runs, 2)
    ]


def _matched_ends(trace: Trace, weights: Array, runs: Sequence[int], on_progress: Progress | None) -> list[Ends]:
    """The lines between runs once more, to the second with its units matched to the first's."""
    experiment = trace.experiment
    if not experiment.hidden or experiment.residual or seconds_to_match(experiment.layer_sizes) > MATCH_SECONDS:
        return []
    result = []
    for one, other in combinations(runs, 2):
        if on_progress:
            on_progress(0.0)
        matching = match(trace, one, other)
        if matching:
            layers = renamed_to_match(layer_views(weights[other, -1], experiment.layer_sizes), matching)
            end = np.concatenate([layer.ravel() for layer in layers])
            result.append(((f"run {one + 1}", f"run {other + 1}, matched"), (one, other), weights[one, -1], end))
    return result


def _outside(cut: Plane, path: Array, points: Array) -> float:
    """The share of a path that lies outside the plane."""
    whole = float(np.square(path - path[-1]).sum())
    rest = float(np.square(path - cut.at(points)).sum())
    return min(1.0, rest / whole) if whole > 0 else 0.0


def survey_runs(
    runs: Runs, kind: str, extent: float, resolution: int, seed: int, on_progress: Progress
) -> LossLandscape:
    """The landscape of runs; arguments and errors as in `landscape`."""
    return survey(runs.trace, kind, extent, resolution, seed, on_progress)
