"""A picture that moves: frames which the browser plays, steps through and scrubs without asking the server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, eq=False)
class Film:
    """A moving picture with its finding and its words for those who cannot see it.

    Attributes:
        name: a short name of its own on the page.
        title: the finding, as a sentence.
        alt: what it shows from beginning to end, in plain words.
        scene: which drawing of `nnviz/stage/film/film.js` draws it.
        data: what that drawing needs, as JSON knows it.
        captions: what happens at each frame, in a few words; as many as there are frames.
        sets: the settings of the screen that a click into the picture sets, for its axes; none where it takes no click.
    """

    name: str
    title: str
    alt: str
    scene: str
    data: Mapping[str, Any]
    captions: tuple[str, ...]
    sets: tuple[str, ...] = ()
