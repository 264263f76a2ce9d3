"""The side bar of a page about experiments: every control made from the fields' and the registries' records."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any

import streamlit as st

from nnviz.core import activations, datasets, optimizers
from nnviz.core.experiment import FIELDS, LIKE_THE_KERNEL, MOST_SEED, Experiment, field_text, parse_field
from nnviz.core.registry import Entry, Parameter, Value
from nnviz.ui.state import frame, state
from nnviz.ui.state.initial_values import InitialValues
from nnviz.ui.state.state import Comparison, Query
from nnviz.ui.state.widgets import capital, initializer_control, initializer_options, parameter_control

# Which controls stand where. What the networks start from comes first, on its own.
START = ("kernel_initializer", "seed")
SECTIONS: Mapping[str, tuple[str, ...]] = {
    "Data": ("dataset", "samples", "noise", "data_seed"),
    "Network": ("hidden", "activation"),
    "Training": ("optimizer", "learning_rate", "batch_size", "epochs"),
}
MORE = (
    "output_initializer", "bias_initializer", "test_fraction", "shuffle", "shuffle_seed", "dtype", "snapshots",
)  # fmt: skip

REGISTRIES: Mapping[str, Mapping[str, Entry]] = {
    "dataset": datasets.registry,
    "activation": activations.registry,
    "optimizer": optimizers.registry,
}
LABELS = {
    "kernel_initializer": "starts from",
    "hidden": "hidden layers",
    "output_initializer": "output starts from",
    "branch_initializer": "branches start from",
    "bias_initializer": "biases start from",
}
LIKE_THE_REST = ""
DIFFER = "differ"  # what a link calls the menu of fields in which B differs, to hide it


@dataclass(frozen=True)
class Choice:
    """What the controls say.

    Attributes:
        comparison: what to show; the last one that was possible, where the controls ask for the impossible. On a page
            about one experiment both sides are that.
        settings: the page's own settings by name.
        problems: a sentence for each thing that keeps the controls' own choice from being shown, and for each thing
            that could not be used of the link that was opened.
    """

    comparison: Comparison
    settings: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    @property
    def experiment(self) -> Experiment:
        """The experiment of a page about one."""
        return self.comparison.a


class Controls:
    """A page's controls and its link: some fields of one experiment, or of a pair, and settings of the page's own.

    Args:
        name: of the page; the session's keys begin with it.
        base: what the page shows at first: a pair, or one experiment. Fields without a control stay as they are here.
        sections: fields under their headings.
        more: fields that are seldom wanted, folded away.
        start: fields that come first, without a heading.
        settings: the page's own; their names must not be those of fields.
        sliders: which of the settings, all whole numbers, are chosen on a slider, and how each value is written there.
    """

    def __init__(
        self,
        name: str,
        base: Comparison | Experiment,
        sections: Mapping[str, tuple[str, ...]] = SECTIONS,
        more: tuple[str, ...] = MORE,
        start: tuple[str, ...] = START,
        settings: Sequence[Parameter] = (),
        sliders: Mapping[str, Callable[[int], str]] = MappingProxyType({}),
    ) -> None:
        self.name, self.sections, self.more, self.start, self.sliders = name, sections, more, start, sliders
        self.pair = isinstance(base, Comparison)
        self.base = base if isinstance(base, Comparison) else Comparison(base, base)
        self.fields = (*start, *(name for names in sections.values() for name in names), *more)
        self.shared = tuple(name for name in self.fields if name != "kernel_initializer")
        self.settings = {parameter.name: parameter for parameter in settings}
        self.linked = state.Linked(name, self._to_query, self._from_query)
        self.initial_values = InitialValues(name)

    def sidebar(self) -> Choice:
        """Draw the controls, filled from the URL where that brings something new, and keep the URL in step."""
        visible = [name for name in self.fields if name not in frame.hidden()]
        arrived = self.linked.incoming(entering=bool(visible) and not self.initial_values.drawn(f"a.{visible[0]}"))
        if arrived:
            self._fill(arrived)
        with st.sidebar:
            values, settings, problems = self._draw()
        choice = self.linked.kept()
        if not problems:
            try:
                a = choice.comparison.a.replace(**values["a"])
                choice = Choice(Comparison(a, a.replace(**values["b"])), settings)
            except ValueError as error:
                problems.append(str(error))
        self.linked.keep(choice)
        return Choice(choice.comparison, choice.settings, (*problems, *self.linked.sentences()))

    def to_query(self, shown: Comparison | Experiment, **settings: Value) -> dict[str, str]:
        """The page's link to an experiment or a pair; settings that are not given have their defaults."""
        pair = shown if isinstance(shown, Comparison) else Comparison(shown, shown)
        return self._to_query(Choice(pair, settings))

    def _to_query(self, choice: Choice) -> dict[str, str]:
        query = choice.comparison.to_query(self.base)
        if not self.pair:
            query = {name: text for name, text in query.items() if not name.startswith(state.PREFIX)}
        return query | state.settings_to_query(self.settings, choice.settings)

    def _from_query(self, query: Query) -> tuple[Choice, list[str]]:
        settings, rest, sentences = state.settings_from_query(self.settings, query)
        comparison, more = Comparison.from_query(
            rest, self.base, self.fields if self.pair else (), self.fields, self.settings
        )
        if not self.pair:
            comparison = Comparison(comparison.a, comparison.a)
        return Choice(comparison, settings), state.at_most([*sentences, *more])

    def _draw(self) -> tuple[dict[str, dict[str, Any]], dict[str, Value], list[str]]:
        """All controls: the values of each side's fields, the settings, and a sentence for each that holds none."""
        values: dict[str, dict[str, Any]] = {"a": {}, "b": {}}
        settings: dict[str, Value] = {}
        problems: list[str] = []
        kept, hidden = self.linked.kept(), frame.hidden()
        differing: list[str] = st.session_state.get(self.initial_values.key(DIFFER), self.initial_values.value(DIFFER))

        def draw(name: str, sides: Sequence[str], label: str) -> None:
            for side in sides:
                try:
                    if side == "b" and not (
                        self.initial_values.drawn(f"b.{name}") or self.initial_values.waits(f"b.{name}")
                    ):
                        self.initial_values.fill(
                            f"b.{name}", values["a"][name]
                        )  # B's new control begins as a copy of A's
                    said = f"{label} of {side.upper()}" if len(sides) > 1 else label
                    values[side][name] = self.initial_values.read(
                        f"{side}.{name}", partial(self._control, side, name, said)
                    )
                except (ValueError, KeyError) as error:
                    problems.append(str(error) if isinstance(error, ValueError) else f"{label}: see A's.")

        def shared(name: str) -> None:
            if name in hidden:  # it stays as the link says
                values["a"][name] = getattr(kept.comparison.a, name)
                values["b"][name] = getattr(kept.comparison.b, name)
                return
            if name == "kernel_initializer" and self.pair:
                draw(name, ("a",), "A starts from")
                draw(name, ("b",), "B starts from")
            else:
                draw(name, ("a", "b") if name in differing else ("a",), _label(name))
            if name == "seed":
                st.button("New seed", on_click=self._new_seed, help="Draw other weights.")

        for name, parameter in self.settings.items():
            if name in hidden:
                settings[name] = kept.settings[name]
                continue
            try:
                settings[name] = self.initial_values.read(name, partial(self._setting, parameter))
            except ValueError as error:
                problems.append(str(error))
        for name in self.start:
            shared(name)
        for title, names in self.sections.items():
            if not hidden.issuperset(names):
                st.subheader(title)
            for name in names:
                shared(name)
        with nullcontext() if hidden.issuperset(self.more) else st.expander("More"):
            for name in self.more:
                shared(name)
        if self.pair and DIFFER not in hidden:
            self.initial_values.read(DIFFER, self._differences)
        return values, settings, problems

    def _differences(self, key: str, begun: Sequence[str]) -> list[str]:
        """The menu of fields in which B differs."""
        return st.multiselect(
            "Let B differ in",
            self.shared,
            begun,
            format_func=_label,
            key=key,
            on_change=state.touch,
            placeholder="its start only",
            help="Each of these gets a control of its own for B.",
        )

    def _setting(self, parameter: Parameter, key: str, begun: Value) -> Any:
        return parameter_control(
            parameter, key, capital(parameter.label), begun, steps=self.sliders.get(parameter.name)
        )

    def _control(self, side: str, name: str, label: str, key: str, begun: Any) -> Any:
        """One field's control, and the value it holds; ValueError where it holds none."""
        if name in LIKE_THE_KERNEL:
            options = [LIKE_THE_REST, *initializer_options(biases=False)]
            return initializer_control(key, label, options, begun, "the same as the hidden layers")
        if name.endswith("initializer"):
            return initializer_control(key, label, initializer_options(biases=name == "bias_initializer"), begun)
        if name == "hidden":
            text = st.text_input(
                label,
                field_text(name, begun).replace(",", ", ").replace("none", ""),
                key=key,
                on_change=state.touch,
                help="Units in each, such as 8 or 8, 8. Empty: no hidden layer.",
            )
            return parse_field(name, text)
        dataset = st.session_state.get(self.initial_values.key(f"{side}.dataset"), self.base.a.dataset)
        noiseless = name == "noise" and not datasets.registry[dataset].noisy
        entries = REGISTRIES.get(name, {})
        return parameter_control(
            FIELDS[name],
            key,
            label,
            begun,
            choice_label=lambda choice: entries[choice].label if choice in entries else choice.replace("_", " "),
            disabled=noiseless,
        )

    def _fill(self, choice: Choice) -> None:
        """Bring a choice into the controls."""
        a, b = choice.comparison.a, choice.comparison.b
        differing = [name for name in self.shared if self.pair and getattr(a, name) != getattr(b, name)]
        for name in self.fields:
            self.initial_values.fill(f"a.{name}", getattr(a, name))
        for name in ("kernel_initializer", *differing):
            self.initial_values.fill(f"b.{name}", getattr(b, name))
        for name, value in choice.settings.items():
            self.initial_values.fill(name, value)
        self.initial_values.fill(DIFFER, differing)

    def _new_seed(self) -> None:
        self.initial_values.fill("a.seed", secrets.randbelow(min(MOST_SEED, 9999) + 1))
        state.touch()


def _label(name: str) -> str:
    return capital(LABELS.get(name) or FIELDS[name].label)


playground = Controls(
    "playground",
    Comparison(),
    sections={**SECTIONS, "Network": (*SECTIONS["Network"], "residual")},
    more=("output_initializer", "branch_initializer", *MORE[1:]),
)
