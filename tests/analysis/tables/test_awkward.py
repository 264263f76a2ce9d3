"""Tables as they come from life: each was once read wrongly, mostly without a word."""

import io
import math
import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine

import nnviz
from nnviz.analysis.tables import columns
from nnviz.analysis.tables.cells import numeral
from nnviz.analysis.tables.decoding import ENCODINGS, MOST_BYTES, TableError
from nnviz.analysis.tables.table import read


def ab(i):
    return "ab"[i % 2]


def lines(names, row, rows=40):
    """The text of a table from a function of the row's index."""
    return "\n".join([names, *(row(i) for i in range(rows))]) + "\n"


def values(table, place=0):
    return table.columns[place].values.tolist()


def said(table):
    return " ".join(table.sentences)


# Numbers.

NUMBERS = {
    "German thousands": (lines("preis;y", lambda i: f"{i % 9 + 1}.{i:03},5{i % 10};{ab(i)}"),
                         lambda i: (i % 9 + 1) * 1000 + i + 0.5 + i % 10 / 100),
    "thousands by commas": (lines("pop\ty", lambda i: f"{i * 137 + 600:,}\t{ab(i)}"), lambda i: i * 137 + 600),
    "thousands by points": (lines("pop\ty", lambda i: f"{i * 137 + 600:,}\t{ab(i)}".replace(",", ".")),
                            lambda i: i * 137 + 600),
    "three decimals": (lines("x,y", lambda i: f"{1 + i / 7:.3f},{ab(i)}"), lambda i: round(1 + i / 7, 3)),
    "true minus": (lines("x,y", lambda i: f"−{i}.5,{ab(i)}"), lambda i: -i - 0.5),
    "no-break space": (lines("x;y", lambda i: f"{i + 1}\u00a0234,5;{ab(i)}"), lambda i: 1000 * i + 1234.5),
    "narrow no-break space": (lines("x;y", lambda i: f"{i + 1}\u202f234,5;{ab(i)}"), lambda i: 1000 * i + 1234.5),
    "apostrophes": (lines("x,y", lambda i: f"{i + 1}'234.5,{ab(i)}"), lambda i: 1000 * i + 1234.5),
    "per cent": (lines("x,y", lambda i: f"{i} %,{ab(i)}"), lambda i: i),
    "euros": (lines("x;y", lambda i: f"{i},50 €;{ab(i)}"), lambda i: i + 0.5),
    "dollars": (lines("x,y", lambda i: f'"${i + 1},250.75",{ab(i)}'), lambda i: 1000 * i + 1250.75),
    "debts": (lines("x,y", lambda i: f"(${i}.25),{ab(i)}"), lambda i: -i - 0.25),
    "kilograms": (lines("x,y", lambda i: f"{i * 2} kg,{ab(i)}"), lambda i: 2 * i),
    "scientific": (lines("x,y", lambda i: f"{i + 1}.5e-{i % 5},{ab(i)}"), lambda i: float(f"{i + 1}.5e-{i % 5}")),
    "India's groups": (lines("x;y", lambda i: f"12,3{i % 10},567;{ab(i)}"), lambda i: 1230567 + i % 10 * 1000),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), NUMBERS.values(), ids=NUMBERS)
def test_numbers_are_read_as_people_write_them(text, expected):
    table = nnviz.read_table(text)
    assert table.columns[0].number
    assert values(table) == pytest.approx([expected(i) for i in range(40)])
    assert values(table, 1) == [ab(i) for i in range(40)]


@pytest.mark.parametrize(("name", "words"), [("euros", "“€”"), ("per cent", "“%”"), ("kilograms", "“kg”")])
def test_what_stands_beside_a_number_is_named(name, words):
    assert words in said(nnviz.read_table(NUMBERS[name][0]))


