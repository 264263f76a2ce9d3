"""A comparison as a page of its own. (That the stage plays in it: tests/browser.)"""

import pytest

from nnviz.core.experiment import Experiment
from nnviz.core.training import train
from nnviz.figures.style.template import DARK, LIGHT
from nnviz.ui.download.offline import offline_page

QUICK = {"epochs": 3, "samples": 60, "snapshots": 4}


def pair(**changes):
    return [train(Experiment(**QUICK, **changes, kernel_initializer=start)) for start in ("zeros", "glorot_uniform")]


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_it_needs_no_other_host(palette):
    page = offline_page(pair(), ["Frozen.", "Free."], palette)
    assert "Frozen." in page
    assert "<script src=" not in page
    assert "<link" not in page
    assert palette.background in page
    assert "BACKGROUND" not in page.split("</style>")[0]


def test_it_shows_both_sides_and_the_way_back():
    a, b = pair()
    page = offline_page([a, b], ["one", "two"], link="https://example.org/?seed=1&b_seed=2")
    for part in ("zeros", "Glorot uniform", "one", "two", "https://example.org/?seed=1&amp;b_seed=2"):
        assert part in page
    assert page.count("<figure") == 8
    assert (
        page.count("&quot;kernel_initializer&quot;") == 2 or a.experiment.to_json()[:10].replace('"', "&quot;") in page
    )


def test_words_are_never_markup():
    page = offline_page(pair(), ["<b>x</b>", "</script>"], link='"><script>')
    assert "<b>x</b>" not in page
    assert page.count("</script>") == page.count("<script")


def test_one_trace_alone_has_a_page_too():
    assert "Free." in offline_page(pair()[1:], ["Free."])
