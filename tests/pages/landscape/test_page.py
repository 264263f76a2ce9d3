"""The landscape page's logic, without a browser."""

from functools import partial

import pytest

from nnviz.pages.landscape import controls as landscape_controls
from nnviz.pages.landscape.controls import LAB, LOG, PRESETS, SETTINGS, SURFACE, VIEW
from tests.ui import apptest
from tests.ui.apptest import query, settled, texts

QUICK = {
    "dataset": "moons", "samples": "60", "hidden": "3", "epochs": "20", "resolution": "11",
    "learning_rate": "0.3",  # AppTest cannot send back one that is not in the menu, as the default is not
}  # fmt: skip

opened = partial(apptest.opened, landscape_controls.PAGE)


def kinds_of(app):
    return ["surface" if '"surface"' in chart.proto.spec else "flat" for chart in app.get("plotly_chart")]


def test_the_page_opens_with_mountains_and_valleys():
    app = opened()
    assert app.title[0].value == "What does the ground look like that training walks on?"
    where, lines = texts(app, "finding")
    assert "Three runs ended at loss 0.00317, 0.00315 and 0.00318" in where
    assert "3 separate valleys" in where
    assert "2.78 (1 and 2)" in lines
    charts = app.get("plotly_chart")
    assert len(charts) == 2
    assert all(chart.proto.alt for chart in charts)
    assert len(texts(app, "numbers")) == 1
    assert not texts(app, "remarks")
    assert query(app) == {}
    assert any("can be written in 8 ways" in element.value for element in app.get("html"))


def test_the_surface_is_only_drawn_when_chosen():
    app = opened(**QUICK)
    assert kinds_of(app) == ["flat", "flat"]
    app.session_state[VIEW] = SURFACE
    settled(app.run())
    assert kinds_of(app) == ["surface", "flat"]


def test_without_logarithms_mountains_are_cut_and_the_page_says_so():
    app = opened(**QUICK, extent="20.0")
    app.session_state[LOG] = False
    settled(app.run())
    assert any("Losses above 2.77 are drawn as 2.77" in element.value for element in app.get("html"))


def test_a_changed_plane_changes_the_picture_and_the_url():
    app = opened(**QUICK)
    before = texts(app, "finding")
    settled(app.selectbox(key="landscape.plane").set_value("own_path").run())
    assert query(app) == {**QUICK, "plane": "own_path"}
    assert texts(app, "finding") != before
    assert "The run ended at loss" in texts(app, "finding")[0]


@pytest.mark.parametrize("kind", SETTINGS[0].choices)
def test_every_plane_opens(kind):
    app = opened(**QUICK, plane=kind)
    assert len(app.get("plotly_chart")) == 2
    assert app.selectbox(key="landscape.plane").value == kind


def test_what_cannot_be_drawn_is_said_and_the_presets_stay():
    app = opened(**QUICK, kernel_initializer="zeros", plane="scaled_random")
    assert "choose plain random directions" in texts(app, "remarks")[0]
    assert not app.get("plotly_chart")
    assert len(app.get("page_link")) == len(PRESETS)
    settled(app.selectbox(key="landscape.plane").set_value("plain_random").run())
    assert len(app.get("plotly_chart")) == 2


def test_runs_that_all_diverge_leave_a_sentence():
    app = opened(**QUICK | {"dataset": "line_and_bump", "activation": "linear", "learning_rate": "1000.0"})
    (remarks,) = texts(app, "remarks")
    assert "Every run diverged" in remarks


def test_too_much_work_is_said():
    app = opened(dataset="digits", samples="1000", hidden="64,64", epochs="1", batch_size="32", resolution="151")
    assert "times the work that is allowed" in texts(app, "remarks")[0]


def test_a_mangled_link_opens_with_sentences_and_defaults():
    app = opened(plane="<b>", extent="1e99", resolution="many", directions="-1", hidden="x", wings="2")
    (remarks,) = texts(app, "remarks")
    assert remarks.count("<p>") == 6
    assert "&lt;b&gt;" in remarks
    assert len(app.get("plotly_chart")) == 2


@pytest.mark.parametrize("preset", PRESETS, ids=[preset.label for preset in PRESETS])
def test_every_preset_is_a_link_as_the_page_writes_it(preset):
    choice, sentences = LAB._from_query(preset.query)
    assert sentences == []
    assert LAB.to_query(choice.experiment, **choice.settings) == preset.query


def test_the_link_and_the_numbers_can_be_taken_home():
    app = opened(**QUICK)
    assert not app.get("download_button")
    app.session_state["landscape.takeaway"] = True
    settled(app.run())
    assert len(app.get("download_button")) == 2
    assert "dataset=moons" in app.code[0].value


def test_the_runs_open_in_the_playground():
    link = opened(**QUICK, seed="5").get("page_link")[-1].proto
    assert "seed=5" in link.query_string
    assert "b_seed=6" in link.query_string
