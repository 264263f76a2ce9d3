"""The page on zeros that are right: its controls, the parts of one case, all cases, the way into the Playground."""

from __future__ import annotations

from collections.abc import Sequence

from nnviz.analysis.symmetry.zero_cases import PLAIN, STARTS
from nnviz.analysis.symmetry.zero_paths import MOST_SEEDS, ZeroCase, median, values
from nnviz.analysis.words import number
from nnviz.core.experiment import Experiment
from nnviz.core.registry import Parameter
from nnviz.ui import markup, page
from nnviz.ui.state.controls import Controls
from nnviz.ui.state.presets import Preset
from nnviz.ui.state.state import DEFAULT_A, Comparison

PAGE = page.script("zero")
LAB = Controls(
    "zero",
    PLAIN,
    sections={},
    more=(),
    start=(),
    settings=(
        Parameter(
            name="case", kind=str, default="branch_last_zero", choices=tuple(start.key for start in STARTS),
            label="case", note="Which part is zero at the start.",
        ),
        Parameter(
            name="seeds", kind=int, default=7, low=2, high=MOST_SEEDS, label="seeds", note="Runs of each case.",
        ),
    ),
)  # fmt: skip
PRESETS = tuple(
    Preset(start.label, start.note, {} if start.key == LAB.settings["case"].default else {"case": start.key})
    for start in STARTS
)

LAW = (
    "A kernel's gradient is a product: the error that arrives from above times the signal from below.",
    "So a kernel of zeros moves if and only if both are there; two units part if and only if their products differ.",
    "One zero on a path may stand: its neighbours give it what it needs. Two in a row keep each other at zero.",
)


def parts_table(case: ZeroCase) -> str:
    """The two factors of each part, and when it moves first."""
    return markup.table(
        {
            "error from above": {each.label: number(each.error) for each in case.parts},
            "signal from below": {each.label: number(each.signal) for each in case.parts},
            "predicted": {each.label: step([each.predicted]) for each in case.parts},
            "measured": {each.label: step(each.measured) for each in case.parts},
        }
    )


def cases_table(cases: Sequence[ZeroCase]) -> str:
    """Every case in a line: its last loss, that of what it is compared with, and what the units act as."""
    return markup.table(
        {
            "loss": {case.label: median(case.losses) for case in cases},
            "random start or base": {case.label: median(case.reference) for case in cases},
            "act as": {case.label: f"{values(case.distinct)} of {case.units}" if case.units else "–" for case in cases},
        }
    )


def step(steps: Sequence[int]) -> str:
    """Steps at which something moves first, in words."""
    return " or ".join("never" if each < 0 else f"step {each}" for each in sorted(set(steps)))


def playground_query(experiment: Experiment) -> dict[str, str]:
    """A case as the Playground's A, beside the same net from random weights."""
    a = experiment.replace(snapshots=DEFAULT_A.snapshots)
    b = a.replace(kernel_initializer="glorot_uniform", output_initializer=None, branch_initializer=None)
    return Comparison(a, b).to_query()
