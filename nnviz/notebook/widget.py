"""The stage as a Jupyter widget: a thin frame around nnviz/stage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from nnviz.stage import loader

_style = loader.style("stage.css")


class Stage(anywidget.AnyWidget):
    """One or two networks in training, side by side, on one clock.

    Attributes:
        moment: index of the snapshot at which the clock rests, from 0 to `last`.
        drawn: True once it stands on the screen, False where the browser cannot draw it, None before either.
        last: index of the last snapshot.
        heads: for each theme the head of payload.py's bytes.
        arrays: the rest of these bytes.
        style: the stage's CSS.
    """

    _esm = loader.script(Path(__file__).with_name("widget.js"))

    moment = traitlets.Int().tag(sync=True)
    drawn = traitlets.Bool(None, allow_none=True).tag(sync=True)
    last = traitlets.Int().tag(sync=True)
    heads = traitlets.Dict(key_trait=traitlets.Unicode(), value_trait=traitlets.Bytes()).tag(sync=True)
    arrays = traitlets.Bytes().tag(sync=True)
    style = traitlets.Unicode(_style).tag(sync=True)

    @traitlets.validate("moment")
    def _on_the_clock(self, proposal: Any) -> int:
        moment: int = proposal["value"]
        if not 0 <= moment <= self.last:
            raise traitlets.TraitError(f"moment={moment}: must be from 0 to {self.last}.")
        return moment

    def __repr__(self) -> str:
        return f"<the stage at moment {self.moment} of {self.last}>"
