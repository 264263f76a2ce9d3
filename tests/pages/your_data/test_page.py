"""The page on a visitor's own data, without a browser."""

import csv
import gc
import io
import logging
import weakref
from functools import partial

import pytest
from streamlit.runtime.state.session_state import SessionState

from nnviz.analysis.tables.example import ABOUT, example
from nnviz.analysis.tables.preparing import prepare
from nnviz.analysis.tables.split_runs import LEAST_SPLITS, SETS, STARTS
from nnviz.analysis.tables.table import read
from nnviz.core.registry import text_of
from nnviz.pages.your_data import sections as own
from nnviz.pages.your_data.sections import LAB, PRESETS
from nnviz.ui import own_table
from nnviz.ui.server import limits
from nnviz.ui.work import compute
from nnviz.ui.work.results import Rooms
from tests.ui import apptest
from tests.ui.apptest import html, query, settled, texts

QUICK = {"epochs": "4", "seeds": "2", "splits": "5", "hidden": "4"}
opened = partial(apptest.opened, own.PAGE)
EVIL = (
    "<img src=x onerror=alert(1)>",
    "=cmd|' /C calc'!A0",
    "$$x^2$$",
    ":material/delete:",
    "**bold** [a](b)",
    "`code`",
)


def uploaded(content, name="table.csv", **settings):
    """The page after a visitor has uploaded a file."""
    app = opened(**QUICK | settings)
    app.file_uploader[0].set_value((name, content if isinstance(content, bytes) else content.encode(), "text/csv"))
    return settled(app.run())


def pasted(text, app=None):
    app = app or opened(**QUICK)
    app.text_area(key="own.text").set_value(text)
    return settled(app.button(key="own_paste").click().run())


def table_of(names=("height", "colour", "kind"), words=("red", "blue"), rows=40):
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    for i in range(rows):
        writer.writerow([f"{i % 7}.5", words[i % 3 % len(words)], words[i % 2]])
    return text.getvalue()


def target_menu(app):
    return next(menu for menu in app.selectbox if menu.label == "What shall the network answer?")


def header_box(app):
    return next(box for box in app.checkbox if box.label == "The first row holds the names")


def code_menu(app):
    return next(menu for menu in app.selectbox if menu.label == "Code that starts from")


def test_the_page_first_asks_for_a_table():
    app = opened()
    assert app.title[0].value == "Which start is best on your own data?"
    assert "never the data" in html(app)
    uploader = app.file_uploader[0]
    assert uploader.label == "A CSV file, at most 5 MB and 20,000 rows"
    assert uploader.proto.max_upload_size_mb == 5
    assert not app.get("plotly_chart")
    assert query(app) == {}


def test_the_example_is_ranked_and_what_was_done_to_it_is_said():
    app = opened(**QUICK | {"epochs": "20"})
    settled(app.button(key="own_example").click().run())
    assert ABOUT in html(app)
    assert "178 rows of 14 columns, separated by commas." in html(app)
    assert target_menu(app).value == 13
    assert "16 inputs; the answer: 3 classes. 89 rows to train on, 89 rows held back." in html(app)
    assert "The yardsticks: a guess that ignores the inputs has 1.09, 39 % right, logistic regression 0.0" in html(app)
    assert "Over 5 splits of the rows and 2 seeds in each" in texts(app, "finding")[0]
    assert app.get("plotly_chart")[0].proto.alt
    assert [button.label for button in app.get("download_button")] == [
        "Columns as CSV", "Keras 3", "PyTorch", "scikit-learn", "Table as read", "Ranking as CSV",
    ]  # fmt: skip
    assert query(app) == QUICK | {"epochs": "20"}


def test_an_uploaded_file_is_ranked_and_forgotten_when_asked():
    app = uploaded(table_of(), "<b>my.csv")
    assert "“&lt;b&gt;my.csv”" in html(app)
    assert "Over 5 splits" in texts(app, "finding")[0]
    settled(app.button(key="own_forget").click().run())
    assert app.file_uploader
    assert not app.get("plotly_chart")
    assert app.session_state["own.mine"].brought is None


def test_another_target_and_another_kind_of_answer_are_learned():
    app = uploaded(table_of())
    settled(target_menu(app).set_value(0).run())
    assert "the answer: 7 classes" not in html(app)
    assert "the answer: one number, by squared error" in html(app)
    assert "a guess at the mean has a squared error of 1" in html(app)
    settled(next(menu for menu in app.selectbox if menu.label == "As").set_value("classes").run())
    assert "the answer: 7 classes" in html(app)


