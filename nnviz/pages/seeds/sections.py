"""The page about fixing a seed: its controls, its presets, its sentences and its pictures."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence

import numpy as np
import streamlit as st

from nnviz.analysis.chance.repeats import WEIGHT, Repeats, Ripple, repeats, ripples
from nnviz.analysis.chance.seeds import LEAST, MOST, SEEDS, Judgement, judge
from nnviz.analysis.chance.seeds_sentences import causes, grown, judged, repeated
from nnviz.core.experiment import DEFAULT, Experiment
from nnviz.core.registry import Parameter
from nnviz.figures.chance.seeds import in_order, plot_per_seed, plot_ripple
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import PALETTES
from nnviz.ui import markup, page
from nnviz.ui.state.controls import Choice, Controls
from nnviz.ui.state.presets import Preset
from nnviz.ui.state.state import Comparison
from nnviz.ui.work import compute
from nnviz.ui.work.results import drawn_once

PAGE = page.script("seeds")

_A = DEFAULT.replace(dataset="circles", samples=200, activation="relu", epochs=100)
LAB = Controls(
    "seeds",
    Comparison(_A, _A.replace(kernel_initializer="he_uniform")),
    settings=(
        Parameter(
            name="seeds", kind=int, default=SEEDS, low=LEAST, high=MOST, label="seeds to judge by",
            note="A and B are trained with each of these, counting up from the seed below.",
        ),
    ),
)  # fmt: skip

PRESETS = (
    Preset("Glorot · He", "Two good starts. Does one seed tell which is the better?", {}),
    Preset(
        "a clear case",
        "Small steps against larger ones. Does any seed mislead?",
        {"b_kernel_initializer": "glorot_uniform", "learning_rate": "0.1", "b_learning_rate": "0.3"},
    ),
    Preset(
        "normal · uniform",
        "The same spread in two shapes. Can 50 seeds tell them apart?",
        {"kernel_initializer": "he_normal"},
    ),
    Preset("the same twice", "A is B. What does each seed say?", {"b_kernel_initializer": "glorot_uniform"}),
    Preset(
        "8 units · 16",
        "More units at the same price a seed. Is it always worth it?",
        {"b_kernel_initializer": "glorot_uniform", "b_hidden": "16"},
    ),
    Preset(
        "tanh · ReLU",
        "Which bends better? Ask one seed, then fifty.",
        {"activation": "tanh", "b_kernel_initializer": "glorot_uniform", "b_activation": "relu"},
    ),
)


def shown(choice: Choice) -> tuple[Comparison, list[str]]:
    """The pair with one seed for both sides, and what has to be said about it."""
    pair = choice.comparison
    said = list(choice.problems)
    if pair.a.seed != pair.b.seed:
        said.append("Both sides are trained with the same seeds, A's: a seed of its own for B is left out.")
        pair = Comparison(pair.a, pair.b.replace(seed=pair.a.seed))
    if pair.a.load_dataset() is not pair.b.load_dataset():
        said.append("A and B learn from other data, so their losses do not compare.")
    return pair, said


def judgement(pair: Comparison, seeds: int) -> Judgement | None:
    """What so many seeds say, or as many as the budget allows, which is said on the page."""
    wanted = seeds
    while seeds >= LEAST:
        try:
            result = compute.result_of("Training A and B with every seed", judge, pair.a, pair.b, seeds)
        except ValueError:
            seeds //= 2
            continue
        if seeds < wanted:
            page.remarks([f"{wanted} seeds of these two are more work than is allowed: {seeds} are taken instead."])
        return result
    page.remarks(
        [f"Even {LEAST} seeds of these two are more work than is allowed: take fewer epochs or smaller networks."]
    )
    return None


def again(experiment: Experiment) -> Repeats:
    """A's run, trained several times over."""
    return compute.result_of("Training the same seed again", repeats, experiment)


def changed(experiment: Experiment) -> tuple[Ripple, ...]:
    """A's run with one number changed."""
    return compute.result_of("Training with one number changed", ripples, experiment)


def answer(same: Repeats, judgements: Judgement | None = None) -> None:
    """The page's answer: when to fix a seed, and when not."""
    lines = [("Fix it", "to get the same run again.", repeated(same))]
    if judgements:
        lines.append(("Do not fix it", "to judge by.", judged(judgements)))
    st.html(
        "".join(
            '<p class="verdict" style="border-left: 4px solid currentColor; grid-template-columns: 20rem 1fr">'
            f'<span class="who"><b>{head}</b> {rest}</span> <span class="what">{markup.text(sentence)}</span></p>'
            for head, rest, sentence in lines
        )
    )


