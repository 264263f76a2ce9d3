"""What stands on a page besides charts: verdicts, remarks, tables, downloads."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from nnviz.analysis.playground.summary import summary
from nnviz.core.trace import Trace
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.sides import Side, when
from nnviz.ui import markup
from nnviz.ui.ready import ready
from nnviz.ui.server import observed, operation
from nnviz.ui.state import frame, state
from nnviz.ui.state.presets import Preset
from nnviz.ui.work import compute, turns

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage

STYLE = Path(__file__).with_name("style.css")
CHART_CONFIG = {"displayModeBar": False, "responsive": True}
PATIENCE, PAUSE = 1.5, 0.15  # seconds for the browser to paint: the stage at first, and anything later

_CHARTED = "charted"  # in the session: the query whose charts were sent last


@cache
def script(name: str) -> str:
    """The path of a page's script, as links and the navigation take it."""
    return str(Path(__file__).parents[1] / "pages" / name / "page.py")


PLAYGROUND = script("playground")


def entry(name: str, title: str, default: bool = False) -> StreamlitPage:
    """A page as the navigation takes it, at the address of its folder: the scripts all have one name."""
    return st.Page(script(name), title=title, url_path=name, default=default)


_menu = st.components.v2.component("nnviz_menu", js=Path(__file__).with_name("menu.js").read_text(encoding="utf-8"))


def dress() -> None:
    """What Streamlit's own settings do not reach, in style and in its menu, and what the link says about the frame."""
    st.html(STYLE)
    with st.container(key="unseen"):
        _menu()
    frame.settle()


@contextmanager
def turn(name: str) -> Iterator[None]:
    """Draw what stands within in this page's turn; says so, where others come first.

    Args:
        name: the page's, in its address; the Playground has none there.
    """
    with observed.page_run(name or "playground", st.context.headers.get(operation.SESSION)):
        place = st.empty()
        with turns.turn(compute.waiting(place.caption)):
            place.empty()
            yield
            state.told()


def remarks(sentences: Iterable[str]) -> None:
    """Sentences about what could not be used; shown as they are, never as markup."""
    items = markup.paragraphs(sentences)
    if items:
        st.html(f'<div class="remarks" role="status">{items}</div>')


def let_the_browser_paint(query: Mapping[str, str], drawn: bool | None = True) -> None:
    """Hold back what follows, where it is new, until the browser has painted what stands above.

    A browser draws all the charts it gets in one go, and paints nothing meanwhile; at first it has to load Plotly too,
    which is large. So at first the wait is for the stage's word, though not for long, and later it is short.

    Args:
        query: what the page shows.
        drawn: what the stage says, where there is one.
    """
    charted = st.session_state.get(_CHARTED)
    patience = 0.0
    if charted is None and drawn is None:
        patience = PATIENCE
    elif charted != query and drawn:
        patience = PAUSE
    if patience:
        with turns.rest():
            end = time.monotonic() + patience
            while time.monotonic() < end:
                time.sleep(0.03)
                state.yield_to_newer_run()
    st.session_state[_CHARTED] = dict(query)


def chart(figure: Figure) -> None:
    """A figure under its finding."""
    st.html(f'<p class="finding">{markup.text(figure.title)}</p>')
    st.plotly_chart(ready(figure), theme=None, config=CHART_CONFIG, alt=figure.alt, key=chart_key(figure))


def chart_key(figure: Figure) -> str:
    """What a chart is called on its page; Streamlit makes a class of it, by which the browser finds it."""
    return f"chart-{figure.name}".replace(" ", "-")


def clicked(figure: Figure) -> list[dict[str, Any]]:
    """A figure under its finding, with points to click; those that were clicked just now, as Plotly describes them."""
    st.html(f'<p class="finding">{markup.text(figure.title)}</p>')
    event = st.plotly_chart(
        ready(figure), theme=None, config=CHART_CONFIG, alt=figure.alt, key=chart_key(figure),
        on_select="rerun", selection_mode="points",
    )  # fmt: skip
    points: list[dict[str, Any]] = event["selection"]["points"]
    return points


_follow = st.components.v2.component(
    "nnviz_follow",
    js="""export default ({ data }) => {
  const follow = (tries) => {
    const link = document.querySelector(`.st-key-${data.place} a`);
    if (link) link.click();
    else if (tries) setTimeout(follow, 50, tries - 1);
  };
  follow(100);
}""",
)


def go(path: str, query: Mapping[str, str]) -> None:
    """Open a page for the visitor, as a click on a link to it would.

    Not `st.switch_page`: that leaves this page with the other's query in the browser's history, where the back button
    would find it.
    """
    with st.container(key="follow"):
        st.page_link(path, label="Open", query_params=query)
    _follow(key="follow.link", data={"place": "follow"})
    st.stop()


def pair(figures: Sequence[Figure]) -> None:
    """Two figures side by side; on a phone one above the other."""
    for column, figure in zip(st.columns(2), figures, strict=True):
        with column:
            chart(figure)


def presets(path: str, entries: Sequence[Preset], lessons: bool = False) -> None:
    """Other things to look at on a page, each a link; before them the way to the lessons, where newcomers land."""
    with st.container(key="presets", horizontal=True, gap=None, vertical_alignment="center"):
        if lessons:
            st.page_link(script("lessons"), label="New here? Eight short lessons")
        st.html('<span class="muted">Try next</span>', width="content")
        for preset in entries:
            st.page_link(path, label=preset.label, help=preset.note, query_params=preset.query)


def summary_numbers(both: Sequence[Side], so_far: Sequence[Trace], sentences: Sequence[str]) -> None:
    """What has happened up to the moment at which the clock rests: in words, unless they stand above, and in numbers.

    Args:
        both: the sides, whole.
        so_far: their traces up to that moment.
        sentences: the verdicts so far.
    """
    words = next(filter(None, map(when, so_far)), "")
    st.header(f"{words.capitalize()}, in numbers" if words else "What happened, in numbers", anchor=False)
    if words:
        st.html(markup.verdicts(both, sentences))
    columns = {f"{side.letter} {side.label}": summary(trace) for side, trace in zip(both, so_far, strict=True)}
    st.html(markup.table(columns))


def layer_menu(*depths: int) -> int:
    """Which hidden layer the charts of units show, from 0; asked for only where there are several."""
    if max(depths) < 2:
        return 0
    return st.selectbox(
        "Hidden layer shown",
        range(max(depths)),
        format_func=lambda i: str(i + 1),
        key="view.layer",
        on_change=state.touch,
    )
