"""A film on a Streamlit page: what goes to the browser, and where a click into it landed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import streamlit as st

from nnviz.figures.style.film import Film
from nnviz.figures.style.template import PALETTES
from nnviz.ui.components.assets import script, style
from nnviz.ui.state import state

_component = st.components.v2.component(
    "nnviz_film",
    html='<div class="film"></div>',
    css=style("film/film.css"),
    js=script("film.js"),
)


def film(picture: Film, key: str) -> tuple[float, ...] | None:
    """Draw a film here.

    Args:
        picture: the film.
        key: of the film on its page; the speed stays with it when the frames change.

    Returns:
        The place of a click that was made just now, in the picture's own numbers, one for each name in its `sets`;
        None where there was none.
    """
    data = {"film": _content(picture), "palettes": [asdict(palette) for palette in PALETTES.values()]}
    said = _component(key=key, data=data, on_click_change=state.touch)
    return click_of(picture, said)


def click_of(picture: Film, said: Mapping[str, Any]) -> tuple[float, ...] | None:
    """Where the browser, which is not to be trusted, says that a click landed."""
    click = said.get("click")
    if not picture.sets or not isinstance(click, list | tuple) or len(click) != len(picture.sets):
        return None
    if any(isinstance(x, bool) or not isinstance(x, int | float) or not math.isfinite(x) for x in click):
        return None
    return tuple(map(float, click))


def _content(picture: Film) -> dict[str, Any]:
    return {
        "scene": picture.scene,
        "data": dict(picture.data),
        "captions": list(picture.captions),
        "title": picture.title,
        "alt": picture.alt,
        "clicks": bool(picture.sets),
    }
