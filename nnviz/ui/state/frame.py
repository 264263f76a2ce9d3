"""What a link may say about the frame around any page: presenting on a projector, and controls that are hidden.

`?present=1` makes the type large and takes the side bar away; `?hide=seed,dataset` takes away these controls, and
`?hide=sidebar` all of them. Both stay while the visitor goes from page to page; `?present=0` and `?hide=` end them.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from nnviz.core.experiment import links

NAMES = ("present", "hide")
SIDEBAR = "sidebar"
MOST_HIDDEN = 50
PRESENTER_STYLE = Path(__file__).with_name("presenter.css")
NO_SIDEBAR = '<style>[data-testid="stSidebar"], [data-testid="stExpandSidebarButton"] { display: none; }</style>'

_PRESENT, _HIDE = "frame.present", "frame.hide"  # in the session


def read() -> dict[str, list[str]]:
    """What the link in the address bar says, each name with its texts, without what is nobody's setting."""
    said: dict[str, list[str]] = {}
    for name in st.query_params:
        said.setdefault(links.plain_name(name), []).extend(st.query_params.get_all(name))
    return links.settings(said)


def settle() -> None:
    """Take what the link says, and dress the page for it. To be called before any page is drawn."""
    said = read()
    if present := said.get("present"):
        st.session_state[_PRESENT] = present[-1].strip() not in ("", "0", "false")
    if hide := said.get("hide"):
        names = (name.strip() for name in hide[-1].split(","))
        st.session_state[_HIDE] = [name for name in names if name][:MOST_HIDDEN]
    if presents():
        st.html(PRESENTER_STYLE)
        with st.container(key="leave"):
            st.button("Leave presenter mode", key="frame.leave", type="tertiary", shortcut="Esc", on_click=_leave)
    if presents() or SIDEBAR in hidden():
        st.html(NO_SIDEBAR)


def _leave() -> None:
    st.session_state[_PRESENT] = False
    for name in list(st.query_params):
        if links.plain_name(name) == "present":
            del st.query_params[name]


def presents() -> bool:
    """Whether the page stands on a projector."""
    return bool(st.session_state.get(_PRESENT))


def hidden() -> frozenset[str]:
    """The controls that the link hides, by the names of their fields or settings."""
    return frozenset(st.session_state.get(_HIDE, ()))


def query() -> dict[str, str]:
    """What a link needs to say for the frame to stay as it is."""
    present = {"present": "1"} if presents() else {}
    hide = sorted(hidden())
    return present | ({"hide": ",".join(hide)} if hide else {})
