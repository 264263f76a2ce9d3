"""A visitor's own table: how it comes in, what is asked about it, and where it is kept.

It is kept in the visitor's session alone, with all that is computed from it: never in a file, a log, a link, or a store
that another session reads. Its words are shown as plain text only.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field

import streamlit as st

from nnviz.analysis.decoding import MOST_BYTES, TableError
from nnviz.analysis.own_data import GAP, OwnData, prepare, takes_either
from nnviz.analysis.own_example import ABOUT, NAME, example
from nnviz.analysis.table import MOST_ROWS, Table, quoted, read
from nnviz.analysis.words import count
from nnviz.core.experiment import Experiment
from nnviz.ui import markup, page
from nnviz.ui.results import Results

MOST_KEPT = 100_000_000  # bytes of results in one session
PLACEHOLDER = "height,colour,kind\n1.5,red,a\n2.5,blue,b"
PASTED = "the pasted table"
GONE = "Your table is gone: the connection was lost, and the server no longer holds it. Bring it again to go on."
ANSWERS = {"auto": "whichever fits", "classes": "classes", "number": "a number"}

# In the session, and gone with it.
_GIVEN, _TABLE, _PROBLEM, _RESULTS = "own.given", "own.table", "own.problem", "own.results"
_FILE, _TEXT, _HEADER, _TARGET, _ANSWER = "own.file", "own.text", "own.header", "own.target", "own.answer"
_COUNT = "own_count"  # how many tables there were: each has menus of its own, which begin afresh
_KEPT = "own.kept."  # before a menu's key: its choice, which the menu forgets while another page is open


@dataclass(frozen=True)
class Given:
    """What a visitor brought."""

    name: str
    content: bytes | str = field(repr=False)


def brought() -> bool:
    """Whether this session holds a table."""
    return _GIVEN in st.session_state


def say_gone() -> None:
    """Say, where tables are brought, that this visitor's is gone."""
    st.session_state[_PROBLEM] = GONE


def results() -> Results:
    """What was computed from this session's table."""
    found: Results = st.session_state.setdefault(_RESULTS, Results(most_bytes=MOST_KEPT))
    return found


def table() -> Table | None:
    """The session's table, said what was read of it; as long as there is none, the ways to bring one."""
    page.remarks(filter(None, [st.session_state.get(_PROBLEM)]))
    given: Given | None = st.session_state.get(_GIVEN)
    if given is None:
        _ways_in()
        return None
    found: Table = st.session_state[_TABLE]
    with st.container(key="own_given", horizontal=True, vertical_alignment="center"):
        st.html(f"<p><b>{markup.text(quoted(given.name, 60))}</b></p>", width="content")
        st.button("Forget this table", key="own_forget", type="tertiary", on_click=forget)
    about = [ABOUT] if given.name == NAME else []
    st.html(markup.paragraphs([*about, " ".join(found.sentences)]))
    return found


def ready(found: Table, recipe: Experiment) -> OwnData | None:
    """The table made ready for a recipe, after asking what is to be answered; None, and a sentence, where it cannot."""
    names = [column.name for column in found.columns]
    which = st.session_state[_COUNT]
    with st.container(key="own_questions", horizontal=True, vertical_alignment="bottom"):
        target = st.selectbox(
            "What shall the network answer?", range(len(names)), key=f"{_TARGET}.{which}",
            on_change=_keep, args=(_TARGET, which),
            index=st.session_state.get(_KEPT + _TARGET, len(names) - 1), width=320,
            format_func=lambda i: names[i],
        )  # fmt: skip
        answer = "auto"
        if takes_either(found.columns[target]):
            kept = list(ANSWERS).index(st.session_state.get(_KEPT + _ANSWER, "auto"))
            answer = st.selectbox(
                "As", list(ANSWERS), key=f"{_ANSWER}.{which}", on_change=_keep, args=(_ANSWER, which), width=180,
                index=kept, format_func=ANSWERS.__getitem__,
            )  # fmt: skip
        st.checkbox("The first row holds the names", found.header, key=_HEADER, on_change=_read_again, width="content")
    asked = (found, target, answer, recipe.samples, recipe.test_fraction, recipe.data_seed)
    data: OwnData | None = results().get(asked)
    if data is None:
        try:
            data = prepare(*asked)
        except TableError as problem:
            page.remarks([str(problem)])
            return None
        results().put(asked, data)
    return data


