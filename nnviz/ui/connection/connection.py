"""What happens when a page has lost its server and found it again, or another in its place."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from nnviz.ui import own_table

_component = st.components.v2.component(
    "nnviz_connection", js=Path(__file__).with_name("connection.js").read_text(encoding="utf-8")
)


def watch() -> None:
    """Let the browser ask for the page anew when it is connected again, and say if a table is gone.

    The server may be the same as before, which knows the session, or one that knows nothing but the link.
    """
    brought = own_table.brought() is not None
    result = _component(key="connection", data={"table": brought}, on_back_change=lambda: None)
    if result.get("back") == "table" and not brought:
        own_table.say_gone()
