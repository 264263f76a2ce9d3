"""A visitor's own table: how it comes in, what is asked about it, and where it is kept.

It is kept in the visitor's session alone, with all that is computed from it: never in a file, a log, a link, or a store
that another session reads. Its words are shown as plain text only.
"""

from __future__ import annotations

import csv
import io
import sys
import threading
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
from streamlit.typing import UploadedFile

from nnviz.analysis.tables.columns import KINDS, Column, quoted
from nnviz.analysis.tables.decoding import ENCODINGS, MOST_BYTES, TableError
from nnviz.analysis.tables.example import ABOUT, NAME, example
from nnviz.analysis.tables.formats import MOST_ROWS
from nnviz.analysis.tables.preparing import GAP, OwnData, prepare, takes_either
from nnviz.analysis.tables.table import Table, read, to_csv
from nnviz.analysis.words import count
from nnviz.core.experiment import Experiment
from nnviz.ui import markup, page
from nnviz.ui.server import counters, limits
from nnviz.ui.work.results import FullError, Room, Rooms

MOST_KEPT = 100_000_000  # bytes of results in one session
MOST_KEPT_BY_ALL = 150_000_000
MOST_PASTED = 150_000  # characters: three bytes each, and the message that carries them is still small enough
PLACEHOLDER = "height,colour,kind\n1.5,red,a\n2.5,blue,b"
PASTED = "the pasted table"
FULL = "The server holds as many tables as it can just now. Try again later."
NOTHING_PASTED = (
    f"There is nothing in the field. It takes no more than {MOST_PASTED:,} characters at once: bring a longer table as "
    "a file."
)
GONE = "Your table is gone: the connection was lost, and the server no longer holds it. Bring it again to go on."
ENDINGS = (
    "csv", "tsv", "txt", "tab", "data", "dat", "md", "arff", "json", "jsonl", "ndjson", "parquet", "xlsx", "xls", "ods",
)  # fmt: skip
"""Of files that may be brought; what cannot be read is told how to be saved as CSV."""
AS_FOUND = "as found"
TARGETS = {"auto": "whichever fits", "classes": "classes", "number": "a number"}

_MINE = "own.mine"  # in the session, and gone with it
_FILE, _TEXT, _HEADER, _TARGET, _ANSWER = "own.file", "own.text", "own.header", "own.target", "own.answer"
_ENCODING, _COLUMN, _KIND = "own.encoding", "own.column", "own.kind"
MOST_SHOWN = 40  # columns of the preview
MOST_CELL = 60  # characters of a cell in it


rooms = Rooms(MOST_KEPT_BY_ALL, MOST_KEPT)
_reading = threading.Lock()  # one table at a time: the largest takes some hundred megabytes meanwhile


@dataclass(frozen=True, eq=False)
class Brought:
    """A visitor's table, and all that is kept of it.

    Attributes:
        name: of the file.
        content: of the file.
        table: what was read of it.
        number: the how many-th of this session it is.
        results: room for what is computed from it.
        kept: what was chosen about it, which controls forget while another page is open.
        reading: what was chosen about how it is read: `header` and `encoding`, and `kinds` of columns by index.
    """

    name: str
    content: bytes | str = field(repr=False)
    table: Table
    number: int
    results: Room = field(repr=False)
    kept: dict[str, Any] = field(default_factory=dict)
    reading: dict[str, Any] = field(default_factory=dict)


@dataclass
class _Mine:
    """What a session holds of its visitor's table; `state.yield_to_newer_run` says why the session keeps this object.

    Attributes:
        brought: the table. One object, so that a run cut short while it takes or forgets one leaves nothing half done.
        problem: a sentence about what could not be used.
        count: how many tables there were: each has controls of its own, which begin afresh.
    """

    brought: Brought | None = None
    problem: str = ""
    count: int = 0


counters.TABLES.set_function(lambda: len(rooms))
counters.TABLES_BYTES.set_function(lambda: rooms.bytes)


def _mine() -> _Mine:
    measurement: _Mine = st.session_state.setdefault(_MINE, _Mine())
    return measurement


def brought() -> Brought | None:
    """This session's table, if there is one."""
    return _mine().brought


def say_gone() -> None:
    """Say, where tables are brought, that this visitor's is gone."""
    _mine().problem = GONE


