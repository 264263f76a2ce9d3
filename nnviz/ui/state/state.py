"""What a page shows, as a value, and where it lives: the URL, and the session between two runs of the page.

The URL is the state. Of the Playground, A's fields stand in it under their plain names, B's as the fields in which it
differs from A, prefixed `b_`; what equals the default pair is left out. Between two runs the session holds it as a
query.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

import streamlit as st

from nnviz.core.experiment import Experiment, ExperimentError, field_names, field_text, parse_field
from nnviz.core.registry import Parameter, meant, shorten, text_of
from nnviz.ui.state import frame

PREFIX = "b_"
MOST_SENTENCES = 8

DEFAULT_A = Experiment().replace(kernel_initializer="zeros")
DEFAULT_B = Experiment()

Query = Mapping[str, str | Sequence[str]]
Value = TypeVar("Value")


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

    def to_query(self, base: Comparison | None = None) -> dict[str, str]:
        """The pair as texts for a URL: how A differs from the base's, and B from what the base makes of this A."""
        base = base or Comparison()
        query = _differences(self.a, base.a)
        return query | {PREFIX + name: text for name, text in _differences(self.b, base.beside(self.a)).items()}

    def beside(self, a: Experiment) -> Experiment:
        """What stands beside another A: that A, with what sets this pair's B apart from its own A."""
        changes = {
            name: getattr(self.b, name) for name in field_names() if getattr(self.a, name) != getattr(self.b, name)
        }
        return _build(a, changes, PREFIX, [])

    @classmethod
    def from_query(
        cls,
        query: Query,
        base: Comparison | None = None,
        b_fields: Collection[str] = field_names(),
        fields: Collection[str] = field_names(),
        others: Collection[str] = (),
    ) -> tuple[Comparison, list[str]]:
        """The pair that a URL's query stands for, and a sentence for each thing that could not be used.

        Never raises: what cannot be used falls back field by field, for A to the base's, for B to A's.

        Args:
            query: of a URL.
            base: the pair that an empty query stands for.
            b_fields: those that may differ in B.
            fields: those that the page knows.
            others: names of the page's other settings, one of which may be meant by a name that it does not know.
        """
        base = base or Comparison()
        values: dict[str, dict[str, Any]] = {"": {}, PREFIX: {}}
        known = [name for name in (*fields, *(PREFIX + name for name in b_fields)) if not name.endswith("restarts")]
        sentences: list[str] = []
        for key, given in query.items():
            texts = [given] if isinstance(given, str) else list(given)
            prefix = PREFIX if key.startswith(PREFIX) else ""
            name = key.removeprefix(prefix)
            try:
                if key not in known:
                    sentences += unknown([key], (*known, *others), len(sentences))
                    continue
                if len(texts) > 1:
                    sentences.append(f"{key} is given {len(texts)} times: the last one counts.")
                values[prefix][name] = parse_field(name, texts[-1] if texts else "")
            except ValueError as error:
                sentences.append(f"{prefix if name in field_names() else ''}{error} Ignored.")
        a = _build(base.a, values[""], "", sentences)
        b = _build(base.beside(a), values[PREFIX], PREFIX, sentences)
        return cls(a, b), at_most(sentences)


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


def settings_to_query(parameters: Mapping[str, Parameter], settings: Mapping[str, Any]) -> dict[str, str]:
    """A page's own settings as texts for a URL; what has its default is left out."""
    return {
        name: text_of(settings[name])
        for name, parameter in parameters.items()
        if name in settings and settings[name] != parameter.default
    }


def settings_from_query(
    parameters: Mapping[str, Parameter], query: Query
) -> tuple[dict[str, Any], dict[str, str | Sequence[str]], list[str]]:
    """A page's own settings from a URL's query, what else stands there, and a sentence for what could not be used."""
    settings: dict[str, Any] = {name: parameter.default for name, parameter in parameters.items()}
    rest = {name: given for name, given in query.items() if name not in parameters}
    sentences = []
    for name in parameters.keys() & query.keys():
        given = query[name]
        try:
            settings[name] = parameters[name].parse(given if isinstance(given, str) else "".join(given[-1:]))
        except ValueError as error:
            sentences.append(f"{error} Ignored.")
    return settings, rest, sentences


def unknown(names: Iterable[str], known: Iterable[str], said: int = 0) -> list[str]:
    """A sentence for each name in a link that is none of those known, and what may be meant by those that will be read.

    Args:
        names: that were given.
        known: that a page has.
        said: how many sentences stand before these.
    """
    known = list(known)
    sentences: list[str] = []
    for name in names:
        question = meant(name, known) if said + len(sentences) < MOST_SENTENCES else ""
        ending = f"; {question}" if question else "."
        sentences.append(f"{shorten(name)}: there is no such setting here{ending} Ignored.")
    return sentences


