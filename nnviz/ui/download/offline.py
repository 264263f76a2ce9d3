"""A comparison as a web page of its own, the stage playing in it, which needs no server and no network."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from html import escape

from nnviz.analysis.playground.summary import summary
from nnviz.core.trace import Trace
from nnviz.figures.playground.gallery import playground_figures
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.sides import Side, traced_sides
from nnviz.figures.style.template import LIGHT, Palette
from nnviz.stage import loader
from nnviz.stage.payload import payload
from nnviz.ui import markup

STYLE = """
:root { --nnviz-text: TEXT; --nnviz-background: BACKGROUND; --nnviz-raised: ZERO; --nnviz-border: GRID;
  --nnviz-font: sans-serif; color-scheme: NAME; }
body { max-width: 1320px; margin: 1rem auto; padding: 0 1rem; font: 18px/1.4 sans-serif; color: TEXT;
  background: BACKGROUND; }
h1 { font-size: 1.6rem; }
.verdict { margin: 0 0 0.25rem; padding-left: 0.75rem; }
.who { padding-right: 1rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 480px), 1fr)); gap: 1rem; }
figure { margin: 0; min-width: 0; }
th, td { padding: 0.2rem 1.5rem 0.2rem 0; text-align: left; vertical-align: top; font-weight: 400; }
thead th { font-weight: 600; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 0.9rem; }
"""

# The style of the stage reaches into its own corner of the page only, as it does in the app.
SCRIPT = """
const corner = document.querySelector("#stage").attachShadow({ mode: "open" });
corner.innerHTML = '<style></style><div class="stage"></div>';
corner.querySelector("style").textContent = STYLE;
const data = Uint8Array.from(atob(DATA), (letter) => letter.charCodeAt(0));
showStage(corner.querySelector(".stage"), data);
"""


def offline_page(traces: Sequence[Trace], sentences: Sequence[str], palette: Palette = LIGHT, link: str = "") -> str:
    """The first run of each trace as HTML: verdicts, the stage, the charts, the numbers, the experiments.

    Args:
        traces: A, or A and B.
        sentences: each side's verdict.
        palette: the theme's colours.
        link: where the same can be seen live, if anywhere.
    """
    both = traced_sides(traces, palette)
    title = " · ".join(side.label for side in both)
    figures = [
        figure for name, row in playground_figures(traces, palette).items() if name != "boundary" for figure in row
    ]
    numbers = {f"{side.letter} {side.label}".strip(): summary(side.trace) for side in both}
    charts = "".join(_figure(figure, i == 0) for i, figure in enumerate(figures))
    live = f'<p><a href="{escape(link)}">See it live</a></p>' if link else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>nnviz: {escape(title)}</title><style>{_style(palette)}</style></head><body><main>"
        f"<h1>{escape(title)}</h1>{markup.verdicts(both, sentences)}{markup.act_as(sentences)}"
        f'<div id="stage"></div><div class="charts">{charts}</div>'
        f"<h2>What happened, in numbers</h2>{markup.table(numbers)}"
        f"<h2>The experiment</h2>{''.join(map(_recipe, both))}{live}</main>"
        f'<script type="module">{_script(traces, sentences, palette)}</script></body></html>'
    )


def _style(palette: Palette) -> str:
    colours = {"TEXT": palette.text, "BACKGROUND": palette.background, "ZERO": palette.zero, "GRID": palette.grid}
    style = STYLE.replace("NAME", palette.name)
    for name, colour in colours.items():
        style = style.replace(name, colour)
    return style


def _script(traces: Sequence[Trace], sentences: Sequence[str], palette: Palette) -> str:
    data = b64encode(payload(traces, palette, sentences)).decode()
    mount = SCRIPT.replace("STYLE", json.dumps(loader.style("stage.css")))
    return loader.script(loader.HERE / "stage.js") + mount.replace("DATA", json.dumps(data))


def _figure(figure: Figure, script: bool) -> str:
    plot = figure.plot.to_html(
        full_html=False, include_plotlyjs=script, config={"displaylogo": False, "responsive": True}
    )
    return (
        f'<figure role="group" aria-label="{escape(figure.alt)}">'
        f"<figcaption>{escape(figure.title)}</figcaption>{plot}</figure>"
    )


def _recipe(side: Side) -> str:
    return f"<pre>{escape(f'{side.letter} {side.trace.experiment.to_json()}'.strip())}</pre>"
