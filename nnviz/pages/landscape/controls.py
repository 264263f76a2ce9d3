"""The landscape's controls, its presets, and its remembered work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

import streamlit as st

from nnviz.analysis.landscape import sentences as words
from nnviz.analysis.landscape.landscape import LossLandscape, prepared, survey_runs
from nnviz.analysis.landscape.planes import KINDS, RUNS
from nnviz.analysis.solutions.run_recipes import Runs
from nnviz.analysis.words import number
from nnviz.core.experiment import MOST_SEED, Experiment
from nnviz.core.registry import Parameter
from nnviz.figures.style.figure import Figure
from nnviz.ui import page
from nnviz.ui.download.link_and_numbers import link_and_numbers
from nnviz.ui.state import state
from nnviz.ui.state.controls import Controls
from nnviz.ui.state.presets import Preset
from nnviz.ui.state.state import Comparison
from nnviz.ui.work import compute

PAGE = page.script("landscape")
MAP: Final = "2-D map"
SURFACE: Final = "3-D surface"
VIEW, LOG = "view.landscape", "view.landscape.log"

DEFAULT = Experiment(
    dataset="xor", noise=0.0, hidden=(2,), learning_rate=0.5, batch_size=None, epochs=2000
)  # 2-2-1 on XOR: small enough that most of each path lies in the plane
SETTINGS = (
    Parameter(
        name="plane", kind=str, default=KINDS[0], choices=KINDS, label="plane through",
        note="The ends of three runs, or of two and the first's start; the main directions of one run's path; or "
        "random directions around its end, scaled to each unit's weights or plain.",
    ),
    Parameter(
        name="extent", kind=float, default=1.5, low=0.05, high=50, label="reach",
        note="How far the picture goes: 1 just holds all paths. Around one end, in lengths of its weights.",
    ),
    Parameter(
        name="resolution", kind=int, default=61, low=11, high=151, label="points a side",
        note="At each the loss of all training rows is computed.",
    ),
    Parameter(
        name="directions", kind=int, default=0, low=0, high=MOST_SEED, label="directions' seed",
        note="Draws the random directions.",
    ),
)  # fmt: skip
LAB = Controls("landscape", DEFAULT, settings=SETTINGS)

_MOONS = {
    "dataset": "moons", "noise": "0.1", "hidden": "8", "learning_rate": "0.3", "batch_size": "32", "epochs": "200",
}  # fmt: skip
PRESETS = (
    Preset("XOR: solved and stuck", "Where do the stuck runs end: in a hole, or on a shelf?", {"seed": "3"}),
    Preset(
        "XOR: two starts, one valley",
        "Is there anything between these two?",
        {"seed": "7", "plane": "two_runs"},
    ),
    Preset("two moons, 8 units", "Three starts, three solutions. How high is the ground between them?", _MOONS),
    Preset("64 units", "Does a wider network have lower passes?", _MOONS | {"hidden": "64"}),
    Preset("one run's own path", "How much of a path in 33 dimensions fits in two?", _MOONS | {"plane": "own_path"}),
    Preset(
        "around one end",
        "Random directions, each as long as the unit's own weights.",
        _MOONS | {"plane": "scaled_random"},
    ),
    Preset(
        "zeros: the ground around the start",
        "Which way is down?",
        _MOONS | {"kernel_initializer": "zeros", "plane": "plain_random", "extent": "8.0"},
    ),
    Preset(
        "no hidden layer",
        "Without hidden units nothing can be renamed. How many valleys are left?",
        _MOONS | {"dataset": "blobs", "hidden": "none"},
    ),
)


def landscape_of(experiment: Experiment, settings: Mapping[str, Any]) -> LossLandscape:
    """The landscape as the controls ask for it: remembered, and the training by itself, so that a zoom needs none.

    Raises:
        ValueError: it cannot be drawn; the message says why.
    """
    kind, resolution = settings["plane"], settings["resolution"]
    runs = prepared(experiment, kind, resolution)
    trace = compute.trace_of(runs, {3: "three runs", 2: "two runs"}.get(RUNS.get(kind, 1), "the run"))

    return compute.result_of(
        "Measuring the ground",
        survey_runs,
        Runs.of(trace),
        kind,
        settings["extent"],
        resolution,
        settings["directions"],
    )


def view() -> tuple[bool, bool]:
    """Whether to draw the surface, and whether by logarithms."""
    with st.container(horizontal=True, vertical_alignment="center"):
        chosen = st.segmented_control(
            "View", [MAP, SURFACE], default=MAP, key=VIEW, on_change=state.touch, label_visibility="collapsed",
            required=True,
        )  # fmt: skip
        log = st.toggle("Logarithmic heights", value=True, key=LOG, on_change=state.touch)
    return chosen == SURFACE, log


def explain_picture(landscape: LossLandscape, surface: bool, cuts: str) -> None:
    """What the picture is, in short sentences.

    Args:
        landscape: the landscape.
        surface: whether it is drawn in three dimensions.
        cuts: what is not drawn as high or as deep as it is.
    """
    off = "Where a path hangs over the ground or runs under it, it lies outside the plane."
    dashed = f"The dashed line is at {number(landscape.guess)}: as good as a guess."
    crossed = landscape.loss.min() < landscape.guess < landscape.loss.max()
    marks = "Training leads from the hollow marks to the filled ones."
    _paragraphs((words.plane(landscape), marks, off if surface else dashed if crossed else "", cuts))


def explain_runs(landscape: LossLandscape) -> None:
    """What the picture does not show of the runs, in short sentences."""
    _paragraphs((words.outside(landscape),), (words.copies(landscape), words.matched(landscape)))


def _paragraphs(*paragraphs: Sequence[str]) -> None:
    texts = (" ".join(filter(None, sentences)) for sentences in paragraphs)
    st.html("".join(f"<p>{escape(text)}</p>" for text in texts if text))


def to_playground(landscape: LossLandscape) -> None:
    """The way to the Playground, where runs can be watched while they learn."""
    alone = landscape.experiment.replace(restarts=1)
    seeds = [path.seed for path in landscape.paths]
    first, second = alone.replace(seed=seeds[0]), alone.replace(seed=seeds[1] if len(seeds) > 1 else seeds[0] + 1)
    label = "Watch the first two learn" if len(seeds) > 1 else "Watch it learn, beside the next seed"
    st.page_link(page.PLAYGROUND, label=label, query_params=Comparison(first, second).to_query())


def take_home(experiment: Experiment, settings: Mapping[str, Any], figures: Mapping[str, Figure]) -> None:
    """The link to the page, and the numbers behind each chart."""
    files = ((name, f"nnviz-landscape-{name}", figure) for name, figure in figures.items())
    link_and_numbers("landscape", "landscape", LAB.to_query(experiment, **settings), files)
