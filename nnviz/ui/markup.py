"""Pieces of HTML that both the app and a saved page show. All texts are escaped here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from nnviz.figures.sides import Look


def verdicts(both: Sequence[Look], sentences: Sequence[str]) -> str:
    """A line for each side: letter, what it is, what happened, with a thin bar in its colour."""
    return "".join(
        f'<p class="verdict" style="border-left: 4px {side.line} {side.color}">'
        f'<span class="who"><b style="color: {side.color}">{side.letter}</b> {escape(side.label)}</span> '
        f'<span class="what">{escape(sentence)}</span></p>'
        for side, sentence in zip(both, sentences, strict=True)
    )


def table(columns: Mapping[str, Mapping[str, str]]) -> str:
    """Named figures side by side, a column for each heading."""
    names = list(next(iter(columns.values())))
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in columns)
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(f"<td>{escape(column[name])}</td>" for column in columns.values())
        + "</tr>"
        for name in names
    )
    return f'<table class="numbers"><thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table>'
