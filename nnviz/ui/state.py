"""What the Playground shows, as a value, and where it lives: the URL, and the session between two runs of a page.

The URL is the state. A's fields stand in it under their plain names, B's as the fields in which it differs from A,
prefixed `b_`; what equals the default pair is left out. The session holds only plain texts and numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from nnviz.core.experiment import Experiment, ExperimentError, field_names, field_text, parse_field
from nnviz.core.registry import shorten

PREFIX = "b_"
MOST_SENTENCES = 8

DEFAULT_A = Experiment().replace(kernel_initializer="zeros")
DEFAULT_B = Experiment()

Query = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class Comparison:
    """Two experiments side by side, of one run each.

    >>> Comparison().to_query()
    {}
    >>> Comparison(a=DEFAULT_A, b=DEFAULT_A.replace(seed=3)).to_query()
    {'b_kernel_initializer': 'zeros', 'b_seed': '3'}

    Raises:
        ValueError: an experiment of several restarts.
    """

    a: Experiment = DEFAULT_A
    b: Experiment = DEFAULT_B

    def __post_init__(self) -> None:
        for experiment in (self.a, self.b):
            if experiment.restarts != 1:
                raise ValueError(f"restarts={experiment.restarts}: a comparison has one run a side.")

    def to_query(self) -> dict[str, str]:
        """The pair as texts for a URL."""
        query = _differences(self.a, DEFAULT_A)
        base = self.a.replace(kernel_initializer=DEFAULT_B.kernel_initializer)
        return query | {PREFIX + name: text for name, text in _differences(self.b, base).items()}

    @classmethod
    def from_query(cls, query: Query) -> tuple[Comparison, list[str]]:
        """The pair that a URL's query stands for, and a sentence for each thing that could not be used.

        Never raises: what cannot be used falls back field by field, for A to its default, for B to A's.
        """
        values: dict[str, dict[str, Any]] = {"": {}, PREFIX: {}}
        sentences = []
        for key, given in query.items():
            texts = [given] if isinstance(given, str) else list(given)
            prefix = PREFIX if key.startswith(PREFIX) else ""
            name = key.removeprefix(prefix)
            try:
                if name not in field_names() or name == "restarts":
                    raise ExperimentError(f"{shorten(key)}: there is no such setting here.")
                if len(texts) > 1:
                    sentences.append(f"{key} is given {len(texts)} times: the last one counts.")
                values[prefix][name] = parse_field(name, texts[-1] if texts else "")
            except ValueError as error:
                sentences.append(f"{prefix if name in field_names() else ''}{error} Ignored.")
        a = _build(DEFAULT_A, values[""], "", sentences)
        b = _build(a.replace(kernel_initializer=DEFAULT_B.kernel_initializer), values[PREFIX], PREFIX, sentences)
        return cls(a, b), _at_most(sentences)


def _differences(experiment: Experiment, base: Experiment) -> dict[str, str]:
    return {
        name: field_text(name, getattr(experiment, name))
        for name in field_names()
        if getattr(experiment, name) != getattr(base, name)
    }


def _build(base: Experiment, changes: dict[str, Any], prefix: str, sentences: list[str]) -> Experiment:
    """The base with as many of the changes as go together; a sentence for those that do not."""
    while True:
        try:
            return base.replace(**changes)
        except ExperimentError as error:
            dropped = [name for name in changes if name in error.fields] or list(changes)
            names = ", ".join(prefix + name for name in dropped)
            sentences.append(f"{prefix}{error} Left out: {names}.")
            changes = {name: value for name, value in changes.items() if name not in dropped}


def _at_most(sentences: list[str]) -> list[str]:
    if len(sentences) <= MOST_SENTENCES:
        return sentences
    rest = len(sentences) - MOST_SENTENCES + 1
    return [*sentences[: MOST_SENTENCES - 1], f"{rest} more things in the link could not be used."]


# The session. `_SEEN` is the URL's query as last read or written, `_SHOWN` the comparison on the screen as a query.

_SEEN, _SHOWN, _SENTENCES, _TOUCHED = "url.seen", "url.shown", "url.sentences", "url.touched"


def incoming(entering: bool) -> Comparison | None:
    """The comparison that the URL brings, where it is news: at the session's start, after the back button or an edit.

    Where a control was changed just now the control wins: the browser may have sent its change before it heard
    of the URL that the change before that one led to. Who comes back from another page without a query finds the
    comparison that was on the screen.

    Args:
        entering: whether the page was not the one shown before.
    """
    query = {name: st.query_params.get_all(name) for name in st.query_params}
    touched = st.session_state.pop(_TOUCHED, False)
    known = _SEEN in st.session_state
    if known and entering and not query:
        st.session_state[_SEEN] = {name: [text] for name, text in st.session_state[_SHOWN].items()}
        st.query_params.from_dict(st.session_state[_SHOWN])
        return kept()
    if known and not entering:
        if touched or query == st.session_state[_SEEN]:
            return None
        st.query_params.from_dict(query)  # a link within the page brings its query here, but not into the URL
    comparison, sentences = Comparison.from_query(query)
    st.session_state[_SEEN] = query
    st.session_state[_SHOWN] = comparison.to_query()
    st.session_state[_SENTENCES] = sentences
    return comparison


def touch() -> None:
    """To be called when a control was changed."""
    st.session_state[_TOUCHED] = True


def keep(comparison: Comparison) -> None:
    """Take the comparison as the one on the screen, and write it into the URL where it is a new one."""
    query = comparison.to_query()
    if query != st.session_state[_SHOWN]:
        st.session_state[_SHOWN] = query
        st.session_state[_SEEN] = {name: [text] for name, text in query.items()}
        st.session_state[_SENTENCES] = []
        st.query_params.from_dict(query)


def kept() -> Comparison:
    """The comparison on the screen."""
    return Comparison.from_query(st.session_state[_SHOWN])[0]


def sentences() -> list[str]:
    """What could not be used of the link that was opened."""
    found: list[str] = st.session_state[_SENTENCES]
    return found


def yield_to_newer_run() -> None:
    """Let Streamlit end this run of the script if a newer one waits: any look at the session does."""
    st.session_state.get(_SEEN)