def digests(same: Repeats) -> None:
    """Every training's digest, and how many of its numbers differ from the first's."""
    rows = {"trained at first": (same.seed, same.digest, "–")}
    for run in (*same.same, same.other):
        rows[run.how] = (run.seed, run.digest, f"{run.differing:,} of {same.numbers:,}")
    headings = ("seed", "final weights", "numbers that differ")
    table = {heading: {how: str(row[i]) for how, row in rows.items()} for i, heading in enumerate(headings)}
    st.html(markup.table(table))
    st.html(
        f"<p>Whoever trains this network again here, for use or to hunt a bug, gets {same.digest}. In a class, "
        "everybody who opens this page's link sees this run, for the link holds the seed.</p>"
        f'<p class="muted">“Final weights” is a digest of all {same.weights:,} weights and biases, the first digits of '
        "their SHA-256: equal digests, equal weights. Compared is everything that was recorded, at all moments.</p>"
    )


@drawn_once
def _ripple(experiment: Experiment, theme: str, _ripples: Sequence[Ripple]) -> Figure:
    """The picture of the changes, drawn once for everybody."""
    return plot_ripple(_ripples, PALETTES[theme])


@drawn_once
def _per_seed(pair: Comparison, seeds: int, theme: str, _judgement: Judgement) -> Figure:
    """The picture of all seeds, drawn once for everybody."""
    return plot_per_seed(_judgement, PALETTES[theme])


def causes_of(moved: Sequence[Ripple], experiment: Experiment, theme: str) -> None:
    """The picture of the changes, and what it is good for."""
    picture, words = st.columns([3, 2])
    with picture:
        page.chart(_ripple(experiment, theme, moved))
    said = causes(moved)
    said += grown(next(ripple for ripple in moved if ripple.change == WEIGHT))
    said.append(
        "With the seed fixed, all else is equal to the bit. So where two runs differ, the change is the cause, and the "
        "step at which they part says where to look."
    )
    with words:
        st.html(markup.paragraphs(said))


def playground_query(pair: Comparison, seed: int) -> dict[str, str]:
    """The pair with another seed, as the Playground's."""
    return Comparison(*(side.replace(seed=seed) for side in (pair.a, pair.b))).to_query()


def why_it_misleads(judgements: Judgement, pair: Comparison, theme: str) -> None:
    """The picture of all seeds, in which a click on one opens it in the Playground; and what to make of it."""
    picture, words = st.columns([3, 2])
    with picture:
        points = page.clicked(_per_seed(pair, len(judgements.seeds), theme, judgements))
    if points:
        place = int(in_order(judgements)[int(points[0]["x"]) - 1])
        page.go(page.PLAYGROUND, playground_query(pair, int(judgements.seeds[place])))
    said = [
        "Each point is one seed: A and B trained with it, and judged by the loss on unseen data. The ring is the seed "
        "that might have been fixed, the grey band the 95 % interval of the median (order statistics). No single "
        "run rules it.",
        "A fixed seed becomes part of the recipe: one says how good this one draw is, many say how good the recipe is.",
    ]
    if judgements.diverged:
        said.append(
            f"With {judgements.diverged} of {len(judgements.seeds)} seeds one or both diverged: whoever does has lost "
            "that seed."
        )
    with words:
        st.html(markup.paragraphs(said))
        with st.container(key="seeds_open", horizontal=True, vertical_alignment="bottom"):
            seed = st.selectbox(
                "Click a point, or choose a seed", judgements.seeds.tolist(), key="seeds.seed", width=220
            )
            query = playground_query(pair, seed if seed is not None else int(judgements.seeds[0]))
            st.page_link(page.PLAYGROUND, label="Open in the Playground", query_params=query)


def beyond(same: Repeats) -> None:
    """What a fixed seed does not fix; none of it measured here, and said so."""
    st.html(
        "<p>Another processor, or another version of the libraries, may round differently, and other libraries add in "
        "another order on another number of cores. The picture above shows what became of one such rounding.</p>"
        f"<p>Not measured here. The digest {same.digest} is of NumPy {np.__version__} on {platform.machine()} with "
        f"{os.cpu_count()} processors: compare it with that of another machine.</p>"
    )
