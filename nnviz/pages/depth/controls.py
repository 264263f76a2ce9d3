"""The depth lab's controls, its state in the URL, its presets and its cached calls.

The URL is the state: it holds the fields that differ from the default spec, under their plain names. The session
holds the widgets' values, and the query as last read or written.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import partial
from html import escape
from typing import Any

import streamlit as st

from nnviz.analysis.depth.meanfield import MeanFieldPoint
from nnviz.analysis.depth.signal import FIELDS, INITIALIZERS, NORMAL, WORK, SignalRecord, SignalSpec, check_field
from nnviz.analysis.depth.theory import SignalTheory, measure_and_expect
from nnviz.analysis.depth.verdict import SignalVerdict
from nnviz.core import activations, datasets
from nnviz.core.initializers import Initializer
from nnviz.core.registry import text_of
from nnviz.figures.depth import depth
from nnviz.figures.depth.chaos import plot_chaos
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.template import PALETTES, Palette
from nnviz.ui import page
from nnviz.ui.download.link_and_numbers import link_and_numbers
from nnviz.ui.state import state
from nnviz.ui.state.initial_values import InitialValues
from nnviz.ui.state.presets import Preset
from nnviz.ui.state.state import Query
from nnviz.ui.state.widgets import capital, initializer_control, initializer_options, parameter_control
from nnviz.ui.work import compute
from nnviz.ui.work.results import drawn_once

PAGE = page.script("depth")
DEFAULT = SignalSpec()
SLIDERS = ("depth",)
MAIN = ("kernel_initializer", "activation", "depth", "width", "data", "seeds")
MORE = ("bias_initializer", "rows", "seed")
STARTS = {"kernel_initializer": "Kernels start from", "bias_initializer": "Biases start from"}
MOST_SENTENCES = 8


METHOD = (
    "Spread is the standard deviation over units and inputs. The gradient is that of each unit's sum, from an error of "
    "spread 1 drawn for every unit of the last layer. Lines are the median network, bands eight in ten of them. Theory "
    "is that of very wide layers: Poole et al. 2016, Schoenholz et al. 2017."
)

PRESETS = (
    Preset("Glorot · ReLU", "Keras's default start, and the usual activation.", {}),
    Preset("He · ReLU", "Twice the variance. What does that do?", {"kernel_initializer": "he_normal"}),
    Preset("PyTorch's default · ReLU", "A third of LeCun's variance.", {"kernel_initializer": "pytorch_default"}),
    Preset("random normal 0.05 · ReLU", "Keras's plain bell curve.", {"kernel_initializer": "random_normal"}),
    Preset(
        "small numbers in [0, 0.1]",
        "As some tutorials advise: what becomes of two inputs?",
        {"activation": "tanh", "kernel_initializer": "positive_uniform"},
    ),
    Preset("Glorot · tanh", "What it was made for.", {"activation": "tanh"}),
    Preset(
        "orthogonal · linear",
        "Rotations only: is anything lost?",
        {"activation": "linear", "kernel_initializer": "orthogonal"},
    ),
    Preset("orthogonal · tanh", "Rotations, and a bend.", {"activation": "tanh", "kernel_initializer": "orthogonal"}),
    Preset(
        "too large · tanh",
        "A spread of 1: what becomes of two inputs that are alike?",
        {"activation": "tanh", "kernel_initializer": "random_normal(stddev=1.0)"},
    ),
)


def to_query(spec: SignalSpec) -> dict[str, str]:
    """The spec as texts for a URL; what equals the default is left out.

    >>> to_query(SignalSpec(depth=10, kernel_initializer="positive_uniform(high=0.2)"))
    {'depth': '10', 'kernel_initializer': 'positive_uniform(high=0.2)'}
    """
    values = {field.name: getattr(spec, field.name) for field in dataclasses.fields(spec)}
    return {
        name: str(value) if isinstance(value, Initializer) else text_of(value)
        for name, value in values.items()
        if value != getattr(DEFAULT, name)
    }


def from_query(query: Query) -> tuple[SignalSpec, list[str]]:
    """The spec that a URL's query stands for, and a sentence for each thing that could not be used. Never raises."""
    values: dict[str, Any] = {}
    sentences: list[str] = []
    for name, given in query.items():
        texts = [given] if isinstance(given, str) else list(given)
        text = texts[-1] if texts else ""
        try:
            if name in FIELDS:
                values[name] = FIELDS[name].parse(text)
            elif name in INITIALIZERS:
                values[name] = check_field(name, text)
            else:
                sentences += state.unknown([name], (*FIELDS, *INITIALIZERS), len(sentences))
        except ValueError as error:
            sentences.append(f"{error} Ignored.")
    try:
        return SignalSpec(**values), sentences[:MOST_SENTENCES]
    except ValueError as error:
        kept = {name: value for name, value in values.items() if name not in WORK}
        return SignalSpec(**kept), [*sentences[: MOST_SENTENCES - 1], f"{error} Left out: {', '.join(WORK)}."]