def test_the_code_is_of_the_best_start_whenever_the_order_changes():
    app = uploaded(table_of())
    for target in (0, 1, 2):
        settled(target_menu(app).set_value(target).run())
        menu = code_menu(app)
        assert menu.value == 0
        best = menu.options[0].removesuffix(", lowest here")
        rows = next(text for text in texts(app, "numbers") if "first in" in text)
        assert rows.partition("<tbody>")[2].startswith(f'<tr><th scope="row">{best}</th>')


def test_the_row_of_names_can_be_told():
    app = uploaded("1,2,a\n" + "1.5,2,b\n3,4,a\n" * 20)
    assert not header_box(app).value
    assert target_menu(app).options == ["column 1", "column 2", "column 3"]
    settled(header_box(app).check().run())
    assert header_box(app).value
    assert target_menu(app).options == ["1", "2", "a"]
    assert "40 rows of 3 columns" in html(app)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04rest", "It is a spreadsheet or an archive, not a CSV file"),
        (b"", "There is nothing in it."),
        (b"1\n" * 20_002, "more than 20,000 rows"),
        (b"a" * 5_000_001, "at most 5 MB"),
        ("a,b\n" + "1,x\n" * 30, "“b” has the same value in every row"),
        ("a,b\n" + "1,x\n2,y\n" * 3, "6 rows can be used: at least 10 are needed"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(content, words):
    app = uploaded(content)
    assert words in texts(app, "remarks")[0]
    assert not app.get("plotly_chart")
    pasted(table_of(), app) if app.text_area else settled(app.button(key="own_forget").click().run())
    assert not texts(app, "remarks")


def test_what_stands_in_the_table_is_shown_as_plain_text(caplog, capfd):
    caplog.set_level(logging.DEBUG)
    app = uploaded(table_of(names=EVIL[:3], words=EVIL[3:]), f"{EVIL[0]}.csv")
    assert "<img" not in html(app)
    assert "&lt;img src=x onerror=alert(1)&gt;" in html(app)
    assert "Classes" not in html(app) or "**bold**" in html(app)
    assert target_menu(app).options == list(EVIL[:3])
    assert len(app.get("markdown")) == 0
    for text in (caplog.text, *capfd.readouterr()):
        for evil in EVIL:
            assert evil not in text


def test_a_download_of_the_visitors_words_holds_no_formula():
    words = ("=1+1", "+1", "-1", "@x", "plain")
    data = prepare(read(table_of(names=words[:3])), 2)
    rows = list(csv.reader(io.StringIO(own_table._columns_csv(data))))
    assert [row[0] for row in rows[1:]] == ["'=1+1", "'+1", "'-1"]
    assert all(not cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row)


def test_nothing_of_a_table_outlives_its_session_or_reaches_another(monkeypatch):
    monkeypatch.setattr(own, "STOP_FROM", 0.0)  # all buttons are there
    common = dict(compute._results.kept)
    app = uploaded(table_of())
    store = app.session_state["own.mine"].brought.results
    assert len(store.kept) == 2 + 5  # made ready, and as CSV; and five splits
    assert dict(compute._results.kept) == common
    other = uploaded(table_of(rows=41))  # of equal data sets one object would do for both
    assert other.session_state["own.mine"].brought.results is not store
    kept = [weakref.ref(value) for value, _ in store.kept.values() if not isinstance(value, str)]
    kept += [weakref.ref(value.dataset) for value, _ in store.kept.values() if hasattr(value, "dataset")]
    assert len(kept) > 6
    settled(app.button(key="own_forget").click().run())
    del store
    gc.collect()
    assert not [ref for ref in kept if ref() is not None]


def test_nothing_is_deleted_from_the_session(monkeypatch):
    """The run before this one may be looking through all of it still, and would fail."""
    deleted = []
    monkeypatch.setattr(SessionState, "__delitem__", lambda state, key: deleted.append(key))
    app = pasted("")
    pasted(table_of(), app)
    settled(target_menu(app).set_value(0).run())
    settled(app.multiselect[0].set_value(["zeros"]).run())
    settled(app.button(key="own_forget").click().run())
    assert app.file_uploader
    assert deleted == []


def test_a_question_answered_as_the_table_is_forgotten_does_no_harm():
    app = uploaded(table_of())
    target_menu(app).set_value(0)
    header_box(app).set_value(False)
    settled(app.button(key="own_forget").click().run())
    assert app.file_uploader


def test_no_file_is_opened_for_writing(monkeypatch):
    opened_files, real = [], io.open

    def watched(file, mode="r", *rest, **options):
        opened_files.append((file, mode))
        return real(file, mode, *rest, **options)

    monkeypatch.setattr("builtins.open", watched)
    monkeypatch.setattr(io, "open", watched)
    app = uploaded(table_of())
    assert app.get("plotly_chart")
    assert [file for file, mode in opened_files if set(mode) & set("wax+") and str(file) != app._script_path] == []


def test_who_comes_back_from_another_page_finds_table_target_and_results():
    app = uploaded(table_of())
    settled(target_menu(app).set_value(1).run())
    shown = html(app)
    app.session_state["away"] = True
    settled(app.run())
    assert not app.get("plotly_chart")
    app.session_state["away"] = False
    settled(app.run())
    assert target_menu(app).value == 1
    assert texts(app, "finding")[0] in shown


@pytest.mark.parametrize("left", [2, 5])
def test_stopping_keeps_what_is_trained_and_one_can_go_on(left):
    app = uploaded(table_of(), splits="6")
    everything = texts(app, "finding")
    store = app.session_state["own.mine"].brought.results
    trained = {key[2][-1]: key for key in store.kept if key[0] == own.train_table_split.__module__}
    assert len(trained) == 6
    for split in range(left, 6):
        store.bytes -= store.kept.pop(trained[split])[1]
    app.session_state["own.mine"].brought.kept["stopped"] = hash((*trained[0][2][:-1], 6))
    settled(app.run())
    assert f"{left} of 6 splits trained, then stopped." in html(app)
    assert (f"A ranking takes {LEAST_SPLITS}." in html(app)) == (left < LEAST_SPLITS)
    assert texts(app, "finding") != everything
    settled(app.button(key="own_go_on").click().run())
    assert texts(app, "finding") == everything


def test_more_work_than_allowed_is_said_before_it_begins():
    app = uploaded(table_of(rows=900), epochs="20000")
    assert "times the work that is allowed: take fewer" in texts(app, "remarks")[0]
    assert not app.get("plotly_chart")


def test_what_scikit_learn_cannot_do_is_said():
    app = uploaded(table_of(), activation="gelu")
    assert "scikit-learn has no GELU." in html(app)
    assert "scikit-learn" not in [button.label for button in app.get("download_button")]


def test_starts_are_picked_one_by_one_and_stand_in_the_link():
    app = opened(**QUICK | {"starts": "he_uniform zeros"})
    assert app.multiselect[0].value == ["zeros", "he_uniform"]
    settled(app.button(key="own_example").click().run())
    assert len(app.session_state["own.mine"].brought.results.kept) == 2 + 5  # made ready, and as CSV; and five splits
    settled(app.multiselect[0].set_value(["positive_uniform"]).run())
    assert code_menu(app).options == ["positive_uniform, lowest here"]
    assert query(app) == QUICK | {"starts": "positive_uniform"}
    settled(app.multiselect[0].set_value([]).run())
    assert "Starts compared: choose at least one." in texts(app, "remarks")[0]
    assert code_menu(app).options == ["positive_uniform, lowest here"]


def test_all_that_can_be_picked_can_be_ranked_and_has_a_name_of_its_own():
    app = opened(**QUICK | {"epochs": "1", "starts": text_of(STARTS)})
    settled(app.button(key="own_example").click().run())
    assert len(set(code_menu(app).options)) == len(STARTS)
    for chosen in SETS.values():
        assert LAB.settings["starts"].check(chosen) == chosen


def test_a_mangled_link_opens_with_a_sentence_for_each_thing():
    app = opened(**QUICK | {"starts": "<b>", "seeds": "0", "dataset": "moons", "wings": "\x00"})
    assert html(app).count("Ignored.") == 4


@pytest.mark.parametrize("preset", PRESETS, ids=[preset.label for preset in PRESETS])
def test_every_preset_is_a_link_as_the_page_writes_it(preset):
    choice, sentences = LAB.linked.from_query(preset.query)
    assert sentences == []
    assert LAB.to_query(choice.experiment, **choice.settings) == preset.query


@pytest.mark.parametrize("preset", PRESETS, ids=[preset.label for preset in PRESETS])
def test_every_preset_ranks_the_example(preset):
    app = opened(**preset.query | {"epochs": "2", "seeds": "1", "splits": "5"})
    settled(app.button(key="own_example").click().run())
    assert app.get("plotly_chart")
    assert not texts(app, "remarks")


def test_the_pasted_table_is_the_uploaded_one():
    assert texts(pasted(example()), "finding") == texts(uploaded(example()), "finding")


def test_where_tables_of_others_take_all_the_room_a_sentence_says_so_and_nothing_is_lost(monkeypatch):
    monkeypatch.setattr(own_table, "rooms", Rooms(own_table.MOST_KEPT_BY_ALL, own_table.MOST_KEPT))
    mine = uploaded(table_of())
    assert "40 rows" in html(mine)
    (held,) = [room.beside for room in own_table.rooms._rooms()]
    monkeypatch.setattr(limits, "now", lambda: limits.Limits(table_bytes=held + 1000))
    refused = own_table.counters.REGISTRY.get_sample_value("nnviz_refused_total", {"what": "table"})
    for other in (uploaded(table_of()), pasted(table_of())):
        assert own_table.FULL in html(other)
        assert other.file_uploader
    assert own_table.counters.REGISTRY.get_sample_value("nnviz_refused_total", {"what": "table"}) == refused + 2
    again = settled(header_box(mine).uncheck().run())  # read anew, in its own place
    assert "The first row was taken for values" in html(again)


def test_the_size_of_a_table_is_that_of_its_cells():
    texts = read("a,b\n" + "\n".join(f"{i % 7}.5,{'x' * 1000}{i % 3}" for i in range(100)))
    number, text = map(own_table._size, texts.columns)
    assert number == 800
    assert 100_000 < text < 120_000


@pytest.mark.parametrize("text", ["", " \n"])
def test_whoever_pasted_nothing_or_too_much_reads_how_much_is_taken(text):
    app = pasted(text)
    assert own_table.NOTHING_PASTED in html(app)
    assert f"{own_table.MOST_PASTED:,} characters" in app.text_area(key="own.text").label
    assert app.text_area(key="own.text").max_chars == own_table.MOST_PASTED
    assert 3 * own_table.MOST_PASTED < 0.9 * limits.MESSAGE_BYTES


def menu(app, label):
    return next(each for each in app.selectbox if each.label == label)


def test_the_preview_shows_the_first_rows_and_what_each_column_is_read_as():
    app = uploaded(table_of())
    assert '<div class="preview"' in html(app)
    assert "row 8" in html(app)
    assert menu(app, "is read as").options == ["as found: number", "number", "category", "date", "left out"]


def test_a_column_is_read_as_somebody_says_and_can_be_left_out():
    app = uploaded(table_of())
    settled(menu(app, "is read as").set_value("category").run())
    assert not app.session_state["own.mine"].brought.table.columns[0].number
    settled(menu(app, "Column").set_value(1).run())
    settled(menu(app, "is read as").set_value("left out").run())
    table = app.session_state["own.mine"].brought.table
    assert (table.columns[0].number, table.columns[1].left_out) == (False, "as you chose")
    assert "“colour” left out: as you chose." in html(app)
    settled(menu(app, "is read as").set_value("").run())
    assert not app.session_state["own.mine"].brought.table.columns[1].left_out


def test_an_encoding_is_chosen_above_the_preview():
    app = uploaded(table_of(words=("größe", "weiß")).encode("cp1252"))
    assert "größe" in html(app)
    assert menu(app, "Encoding").options[0] == "as found: Latin-1"
    settled(menu(app, "Encoding").set_value("cp1251").run())
    assert "grцЯe" in html(app)
    settled(menu(app, "Encoding").set_value("").run())
    assert "größe" in html(app)


def test_characters_that_were_left_out_are_named():
    app = uploaded(table_of().replace("blue", "blue\u200e"))
    assert "U+200E LEFT-TO-RIGHT MARK (" in html(app)


@pytest.mark.parametrize(
    "name", ["iris.data", "table.txt", "table.tsv", "table.json", "table.arff", "table.parquet", "table.xlsx"]
)
def test_files_of_these_names_may_be_brought(name):
    assert name.rpartition(".")[2] in own_table.ENDINGS
