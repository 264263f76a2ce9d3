"""Pieces of HTML for the pages of claims and of references. All texts are escaped here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from html import escape

from nnviz.analysis import claims, references
from nnviz.analysis.words import count, number
from nnviz.core import activations, datasets, initializers, losses, optimizers
from nnviz.core.reference import Reference

WORDS: Mapping[claims.Kind, str] = {"confirmed": "Confirmed", "refuted": "Refuted", "differs": "Differs"}
REGISTRIES = (initializers, activations, optimizers, losses, datasets)


def statement(claim: claims.Claim) -> str:
    """What is claimed, by whom, and how it is measured here."""
    return (
        f'<article class="claim"><h3>{escape(claim.label)}</h3>'
        f'<blockquote>{escape(claim.statement)}</blockquote><p class="source">{_source(claim.reference)}</p>'
        f'<p class="setting">Setting: {escape(claim.setting)}</p></article>'
    )


def judgement(claim: claims.Claim, result: claims.Measured) -> str:
    """The verdict in a word, the sentence with its numbers, what it means; then the rule and all numbers, folded."""
    rows = "".join(
        f'<tr><th scope="row">{escape(name.replace("_", " "))}</th><td>{number(value)}</td></tr>'
        for name, value in result.numbers.items()
    )
    return (
        f'<div class="judgement {result.verdict}"><p><b>{WORDS[result.verdict]}.</b> {escape(result.sentence)}</p>'
        f'<p class="muted">{result.agree} of {result.cases} {escape(claim.cases)} agree.</p>'
        f'<p class="meaning">{escape(claim.note)}</p><details><summary>The rule and the numbers</summary>'
        f'<p>{escape(_rule(claim.formula))}</p><table class="numbers"><tbody>{rows}</tbody></table>'
        f'<p class="muted">Measured in {number(result.seconds)} s.</p></details></div>'
    )


def tally(results: Iterable[claims.Measured]) -> str:
    """How many claims are measured, and with which verdicts."""
    kinds = Counter(result.verdict for result in results)
    total, done = len(claims.registry), kinds.total()
    if not done:
        return f'<p class="tally">{count(total, "claim")}, none measured yet.</p>'
    amounts = ", ".join(f"<b>{kinds[kind]} {WORDS[kind].lower()}</b>" for kind in claims.KINDS if kinds[kind])
    left = f"; {total - done} not measured yet" if done < total else ""
    return f'<p class="tally">{count(total, "claim")}: {amounts}{left}.</p>'


def bibliography() -> str:
    """Every source, by year, with its identifier, and what here rests on it."""
    uses = _uses()
    items = []
    for source in references.by_year():
        used = f'<span class="uses">{escape(" · ".join(uses[source.key]))}</span>' if uses.get(source.key) else ""
        items.append(
            f'<li><span class="year">{source.year or "–"}</span><span class="work">{escape(source.authors)}: '
            f"<cite>{_link(source.title, source.link)}</cite>. {escape(source.venue)}."
            f"{_identifier(source)}{used}</span></li>"
        )
    return f'<ul class="references">{"".join(items)}</ul>'


def _uses() -> dict[str, list[str]]:
    """The labels of what names each source."""
    uses: dict[str, list[str]] = {}
    for module in REGISTRIES:
        for entry in module.registry.values():
            for source in references.cited(entry):
                uses.setdefault(source.key, []).append(entry.label)
    for claim in claims.registry.values():
        uses.setdefault(claim.reference, []).append(f"claim: {claim.label}")
    for source in references.registry.values():
        uses.setdefault(source.key, []).extend(source.uses)
    return uses


def _source(key: str) -> str:
    source = references.registry.get(key)
    if source is None:
        return f"{escape(key.capitalize())}, by no one in particular"
    return _link(source.short, source.link)


def _identifier(source: Reference) -> str:
    return f' <span class="identifier">{escape(source.identifier)}</span>' if source.identifier else ""


def _link(text: str, address: str) -> str:
    if not address.startswith("https://"):
        return escape(text)
    return f'<a href="{escape(address, quote=True)}" target="_blank" rel="noopener noreferrer">{escape(text)}</a>'


def _rule(formula: str) -> str:
    return f"{formula[0].upper()}{formula[1:]}; else it differs."
