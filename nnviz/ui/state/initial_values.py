"""What the controls of a page begin with, where a link fills them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import streamlit as st

T = TypeVar("T")

NOTHING = object()


class InitialValue(NamedTuple):
    """What a control begins with.

    Attributes:
        times: how often it was filled before.
        value: what it was filled with last.
        held: what it was seen to hold last; `NOTHING` where that was no value.
    """

    times: int
    value: Any
    held: Any


class InitialValues:
    """The keys of a page's controls, and the value that each is drawn with.

    Streamlit can tell the browser to change a control, but the word is lost where the next run of the page begins
    before it was sent; and until the browser has heard it, whatever it reports changes the control back. So a control
    that is filled with something else gets another key: to the browser it is a new one, which begins with its value
    however often it is drawn.

    Args:
        page: the session's keys begin with it.
    """

    def __init__(self, page: str) -> None:
        self.page = page

    def fill(self, name: str, value: Any) -> None:
        """Let a control begin with a value, unless it holds that already."""
        begin = self._all().get(name)
        if begin is None:
            self._all()[name] = InitialValue(0, value, NOTHING)
        elif begin.held != value or not self.drawn(name):
            self._all()[name] = InitialValue(begin.times + 1, value, NOTHING)

    def read(self, name: str, draw: Callable[[str, Any], T]) -> T:
        """What a control holds.

        Args:
            name: of the control, once filled.
            draw: draws it under a key, beginning with a value, and gives what it holds; may raise where that is none.
        """
        begin = self._all()[name]
        self._all()[name] = begin._replace(held=NOTHING)
        held = draw(self.key(name), begin.value)
        self._all()[name] = begin._replace(held=held)
        return held

    def key(self, name: str) -> str:
        """Of a control as it was filled last."""
        begin = self._all().get(name)
        return f"{self.page}.{name}.{begin.times}" if begin and begin.times else f"{self.page}.{name}"

    def value(self, name: str) -> Any:
        """What a control was filled with last; KeyError where it never was."""
        return self._all()[name].value

    def drawn(self, name: str) -> bool:
        """Whether a control stands on the page: Streamlit forgets those that do not."""
        return self.key(name) in st.session_state

    def waits(self, name: str) -> bool:
        """Whether a control was filled and not drawn yet."""
        return name in self._all() and self._all()[name].held is NOTHING and not self.drawn(name)

    def _all(self) -> dict[str, InitialValue]:
        texts: dict[str, InitialValue] = st.session_state.setdefault(f"{self.page}.begins", {})
        return texts
