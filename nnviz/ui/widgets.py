"""Controls made from the registries' records: one for a parameter, one for an initializer with its parameters."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from nnviz.core import initializers
from nnviz.core.initializers import Initializer
from nnviz.core.registry import Parameter, Value, text_of
from nnviz.ui import state

LADDERS = {"learning_rate": (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.5, 1.0, 3.0, 10.0)}


def capital(label: str) -> str:
    """A label as it begins a line."""
    return label[:1].upper() + label[1:]


def parameter_control(
    parameter: Parameter,
    key: str,
    label: str,
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
        return st.checkbox(label, **common)
    if parameter.kind is str:
        return st.selectbox(label, parameter.choices, format_func=choice_label, **common)
    if parameter.kind is tuple and parameter.choices:
        chosen = st.multiselect(label, parameter.choices, **common)
        if not chosen:
            raise ValueError(f"{label}: choose at least one.")
        return parameter.check(chosen)
    if parameter.kind is tuple:
        return parameter.parse(st.text_input(label, **common))
    if parameter.name in LADDERS:
        rungs = [text_of(rung) for rung in LADDERS[parameter.name]]
        return parameter.parse(
            st.selectbox(label, rungs, accept_new_options=True, filter_mode="prefix", **common) or ""
        )
    low, high = parameter.kind(parameter.low), parameter.kind(parameter.high)
    if steps:
        return st.select_slider(label, range(low, high + 1), format_func=steps, **common)
    if slider:
        return st.slider(label, low, high, **common)
    return st.number_input(
        label,
        min_value=low,
        max_value=high,
        value=None if parameter.none else "min",
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


def initializer_control(key: str, label: str, options: Sequence[str], no_choice: str = "") -> Initializer | None:
    """A menu of initializers, and a control for each parameter of the one chosen.

    Args:
        key: of the menu; those of its parameters begin with it.
        label: what stands above it.
        options: initializers by key; an empty one stands for none.
        no_choice: what the empty one is called.
    """
    chosen = st.selectbox(
        label,
        options,
        format_func=lambda option: initializers.registry[option].label if option else no_choice,
        key=key,
        on_change=state.touch,
    )
    if not chosen:
        return None
    settings = {}
    for parameter in initializers.registry[chosen].parameters:
        inner = f"{key}.{chosen}.{parameter.name}"
        st.session_state.setdefault(inner, _held(parameter.default))
        settings[parameter.name] = parameter_control(parameter, inner, parameter.label)
    return initializers.make(chosen, settings)


def fill_initializer(key: str, initializer: Initializer) -> None:
    """Bring an initializer into its menu."""
    st.session_state[key] = initializer.key
    for parameter, setting in initializer.settings:
        st.session_state[f"{key}.{initializer.key}.{parameter}"] = _held(setting)


def _held(value: Value) -> Value:
    """A parameter's value as its control holds it."""
    return text_of(value) if isinstance(value, tuple) else value
