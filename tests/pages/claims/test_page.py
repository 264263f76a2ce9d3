"""The pages of claims and of references, without a browser."""

from html import escape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from nnviz.analysis import claims, references
from nnviz.ui import claim_cards
from nnviz.ui.work import measuring

PAGES = Path(__file__).parents[3] / "nnviz" / "pages"


@pytest.fixture
def asked(monkeypatch, here):
    """A fresh store; measuring takes no time, and leaves behind which claims were measured."""
    store, keys = measuring.Measurements(), []

    def check(claim, on_progress=None):
        keys.append(claim.key)
        return claims.Measured(claim.key, {"a_number": 0.25}, "refuted", "No: <b>1</b> & 2.", 0.5)

    monkeypatch.setattr(claims, "check", check)
    measuring.measurements.clear()
    monkeypatch.setattr(measuring, "measurements", lambda: store)
    return keys


def opened(page="claims/page.py"):
    app = AppTest.from_file(str(PAGES / page), default_timeout=60).run()
    assert not app.exception
    return app


def html(app):
    return "".join(element.value for element in app.get("html"))


def test_all_claims_are_listed_and_only_the_fast_ones_measured(asked):
    app = opened()
    text = html(app)
    for claim in claims.registry.values():
        assert f"<h3>{escape(claim.label)}</h3>" in text
    assert asked == [key for key, claim in claims.registry.items() if claim.seconds <= 0.3]
    assert f"<b>{len(asked)} refuted</b>; {len(claims.registry) - len(asked)} not measured yet" in text
    assert [header.value for header in app.header] == list(claims.topics())


def test_one_button_measures_one_claim(asked):
    app = opened()
    before = len(asked)
    app.button(key="measure.he_trains").click().run()
    assert asked[before:] == ["he_trains"]
    assert "measure.he_trains" not in {button.key for button in app.button}


def test_measure_all_fills_every_card_and_everybody_has_it(asked):
    app = opened()
    app.button(key="claims.all").click().run()
    assert sorted(asked) == sorted(claims.registry)
    assert not app.button
    assert html(app).count('class="judgement refuted"') == len(claims.registry)
    assert html(opened()).count('class="judgement refuted"') == len(claims.registry)
    assert len(asked) == len(claims.registry)


def test_texts_are_escaped(asked):
    text = html(opened())
    assert "No: &lt;b&gt;1&lt;/b&gt; &amp; 2." in text
    assert "Glorot &amp; Bengio 2010" in text


def test_a_verdict_is_words_with_numbers_rule_and_time():
    claim = claims.registry["keras_truncated"]
    text = claim_cards.judgement(claim, claims.Measured(claim.key, {"asked": 0.05}, "differs", "So so.", 0.5, 6, 7))
    assert "<b>Differs.</b> So so." in text
    assert "6 of 7 seeds agree." in text
    assert "Confirmed: within 1 % of what was asked; refuted: off by more than 5 %; else it differs." in text
    assert '<th scope="row">asked</th><td>0.0500</td>' in text
    assert "Measured in 0.500 s." in text


def test_a_tally_of_none_some_and_all():
    one = claims.Measured("lecun_sums", {}, "confirmed", "Yes.", 1.0)
    assert "none measured yet" in claim_cards.tally([])
    assert f"<b>1 confirmed</b>; {len(claims.registry) - 1} not measured yet" in claim_cards.tally([one])
    assert "not measured" not in claim_cards.tally([one] * len(claims.registry))


def test_a_claim_that_goes_wrong_is_tried_again(monkeypatch, here):
    store, tries = measuring.Measurements(), []

    def check(claim, on_progress=None):
        tries.append(claim.key)
        if len(tries) == 1:
            raise MemoryError("full")
        return claims.Measured(claim.key, {}, "confirmed", "Yes.", 1.0)

    monkeypatch.setattr(claims, "check", check)
    claim = claims.registry["lecun_sums"]
    first = store.start(claim)
    assert isinstance(first.future.exception(), MemoryError)
    with pytest.raises(MemoryError, match="full"):
        _ = first.result
    assert store.results() == {}
    second = store.start(claim)
    assert second.future.result().verdict == "confirmed"
    assert store.start(claim) is second
    assert list(store.results()) == ["lecun_sums"]


def test_the_references_list_every_source_with_its_link_and_uses(asked):
    text = html(opened("references/page.py"))
    for source in references.registry.values():
        assert escape(source.title) in text
        assert source.identifier in text
        if source.link:
            assert f'href="{escape(source.link)}"' in text
    assert "Glorot uniform · Glorot normal · claim: " in text


def test_only_https_becomes_a_link():
    assert claim_cards._link("a & b", "javascript:alert(1)") == "a &amp; b"
    assert 'href="https://x/&quot;"' in claim_cards._link("x", 'https://x/"')
