"""What `nnviz.show` gives: a widget with the stage's bytes, or the saved page where anywidget is missing."""

import re
import sys

import pytest

import nnviz
from nnviz import Experiment
from nnviz.figures.style.template import DARK, LIGHT
from nnviz.notebook import MISSING, SavedPage
from nnviz.stage.payload import payload

QUICK = Experiment(hidden=(3,), epochs=6)


def test_what_is_neither_an_experiment_nor_a_trace_is_refused_in_one_sentence():
    with pytest.raises(TypeError, match=r"^show\(\) takes an Experiment or a Trace, not str\.$"):
        nnviz.show("zeros")
    with pytest.raises(TypeError, match="not dict"):
        nnviz.show(QUICK, {})


def test_without_anywidget_it_says_what_to_install_and_shows_the_saved_page(monkeypatch):
    monkeypatch.delitem(sys.modules, "nnviz.notebook.widget", raising=False)
    monkeypatch.setitem(sys.modules, "anywidget", None)
    page = nnviz.show(QUICK)
    assert isinstance(page, SavedPage)
    assert repr(page) == MISSING
    assert "pip install 'nnviz-lab[notebook]'" in MISSING
    assert "showStage" in page.html
    source = re.search(r'srcdoc="([^"]*)"', page._repr_html_())[1]
    assert "<" not in source


def test_the_widget_carries_the_payload_of_both_themes():
    pytest.importorskip("anywidget")
    a, b = nnviz.train(QUICK), nnviz.train(QUICK.replace(kernel_initializer="zeros", epochs=9))
    widget = nnviz.show(a, b)
    sentences = [nnviz.diagnose(trace)[0].sentence for trace in (a, b)]
    for palette in (LIGHT, DARK):
        assert widget.heads[palette.name] + widget.arrays == payload([a, b], palette, sentences)


def test_the_moment_starts_at_the_last_and_stays_on_the_clock():
    pytest.importorskip("anywidget")
    traitlets = pytest.importorskip("traitlets")
    trace = nnviz.train(QUICK)
    widget = nnviz.show(trace)
    assert widget.moment == widget.last == len(trace.steps) - 1
    assert widget.drawn is None
    widget.moment = 2
    for beyond in (-1, widget.last + 1):
        with pytest.raises(traitlets.TraitError, match=f"must be from 0 to {widget.last}"):
            widget.moment = beyond
    assert widget.moment == 2
