"""Starts the app as `python -m streamlit` does, with Streamlit slow where a text box looks through the session's state.

It says `overlap` whenever something is deleted from the state meanwhile.
"""

import sys
import time

from streamlit.runtime.state.session_state import SessionState
from streamlit.web.cli import main

looking = []
look, delete = SessionState.filtered_state.fget, SessionState.__delitem__


def slow_look(state):
    asked_by = sys._getframe(2).f_code.co_name
    if asked_by != "_text_area":
        return look(state)
    looking.append(state)
    time.sleep(0.2)
    try:
        return look(state)
    finally:
        looking.remove(state)


def noted_delete(state, key):
    if looking:
        print("overlap", key, flush=True)
    delete(state, key)


if __name__ == "__main__":
    SessionState.filtered_state = property(slow_look)
    SessionState.__delitem__ = noted_delete
    sys.argv = sys.argv[sys.argv.index("streamlit") :]
    main()
