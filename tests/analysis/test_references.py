"""The sources: complete, consistent, and every record's source is among them."""

import re

import pytest

from nnviz.analysis import claims, references
from nnviz.core import activations, datasets, initializers, losses, optimizers

SOURCES = [pytest.param(source, id=key) for key, source in references.registry.items()]
ENTRIES = [
    pytest.param(entry, id=f"{module.__name__.rpartition('.')[2]}-{key}")
    for module in (initializers, activations, optimizers, losses, datasets)
    for key, entry in module.registry.items()
]


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_is_complete(source):
    assert references.registry[source.key] is source
    for text in (source.cited, source.authors, source.title, source.venue):
        assert text.strip() == text != ""
    if source.year is None:
        assert source.url
    else:
        assert source.cited.endswith(str(source.year))
        assert source.key.endswith(str(source.year))
        assert 1800 <= source.year <= 2026
    surname = source.cited.split()[0].rstrip(",")
    assert surname in source.authors


@pytest.mark.parametrize("source", SOURCES)
def test_an_identifier_is_a_doi_or_an_arxiv_number_and_leads_somewhere(source):
    assert re.fullmatch(r"|doi:10\.\d{4,}/\S+|arXiv:\d{4}\.\d{4,5}", source.identifier)
    assert source.link.startswith("https://") or not (source.identifier or source.url)
    if source.identifier and not source.url:
        assert source.link.endswith(source.identifier.partition(":")[2])


def test_identifiers_and_titles_differ():
    for texts in ([s.identifier for s in references.registry.values() if s.identifier],
                  [s.title for s in references.registry.values()]):  # fmt: skip
        assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("entry", ENTRIES)
def test_the_source_of_every_record_is_listed(entry):
    sources = references.cited(entry)
    assert sources or entry.reference == "nnviz, to teach"
    for source in sources:
        assert source.year is None or str(source.year) in entry.reference


def test_every_source_is_used():
    used = {source.key for parameter in ENTRIES for source in references.cited(parameter.values[0])}
    used |= {claim.reference for claim in claims.registry.values()}
    used |= {source.key for source in references.registry.values() if source.uses}
    assert set(references.registry) <= used


def test_they_stand_by_year_with_software_last():
    years = [source.year for source in references.by_year()]
    dated = [year for year in years if year]
    assert dated == sorted(dated)
    assert years[: len(dated)] == dated
    assert len(years) == len(references.registry)


def test_short_names():
    assert references.registry["he2015"].short == "He et al. 2015"
    assert references.registry["forina1991"].short == "Forina et al. 1991"
    assert references.registry["brownlee2018"].short == "Brownlee 2018"
    assert references.short_name("glorot2010") == "Glorot & Bengio 2010"
    assert references.short_name(claims.OFTEN_SAID) == "often said"
