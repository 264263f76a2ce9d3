"""How long the labs take to answer: the depth lab, the heat map, the basin map, the restart lab, and each claim."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from statistics import median

from bench.measure import Table, against, interleaved
from nnviz.analysis import claims
from nnviz.analysis.depth.signal import SignalSpec, measure
from nnviz.analysis.depth.theory import theory
from nnviz.analysis.initializers.works import RECIPE, works
from nnviz.analysis.landscape.basin_map import RECIPE as BASIN_RECIPE
from nnviz.analysis.landscape.basin_map import Window, basins
from nnviz.analysis.restarts.restarts import Restarts, join, portion, train_portion
from nnviz.core import activations
from nnviz.core.experiment import Experiment
from nnviz.figures.depth import depth
from nnviz.figures.depth.chaos import plot_chaos
from nnviz.figures.style.template import LIGHT

DEPTH_GOAL, WORKS_GOAL, BASINS_GOAL, RESTARTS_GOAL = 0.5, 10.0, 3.0, 4.0
TURNS = 5
XOR = Experiment(dataset="xor", samples=8, noise=0.0, hidden=(2,), batch_size=None, learning_rate=0.5, epochs=5000)
MOONS = Experiment(hidden=(8,), epochs=500)


def labs() -> Iterator[Table]:
    """Seconds from a changed control to all figures of the depth lab, and for the default heat map."""
    table = Table("Seconds until a lab has its answer", ["Without the browser, which the section `page` measures."])
    spec = SignalSpec(depth=30, width=64)
    seconds = interleaved({"depth": lambda: _depth(spec)}, TURNS)["depth"]
    what = f"depth lab, {spec.depth} layers of {spec.width}, {spec.seeds} seeds, all figures"
    table.rows.append({"lab": what, "seconds": median(seconds), **against(median(seconds), DEPTH_GOAL, at_least=False)})
    started = time.perf_counter()
    cells = len(works().cells)
    took = time.perf_counter() - started
    what = f"heat map, {cells} cells of {RECIPE.restarts} restarts"
    table.rows.append({"lab": what, "seconds": took, **against(took, WORKS_GOAL, at_least=False)})
    recipe, window = BASIN_RECIPE, Window()
    took = median(interleaved({"basins": lambda: basins(recipe, window)}, TURNS)["basins"])
    what = f"basin map, {window.side} × {window.side} runs of {recipe.total_steps} steps"
    table.rows.append({"lab": what, "seconds": took, **against(took, BASINS_GOAL, at_least=False)})
    for name, experiment, runs in (("XOR", XOR, 1000), ("two moons", MOONS, 200)):
        took = median(interleaved({name: partial(_restarts, experiment, runs)}, TURNS)[name])
        what = f"{runs:,} restarts of {name}, {experiment.total_steps:,} steps, {experiment.dtype}, in portions"
        table.rows.append({"lab": what, "seconds": took, **against(took, RESTARTS_GOAL, at_least=False)})
    yield table

    table = Table("Seconds for each claim", ["As `python -m nnviz claims` measures them, one after another."])
    for claim in claims.registry.values():
        result = claims.check(claim)
        table.rows.append({"claim": claim.key, "verdict": result.verdict, "seconds": result.seconds})
    yield table


def _restarts(experiment: Experiment, runs: int) -> Restarts:
    """All runs, as the restart lab trains them."""
    parts: list[Restarts] = []
    while (done := sum(part.runs for part in parts)) < runs:
        parts.append(train_portion(portion(experiment, done, runs)))
    return join(parts)


def _depth(spec: SignalSpec) -> None:
    record, expected = measure(spec), theory(spec)
    for draw in (depth.plot_forwards, depth.plot_backwards, depth.plot_likeness):
        draw(record, expected, LIGHT)
    for draw in (depth.plot_histograms, depth.plot_idle):
        draw(record, LIGHT)
    plot_chaos(expected and expected.place, activations.registry[spec.activation], LIGHT)
