"""AppTest has no browser whose word the page could wait for."""

import pytest

from nnviz.ui import page
from nnviz.ui.work import workers


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
