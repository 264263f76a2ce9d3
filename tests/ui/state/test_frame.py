from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from nnviz.ui import page
from tests.ui.apptest import html, opened, query, settled

APP = str(Path(__file__).parents[3] / "app.py")


def dressed():
    import streamlit as st

    from nnviz.ui import page
    from nnviz.ui.state import frame

    page.dress()
    st.text(f"presents={frame.presents()} hidden={sorted(frame.hidden())} query={frame.query()}")


def said(**given):
    app = AppTest.from_function(dressed)
    for name, value in given.items():
        app.query_params[name] = value
    return settled(app.run())


def test_nothing_is_said_without_a_word_in_the_link():
    assert said().text[0].value == "presents=False hidden=[] query={}"


@pytest.mark.parametrize("word", ["0", "", "false", " 0 "])
def test_a_link_ends_presenting(word):
    assert "presents=False" in said(present=word).text[0].value


def test_a_link_presents_and_hides():
    words = said(present="1", hide="seed, dataset,,").text[0].value
    assert words == "presents=True hidden=['dataset', 'seed'] query={'present': '1', 'hide': 'dataset,seed'}"


def test_presenting_stays_when_the_next_link_says_nothing_of_it():
    app = said(present="1")
    del app.query_params["present"]
    assert "presents=True" in settled(app.run()).text[0].value


def test_one_can_leave_presenter_mode():
    app = said(present="1")
    app.button(key="frame.leave").click()
    assert "presents=False" in settled(app.run()).text[0].value
    assert "present" not in query(app)


def test_a_hidden_control_is_not_there_and_keeps_what_the_link_says():
    app = opened(page.script("order"), hide="learning_rate,starts", learning_rate="0.5", starts="3", orders="3")
    labels = [widget.label for widget in (*app.number_input, *app.selectbox)]
    assert "Learning rate" not in labels
    assert "Starts" not in labels
    assert "Orders" in labels
    assert query(app) == {"hide": "learning_rate,starts", "learning_rate": "0.5", "starts": "3", "orders": "3"}
    app.number_input(key="order.orders").set_value(4)
    settled(app.run())
    assert query(app) == {"hide": "learning_rate,starts", "learning_rate": "0.5", "starts": "3", "orders": "4"}


def test_what_b_differs_in_stays_when_its_control_is_hidden():
    app = AppTest.from_file(APP, default_timeout=60)
    link = {"hide": "seed,differ,kernel_initializer", "b_seed": "7", "b_kernel_initializer": "he_normal", "epochs": "3"}
    for name, value in link.items():
        app.query_params[name] = value
    settled(app.run())
    assert not app.multiselect
    app.number_input(key="playground.a.samples").set_value(100)
    settled(app.run())
    assert query(app) == {**link, "hide": "differ,kernel_initializer,seed", "samples": "100"}


def test_headings_go_with_their_controls():
    app = opened(page.script("order"), hide="dataset,samples,noise,data_seed", starts="2", orders="2")
    assert "Data" not in [heading.value for heading in app.subheader]
    assert "Training" in [heading.value for heading in app.subheader]


def test_presenter_mode_that_an_escaped_link_began_can_be_left():
    app = said(**{"amp;present": "1"})
    assert "presents=True" in app.text[0].value
    app.button(key="frame.leave").click()
    assert "presents=False" in settled(app.run()).text[0].value


MAILED = {"utm_source": "mail", "utm_campaign": "autumn", "fbclid": "x1", "gclid": "x2", "mc_eid": "x3", "ref": "list"}


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("teacher", {"lesson": "chance"}),
        ("lessons", {"lesson": "chance"}),
        ("quiz", {"draw": "5"}),
        ("depth", {"depth": "5"}),
        ("order", {"starts": "2", "orders": "2", "epochs": "3"}),
        (None, {"epochs": "3", "b_seed": "7"}),
    ],
)
def test_a_mailed_link_opens_as_it_was_meant_on_every_page(name, setting):
    path = page.script(name) if name else page.PLAYGROUND
    plain, mailed = (
        opened(path, **setting),
        opened(path, **{f"amp;{key}": text for key, text in setting.items()}, **MAILED),
    )
    told = [element.value for element in (*mailed.warning, *mailed.info)]
    assert told == [element.value for element in (*plain.warning, *plain.info)]
    assert [each.value for each in mailed.number_input] == [each.value for each in plain.number_input]
    assert "Ignored" not in html(mailed)
    assert "Ignored" in html(opened(path, **setting, wings="2"))