@pytest.mark.parametrize(
    "cell", ["1_2", "nan", "infinity", "-inf", "0x1A", "1e999", "٣", "1,2,3", "1.2.3", "--5", "5-", "1 2", ""]
)
def test_what_is_no_number(cell):
    one = numeral(cell)
    assert math.isnan(one.point)
    assert math.isnan(one.comma)


@pytest.mark.parametrize("cells", [["1_2", "1_3"], ["2024_01", "2024_02"], ["00123", "04567"], ["007", "010"]])
def test_names_that_look_like_numbers_are_texts(cells):
    table = nnviz.read_table(lines("zip,y", lambda i: f"{cells[i % 2]},{ab(i)}"))
    assert not table.columns[0].number
    assert values(table)[:2] == cells


def test_a_few_leading_zeros_make_all_of_them_names():
    table = nnviz.read_table(lines("zip,y", lambda i: f"{'0' if i == 30 else '9'}{1000 + i},{ab(i)}"))
    assert not table.columns[0].number
    assert "leading zeros" in said(table)


def test_two_currencies_are_no_numbers_together():
    table = nnviz.read_table(lines("x,y", lambda i: f"{'$' if i % 2 else '€'}{i},{ab(i)}"))
    assert not table.columns[0].number
    assert "20 of 40 cells are numbers" in said(table)


# What is missing.

MARKS = ["-", "--", ".", "None", "<NA>", "N.A.", "#DIV/0!", "\\N", "*", "n/a", "—", "NULL"]


@pytest.mark.parametrize("mark", MARKS)
def test_marks_for_missing_are_missing_in_a_column_of_numbers_and_named(mark):
    table = nnviz.read_table(lines("x,y", lambda i: f"{mark if i % 5 == 0 else i},{ab(i)}"))
    assert table.columns[0].number
    assert table.columns[0].missing == 8
    assert f"8 × “{mark}” in “x”" in said(table)


def test_other_texts_among_numbers_are_counted_and_one_is_shown():
    table = nnviz.read_table(lines("x,y", lambda i: f"{f'low {i}' if i % 5 == 0 else i},{ab(i)}"))
    assert not table.columns[0].number
    assert "32 of 40 cells are numbers; the others, such as “low 0”, are not" in said(table)


def test_plus_and_minus_stay_classes():
    table = nnviz.read_table(lines("x,y", lambda i: f"{i}.5,{'+-'[i % 2]}"))
    assert table.columns[1].distinct == 2
    assert table.columns[1].missing == 0


# Which rows are the table's.


def test_a_row_of_units_is_left_out_and_told():
    table = nnviz.read_table("height,weight,kind\ncm,kg,\n180,70.5,a\n165,60,b\n170,65,a\n")
    assert values(table) == [180, 165, 170]
    assert values(table, 1) == [70.5, 60, 65]
    assert "units or types (“cm”, “kg”)" in said(table)


def test_a_first_row_of_texts_is_no_row_of_units():
    table = nnviz.read_table("age,name\nold,Anna\n" + "".join(f"{i},Name {i}\n" for i in range(30)))
    assert table.rows == 31


def test_totals_and_sources_below_a_table_are_left_out_and_told():
    text = lines("name,x", lambda i: f"row {i},{i}") + "Total,780\n\nSource: the office\n"
    table = nnviz.read_table(text)
    assert table.rows == 40
    assert "2 rows below the table left out, such as “Total”" in said(table)


def test_comments_above_a_table_are_left_out_and_told():
    table = nnviz.read_table("# made by hand, in May\n# second\n" + lines("x,y", lambda i: f"{i}.5,{ab(i)}"))
    assert [column.name for column in table.columns] == ["x", "y"]
    assert "2 lines of comments" in said(table)


def test_names_as_numpy_writes_them_are_names():
    text = io.StringIO()
    np.savetxt(text, np.arange(12).reshape(4, 3) * 1.5, header="a b c")
    table = nnviz.read_table(text.getvalue())
    assert [column.name for column in table.columns] == ["a", "b", "c"]
    assert values(table, 2) == [3.0, 7.5, 12.0, 16.5]


