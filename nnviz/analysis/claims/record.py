"""What every claim is: a statement with its source, a function that measures, and a rule that decides.

A rule sees nothing but the measured numbers, so that a test can show it other numbers and get another verdict.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from nnviz.core.progress import Progress
from nnviz.core.registry import Entry

Numbers = Mapping[str, float]
Kind = Literal["confirmed", "refuted", "differs"]

KINDS: tuple[Kind, ...] = ("confirmed", "refuted", "differs")
OFTEN_SAID = "often said"  # stands for a source where a sentence is common, and no one's in particular


@dataclass(frozen=True)
class ClaimVerdict:
    """What a rule makes of the numbers.

    Attributes:
        kind: confirmed, refuted, or differs (partly so, or so by another amount).
        sentence: why, in short sentences that carry the numbers.
    """

    kind: Kind
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Claim(Entry):
    """A statement that can be measured.

    Of what every registry's records have, `note` says what the claim means in plain words, `formula` is the rule
    that decides, and `reference` is the key of the source in `nnviz.analysis.references`, or `OFTEN_SAID`.

    Attributes:
        statement: what is claimed, as a short quotation or a faithful paraphrase.
        setting: what is measured, in one sentence.
        topic: the heading under which it stands.
        measure: `measure(on_progress)` gives named numbers, the same ones each time.
        decide: `decide(numbers)` gives the verdict.
        seconds: how long measuring takes on two cores, about.
    """

    statement: str
    setting: str
    topic: str
    measure: Callable[[Progress], Numbers]
    decide: Callable[[Numbers], ClaimVerdict]
    seconds: float


@dataclass(frozen=True)
class Measured:
    """A claim, measured.

    Attributes:
        key: of the claim.
        numbers: what was measured, by name.
        verdict: confirmed, refuted or differs.
        sentence: why, with the numbers.
        seconds: how long it took.
    """

    key: str
    numbers: Numbers = field(hash=False)
    verdict: Kind
    sentence: str
    seconds: float


def check(claim: Claim, on_progress: Progress | None = None) -> Measured:
    """Measure a claim and decide.

    Args:
        claim: from the registry.
        on_progress: called now and then with the share done, from 0.0 to 1.0. What it raises ends the measuring
            and passes on.

    Returns:
        The numbers with their verdict; the numbers are the same each time, on the same machine and versions.
    """
    started = time.perf_counter()
    numbers = claim.measure(on_progress or (lambda share: None))
    verdict = claim.decide(numbers)
    return Measured(claim.key, numbers, verdict.kind, verdict.sentence, time.perf_counter() - started)


def judge(sentence: str, *, confirmed: bool, refuted: bool) -> ClaimVerdict:
    """The verdict of a rule with two thresholds; between them the measurement differs.

    >>> judge("Half as much.", confirmed=False, refuted=False).kind
    'differs'
    """
    return ClaimVerdict("confirmed" if confirmed else "refuted" if refuted else "differs", sentence)
