"""What every source is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Reference:
    """One source.

    Attributes:
        key: the name in code.
        cited: how the records of the registries begin when they name it, such as "Saxe, McClelland & Ganguli 2014".
        authors: all of them, or the first and "et al." where they are many.
        title: of the work.
        year: when it appeared; None for software, which has versions.
        venue: where it appeared.
        identifier: DOI or arXiv number, such as "doi:10.1038/323533a0"; empty where there is none or it is not known.
        url: where to read it; empty where it is only on paper.
        uses: what of the labs' methods rests on it; records of the registries and claims name their sources themselves.
    """

    key: str
    cited: str
    authors: str
    title: str
    year: int | None
    venue: str
    identifier: str = ""
    url: str = ""
    uses: tuple[str, ...] = ()

    @property
    def citation(self) -> str:
        """How a registry's record names it: who, when and the title, without what follows a colon."""
        return f"{self.cited}, {self.title.partition(':')[0]}"

    @property
    def link(self) -> str:
        """Where to read it: the given address, or the one that follows from the identifier; empty if neither."""
        scheme, _, name = self.identifier.partition(":")
        resolvers = {"doi": f"https://doi.org/{name}", "arXiv": f"https://arxiv.org/abs/{name}"}
        return self.url or resolvers.get(scheme, "")

    @property
    def short(self) -> str:
        """How a sentence names it.

        >>> from nnviz.analysis.references import registry
        >>> registry["glorot2010"].short, registry["saxe2014"].short, registry["keras"].short
        ('Glorot & Bengio 2010', 'Saxe et al. 2014', 'Keras')
        """
        if self.year is None:
            return self.authors
        names = [name.split()[-1] for name in self.authors.removesuffix(" et al.").split(", ")]
        others = self.authors.endswith(" et al.") or len(names) > 2
        return f"{names[0]} et al. {self.year}" if others else f"{' & '.join(names)} {self.year}"


def paper(
    key: str,
    cited: str,
    authors: str,
    title: str,
    venue: str,
    identifier: str = "",
    url: str = "",
    uses: tuple[str, ...] = (),
) -> Reference:
    """A source whose year is the one it is cited with."""
    return Reference(
        key=key,
        cited=cited,
        authors=authors,
        title=title,
        year=int(cited[-4:]),
        venue=venue,
        identifier=identifier,
        url=url,
        uses=uses,
    )
