"""AppTest has no browser whose word the page could wait for."""

import pytest

from nnviz.ui import page


@pytest.fixture(autouse=True)
def no_waiting_for_a_browser(monkeypatch):
    monkeypatch.setattr(page, "PATIENCE", 0)
    monkeypatch.setattr(page, "PAUSE", 0)
