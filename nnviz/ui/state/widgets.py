"""Controls made from the registries' records: one for a parameter, one for an initializer with its parameters."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from nnviz.core import initializers
from nnviz.core.initializers import Initializer
from nnviz.core.registry import Parameter, Value, text_of
from nnviz.ui.state import state

LADDERS = {"learning_rate": (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.5, 1.0, 3.0, 10.0)}


def capital(label: str) -> str:
    """A label as it begins a line."""
    return label[:1].upper() + label[1:]


def parameter_control(
    parameter: Parameter,
    key: str,
    label: str,
    value: Value,
    choice_label: Callable[[str], str] = lambda choice: choice.replace("_", " "),
    disabled: bool = False,
    slider: bool = False,
    steps: Callable[[int], str] | None = None,
) -> Any:
    """The control that fits a parameter's kind, and its value.

    Args:
        parameter: what is chosen.
        key: of the widget.
        label: what stands above it.
        value: what it begins with.
        choice_label: how the choices of a text are called.
        disabled: whether it has no effect now.
        slider: whether a number is chosen on a slider.
        steps: how each whole number is written, where it is chosen on a slider of words.

    Raises:
        ValueError: it holds no value; only where one can type freely, or choose none.
    """
    help_text = f"{parameter.note} Empty: {parameter.none}." if parameter.none else parameter.note
    common: dict[str, Any] = {"key": key, "help": help_text or None, "on_change": state.touch, "disabled": disabled}
    if parameter.kind is bool:
        return st.checkbox(label, bool(value), **common)
    if parameter.kind is str:
        index = parameter.choices.index(str(value))
        return st.selectbox(label, parameter.choices, index, format_func=choice_label, **common)
    if parameter.kind is tuple and parameter.choices:
        chosen = st.multiselect(label, parameter.choices, value, **common)
        if not chosen:
            raise ValueError(f"{label}: choose at least one.")
        return parameter.check(chosen)
    if parameter.kind is tuple:
        return parameter.parse(st.text_input(label, text_of(value), **common))
    if parameter.name in LADDERS:
        rungs = [text_of(rung) for rung in sorted({*LADDERS[parameter.name], float(value)})]  # type: ignore[arg-type]
        index = rungs.index(text_of(value))
        return parameter.parse(
            st.selectbox(label, rungs, index, accept_new_options=True, filter_mode="prefix", **common) or ""
        )
    low, high = parameter.kind(parameter.low), parameter.kind(parameter.high)
    if steps:
        return st.select_slider(label, range(low, high + 1), value, format_func=steps, **common)
    if slider:
        return st.slider(label, low, high, value, **common)
    if parameter.none:  # Streamlit lets only a box be emptied that is drawn empty; so it is told, until changed
        if st.session_state.get(key, value) == value:
            st.session_state[key] = value
        value = None
    return st.number_input(
        label,
        min_value=low,
        max_value=high,
        value=None if value is None else parameter.kind(value),
        step=_step(parameter),
        format="%d" if parameter.kind is int else "%g",
        placeholder=parameter.none or None,
        **common,
    )


def _step(parameter: Parameter) -> int | float:
    """How far a click moves a number: one, or half of the default's decade."""
    if parameter.kind is int:
        return 1
    default = abs(parameter.default) if isinstance(parameter.default, (int, float)) else 0.0
    return 0.5 * 10.0 ** math.floor(math.log10(default)) if default else 0.1


def initializer_options(biases: bool) -> list[str]:
    """The initializers that can start kernels, or biases, by key."""
    return [scheme.key for scheme in initializers.registry.values() if not biases or scheme.least_axes == 1]


def initializer_control(
    key: str, label: str, options: Sequence[str], value: Initializer | None, no_choice: str = ""
) -> Initializer | None:
    """A menu of initializers, and a control for each parameter of the one chosen.

    Args:
        key: of the menu; those of its parameters begin with it.
        label: what stands above it.
        options: initializers by key; an empty one stands for none.
        value: what it begins with.
        no_choice: what the empty one is called.
    """
    chosen = st.selectbox(
        label,
        options,
        options.index(value.key if value else ""),
        format_func=lambda option: initializers.registry[option].label if option else no_choice,
        key=key,
        on_change=state.touch,
    )
    if not chosen:
        return None
    begun = dict(value.settings) if value and value.key == chosen else {}
    settings = {
        parameter.name: parameter_control(
            parameter, f"{key}.{chosen}.{parameter.name}", parameter.label, begun.get(parameter.name, parameter.default)
        )
        for parameter in initializers.registry[chosen].parameters
    }
    return initializers.make(chosen, settings)
