"""The literature as a registry of claims: each is measured here, and a rule decides from the numbers.

>>> from nnviz.analysis import claims
>>> claims.check(claims.registry["keras_truncated"]).verdict
'refuted'
"""

from __future__ import annotations

from nnviz.analysis.claims import chance, chaos, linear, schemes, signal, symmetry, zeros
from nnviz.analysis.claims.record import KINDS, OFTEN_SAID, Claim, ClaimVerdict, Kind, Measured, check, weigh
from nnviz.core.registry import by_key

__all__ = ["KINDS", "OFTEN_SAID", "Claim", "ClaimVerdict", "Kind", "Measured", "check", "registry", "topics", "weigh"]

_SCHEMES = {topic: [c for c in schemes.CLAIMS if c.topic == topic] for topic in (schemes.TOPIC, schemes.LIBRARIES)}

registry = by_key(
    (
        *signal.CLAIMS,
        *_SCHEMES[schemes.TOPIC],
        *linear.CLAIMS,
        *chaos.CLAIMS,
        *symmetry.CLAIMS,
        *chance.CLAIMS,
        *zeros.CLAIMS,
        *_SCHEMES[schemes.LIBRARIES],
    )
)


def topics() -> dict[str, list[Claim]]:
    """The claims by topic, in the registry's order."""
    headings: dict[str, list[Claim]] = {}
    for claim in registry.values():
        headings.setdefault(claim.topic, []).append(claim)
    return headings
