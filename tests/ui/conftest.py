"""AppTest has no browser whose word the page could wait for."""

from apptest import here, no_waiting_for_a_browser  # noqa: F401
