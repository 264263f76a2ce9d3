"""The sidebar: every control made from the experiment's fields and the registries' records."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from nnviz.core import activations, datasets, optimizers
from nnviz.core.experiment import FIELDS, MOST_SEED, field_names, field_text, parse_field
from nnviz.core.initializers import Initializer
from nnviz.core.registry import Entry, text_of
from nnviz.ui import state
from nnviz.ui.state import Comparison
from nnviz.ui.widgets import (
    LADDERS,
    capital,
    fill_initializer,
    initializer_control,
    initializer_options,
    parameter_control,
)

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
    arrived = state.playground.incoming(
        entering=DIFFER not in st.session_state
    )  # Streamlit forgets controls not on the page
    if arrived:
        _fill(arrived)
    with st.sidebar:
        values, problems = _draw()
    comparison = state.playground.kept()
    if not problems:
        try:
            a = comparison.a.replace(**values["a"])
            comparison = Comparison(a, a.replace(**values["b"]))
        except ValueError as error:
            problems.append(str(error))
    state.playground.keep(comparison)
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
    if name == "output_initializer":
        return initializer_control(
            key, label, [LIKE_THE_REST, *initializer_options(biases=False)], "the same as the hidden layers"
        )
    if name.endswith("initializer"):
        return initializer_control(key, label, initializer_options(biases=name == "bias_initializer"))
    if name == "hidden":
        text = st.text_input(
            label, key=key, on_change=state.touch, help="Units in each, such as 8 or 8, 8. Empty: no hidden layer."
        )
        return parse_field(name, text)
    noiseless = name == "noise" and not datasets.registry[st.session_state[_key(side, "dataset")]].noisy
    entries = REGISTRIES.get(name, {})
    return parameter_control(
        FIELDS[name],
        key,
        label,
        choice_label=lambda choice: entries[choice].label if choice in entries else choice.replace("_", " "),
        disabled=noiseless,
    )


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
        fill_initializer(key, value)
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
    return capital(LABELS.get(name) or FIELDS[name].label)
