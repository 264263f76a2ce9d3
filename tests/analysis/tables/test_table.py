"""The reader of CSV files: a table or one sentence for any bytes, and pandas' own reading for well-formed ones."""

import codecs
import csv
import io
import math
import random
import time
from collections import deque

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnviz.analysis.tables.cells import MISSING, missing, number_in
from nnviz.analysis.tables.decoding import MOST_BYTES, TableError
from nnviz.analysis.tables.table import MOST_COLUMNS, Table, quoted, read

SIMPLE = "height,colour\n1.5,red\n2,blue\n"


def sound(table):
    """Everything that a table promises."""
    assert isinstance(table, Table)
    names = [column.name for column in table.columns]
    assert len(set(names)) == len(names) <= MOST_COLUMNS
    assert all(sentence.strip().endswith(".") for sentence in table.sentences)
    assert table.sentences
    for column in table.columns:
        assert column.name.strip()
        assert len(column.name.splitlines()) == 1
        assert column.name.encode("utf-8")
        assert len(column.values) == table.rows >= 1
        assert not column.values.flags.writeable
        if column.number:
            gone = np.isnan(column.values)
            assert np.isfinite(column.values[~gone]).all()
            assert column.distinct == len(set(column.values[~gone].tolist()))
        else:
            gone = column.values == ""
            assert column.distinct == len(set(column.values[~gone]))
            assert all(value.strip() == value for value in column.values)
        assert column.missing == gone.sum()
    return table


def outcome(given, header=None):
    """The table, or the sentence why there is none; anything else is a fault."""
    try:
        found = read(given, header)
    except TableError as problem:
        found = str(problem)
    if isinstance(found, Table):
        return sound(found)
    assert found.strip().endswith((".", "?"))
    assert "\n" not in found
    return found


def columns(table):
    return {column.name: column.values.tolist() for column in table.columns}


# What may come in.

CELLS = st.one_of(
    st.sampled_from(["", "1", "2.5", "-1e3", "1,5", "nan", "NA", "=1+1", "<b>", '"', "'", "a\nb", "1e999", "é", " x "]),
    st.text(max_size=5),
    st.floats().map(str),
)
JOINED = st.lists(
    st.lists(CELLS, max_size=5).flatmap(lambda row: st.sampled_from(",;\t|").map(lambda s: s.join(row))), max_size=12
).map("\n".join)
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252"])


@settings(max_examples=300)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300), JOINED), st.sampled_from([None, True, False]))
def test_any_bytes_and_any_text_give_a_table_or_a_sentence(given, header):
    outcome(given, header)


@settings(max_examples=200)
@given(JOINED, ENCODINGS)
def test_any_rows_in_any_encoding_give_a_table_or_a_sentence(text, encoding):
    outcome(text.encode(encoding, "replace"))