linked = state.Linked("depth", to_query, from_query)
initial_values = InitialValues("depth")


def sidebar() -> tuple[SignalSpec, list[str]]:
    """Draw the controls, filled from the URL where that brings something new, and keep the URL in step.

    Returns:
        The spec to show, the last possible one where the controls ask for too much; and what could not be used.
    """
    arrived = linked.incoming(entering=not initial_values.drawn("depth"))
    if arrived:
        for name in (*FIELDS, *INITIALIZERS):
            initial_values.fill(name, getattr(arrived, name))
    with st.sidebar:
        values, problems = _draw()
    if problems:
        return linked.kept(), problems
    try:
        spec = SignalSpec(**values)
    except ValueError as error:
        return linked.kept(), [str(error)]
    linked.keep(spec)
    return spec, linked.sentences()


def _draw() -> tuple[dict[str, Any], list[str]]:
    """All controls: the values they hold, and a sentence for each that holds none."""
    values: dict[str, Any] = {}
    problems: list[str] = []

    def draw(name: str) -> None:
        try:
            values[name] = initial_values.read(name, partial(_control, name))
        except ValueError as error:
            problems.append(str(error))

    for name in MAIN:
        draw(name)
    with st.expander("More"):
        for name in MORE:
            draw(name)
    return values, problems


def _control(name: str, key: str, begun: Any) -> Any:
    if name in STARTS:
        return initializer_control(key, STARTS[name], initializer_options(biases=name == "bias_initializer"), begun)
    return parameter_control(
        FIELDS[name], key, capital(FIELDS[name].label), begun, _choice_label, slider=name in SLIDERS
    )


def _choice_label(choice: str) -> str:
    for registry in (activations.registry, datasets.registry):
        if choice in registry:
            return registry[choice].label
    return "normal noise" if choice == NORMAL else choice.replace("_", " ")


def words(verdict: SignalVerdict, described: str, palette: Palette) -> str:
    """The verdict as HTML, with what it is about."""
    return (
        f'<p class="verdict" style="border-left: 4px solid {palette.a}">'
        f'<span class="who"><b style="color: {palette.a}">{escape(verdict.word)}</b></span> '
        f'<span class="what">{escape(" ".join(verdict.sentences))}<br>'
        f'<span class="muted">{escape(described)}</span></span></p>'
    )


def take_home(spec: SignalSpec, figures: Mapping[str, Figure]) -> None:
    """The link to the page, and the numbers behind each chart."""
    files = ((name, f"nnviz-depth-{name}", figure) for name, figure in figures.items())
    link_and_numbers("depth", "networks", to_query(spec), files)


def measured(spec: SignalSpec) -> tuple[SignalRecord, SignalTheory | None]:
    """What was measured and what the theory says."""
    return compute.result_of("Sending a signal through", measure_and_expect, spec)


@drawn_once
def figures(spec: SignalSpec, theme: str, _record: SignalRecord, _expected: SignalTheory | None) -> dict[str, Figure]:
    """All the page's figures by name; the spec tells what was measured."""
    palette = PALETTES[theme]
    drawn = (
        depth.plot_forwards(_record, _expected, palette),
        depth.plot_backwards(_record, _expected, palette),
        depth.plot_histograms(_record, palette),
        depth.plot_idle(_record, palette),
        depth.plot_likeness(_record, _expected, palette),
        _map(_expected.place if _expected else None, spec.activation, theme),
    )
    return {figure.name: figure for figure in drawn}


@drawn_once
def _map(place: MeanFieldPoint | None, activation: str, theme: str) -> Figure:
    """The plane of variances, which other data or another depth leave as it is."""
    return plot_chaos(place, activations.registry[activation], PALETTES[theme])
