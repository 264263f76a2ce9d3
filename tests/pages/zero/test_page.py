"""The page on zeros that are right, without a browser."""

from functools import partial

import pytest

from nnviz.analysis.symmetry.zero_cases import STARTS
from nnviz.pages.zero import controls as own
from nnviz.ui.state.state import Comparison
from tests.ui import apptest
from tests.ui.apptest import html, query, settled

opened = partial(apptest.opened, own.PAGE, seeds="2")


def test_the_page_opens_with_the_law_and_every_case():
    app = opened()
    assert app.title[0].value == "When is a zero start right?"
    assert app.header[0].value == "Last layer of each branch zero"
    assert "gradient is a product: the error that arrives from above" in html(app)
    assert "Every part moves, as predicted. 24 units act as 24." in html(app)
    assert all(start.label in html(app) for start in STARTS)
    assert len(app.get("plotly_chart")) == 1
    assert 'class="remarks"' not in html(app)
    assert "Of 58 parts, 58 move first when their two factors say so, over 2 seeds." in html(app)


def test_a_link_opens_on_its_case_and_the_menu_changes_it():
    app = opened(case="lora_both_zero")
    assert app.header[0].value == "LoRA, both zero"
    assert "Never moves: down A, up B, as predicted. 3 directions act as 1." in html(app)
    assert "nnviz.finetune(base" in app.code[0].value
    settled(app.selectbox(key="zero.case").set_value("gain_zero").run())
    assert query(app) == {"case": "gain_zero", "seeds": "2"}
    assert not app.code


SHOWN = [start for start in STARTS if not start.zeros and start.gain is None and not start.factors]


@pytest.mark.parametrize("start", SHOWN, ids=lambda start: start.key)
def test_a_case_opens_in_the_playground_beside_random_weights(start):
    shown, sentences = Comparison.from_query(own.playground_query(start.recipe))
    assert sentences == []
    assert shown.a.replace(snapshots=start.recipe.snapshots) == start.recipe
    assert str(shown.b.kernel_initializer) == "glorot_uniform"