def understood(data: OwnData) -> None:
    """What is learned from, in words, and what became of each column."""
    train, test = data.train_rows, len(data.dataset.y_test)
    inputs = count(data.dataset.x_train.shape[1], "input")
    what = f"{len(data.dataset.class_names)} classes" if not data.real else "one number, by squared error"
    summary = f"{inputs}; the answer: {what}. {count(train, 'row')} to train on, {count(test, 'row')} held back."
    st.html(markup.paragraphs([" ".join([summary, *data.sentences])]))
    with st.expander("What became of each column"):
        columns = {
            "holds": {fate.name: fate.kind for fate in data.fates},
            "what became of it": {fate.name: fate.became for fate in data.fates},
        }
        st.html(f'<div class="fates">{markup.table(columns)}</div>')
        if data.dataset.class_names:
            classes = ", ".join(quoted(name or GAP, 24) for name in data.dataset.class_names)
            st.html(markup.paragraphs([f"The classes: {classes}."]))
        st.download_button("Columns as CSV", _columns_csv(data), "columns.csv", "text/csv", on_click="ignore")


def forget() -> None:
    """Let go of the table, and of all that was computed from it."""
    for key in [key for key in st.session_state if str(key).startswith("own.")]:
        del st.session_state[key]


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection).

    >>> harmless("=1+1"), harmless("height")
    ("'=1+1", 'height')
    """
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _ways_in() -> None:
    size, rows = f"{MOST_BYTES / 1e6:.0f} MB", f"{MOST_ROWS:,} rows"
    left, right = st.columns(2)
    with left:
        st.file_uploader(
            f"A CSV file, at most {size} and {rows}", ["csv", "tsv", "txt"], key=_FILE, on_change=_take_file,
            max_upload_size=MOST_BYTES // 10**6,
        )  # fmt: skip
        st.button("Try it with an example", key="own_example", on_click=lambda: _take(NAME, example()), help=ABOUT)
    with right:
        st.text_area("Or paste a table, names in its first row", key=_TEXT, height=140, placeholder=PLACEHOLDER)
        st.button("Read what I pasted", key="own_paste", on_click=_take_text)


def _take_file() -> None:
    file = st.session_state.get(_FILE)  # gone, where a click comes before the browser has heard of that
    if file is not None:
        _take(file.name, file.getvalue())


def _take_text() -> None:
    _take(PASTED, st.session_state.get(_TEXT, ""))


def _take(name: str, content: bytes | str) -> None:
    try:
        found = read(content)
    except TableError as problem:
        st.session_state[_PROBLEM] = f"{quoted(name, 60)} cannot be used. {problem}"
        return
    _put(Given(name, content), found)


def _read_again() -> None:
    given: Given | None = st.session_state.get(_GIVEN)
    header = st.session_state.get(_HEADER)
    if given is None or header is None:  # forgotten, by a click of the same moment
        return
    try:
        found = read(given.content, header)
    except TableError as problem:
        st.session_state[_PROBLEM] = str(problem)
        return
    _put(given, found)


def _put(given: Given, found: Table) -> None:
    """Make this the session's table, in place of any other."""
    forget()
    st.session_state[_GIVEN], st.session_state[_TABLE] = given, found
    st.session_state[_COUNT] = st.session_state.get(_COUNT, 0) + 1


def _keep(key: str, which: int) -> None:
    chosen = st.session_state.get(f"{key}.{which}")
    if chosen is not None:  # else the table was forgotten, by a click of the same moment
        st.session_state[_KEPT + key] = chosen


def _columns_csv(data: OwnData) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["column", "holds", "what became of it"])
    writer.writerows([harmless(fate.name), fate.kind, fate.became] for fate in data.fates)
    return text.getvalue()