def test_names_that_stand_there_again_are_left_out_and_told():
    block = lines("x,y", lambda i: f"{i}.5,{ab(i)}")
    table = nnviz.read_table(block * 3)
    assert table.rows == 120
    assert table.columns[0].number
    assert "The names stand there again in 2 rows" in said(table)


def test_a_first_row_that_comes_again_holds_values():
    table = nnviz.read_table("\n".join(["red,yes", "blue,no", "red,no", "blue,yes"] * 10))
    assert not table.header
    assert table.rows == 40
    assert "taken for values" in said(table)


HEADED = {
    "an index and numbers": (lines(",0,1,2,3", lambda i: f"{i},{i * 7 % 5},{i % 3},1.5,{i * 3 % 7}"),
                             ["column 1", "0", "1", "2", "3"]),
    "years": (lines("country,2019,2020", lambda i: f"c{i},{i * 7 % 5},{i % 3}"), ["country", "2019", "2020"]),
    "sizes": (lines("dose,10,20,50,100", lambda i: f"d{i},{i * 7 % 5},{i % 3}.5,4,{i % 2}"),
              ["dose", "10", "20", "50", "100"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "names"), HEADED.values(), ids=HEADED)
def test_numbers_that_are_names_are_names(text, names):
    table = nnviz.read_table(text)
    assert [column.name for column in table.columns] == names
    assert table.rows == 40


@pytest.mark.parametrize(
    "row", [lambda i: f"{i},{i * 3},{ab(i)}", lambda i: f"{i % 7}.5,{i % 3},{ab(i)}"], ids=["whole", "decimals"]
)
def test_without_names_the_first_row_holds_values(row):
    assert nnviz.read_table("\n".join(row(i) for i in range(40))).rows == 40


# Separators and quotation marks.

DIALECTS = {
    "spaces": (lines("a b y", lambda i: f"{i} {i * 2} {ab(i)}"), r"\s+", 3),
    "aligned": (lines("  a    b  y", lambda i: f" {i:3}  {i * 2:3}  {ab(i)}"), r"\s+", 3),
    "doubled tabs": (lines("a\t\tb\t\ty", lambda i: f"{i}\t\t{i * 2}\t\t{ab(i)}"), r"\t+", 3),
    "semicolons in cells": (lines("q1,q2,y", lambda i: f"Maths;Art,{i},{ab(i)}"), ",", 3),
    "many semicolons in cells": (lines("q1,y", lambda i: f"Maths;Art;Music;Sport,{ab(i)}"), ",", 2),
    "bars in cells": (lines("q1,q2,y", lambda i: f"x|y,{i},{ab(i)}"), ",", 3),
    "tabs in cells": (lines("q1,q2,y", lambda i: f"x\ty,{i},{ab(i)}"), ",", 3),
    "HTML's signs": (lines("q1,y", lambda i: f"it&#039;s,{ab(i)}"), ",", 2),
    "short rows and dates": (
        lines("n;when;x;y", lambda i: f"{i};April {i % 28 + 1}, 2023;{i}" + (f";{ab(i)}" if i % 3 else "")), ";", 4),
    "quoted commas": (lines("a;b", lambda i: f'"x,{i}";"q,r"'), ";", 2),
    "tildes": (lines("a~b", lambda i: f"{i}~{ab(i)}"), "~", 2),
    "one column of decimal commas": (lines("x", lambda i: f"{i},5"), ";", 1),
    "one column of words": (lines("fruit", lambda i: f"red {ab(i)}"), ",", 1),
}  # fmt: skip


@pytest.mark.parametrize(("text", "separator", "width"), DIALECTS.values(), ids=DIALECTS)
def test_separators_are_judged_by_all_rows_and_their_names(text, separator, width):
    table = nnviz.read_table(text)
    assert table.separator == separator
    assert len(table.columns) == width
    assert table.rows == 40


def test_lone_quotation_marks_swallow_no_rows_and_are_told():
    rows = [f"{i},word {i % 5},{ab(i)}" for i in range(200)]
    rows[20], rows[170] = '20,"word,a', '170,"word,b'
    table = nnviz.read_table("n,text,y\n" + "\n".join(rows))
    assert table.rows == 200
    assert "2 quotation marks have no partner, the first in line 22" in said(table)
    rows[170] = '170,word",b'
    assert nnviz.read_table("n,text,y\n" + "\n".join(rows)).rows == 200


def test_a_cell_of_several_lines_stays_one():
    table = nnviz.read_table('n,text\n1,"two\nlines, and a ""quote"""\n2,plain\n')
    assert values(table, 1) == ['two\nlines, and a "quote"', "plain"]


def test_cells_of_several_lines_in_every_row_are_no_accident():
    table = nnviz.read_table(lines("n,text,y", lambda i: f'{i},"first\nsecond",{ab(i)}'))
    assert set(values(table, 1)) == {"first\nsecond"}
    assert "spans lines" not in said(table)


def test_tables_of_markdown_are_read():
    table = nnviz.read_table("| size | kind |\n|---:|:---|\n| 1.5 | a\\|b |\n| 2 | c |\n")
    assert [column.name for column in table.columns] == ["size", "kind"]
    assert (values(table), values(table, 1)) == ([1.5, 2.0], ["a|b", "c"])
    boxed = "+---+---+\n| a | b |\n+---+---+\n| 1 | x |\n| 2 | y |\n+---+---+\n"
    assert values(nnviz.read_table(boxed), 1) == ["x", "y"]


# Texts.


def test_classes_that_differ_only_unseen_are_one_and_the_characters_are_named():
    table = nnviz.read_table(lines("x,y", lambda i: f"{i}.5,{'no' if i % 2 else 'yes' + chr(0x200B) * (i % 4 // 2)}"))
    assert table.columns[1].distinct == 2
    assert "U+200B ZERO WIDTH SPACE (10)" in said(table)


@pytest.mark.parametrize("other", ["yes", "YES", "Y es", "Ｙes"])
def test_classes_that_differ_only_in_writing_are_told(other):
    first = "Y  es" if other == "Y es" else "Yes"
    table = nnviz.read_table(lines("x,y", lambda i: f"{i}.5,{(first, other, 'No')[i % 3]}"))
    assert f"“{' '.join(first.split())}”" in said(table)
    assert "differ only in" in said(table)


@pytest.mark.parametrize("sign", ["\0", "\u200e", "\ufeff", "\x0c", "\u200b"])
def test_characters_that_cannot_be_seen_are_left_out_and_named(sign):
    table = nnviz.read_table(lines("x,y", lambda i: f"{i}.5{sign},{ab(i)}{sign}"))
    assert table.columns[0].number
    assert set(values(table, 1)) == {"a", "b"}
    assert f"U+{ord(sign):04X}" in said(table)


# Dates.

DATES = {
    "ISO": ([f"2024-01-{i + 1:02}" for i in range(20)], 19723, 1),
    "by months": ([f"{i % 12 + 1:02}.2021" for i in range(12)], 18628, None),
    "German": ([f"{i + 1}.1.2024" for i in range(20)], 19723, 1),
    "American": ([f"1/{i + 1}/2024" for i in range(20)], 19723, 1),
    "words": ([f"January {i + 1}, 2024" for i in range(20)], 19723, 1),
    "digits": ([f"202401{i + 1:02}" for i in range(20)], 19723, 1),
    "a time of day": ([f"2024-01-{i + 1:02} 12:00" for i in range(20)], 19723.5, 1),
}


@pytest.mark.parametrize(("cells", "first", "step"), DATES.values(), ids=DATES)
def test_dates_are_days_and_told(cells, first, step):
    table = nnviz.read_table(lines("when;y", lambda i: f"{cells[i % len(cells)]};{ab(i)}"))
    column = table.columns[0]
    assert (column.kind, column.number) == ("date", True)
    assert values(table)[0] == first
    assert step is None or np.ptp(np.diff(values(table)[: len(cells)])) == step - 1
    assert "“when” holds dates: read as days since 1 January 1970" in said(table)


@pytest.mark.parametrize(
    "cells", [["01.02", "15.11", "03.04"], ["12:30", "13:45", "9:05"], ["5 May", "6 May", "7 Jun"]]
)
def test_dates_without_a_year_are_told_and_left_out(cells):
    table = nnviz.read_table(lines("when,y", lambda i: f"{cells[i % 3]},{ab(i)}"))
    assert table.columns[0].left_out
    assert "without a year" in said(table)


def test_an_ambiguous_order_of_day_and_month_is_told():
    table = nnviz.read_table(lines("when,y", lambda i: f"{i % 12 + 1}/2/2024,{ab(i)}"))
    assert "the day taken first" in said(table)


# Counters and constants.


@pytest.mark.parametrize(
    "name", ["PassengerId", "Serial No.", "S.No", "X", "...1", "#", "obs", "case_id", "", "whatever"]
)
def test_what_counts_the_rows_is_found_under_any_name(name):
    table = nnviz.read_table(lines(f"{name},x,y", lambda i: f"{i + 1},{i * 7 % 11}.5,{'ab'[i > 20]}"))
    assert table.columns[0].left_out == "it only numbers the rows"
    assert "only counts the rows: left out" in said(table)


def test_noise_of_rounding_is_constant():
    table = nnviz.read_table(lines("x,y", lambda i: f"{14.62 + 1e-13 * (i % 3)!r},{ab(i)}"))
    assert table.columns[0].left_out.startswith("always 14.6")
    assert "but for rounding" in said(table)


def test_empty_columns_are_named():
    assert "Without any value, and left out: “b”." in said(
        nnviz.read_table(lines("a,b,y", lambda i: f"{i}.5,,{ab(i)}"))
    )


# Encodings and formats.

WORDS = {
    "cp932": ["東京", "大阪", "名古屋", "札幌"], "cp1251": ["Анна", "Борис", "Виктор", "Ольга"],
    "cp1253": ["Άννα", "Γιώργος", "Ελένη"], "gb18030": ["王伟", "李娜", "张敏"], "big5": ["王偉", "李娜", "張敏"],
    "cp949": ["김민수", "이영희", "박지성"], "koi8_r": ["Анна", "Борис", "Виктор"],
    "euc_jp": ["東京", "大阪", "名古屋"],
    "cp1252": ["Jürgen", "Zoë", "Café"],
}  # fmt: skip


@pytest.mark.parametrize("encoding", WORDS)
def test_encodings_are_guessed_told_and_can_be_chosen(encoding):
    words = WORDS[encoding]
    text = lines("x,y", lambda i: f"{i}.5,{words[i % len(words)]}")
    table = nnviz.read_table(text.encode(encoding))
    assert (table.encoding, values(table, 1)[: len(words)]) == (encoding, words)
    assert f"read as {ENCODINGS[encoding]}" in said(table)
    assert values(read(text.encode(encoding), encoding=encoding), 1)[: len(words)] == words


def test_arff_is_read_as_it_says():
    text = (
        "% a comment\n@relation toy\n@attribute 'the size' real\n@attribute grade {1,2}\n@attribute class {'a b',c}\n"
        "@data\n1.5,1,'a b'\n2,2,c\n?,1,c\n"
    )
    table = nnviz.read_table(text)
    assert [(column.name, column.number) for column in table.columns] == [
        ("the size", True), ("grade", False), ("class", False),
    ]  # fmt: skip
    assert values(table, 2) == ["a b", "c", "c"]
    assert table.columns[0].missing == 1


@pytest.mark.parametrize("form", ["lines", "list"])
def test_json_records_are_read(form):
    records = ['{"x": 1.5, "y": "a"}', '{"y": "b", "x": null}', '{"x": -2e3, "y": "a", "z": true}']
    text = "\n".join(records) + "\n" if form == "lines" else "[" + ",\n".join(records) + "]"
    table = nnviz.read_table(text)
    assert [column.name for column in table.columns] == ["x", "y", "z"]
    assert values(table)[::2] == [1.5, -2000.0]
    assert table.columns[0].missing == 1


def test_parquet_is_read():
    frame = pd.DataFrame(
        {"x": [1.5, 2.25, None], "y": ["a", "b, c", 'd "e"'], "when": pd.to_datetime(["2024-01-05"] * 3)}
    )
    content = io.BytesIO()
    frame.to_parquet(content)
    table = nnviz.read_table(content.getvalue())
    assert [column.name for column in table.columns] == ["x", "y", "when"]
    assert values(table, 1) == ["a", "b, c", 'd "e"']
    assert values(table)[:2] == [1.5, 2.25]
    assert values(table, 2) == [19727.0] * 3


REFUSED = {
    "a workbook": (b"PK\x03\x04....xl/workbook.xml" + bytes(20), "Save as"),
    "an old workbook": (b"\xd0\xcf\x11\xe0" + bytes(20), "Save as"),
    "broken Parquet": (b"PAR1" + bytes(40), "Parquet"),
    "records within records": ('{"a": {"b": 1}}\n{"a": 2}\n', "records within records"),
    "deep JSON": ("[" * 100_000 + "\n", "JSON"),
    "sparse ARFF": ("@relation a\n@attribute x real\n@data\n{0 1}\n", "sparse"),
    "a web page": ("<html><table><tr><td>1</td></tr></table></html>\n", "web page"),
    "no such file": ("nowhere.csv", "no file “nowhere.csv”"),
    "no path": ("a\0b", "no file"),
}


@pytest.mark.parametrize(("source", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_refused_in_a_sentence_that_says_what_to_do(source, words):
    with pytest.raises(TableError, match=words):
        nnviz.read_table(source)


@pytest.mark.parametrize("name", ["iris.data", "table.txt", "table.tsv", "table"])
def test_a_path_is_read_whatever_its_ending(tmp_path, name):
    path = tmp_path / name
    path.write_text(lines("x\ty", lambda i: f"{i}.5\t{ab(i)}"), encoding="utf-8")
    assert nnviz.read_table(path).rows == nnviz.read_table(str(path)).rows == 40


# What somebody chose.


@pytest.mark.parametrize(
    ("kind", "number", "first"),
    [
        ("number", True, 20240105.0),
        ("category", False, "20240105"),
        ("date", True, 19727.0),
        ("left out", True, 19727.0),
    ],
)
def test_a_column_is_read_as_it_is_told(kind, number, first):
    table = read(lines("x,y", lambda i: f"202401{i % 9 + 5:02},{ab(i)}"), kinds={0: kind})
    assert (table.columns[0].number, values(table)[0]) == (number, first)
    assert (table.columns[0].left_out == "as you chose") is (kind == "left out")


# Any table in any dialect.

TEXTS = st.text("klm nop-é", min_size=1, max_size=6).map(lambda word: f"q{word.strip()}q")


@st.composite
def dialects(draw):
    """Columns of numbers and texts, and how they are written: separators, groups, quotes, ends of lines."""
    rows = draw(st.integers(4, 12))
    separator, decimal = draw(
        st.sampled_from([(",", "."), (";", ","), (";", "."), ("\t", "."), ("\t", ","), ("|", ".")])
    )
    columns, written = [], []
    for _ in range(draw(st.integers(2, 5))):
        if draw(st.booleans()):
            numbers = draw(st.lists(st.integers(-(10**8), 10**8), min_size=rows, max_size=rows))
            numbers[0] = 12_345_67  # some cell shows the decimal sign
            columns.append([number / 100 for number in numbers])
            form = draw(st.sampled_from(["{:.2f}", "{:,.2f}", "{:.4e}"]))
            if form == "{:.4e}":
                columns[-1] = [float(form.format(number)) for number in columns[-1]]
            cells = [form.format(number).replace(",", "_") for number in columns[-1]]
            groups = draw(st.sampled_from(["'", "\u202f", "." if decimal == "," else ","]))
            written.append([cell.replace(".", decimal).replace("_", groups) for cell in cells])
        else:
            columns.append(draw(st.lists(TEXTS, min_size=rows, max_size=rows, unique_by=str.casefold)))
            written.append(columns[-1])
    quote = draw(st.booleans())
    body = [[f"n{i}" for i in range(len(columns))], *map(list, zip(*written, strict=True))]
    made = [
        [f'"{cell}"' if quote or separator in cell else cell for cell in row]
        for row in body
    ]  # fmt: skip
    text = draw(st.sampled_from(["\n", "\r\n", "\r"])).join(separator.join(row) for row in made)
    return columns, text.encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])))