def table() -> Brought | None:
    """The session's table, said what was read of it; as long as there is none, the ways to bring one."""
    page.remarks(filter(None, [_mine().problem]))
    given = brought()
    if given is None:
        _ways_in()
        return None
    with st.container(key="own_given", horizontal=True, vertical_alignment="center"):
        st.html(f"<p><b>{markup.text(quoted(given.name, 60))}</b></p>", width="content")
        st.button("Forget this table", key="own_forget", type="tertiary", on_click=forget)
    about = [ABOUT] if given.name == NAME else []
    st.html(markup.paragraphs([*about, " ".join(given.table.sentences)]))
    _preview(given)
    return given


def ready(given: Brought, recipe: Experiment) -> OwnData | None:
    """The table made ready for a recipe, after asking what is to be answered; None, and a sentence, where it cannot."""
    result = given.table
    names = [column.name for column in result.columns]
    menu = f"{given.number}.{result.header}"
    with st.container(key="own_questions", horizontal=True, vertical_alignment="bottom"):
        target_key, answer_key = f"{_TARGET}.{menu}", f"{_ANSWER}.{menu}"
        target = st.selectbox(
            "What shall the network answer?", range(len(names)), given.kept.get(target_key, len(names) - 1),
            key=target_key, on_change=_keep, args=(given.number, target_key), width=320, format_func=lambda i: names[i],
        )  # fmt: skip
        answer = "auto"
        if takes_either(result.columns[target]):
            answer = st.selectbox(
                "As", list(TARGETS), list(TARGETS).index(given.kept.get(answer_key, "auto")),
                key=answer_key, on_change=_keep, args=(given.number, answer_key), width=180,
                format_func=TARGETS.__getitem__,
            )  # fmt: skip
    asked = (result, target, answer, recipe.samples, recipe.test_fraction, recipe.data_seed)
    data: OwnData | None = given.results.get(asked)
    if data is None:
        try:
            data = prepare(*asked)
        except TableError as problem:
            page.remarks([str(problem)])
            return None
        given.results.put(asked, data)
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


def as_csv(result: Table) -> str:
    """The session's table as it was read, for the scripts; written once."""
    given = brought()
    written: str | None = given.results.get(to_csv.__name__) if given else None
    if written is None:
        written = to_csv(result)
        if given:
            given.results.put(to_csv.__name__, written)
    return written


def forget() -> None:
    """Let go of the table, and of all that was computed from it."""
    _mine().brought = None


def _preview(given: Brought) -> None:
    """The first rows as they were read, and menus for what was found out otherwise than it should be."""
    result, number = given.table, given.number
    with st.expander("The first rows, and how they were read"):
        with st.container(key="own_reading", horizontal=True, vertical_alignment="bottom"):
            if isinstance(given.content, bytes):
                key, encodings = f"{_ENCODING}.{number}", ["", *ENCODINGS]
                st.selectbox(
                    "Encoding", encodings, encodings.index(given.reading.get("encoding") or ""), key=key, width=220,
                    on_change=_read_again, args=(number, "encoding", key),
                    format_func=lambda name: ENCODINGS.get(name, f"{AS_FOUND}: {_encoding(result.encoding)}"),
                )  # fmt: skip
            column_key = f"{_COLUMN}.{number}.{result.header}"
            column = st.selectbox(
                "Column", range(len(result.columns)), key=column_key, width=220,
                format_func=lambda i: result.columns[i].name,
            )  # fmt: skip
            kinds, told = ["", *KINDS], given.reading.get("kinds", {})
            kind_key = f"{_KIND}.{number}.{result.header}.{column}"
            st.selectbox(
                "is read as", kinds, kinds.index(told.get(column, "")), key=kind_key, width=220,
                on_change=_read_again, args=(number, column, kind_key),
                format_func=lambda kind: kind or f"{AS_FOUND}: {_kind(result.columns[column])}",
            )  # fmt: skip
            header_key = f"{_HEADER}.{number}"
            st.checkbox(
                "The first row holds the names", result.header, key=header_key, on_change=_read_again,
                args=(number, "header", header_key), width="content",
            )  # fmt: skip
        shown = result.columns[:MOST_SHOWN]
        columns = {
            column.name: {"is read as": _kind(column)}
            | {f"row {i + 1}": row[place][:MOST_CELL] for i, row in enumerate(result.preview)}
            for place, column in enumerate(shown)
        }
        st.html(f'<div class="preview" tabindex="0">{markup.table(columns)}</div>')
        more = len(result.columns) - len(shown)
        if more:
            st.html(f'<p class="muted">And {count(more, "more column")}.</p>')