HOSTILE = {
    "nothing": "",
    "spaces": " \n" * 400_000,
    "empty lines": "\n" * (MOST_BYTES - 1),
    "only commas": "," * (MOST_BYTES - 1),
    "only quotes": '"' * (MOST_BYTES - 1),
    "a quote that never closes": '"' + "a,\n" * 1_600_000,
    "two million cells": "1," * 2_000_000,
    "two million rows": "a,b\n" * 1_200_000,
    "random bytes": random.Random(0).randbytes(4_000_000),
    "zeros": bytes(1_000_000),
    "long cells": ("a" * 9000 + "\n") * 500,
    "full of numbers": ("1.25," * 99 + "1\n") * 9_000,
    "all different": "\n".join(f"{i * math.pi},{i}x" for i in range(19_999)),
    "too large": b"1\n" * (MOST_BYTES // 2 + 1),
    "digits without end": "9" * 9_000 + "\n1\n2\n3\n",
}


def spent(call):
    """Seconds of the processor."""
    began = time.process_time()
    call()
    return time.process_time() - began


@pytest.fixture(scope="module")
def one_reading():
    """What it takes to read cells as long as the largest file, and no more than that: some 0.05 s."""
    text = "1.25,\n" * (MOST_BYTES // 6)
    return min(spent(lambda: deque(csv.reader(io.StringIO(text)), maxlen=0)) for _ in range(3))


@pytest.mark.parametrize("given", HOSTILE.values(), ids=HOSTILE)
def test_hostile_files_cost_no_more_than_some_readings_of_a_large_one(given, one_reading):
    """The worst takes 21; what grows faster than its input would take thousands."""
    assert spent(lambda: outcome(given)) < 150 * one_reading


# Well-formed tables, against pandas.

NAMES = st.lists(st.text("abcdefgh éü", min_size=1, max_size=8).map(str.strip).filter(bool), min_size=2, max_size=5)
FLOATS = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e90, max_value=1e90)
WORDS = st.text('abc é"\n<=', min_size=1, max_size=6).map(str.strip).filter(
    lambda word: word and not missing(word) and math.isnan(number_in(word))
)  # fmt: skip


@st.composite
def frames(draw):
    """A frame of columns of numbers and of texts, with a few gaps."""
    names = draw(NAMES.map(lambda names: list(dict.fromkeys(names))).filter(lambda names: len(names) > 1))
    rows = draw(st.integers(2, 12))
    made = {}
    for name in names:
        values = draw(st.lists(draw(st.sampled_from([FLOATS, WORDS])), min_size=rows, max_size=rows))
        gap = draw(st.none() | st.integers(0, rows - 1))
        if gap is not None and name != names[0]:
            values[gap] = None
        made[" ".join(name.split())] = values
    return pd.DataFrame(made)


@settings(max_examples=150)
@given(frames(), st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_a_well_formed_table_is_read_as_pandas_wrote_it(frame, separator, encoding):
    written = frame.to_csv(index=False, sep=separator, quoting=csv.QUOTE_NONNUMERIC).encode(encoding)
    table = sound(read(written, header=True))
    assert [column.name for column in table.columns] == list(frame.columns)
    for column in table.columns:
        expected = frame[column.name]
        gaps = expected.isna().to_numpy()
        assert column.missing == gaps.sum()
        if column.number:
            np.testing.assert_array_equal(column.values[~gaps], expected[~gaps].to_numpy(float))
        elif not gaps.all():
            assert column.values[~gaps].tolist() == expected[~gaps].tolist()


@settings(max_examples=100)
@given(
    st.lists(st.lists(st.floats(-1e6, 1e6).map(lambda x: f"{x:.3f}"), min_size=3, max_size=3), min_size=2, max_size=9)
)
def test_decimal_commas_are_read_as_pandas_reads_them(rows):
    text = "a;b;c\n" + "\n".join(";".join(cell.replace(".", ",") for cell in row) for row in rows)
    table = sound(read(text))
    assert (table.separator, table.decimal) == (";", ",")
    expected = pd.read_csv(io.StringIO(text), sep=";", decimal=",")
    for column in table.columns:
        np.testing.assert_allclose(column.values, expected[column.name], rtol=1e-15)


# What is found out, and what is said.


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends_are_found(separator, ending):
    table = read(SIMPLE.replace(",", separator).replace("\n", ending))
    assert table.separator == separator
    assert columns(table) == {"height": [1.5, 2.0], "colour": ["red", "blue"]}


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16", b""),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("utf-32", b""),
    ],
)
def test_encodings_are_found_and_can_be_read_again(encoding, mark):
    text = "größe,colour\n1,red\n2,blue\n"
    given = mark + text.encode(encoding)
    table = read(given)
    assert list(columns(table)) == ["größe", "colour"]
    assert given.decode(table.encoding) == text
    assert not any("UTF-8" in sentence for sentence in table.sentences)


@pytest.mark.parametrize(("byte", "letter"), [(b"\xe9", "é"), (b"\x80", "€"), (b"\x9d", "")])
def test_what_is_not_utf_8_is_read_as_latin_1_and_that_is_said(byte, letter):
    table = read(b"name,x\ncaf" + byte + b",1\nb,2\n")
    assert table.columns[0].values[0] == "caf" + letter
    assert sum("Latin-1" in sentence for sentence in table.sentences) == 1


