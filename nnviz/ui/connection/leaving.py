"""The way from one page to another, which no word of a component may call off."""

from __future__ import annotations

import time
from pathlib import Path

import streamlit as st

_component = st.components.v2.component(
    "nnviz_leaving", js=Path(__file__).with_name("leaving.js").read_text(encoding="utf-8")
)


def watch(name: str) -> None:
    """Let the browser know which page it shows; components say nothing while the visitor is on the way to another.

    Args:
        name: the page's, in its address; the Playground has none there.
    """
    data = {"page": name, "run": time.monotonic_ns()}  # never the same twice, so that the browser hears of each run
    with st.container(key="leaving"):
        _component(data=data)
