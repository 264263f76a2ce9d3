"""One page of the app, run without a browser: opened by its link, read by what stands on it."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from nnviz.ui import page
from nnviz.ui.work import workers


def frame(path):
    """An app of this page and those it may link to; it leaves the page while the session says that one is away."""
    import streamlit as st

    from nnviz.ui import page

    page.dress()
    others = [name for name in ("playground", "lessons", "quiz", "teacher", "your_data") if page.script(name) != path]
    pages = [st.Page(path, title="shown", default=True, url_path="shown"), *(page.entry(name, name) for name in others)]
    shown = st.navigation(pages, position="hidden")
    if not st.session_state.get("away"):
        shown.run()


def opened(path, **query):
    """The page at this path, as a link with this query opens it."""
    app = AppTest.from_function(frame, default_timeout=120, args=(path,))
    for name, value in query.items():
        app.query_params[name] = value
    return settled(app.run())


def settled(app):
    """The app, once it is sure that nothing went wrong."""
    assert not app.exception
    return app


def control(app, key):
    """The control that a page calls so: one that was filled anew has a number behind its key."""
    (found,) = (
        widget
        for widget in (*app.number_input, *app.selectbox, *app.slider)
        if re.fullmatch(rf"{re.escape(key)}(\.\d+)?", widget.key or "")
    )
    return found


def texts(app, style):
    """What stands on the page in a style of ours, in ordinary spaces."""
    return [_plain(element) for element in app.get("html") if f'class="{style}"' in element.value]


def html(app):
    """All of ours that stands on the page, in ordinary spaces."""
    return "\n".join(map(_plain, app.get("html")))


def _plain(element):
    return element.value.replace("\N{NO-BREAK SPACE}", " ")


def query(app):
    """The URL's query; AppTest keeps what the test wrote as text and what the app wrote as lists, or the reverse."""
    found = {name: app.query_params[name] for name in app.query_params}
    return {name: text if isinstance(text, str) else text[-1] for name, text in found.items()}


@pytest.fixture(autouse=True)
def no_waiting_for_a_browser(monkeypatch):
    monkeypatch.setattr(page, "PATIENCE", 0)
    monkeypatch.setattr(page, "PAUSE", 0)


@pytest.fixture
def here(monkeypatch):
    """Work is done in this process, so that a test's own functions can stand in for it."""

    def run(work, *arguments, number, look, report):
        return work(*arguments, on_progress=report)

    monkeypatch.setattr(workers, "run", run)
