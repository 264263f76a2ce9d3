"""Thousands of mangled links, read by every page's reader."""

from random import Random
from urllib.parse import parse_qs, urlencode

import pytest

from nnviz.pages.basins import controls as basin_lab
from nnviz.pages.depth import controls as depth_controls
from nnviz.pages.landscape import controls as landscape_controls
from nnviz.pages.order import controls as order_controls
from nnviz.pages.pinch import controls as pinch_controls
from nnviz.pages.quiz import state as quiz_state
from nnviz.pages.restarts import lab as restarts_lab
from nnviz.pages.seeds import sections as seeds
from nnviz.pages.starts import controls as starts_controls
from nnviz.pages.teacher import plan as teacher
from nnviz.pages.your_data import sections as your_data
from nnviz.pages.zero import controls as zero_controls
from nnviz.ui.state import lesson_state, presets
from nnviz.ui.state.controls import playground
from nnviz.ui.state.state import MOST_SENTENCES
from tests.mangling import mangled

LINKS = 500
MOST_LETTERS = 600  # of a sentence: some name all that a menu holds
OF_PRESETS = {
    "": (playground.linked, presets.PRESETS),
    "depth": (depth_controls.linked, depth_controls.PRESETS),
    **{
        page: (module.LAB.linked, module.PRESETS)
        for page, module in {
            "your_data": your_data, "restarts": restarts_lab, "starts": starts_controls, "zero": zero_controls,
            "order": order_controls,
            "basins": basin_lab, "landscape": landscape_controls, "seeds": seeds,
        }.items()
    },
    "pinch": (pinch_controls.CONTROLS.linked, pinch_controls.PRESETS),
}  # fmt: skip
PAGES = {page: (linked, [preset.query for preset in entries]) for page, (linked, entries) in OF_PRESETS.items()} | {
    "lessons": (
        lesson_state.LINKED,
        [lesson_state.link_query(key, screen, "11") for key in lesson_state.course for screen in (1, 2, 9)],
    ),
    "quiz": (quiz_state.LINKED, [{"draw": "7", "question": "2", "answers": "3"}, {"draw": "8", "answers": "1" * 10}]),
    "teacher": (teacher.LINKED, [{}, {"lesson": "zero"}]),
}
REAL = [(page, urlencode(query)) for page, (_, queries) in PAGES.items() for query in queries]


@pytest.mark.parametrize("page", PAGES)
def test_a_mangled_link_gives_something_to_show_and_few_short_sentences(page):
    linked, _ = PAGES[page]
    dice, own = Random(page), [link for link in REAL if link[0] == page]
    for _ in range(LINKS):
        query = parse_qs(mangled(dice, own * 9 + REAL)[1], keep_blank_values=True)  # mostly of this page
        value, sentences = linked.from_query(query)
        assert len(sentences) <= MOST_SENTENCES
        assert all(len(sentence) <= MOST_LETTERS for sentence in sentences)
        again, remarks = linked.from_query(linked.to_query(value))
        assert (again, remarks) == (value, [])  # and so it stands in the URL
