"""What every claim is: a statement with its source, a function that measures, and a rule that decides.

A claim is measured several times, as a rule from seven seeds, each time by itself. The rule sees nothing but the
numbers of one measurement, so that a test can show it other numbers and get another verdict. It decides each of them,
and the median of all. The verdict stands where `AGREEING` of the measurements say the same by themselves; else it
differs from one to the next, and the sentence says so.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from nnviz.core.progress import Progress
from nnviz.core.registry import Entry

Numbers = Mapping[str, float]
Kind = Literal["confirmed", "refuted", "differs"]

VERBS: Mapping[Kind, str] = {"confirmed": "confirm it", "refuted": "refute it", "differs": "do neither"}
KINDS: tuple[Kind, ...] = ("confirmed", "refuted", "differs")
SEEDS = 7  # that a claim is measured from, unless it says otherwise
AGREEING = 0.8  # of the measurements must bear a verdict out
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
        measure: `measure(on_progress)` gives the named numbers of each measurement, the same ones each time.
        decide: `decide(numbers)` gives the verdict on one of them.
        cases: what the measurements differ in, in the plural.
        seconds: how long measuring takes on two cores, about.
    """

    statement: str
    setting: str
    topic: str
    measure: Callable[[Progress], Sequence[Numbers]]
    decide: Callable[[Numbers], ClaimVerdict]
    seconds: float
    cases: str = "seeds"


@dataclass(frozen=True)
class Measured:
    """A claim, measured.

    Attributes:
        key: of the claim.
        numbers: what was measured, by name: the medians over all measurements.
        verdict: confirmed, refuted or differs.
        sentence: why, with the numbers.
        seconds: how long it took.
        agree: how many of the measurements say the same by themselves: the verdict, or, where they do not agree enough
            for one, what most of them say.
        cases: how many there are.
    """

    key: str
    numbers: Numbers = field(hash=False)
    verdict: Kind
    sentence: str
    seconds: float
    agree: int = 1
    cases: int = 1


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
    cases = claim.measure(on_progress or (lambda share: None))
    numbers, verdict, agree = weigh(claim, cases)
    took = time.perf_counter() - started
    return Measured(claim.key, numbers, verdict.kind, verdict.sentence, took, agree, len(cases))


def weigh(claim: Claim, cases: Sequence[Numbers]) -> tuple[Numbers, ClaimVerdict, int]:
    """The median of several measurements, the verdict on a claim, and how many of them agree."""
    numbers = {name: float(np.median([case[name] for case in cases])) for name in cases[0]}
    kinds = Counter(claim.decide(case).kind for case in cases)
    verdict = claim.decide(numbers)
    agree = kinds[verdict.kind]
    if agree >= AGREEING * len(cases):
        return numbers, verdict, agree
    said = ", ".join(f"{kinds[kind]} {VERBS[kind]}" for kind in KINDS if kinds[kind])
    split = f"{verdict.sentence} It hangs on which: of {len(cases)} {claim.cases} {said}."
    return numbers, ClaimVerdict("differs", split), max(kinds.values())


def judge(sentence: str, *, confirmed: bool, refuted: bool) -> ClaimVerdict:
    """The verdict of a rule with two thresholds; between them the measurement differs.

    >>> judge("Half as much.", confirmed=False, refuted=False).kind
    'differs'
    """
    return ClaimVerdict("confirmed" if confirmed else "refuted" if refuted else "differs", sentence)