def _kind(column: Column) -> str:
    """What a column is read as, in words."""
    return "left out" if column.left_out else "empty" if not column.distinct else column.kind


def _encoding(name: str) -> str:
    """What an encoding is called on screen."""
    plain = name.removesuffix("-sig").replace("_", "-")
    return ENCODINGS.get(plain) or ENCODINGS.get(name) or plain.upper()


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
            f"A CSV file, at most {size} and {rows}", ENDINGS, key=_FILE, on_change=_take_file,
            max_upload_size=MOST_BYTES // 10**6,
        )  # fmt: skip
        st.button("Try it with an example", key="own_example", on_click=lambda: _take(NAME, example()), help=ABOUT)
    with right:
        st.text_area(
            f"Or paste a table of at most {MOST_PASTED:,} characters, names in its first row", key=_TEXT, height=140,
            placeholder=PLACEHOLDER, max_chars=MOST_PASTED,
        )  # fmt: skip
        st.button("Read what I pasted", key="own_paste", on_click=_take_text)


def _take_file() -> None:
    file = st.session_state.get(_FILE)
    if isinstance(file, UploadedFile):  # it may be gone: for a click of the same moment, or with a lost connection
        _take(file.name, file.getvalue())


def _take_text() -> None:
    text = st.session_state.get(_TEXT, "")
    if text.strip():
        _take(PASTED, text)
    else:  # what is too long, the browser leaves out without a word
        _mine().problem = NOTHING_PASTED


def _take(name: str, content: bytes | str) -> None:
    try:
        with _reading:
            result = read(content)
        _put(name, content, result, _mine().count + 1, {})
    except TableError as problem:
        _mine().problem = f"{quoted(name, 60)} cannot be used. {problem}"


def _put(name: str, content: bytes | str, tables: Table, number: int, reading: dict[str, Any]) -> None:
    """Make this the session's table, in place of any other.

    Raises:
        TableError: there is no room for it.
    """
    mine = _mine()
    size = sys.getsizeof(content) + sum(map(_size, tables.columns))
    before = mine.brought.results if mine.brought else None
    try:
        room = rooms.new(size, limits.now().table_bytes, instead=before)
    except FullError:
        counters.refused("table")
        raise TableError(FULL) from None
    mine.brought, mine.problem, mine.count = Brought(name, content, tables, number, room, {}, reading), "", number


def _size(column: Column) -> int:
    """The bytes of a column, its texts each for itself."""
    texts = 0 if column.number else sum(map(sys.getsizeof, column.values))
    return column.values.nbytes + texts


# Streamlit keeps what controls hand to these for as long as the session lasts: so it is never the table itself.


def _read_again(number: int, what: str | int, key: str) -> None:
    """Read the table anew after a choice: of `header` or `encoding`, or of the kind of the column of that index."""
    given, chosen = brought(), st.session_state.get(key)
    if given is None or given.number != number or (what == "header" and chosen is None):  # forgotten, by another click
        return
    reading = dict(given.reading)
    if isinstance(what, int):
        kinds = {**reading.get("kinds", {}), what: chosen}
        reading["kinds"] = {i: kind for i, kind in kinds.items() if kind}
    else:
        reading[what] = None if chosen == "" else chosen
    try:
        with _reading:
            result = read(given.content, **reading)
        _put(given.name, given.content, result, number, reading)
    except TableError as problem:
        _mine().problem = str(problem)


def _keep(number: int, key: str) -> None:
    given, chosen = brought(), st.session_state.get(key)
    if given and given.number == number and chosen is not None:  # as above
        given.kept[key] = chosen


def _columns_csv(data: OwnData) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["column", "holds", "what became of it"])
    writer.writerows([harmless(fate.name), fate.kind, fate.became] for fate in data.fates)
    return text.getvalue()
