"""Pieces of HTML that both the app and a saved page show. All texts are escaped here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from nnviz.analysis.playground.functions import TOLERANCE
from nnviz.analysis.words import percent
from nnviz.figures.style.sides import Look

ACT_AS = (
    "Units act as one where they answer alike on every training row, to within {tolerance} of what their answers vary. "
    "A sign (tanh) or a factor (ReLU) between them does not count: one weight of the next layer undoes it. A unit that "
    "gives every row the same answer does no more than a bias and is not counted, unless no unit does more."
)


def text(words: str) -> str:
    r"""A text escaped, in which no line begins with a per cent sign.

    >>> text("95 % < 1")
    '95\xa0% &lt; 1'
    """
    return escape(words).replace(" %", "\N{NO-BREAK SPACE}%")


def paragraphs(sentences: Iterable[str]) -> str:
    """A paragraph each."""
    return "".join(f"<p>{text(sentence)}</p>" for sentence in sentences)


def prose(words: str) -> str:
    """Paragraphs, written with a blank line between."""
    return paragraphs(words.split("\n\n")) if words else ""


def plain(words: str) -> str:
    r"""Words for a label that Streamlit would read as Markdown, so that they stand as they are.

    >>> plain("units * [0, 0.1]")
    'units \\* \\[0, 0\\.1\\]'
    """
    return re.sub(r"([\\`*_{}\[\]()#+\-.!$:~<>|])", r"\\\1", words)


def verdicts(both: Sequence[Look], sentences: Sequence[str]) -> str:
    """A line for each side: letter, what it is, what happened, with a thin bar in its colour."""
    return "".join(
        f'<p class="verdict" style="border-left: 4px {side.line} {side.color}">'
        f'<span class="who"><b style="color: {side.color}">{side.letter}</b> {text(side.label)}</span> '
        f'<span class="what">{text(sentence)}</span></p>'
        for side, sentence in zip(both, sentences, strict=True)
    )


def act_as(sentences: Sequence[str]) -> str:
    """What "act as" means, folded, where a verdict says it."""
    if not any(" as " in sentence for sentence in sentences):
        return ""
    return (
        '<details class="term"><summary>What does “act as” mean?</summary>'
        f"<p>{text(ACT_AS.format(tolerance=percent(TOLERANCE)))}</p></details>"
    )


def option_list(options: Sequence[str], guess: int, right: int | None, whose: str = "your guess") -> str:
    """The options of a question, with the one that was chosen and, once it is known, the one that was measured.

    Args:
        options: to choose from.
        guess: which was chosen, from 0.
        right: which was measured, from 0.
        whose: what the chosen one is called.
    """
    lines = []
    for i, option in enumerate(options):
        said = [whose] * (i == guess) + ["measured"] * (i == right)
        note = f' <span class="said">{" · ".join(said)}</span>' if said else ""
        kind = "measured" if i == right else "other"
        lines.append(f'<li class="{kind}"><b>{i + 1}</b> {text(option)}{note}</li>')
    return f'<ul class="answers">{"".join(lines)}</ul>'


def table(columns: Mapping[str, Mapping[str, str]]) -> str:
    """Named figures side by side, a column for each heading."""
    names = list(next(iter(columns.values())))
    head = "".join(f'<th scope="col">{text(heading)}</th>' for heading in columns)
    rows = "".join(
        f'<tr><th scope="row">{text(name)}</th>'
        + "".join(f"<td>{text(column[name])}</td>" for column in columns.values())
        + "</tr>"
        for name in names
    )
    return f'<table class="numbers"><thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table>'