CASES = {
    "sep= line": ("sep=;\na;b\n1;2\n", {"a": [1.0], "b": [2.0]}, ""),
    "quotes": ('a,b\n"1,5","x ""y"""\n', {"a": [1.5], "b": ['x "y"']}, "decimal commas"),
    "line break in quotes": ('a,b\n1,"x\ny"\n', {"a": [1.0], "b": ["x\ny"]}, ""),
    "no names": ("1,2\n3,4\n", {"column 1": [1.0, 3.0], "column 2": [2.0, 4.0]}, "not for names"),
    "empty name": ("a,,c\n1,2,3\n", {"a": [1.0], "column 2": [2.0], "c": [3.0]}, ""),
    "doubled name": ("a,a,a (2)\n1,2,3\n", {"a": [1.0], "a (2)": [2.0], "a (2) (2)": [3.0]}, "a number was added"),
    "short row": ("a,b\n1,2\n3\n4,5\n", {"a": [1.0, 3.0, 4.0], "b": [2.0, None, 5.0]}, "the first in line 3"),
    "long row": ("a,b\n1,2\n3,4,5\n6,7\n", {"a": [1.0, 6.0], "b": [2.0, 7.0]}, "1 row had more than 2 cells"),
    "long row of nothing": ("a,b\n1,2,,\n3,4\n5,6\n", {"a": [1.0, 3.0, 5.0], "b": [2.0, 4.0, 6.0]}, ""),
    "blank lines": ("\n\na,b\n\n1,2\n , \n3,4\n\n", {"a": [1.0, 3.0], "b": [2.0, 4.0]}, ""),
    "one column": ("a\n1\n2\n", {"a": [1.0, 2.0]}, "2 rows of 1 column."),
    "one row": ("a,b\n1,2", {"a": [1.0], "b": [2.0]}, "1 row of 2 columns"),
    "gaps": ("a,b\nNA,n/a\n?,NULL\n1,x\n", {"a": [None, None, 1.0], "b": ["", "", "x"]}, ""),
    "zero byte": ("a,b\n1\0,2\n", {"a": [1.0], "b": [2.0]}, "cannot be seen"),
    "formula": ("a,b\n=1+1,2\n@x,3\n", {"a": ["=1+1", "@x"], "b": [2.0, 3.0]}, ""),
    "markup": ("<b>a</b>,b\n<img src=x>,2\n", {"<b>a</b>": ["<img src=x>"], "b": [2.0]}, ""),
    "underscore and hex": ("a,b\n0x1A,1\n0x1B,2\n", {"a": ["0x1A", "0x1B"], "b": [1.0, 2.0]}, ""),
    "thousands": (
        'a,b\n"12,345",1\n"1,234.5",2\n999,3\n',
        {"a": [12345.0, 1234.5, 999.0], "b": [1.0, 2.0, 3.0]},
        "commas between thousands left out",
    ),
    "quoted decimal commas": ('a,b\n"1,5",1\n"1,250",2\n', {"a": [1.5, 1.25], "b": [1.0, 2.0]}, "decimal commas"),
    "German thousands": (
        "a;b\n1.234,5;0,5\n12.345;1,5\n",
        {"a": [1234.5, 12345.0], "b": [0.5, 1.5]},
        "with decimal commas; points between thousands left out",
    ),
    "no thousands": ("a;b\n1.234;0,5\n0.345;1,5\n", {"a": [1.234, 0.345], "b": [0.5, 1.5]}, "decimal commas."),
    "a title": (
        "Sales\n\nin 2024\n\na,b\n1,2\n3,4\n",
        {"a": [1.0, 3.0], "b": [2.0, 4.0]},
        "2 rows of a single cell above the table left out, such as “Sales”.",
    ),
    "one cell in one column": ("a\n1\n2\n3,4\n", {"a": [1.0, 2.0]}, ""),
    "turned letters": ("a,b\nx\u202ey,2\n", {"a": ["xy"], "b": [2.0]}, "cannot be seen"),
}


@pytest.mark.parametrize(("given", "expected", "words"), CASES.values(), ids=CASES)
def test_what_is_odd_is_read_and_said(given, expected, words):
    table = sound(read(given))
    found = {n: [None if v != v else v for v in values] for n, values in columns(table).items()}
    assert found == expected
    assert words in " ".join(table.sentences)


def test_a_few_stray_cells_among_numbers_are_missing_and_the_first_is_shown():
    table = sound(read("age,b\n" + "".join(f"{i},x\n" for i in range(30)) + "unknown,x\n1e999,x\n"))
    assert table.columns[0].number
    assert table.columns[0].missing == 2
    assert any("“age”: 2 cells are no numbers" in s and "“unknown”" in s for s in table.sentences)
    mixed = read("age,b\n1,x\n2,x\nold,x\n")
    assert mixed.columns[0].values.tolist() == ["1", "2", "old"]


PROBLEMS = {
    "nothing": ("", "nothing in it"),
    "blank": (" \n,,\n", "nothing in it"),
    "names only": ("a,b\n", None),
    "a page that was not found": ("<!doctype html><html><body>Not found</body></html>", "It is a web page"),
    "too large": (b"a" * (MOST_BYTES + 1), "5 MB"),
    "too many rows": ("1\n" * 20_002, "20,000 rows"),
    "too many columns": (",".join(map(str, range(10_000))), "10,000 cells: at most 200"),
    "a spreadsheet": (b"PK\x03\x04" + bytes(50), "save the table as CSV"),
    "a picture": (b"\x89PNG\r\n" + bytes(50), "a picture"),
    "no text": (bytes(range(32)) * 9, "not a text file"),
    "half of UTF-16": (codecs.BOM_UTF16_LE + b"a\0b", "UTF-16, but is not"),
    "an open quote": ('a,b\n1,"' + "x" * 20_000, "quotation mark"),
    "a quote open for long": ('a,b\n1,"' + "x" * 200_000, "quotation mark"),
}


@pytest.mark.parametrize(("given", "words"), PROBLEMS.values(), ids=PROBLEMS)
def test_what_is_no_table_is_refused_in_one_sentence(given, words):
    found = outcome(given, header=True)
    assert isinstance(found, str)
    assert (words or "no row of values") in found


def test_twenty_thousand_rows_with_and_without_names_are_not_too_many():
    assert read("a,b\n" + "1,2\n" * 20_000).rows == 20_000
    assert read("1,2\n" * 20_000).rows == 20_000
    assert "20,000 rows" in outcome("1,2\n" * 20_001, header=False)


@pytest.mark.parametrize("word", MISSING)
def test_what_stands_for_missing(word):
    assert missing(word.upper())


def test_quoted_texts_are_one_line_and_short():
    assert quoted("a\nb" + "c" * 100) == f"“a b{'c' * 36}…”"