@settings(max_examples=150, deadline=2000)
@given(dialects())
def test_any_table_in_any_dialect_is_read_back(made):
    columns, content = made
    table = nnviz.read_table(content)
    assert [column.name for column in table.columns] == [f"n{i}" for i in range(len(columns))]
    for column, expected in zip(table.columns, columns, strict=True):
        assert column.values.tolist() == (pytest.approx(expected) if isinstance(expected[0], float) else expected)


def german(frame):
    return frame.to_csv(sep=";", decimal=",", index=False).encode("cp1252")


def grouped(frame):
    shown = frame.map(lambda value: f"{value:,.6f} €" if isinstance(value, float) else value)
    return ("Report\n\n" + shown.to_csv(sep="\t", index=True) + "Source: scikit-learn\n").encode("utf-16")


def spaced(frame):
    return frame.rename(columns=lambda name: name.replace(" ", "_")).to_string(index=False).encode()


@pytest.mark.parametrize("load", [load_wine, load_diabetes, load_breast_cancer])
@pytest.mark.parametrize("written", [german, grouped, spaced])
def test_real_tables_in_awkward_dialects_are_read_back(load, written):
    frame = load(as_frame=True).frame.astype(float).round(6)
    frame["kind"] = [("low", "mid", "high")[i % 3] for i in range(len(frame))]
    table = nnviz.read_table(written(frame))
    columns = table.columns[-len(frame.columns) :]
    assert table.rows == len(frame)
    for column, name in zip(columns, frame.columns, strict=True):
        assert column.name == (name.replace(" ", "_") if written is spaced else name)
        if name == "kind":
            assert column.values.tolist() == frame[name].tolist()
        else:
            np.testing.assert_allclose(column.values, frame[name], rtol=1e-6, atol=1e-6)


def peak(text):
    """The most bytes that Python holds while it reads a table, beside the text."""
    tracemalloc.start()
    try:
        read(text)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_grows_with_the_cells_and_no_faster():
    """As many rows and columns as the largest file has room for take some hundred bytes a cell."""
    small, large = (
        ",".join(f"n{i}" for i in range(100)) + "\n" + ("1," * 99 + "2\n") * rows for rows in (2_000, 20_000)
    )
    assert len(large) < MOST_BYTES
    assert peak(large) < 12 * peak(small)
    assert peak(large) < 200 * 100 * 20_000


def test_each_different_cell_is_looked_at_once(monkeypatch):
    seen = []
    monkeypatch.setattr(columns, "numeral", lambda cell: seen.append(cell) or numeral(cell))
    read("a,b\n" + "".join(f"{i % 7}.5,{ab(i)}\n" for i in range(5_000)))
    assert len(seen) < 100