def at_most(sentences: list[str]) -> list[str]:
    """Not more sentences than fit on a screen."""
    if len(sentences) <= MOST_SENTENCES:
        return sentences
    rest = len(sentences) - MOST_SENTENCES + 1
    return [*sentences[: MOST_SENTENCES - 1], f"{rest} more things in the link could not be used."]


_TOUCHED = "url.touched"
_UNSURE = "url.unsure"  # whether the run that wrote the URL may have ended before the browser was told


def touch() -> None:
    """To be called when a control was changed."""
    st.session_state[_TOUCHED] = True


def told() -> None:
    """To be called at the end of a run: what it said has reached the browser."""
    st.session_state[_UNSURE] = False


class Linked(Generic[Value]):
    """What a page shows, as a value, in the URL and in the session between two runs of the page.

    Args:
        name: of the page; the session's keys begin with it.
        to_query: the value as texts for a URL.
        from_query: the value that a query stands for, and a sentence for each thing that could not be used.
    """

    def __init__(
        self,
        name: str,
        to_query: Callable[[Value], dict[str, str]],
        from_query: Callable[[Query], tuple[Value, list[str]]],
    ) -> None:
        self.to_query, self.from_query = to_query, from_query
        self._seen = f"{name}.seen"  # the URL's query as last read or written, without what is the frame's
        self._shown = f"{name}.shown"  # the value on the screen as a query
        self._sentences = f"{name}.sentences"
        self._arriving = f"{name}.arriving"  # whether a value was read, and not kept yet

    def incoming(self, entering: bool) -> Value | None:
        """The value that the URL brings, where it is news: at the session's start, after the back button or an edit.

        Where a control was changed just now the control wins: the browser may have sent its change before it heard
        of the URL that the change before that one led to. Who comes back from another page without a query finds
        what was on the screen. What came in a run of the script that ended before it got as far as `keep` comes
        again: controls that were filled then, and not drawn, would stand in the browser as they were before.

        Args:
            entering: whether the page was not the one shown before.
        """
        query = {name: texts for name, texts in frame.read().items() if name not in frame.NAMES}
        touched, st.session_state[_TOUCHED] = st.session_state.get(_TOUCHED, False), False
        known = self._seen in st.session_state
        if known and entering and not query:
            self._write(st.session_state[self._shown])
            st.session_state[self._arriving] = True
            return self.kept()
        if known and not entering:
            if touched or query == st.session_state[self._seen]:
                return self.kept() if st.session_state.get(self._arriving) else None
            self._tell(query)  # a link within the page brings its query here, but not into the URL
        value, sentences = self.from_query(query)
        st.session_state[self._arriving] = True
        st.session_state[self._seen] = query
        st.session_state[self._shown] = self.to_query(value)
        st.session_state[self._sentences] = sentences
        return value

    def keep(self, value: Value) -> None:
        """Take the value as the one on the screen, and write it into the URL where it is a new one."""
        st.session_state[self._arriving] = False
        query = self.to_query(value)
        if query != st.session_state[self._shown]:
            st.session_state[self._shown] = query
            st.session_state[self._sentences] = []
            self._write(query)
        elif st.session_state.get(_UNSURE):
            self._tell(st.session_state[self._seen])

    def kept(self) -> Value:
        """The value on the screen."""
        return self.from_query(st.session_state[self._shown])[0]

    def sentences(self) -> list[str]:
        """What could not be used of the link that was opened."""
        texts: list[str] = st.session_state[self._sentences]
        return texts

    def _write(self, query: dict[str, str]) -> None:
        st.session_state[self._seen] = {name: [text] for name, text in query.items()}
        self._tell(query)

    def _tell(self, query: Query) -> None:
        st.session_state[_UNSURE] = True
        st.query_params.from_dict({**frame.query(), **query})


def link(query: Mapping[str, str]) -> str:
    """The address of this page with a query."""
    return f"{st.context.url or ''}?{urlencode(query)}".removesuffix("?")


def yield_to_newer_run() -> None:
    """Let Streamlit end this run of the script if a newer one waits: any look at the session does.

    Until such a look both may go on. So no run deletes anything from the session: the one before it may be looking
    through all of it just then, and fails where something is gone.
    """
    st.session_state.get(_TOUCHED)
