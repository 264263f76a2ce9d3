"""The sidebar: every control made from the experiment's fields and the registries' records."""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from nnviz.core import activations, datasets, initializers, optimizers
from nnviz.core.experiment import FIELDS, MOST_SEED, field_names, field_text, parse_field
from nnviz.core.initializers import Initializer
from nnviz.core.registry import Entry, Parameter, text_of
from nnviz.ui import state
from nnviz.ui.state import Comparison

# Which controls stand where. The kernel initializers of A and B and the seed come first, on their own.
SECTIONS: Mapping[str, tuple[str, ...]] = {
    "Data": ("dataset", "samples", "noise", "data_seed"),
    "Network": ("hidden", "activation"),
    "Training": ("optimizer", "learning_rate", "batch_size", "epochs"),
}
MORE = (
    "output_initializer", "bias_initializer", "test_fraction", "shuffle", "shuffle_seed", "dtype", "snapshots",
)  # fmt: skip
SHARED = ("seed", *(name for names in SECTIONS.values() for name in names), *MORE)

REGISTRIES: Mapping[str, Mapping[str, Entry]] = {
    "dataset": datasets.registry,
    "activation": activations.registry,
    "optimizer": optimizers.registry,
}
LABELS = {
    "hidden": "hidden layers",
    "output_initializer": "output starts from",
    "bias_initializer": "biases start from",
}
LADDERS = {"learning_rate": (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)}

DIFFER = "differ"
LIKE_THE_REST = ""


@dataclass(frozen=True)
class Choice:
    """What the controls say.

    Attributes:
        comparison: the pair to show; the last one that was possible, where the controls ask for the impossible.
        problems: a sentence for each thing that keeps the controls' own pair from being shown.
    """

    comparison: Comparison
    problems: tuple[str, ...] = ()


def sidebar() -> Choice:
    """Draw the controls, filled from the URL where that brings something new, and keep the URL in step."""
    arrived = state.incoming(entering=DIFFER not in st.session_state)  # Streamlit forgets controls not on the page
    if arrived:
        _fill(arrived)
    with st.sidebar:
        values, problems = _draw()
    comparison = state.kept()
    if not problems:
        try:
            a = comparison.a.replace(**values["a"])
            comparison = Comparison(a, a.replace(**values["b"]))
        except ValueError as error:
            problems.append(str(error))
    state.keep(comparison)
    return Choice(comparison, tuple(problems))


def _draw() -> tuple[dict[str, dict[str, Any]], list[str]]:
    """All controls; the values they hold, by side and field, and a sentence for each that holds none."""
    values: dict[str, dict[str, Any]] = {"a": {}, "b": {}}
    problems: list[str] = []
    differing = [name for name in st.session_state[DIFFER] if name in SHARED]

    def draw(name: str, sides: Sequence[str], label: str) -> None:
        for side in sides:
            try:
                if side == "b" and _key("b", name) not in st.session_state:
                    _put("b", name, values["a"][name])  # B's new control begins as a copy of A's
                said = f"{label} of {side.upper()}" if len(sides) > 1 else label
                values[side][name] = _control(side, name, said)
            except (ValueError, KeyError) as error:
                problems.append(str(error) if isinstance(error, ValueError) else f"{label}: see A's.")

    def shared(name: str) -> None:
        draw(name, ("a", "b") if name in differing else ("a",), _label(name))

    draw("kernel_initializer", ("a",), "A starts from")
    draw("kernel_initializer", ("b",), "B starts from")
    shared("seed")
    st.button("New seed", on_click=_new_seed, help="Draw other weights.")
    for title, names in SECTIONS.items():
        st.subheader(title)
        for name in names:
            shared(name)
    with st.expander("More"):
        for name in MORE:
            shared(name)
    st.multiselect(
        "Let B differ in",
        SHARED,
        format_func=_label,
        key=DIFFER,
        on_change=state.touch,
        placeholder="its start only",
        help="Each of these gets a control of its own for B.",
    )
    return values, problems


