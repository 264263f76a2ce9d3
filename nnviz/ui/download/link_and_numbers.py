"""What there is to take home of a lab: the link to it, and the numbers behind its charts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import streamlit as st

from nnviz.figures.style.figure import Figure
from nnviz.ui.state import state


def link_and_numbers(
    page: str,
    subject: str,
    query: Mapping[str, str],
    files: Iterable[tuple[str, str, Figure]],
    caption: str = "The numbers behind the charts.",
) -> None:
    """The section with the link and the files; made when it is opened.

    Args:
        page: begins the key of the section.
        subject: what the link opens.
        query: of the link.
        files: each figure, after its label and its file's name without the ending.
        caption: what the files hold.
    """
    box = st.expander("Take it with you", key=f"{page}.takeaway", on_change="rerun")
    if not box.open:
        return
    with box:
        st.caption(f"This link opens the same {subject} anywhere.")
        st.code(state.link(query), language=None, wrap_lines=True)
        st.caption(caption)
        with st.container(horizontal=True, gap="small"):
            for label, file, figure in files:
                st.download_button(
                    f"{label}, CSV", figure.csv, f"{file}.csv", "text/csv", type="tertiary", on_click="ignore"
                )
