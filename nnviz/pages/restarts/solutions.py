"""The distinct solutions of many runs, and whether two runs are one network: the section for a page of restarts."""

from __future__ import annotations

import streamlit as st

from nnviz.analysis.solutions import matching as match_runs
from nnviz.analysis.solutions.matching import Matching, equal_settings, match
from nnviz.analysis.solutions.run_recipes import Looked, Runs, look
from nnviz.analysis.solutions.solutions import ALIKE, Solution, Solutions
from nnviz.analysis.words import count, percent
from nnviz.core import activations
from nnviz.core.experiment import DEFAULT, Experiment
from nnviz.core.registry import plain
from nnviz.core.trace import Trace
from nnviz.figures.solutions import solutions as draw
from nnviz.figures.solutions.matching import matching as draw_matching
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import PALETTES
from nnviz.ui import markup, page
from nnviz.ui.state import state
from nnviz.ui.state.state import Comparison
from nnviz.ui.work import compute
from nnviz.ui.work.results import drawn_once

FIRST, SECOND = "solutions.first", "solutions.second"
_OF = "solutions.of"  # in the session: of which runs these two are


def solutions(trace: Trace, theme: str, alike: float = ALIKE) -> Solutions:
    """Draw the section: the solutions found, links to them, and two runs matched unit by unit.

    Args:
        trace: the runs; only its last snapshot is looked at.
        theme: light or dark.
        alike: how differently runs of one solution may answer, on average over the inputs.

    Returns:
        What was found, for sentences elsewhere on the page.
    """
    runs = Runs.of(trace.at([-1]))
    looked = compute.result_of("Comparing what the runs answer", look, runs, alike)
    result = looked.solutions
    _show(looked, theme)
    if result.distinct:
        _links(trace.experiment, result)
    if len(trace.seeds) - result.diverged > 1:
        st.subheader("Are two runs the same network?", anchor=False)
        _two_runs(looked, theme)
    return result


@drawn_once
def _figures(experiment: Experiment, seeds: bytes, alike: float, theme: str, _looked: Looked) -> list[Figure]:
    """The pictures of the solutions, drawn once for everybody; `experiment`, `seeds` and `alike` tell which."""
    palette = PALETTES[theme]
    pictures = draw.solution_figures(_looked.runs.trace, _looked.solutions, palette)
    matrix = None if pictures else draw.plot_distance_matrix(_looked.solutions, palette)
    return [matrix] if matrix else pictures


def _show(looked: Looked, theme: str) -> None:
    """The pictures, where there are any, and the numbers."""
    result, runs = looked.solutions, looked.runs
    figures = _figures(runs.experiment, runs.seeds, result.alike, theme, looked)
    if result.where == "rows" or not figures:  # else the first picture says it
        st.html(f'<p class="finding">{markup.text(draw.solutions_finding(result))}</p>')
    places = st.columns(2)
    for column, figure in zip(places, figures, strict=False):
        with column:
            page.chart(figure)
    if result.distinct:
        with places[1] if len(figures) == 1 else st.container():
            st.html(markup.table(draw.solution_numbers(result)))
            st.html(f'<p class="muted">{markup.text(_method(result))}</p>')


def _method(measurement: Solutions) -> str:
    """What the numbers mean."""
    where = {
        "plane": "over a grid in the plane of the data",
        "line": "over a grid on the line of the data",
        "rows": f"over {measurement.inputs:,} unseen rows",
    }[measurement.where]
    words = (
        f"Any two runs of one solution answer alike: {where}, their answers differ by no more than "
        f"{plain(measurement.alike)} on average. Its typical run is the one that differs least from the rest."
    )
    if measurement.where == "rows":
        words += " A picture of the answers needs data in the plane or on a line."
    if measurement.left_out:
        words += f" {measurement.left_out:,} more runs were not compared."
    return words


def _links(experiment: Experiment, measurement: Solutions) -> None:
    """The typical runs in the Playground, each beside that of another solution where there is one."""
    with st.container(horizontal=True, gap=None, vertical_alignment="center", key="solutions-open"):
        st.html('<span class="muted">Open in the Playground</span>', width="content")
        for name, solution in draw.numbered(measurement):
            st.page_link(
                page.PLAYGROUND,
                label=f"solution {name}: seed {solution.seed}",
                query_params=playground_query(experiment, solution.seed, _beside(measurement, solution)),
            )