def _control(side: str, name: str, label: str) -> Any:
    """One field's control, and the value it holds; ValueError where it holds none."""
    key = _key(side, name)
    if name.endswith("initializer"):
        return _initializer(key, name, label)
    if name == "hidden":
        text = st.text_input(
            label, key=key, on_change=state.touch, help="Units in each, such as 8 or 8, 8. Empty: no hidden layer."
        )
        return parse_field(name, text)
    noiseless = name == "noise" and not datasets.registry[st.session_state[_key(side, "dataset")]].noisy
    return _parameter(FIELDS[name], key, label, disabled=noiseless)


def _initializer(key: str, name: str, label: str) -> Initializer | None:
    """A menu of initializers, and a control for each parameter of the one chosen."""
    options = [
        scheme.key for scheme in initializers.registry.values() if name != "bias_initializer" or scheme.least_axes == 1
    ]
    if name == "output_initializer":
        options = [LIKE_THE_REST, *options]
    chosen = st.selectbox(
        label,
        options,
        format_func=lambda option: initializers.registry[option].label if option else "the same as the hidden layers",
        key=key,
        on_change=state.touch,
    )
    if not chosen:
        return None
    scheme = initializers.registry[chosen]
    settings = {}
    for parameter in scheme.parameters:
        inner = f"{key}.{scheme.key}.{parameter.name}"
        st.session_state.setdefault(inner, parameter.default)
        settings[parameter.name] = _parameter(parameter, inner, parameter.label)
    return initializers.make(scheme.key, settings)


def _parameter(parameter: Parameter, key: str, label: str, disabled: bool = False) -> Any:
    """The control that fits a parameter's kind, and its value."""
    help_text = f"{parameter.note} Empty: {parameter.none}." if parameter.none else parameter.note
    common: dict[str, Any] = {"key": key, "help": help_text or None, "on_change": state.touch, "disabled": disabled}
    if parameter.kind is bool:
        return st.checkbox(label, **common)
    if parameter.kind is str:
        entries = REGISTRIES.get(parameter.name, {})
        return st.selectbox(
            label,
            parameter.choices,
            format_func=lambda choice: entries[choice].label if choice in entries else choice.replace("_", " "),
            **common,
        )
    if parameter.name in LADDERS:
        rungs = [text_of(rung) for rung in LADDERS[parameter.name]]
        return parameter.parse(
            st.selectbox(label, rungs, accept_new_options=True, filter_mode="prefix", **common) or ""
        )
    return st.number_input(
        label,
        min_value=parameter.kind(parameter.low),
        max_value=parameter.kind(parameter.high),
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
    default = abs(float(parameter.default or 0.0))
    return 0.5 * 10.0 ** math.floor(math.log10(default)) if default else 0.1


def _fill(comparison: Comparison) -> None:
    """Bring a comparison into the controls."""
    for name in field_names():
        st.session_state.pop(_key("b", name), None)
        _put("a", name, getattr(comparison.a, name))
    differing = [name for name in SHARED if getattr(comparison.a, name) != getattr(comparison.b, name)]
    for name in ("kernel_initializer", *differing):
        _put("b", name, getattr(comparison.b, name))
    st.session_state[DIFFER] = differing


def _put(side: str, name: str, value: Any) -> None:
    """Bring one field's value into its control."""
    key = _key(side, name)
    if isinstance(value, Initializer):
        st.session_state[key] = value.key
        for parameter, setting in value.settings:
            st.session_state[f"{key}.{value.key}.{parameter}"] = setting
    elif name == "output_initializer":
        st.session_state[key] = LIKE_THE_REST
    elif name == "hidden":
        st.session_state[key] = field_text(name, value).replace(",", ", ").replace("none", "")
    else:
        st.session_state[key] = text_of(value) if name in LADDERS else value


def _new_seed() -> None:
    st.session_state[_key("a", "seed")] = secrets.randbelow(min(MOST_SEED, 9999) + 1)
    state.touch()


def _key(side: str, name: str) -> str:
    return f"{side}.{name}"


def _label(name: str) -> str:
    label = LABELS.get(name) or FIELDS[name].label
    return label[:1].upper() + label[1:]
