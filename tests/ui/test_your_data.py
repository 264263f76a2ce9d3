"""The page on a visitor's own data, without a browser."""

import re
from functools import partial

import pytest
import streamlit as st

from nnviz.analysis.own_example import example
from nnviz.ui import compute, own_table
from nnviz.ui import your_data as own
from tests.ui import apptest
from tests.ui.apptest import html, query, settled, texts

QUICK = {"epochs": "4", "seeds": "6", "hidden": "4"}
opened = partial(apptest.opened, own.PAGE, **QUICK)


def pasted(text, app=None):
    app = app or opened()
    app.text_area(key="own.text").set_value(text)
    return settled(app.button(key="own_paste").click().run())


def table_of(rows=40, header="height,colour,kind"):
    return "\n".join(
        [header, *(f"{i % 7}.5,{'red' if i % 3 else 'blue'},{'a' if i % 2 else 'b'}" for i in range(rows))]
    )


def test_the_page_first_asks_for_a_table():
    app = opened()
    assert app.title[0].value == "Which start is best on your own data?"
    assert [each.label for each in app.get("file_uploader")] == ["A CSV file, at most 5 MB and 20,000 rows"]
    assert not app.get("plotly_chart")
    assert query(app) == QUICK


def test_the_example_is_ranked():
    app = opened()
    settled(app.button(key="own_example").click().run())
    print(html(app))
    print([s.label for s in app.selectbox])
