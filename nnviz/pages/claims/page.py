"""The claims: what the literature says, and what this machine measures."""

import time

import streamlit as st

from nnviz.analysis import claims
from nnviz.ui import claim_cards
from nnviz.ui.work.measuring import measurements

QUEUE = "claims.queue"
AT_ONCE_SECONDS = 0.3  # claims that take no longer are measured when the page opens
LOOK_SECONDS = 0.1

store = measurements()
results = store.results()
if QUEUE not in st.session_state:
    st.session_state[QUEUE] = [c.key for c in claims.registry.values() if c.seconds <= AT_ONCE_SECONDS]


def ask(*keys: str) -> None:
    """Put claims on the list of those to be measured."""
    st.session_state[QUEUE] = [*st.session_state[QUEUE], *(k for k in keys if k not in st.session_state[QUEUE])]


def stop() -> None:
    """Measure no more than the one that is under way."""
    st.session_state[QUEUE] = []


st.title("What does the literature claim, and is it so?", anchor=False)
top = st.empty()
actions = st.empty()
progress = st.empty()
missing = [key for key in claims.registry if key not in results]


def summarise() -> None:
    """What is measured so far, and what can be done about the rest."""
    top.html(claim_cards.tally(store.results().values()))


places = {}
summarise()
if missing:
    seconds = sum(claims.registry[key].seconds for key in missing)
    with actions.container(horizontal=True):
        st.button(f"Measure all (about {seconds:.0f} s)", key="claims.all", on_click=ask, args=missing, type="primary")
        st.button("Stop", key="claims.stop", on_click=stop, disabled=not st.session_state[QUEUE])
for topic, members in claims.topics().items():
    st.header(topic, anchor=False)
    for claim in members:
        said, measured = st.columns(2, gap="medium")
        said.html(claim_cards.statement(claim))
        places[claim.key] = measured.empty()
        if claim.key in results:
            places[claim.key].html(claim_cards.judgement(claim, results[claim.key]))
        elif claim.key in st.session_state[QUEUE]:
            places[claim.key].caption("Waiting its turn.")
        else:
            places[claim.key].button(
                f"Measure (about {max(1, claim.seconds):.0f} s)",
                key=f"measure.{claim.key}",
                on_click=ask,
                args=(claim.key,),
            )

while st.session_state[QUEUE]:
    key, *later = st.session_state[QUEUE]
    claim, place = claims.registry[key], places[key]
    progress.caption(f"Measuring “{claim.label}”" + (f", then {len(later)} more." if later else "."))
    under_way = store.start(claim)
    try:
        while (result := under_way.result) is None:
            place.progress(under_way.share, "Measuring")
            time.sleep(LOOK_SECONDS)
    except Exception:  # not a click, which only ends this run of the script
        st.session_state[QUEUE] = later
        raise
    place.html(claim_cards.judgement(claim, result))
    st.session_state[QUEUE] = later
    summarise()
    if not later:
        st.rerun()
