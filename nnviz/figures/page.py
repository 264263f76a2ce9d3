"""Figures as a web page of their own, which needs no server and no network."""

from __future__ import annotations

from html import escape

from nnviz.analysis.diagnosis import diagnose
from nnviz.core.trace import Trace
from nnviz.figures.figure import Figure
from nnviz.figures.gallery import gallery
from nnviz.figures.sides import sides
from nnviz.figures.template import LIGHT

STYLE = """
body { max-width: 1320px; margin: 1rem auto; padding: 0 1rem; font: 18px/1.4 sans-serif; color: #1C2430; }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); gap: 1rem; }
figure { margin: 0; min-width: 0; }
"""


def trace_page(trace: Trace) -> str:
    """The figures of a trace's first run, with its verdict, as HTML; Plotly's script is in it."""
    side = sides([trace], LIGHT)[0]
    figures = [figure for row in gallery([trace], LIGHT).values() for figure in row]
    runs = f" First of {len(trace.seeds):,} runs, seed {trace.seeds[0]}." if len(trace.seeds) > 1 else ""
    body = "".join(_figure(figure, script=i == 0) for i, figure in enumerate(figures))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>nnviz: {escape(side.label)}</title><style>{STYLE}</style></head><body>"
        f"<h1>{escape(side.label)}</h1><p>{escape(diagnose(trace)[0].sentence)}{escape(runs)}</p>"
        f"<main>{body}</main></body></html>"
    )


def _figure(figure: Figure, script: bool) -> str:
    plot = figure.plot.to_html(full_html=False, include_plotlyjs=script, config={"displayModeBar": False})
    return (
        f'<figure role="group" aria-label="{escape(figure.alt)}">'
        f"<figcaption>{escape(figure.title)}</figcaption>{plot}</figure>"
    )