def _beside(measurement: Solutions, solution: Solution) -> int:
    """The seed to show beside a solution's typical run: the commonest other's."""
    return next((other.seed for other in measurement.distinct if other is not solution), solution.seed)


def playground_query(experiment: Experiment, seed: int, other: int) -> dict[str, str]:
    """Two runs of an experiment as the Playground's A and B."""
    a = experiment.replace(seed=seed, restarts=1, snapshots=DEFAULT.snapshots)
    return Comparison(a, a.replace(seed=other)).to_query()


def _two_runs(looked: Looked, theme: str) -> None:
    """A chooser of two runs, and how near they come to each other by renaming and flipping units."""
    experiment, seeds = looked.runs.experiment, looked.runs.trace.seeds
    _choose_at_first(looked)
    first, second, layer_place = st.columns(3)
    low, high = int(seeds.min()), int(seeds.max())
    with first:
        one = st.number_input("Seed of one run", low, high, key=FIRST, on_change=state.touch)
    with second:
        other = st.number_input("Seed of the other", low, high, key=SECOND, on_change=state.touch)
    with layer_place:
        layer = page.layer_menu(len(experiment.hidden))
    places = [int(abs(seeds - seed).argmin()) for seed in (one, other)]  # a stopped training may have gaps
    matched = match(looked.runs.trace, *places)
    if matched is None:
        st.html('<p class="finding">One of the two has diverged: there is nothing left to compare.</p>')
        return
    figure = draw_matching(matched, PALETTES[theme], layer)
    left, right = st.columns(2)
    with left:
        if figure:
            page.chart(figure)
    with right:
        st.html(markup.paragraphs(sentences(looked, matched)))
        st.page_link(
            page.PLAYGROUND, label="Open both in the Playground", query_params=playground_query(experiment, one, other)
        )


def _choose_at_first(looked: Looked) -> None:
    """At first the commonest solution's typical run, and the run of it that comes closest."""
    now = hash((looked.runs, looked.solutions.alike))
    if st.session_state.get(_OF) == now and FIRST in st.session_state:
        return
    seeds = looked.runs.trace.seeds
    closest = min(looked.twins, key=lambda twin: twin.after, default=None)
    pair = closest.seeds if closest else (int(seeds[0]), int(seeds[1]))
    st.session_state[FIRST], st.session_state[SECOND] = pair
    st.session_state[_OF] = now


def sentences(looked: Looked, matched: Matching) -> list[str]:
    """What follows from the matching of two runs, and how common it is."""
    experiment = looked.runs.experiment
    if not matched.layers:
        return ["Without hidden units there is nothing to rename."]
    ways = equal_settings(experiment.hidden, matched.odd)
    label = activations.registry[experiment.activation].label
    named = "named and flipped" if matched.odd else "named"
    said = [
        f"{count(sum(experiment.hidden), 'unit')} can be {named} in {_amount(ways)} ways. "
        "All of these settings answer alike, so seeds can end far apart and still agree."
    ]
    if matched.scales:
        said.append(f"{label} units can also be rescaled without a change of the answers; this is not undone here.")
    if not matched.exact:
        said.append("With several hidden layers the matching is a good one, not surely the best.")
    if looked.twins:
        near = sum(twin.kind != "other" for twin in looked.twins)
        total, seed = len(looked.twins), looked.twins[0].seeds[0]
        others = f"{count(total, 'run')} that {'answers' if total == 1 else 'answer'} like seed {seed}"
        left = min(twin.relative for twin in looked.twins)
        said.append(
            f"Of {others}, {near} {'is' if near == 1 else 'are'} nearly the same network once the units are matched "
            f"(no more than {percent(match_runs.NEAR)} of the length left). The closest leaves {percent(left)}."
        )
    return said


def _amount(ways: int) -> str:
    """A whole number that may have thousands of digits."""
    if ways < 10**12:
        return f"{ways:,}"
    power = int(ways.bit_length() * 0.30103)
    return "about 10" + f"{power}".translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
