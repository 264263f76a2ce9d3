"""The sources: of claims, initializers, activations, optimizers, losses and data sets, and of the labs' methods.

An identifier stands only where it is known for certain; a `url` leads to the source itself or to its publisher.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import cast

from nnviz.analysis.references import entries, methods
from nnviz.core import activations, datasets, initializers, losses, optimizers
from nnviz.core.reference import Reference
from nnviz.core.registry import Entry

_RECORDS = [
    record
    for module in (activations, datasets, initializers, losses, optimizers)
    for record in cast(Mapping[str, Entry], module.registry).values()
]
_SOURCES = (*entries.SOURCES, *methods.SOURCES, *(source for record in _RECORDS for source in record.sources))

registry: Mapping[str, Reference] = MappingProxyType(
    {source.key: source for source in sorted(_SOURCES, key=lambda source: (source.year or 9999, source.cited))}
)
"""All sources by their keys, the oldest first, software last."""


def cited(entry: Entry) -> list[Reference]:
    """The sources that a registry's record names; none for what is nnviz's own.

    >>> from nnviz.core import optimizers
    >>> [source.key for source in cited(optimizers.registry["nesterov"])]
    ['nesterov1983', 'sutskever2013']
    """
    return [source for source in registry.values() if source.cited in entry.reference]


def short_name(key: str) -> str:
    """How a table names the source with this key; a word that is no key, such as "often said", stands for itself."""
    source = registry.get(key)
    return source.short if source else key


def by_year() -> list[Reference]:
    """All sources, the oldest first, software last."""
    return list(registry.values())
