"""The sources: of claims, initializers, activations, optimizers, losses and data sets.

An identifier stands only where it is known for certain; a `url` leads to the source itself or to its publisher.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from nnviz.core.registry import Entry


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
    """

    key: str
    cited: str
    authors: str
    title: str
    year: int | None
    venue: str
    identifier: str = ""
    url: str = ""

    @property
    def link(self) -> str:
        """Where to read it: the given address, or the one that follows from the identifier; empty if neither."""
        scheme, _, name = self.identifier.partition(":")
        resolvers = {"doi": f"https://doi.org/{name}", "arXiv": f"https://arxiv.org/abs/{name}"}
        return self.url or resolvers.get(scheme, "")

    @property
    def short(self) -> str:
        """How a sentence names it.

        >>> registry["glorot2010"].short, registry["saxe2014"].short, registry["keras"].short
        ('Glorot & Bengio 2010', 'Saxe et al. 2014', 'Keras')
        """
        if self.year is None:
            return self.authors
        names = [name.split()[-1] for name in self.authors.removesuffix(" et al.").split(", ")]
        others = self.authors.endswith(" et al.") or len(names) > 2
        return f"{names[0]} et al. {self.year}" if others else f"{' & '.join(names)} {self.year}"


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
    return sorted(registry.values(), key=lambda source: (source.year or 9999, source.cited))


def _paper(
    key: str, cited: str, authors: str, title: str, venue: str, identifier: str = "", url: str = ""
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
    )


_SOURCES = (
    _paper(
        "legendre1805",
        "Legendre 1805",
        "A.-M. Legendre",
        "Nouvelles méthodes pour la détermination des orbites des comètes",
        "Firmin Didot, Paris",
    ),
    _paper(
        "fisher1936",
        "Fisher 1936",
        "R. A. Fisher",
        "The use of multiple measurements in taxonomic problems",
        "Annals of Eugenics 7",
        "doi:10.1111/j.1469-1809.1936.tb02137.x",
    ),
    _paper(
        "robbins1951",
        "Robbins & Monro 1951",
        "H. Robbins, S. Monro",
        "A Stochastic Approximation Method",
        "Annals of Mathematical Statistics 22",
        "doi:10.1214/aoms/1177729586",
    ),
    _paper(
        "good1952",
        "Good 1952",
        "I. J. Good",
        "Rational Decisions",
        "Journal of the Royal Statistical Society, Series B 14",
    ),
    _paper(
        "polyak1964",
        "Polyak 1964",
        "B. T. Polyak",
        "Some methods of speeding up the convergence of iteration methods",
        "USSR Computational Mathematics and Mathematical Physics 4",
        "doi:10.1016/0041-5553(64)90137-5",
    ),
    _paper(
        "minsky1969",
        "Minsky & Papert 1969",
        "M. Minsky, S. Papert",
        "Perceptrons: An Introduction to Computational Geometry",
        "MIT Press",
    ),
    _paper(
        "nesterov1983",
        "Nesterov 1983",
        "Y. Nesterov",
        "A method of solving a convex programming problem with convergence rate O(1/k²)",
        "Soviet Mathematics Doklady 27",
    ),
    _paper(
        "rumelhart1986",
        "Rumelhart, Hinton & Williams 1986",
        "D. E. Rumelhart, G. E. Hinton, R. J. Williams",
        "Learning representations by back-propagating errors",
        "Nature 323",
        "doi:10.1038/323533a0",
    ),
    _paper(
        "lang1988",
        "Lang & Witbrock 1988",
        "K. J. Lang, M. J. Witbrock",
        "Learning to Tell Two Spirals Apart",
        "Proceedings of the 1988 Connectionist Models Summer School",
    ),
    _paper(
        "bridle1990",
        "Bridle 1990",
        "J. S. Bridle",
        "Probabilistic Interpretation of Feedforward Classification Network Outputs, with Relationships to "
        "Statistical Pattern Recognition",
        "Neurocomputing: Algorithms, Architectures and Applications, Springer",
        "doi:10.1007/978-3-642-76153-9_28",
    ),
    _paper(
        "forina1991",
        "Forina et al. 1991",
        "M. Forina et al.",
        "PARVUS: An Extendible Package for Data Exploration, Classification and Correlation (the Wine data set)",
        "Genoa; UCI Machine Learning Repository",
        "doi:10.24432/C5PC7J",
    ),
    _paper(
        "alpaydin1998",
        "Alpaydin & Kaynak 1998",
        "E. Alpaydin, C. Kaynak",
        "Optical Recognition of Handwritten Digits",
        "UCI Machine Learning Repository",
        "doi:10.24432/C50P49",
    ),
    _paper(
        "lecun1998",
        "LeCun, Bottou, Orr & Müller 1998",
        "Y. LeCun, L. Bottou, G. B. Orr, K.-R. Müller",
        "Efficient BackProp",
        "Neural Networks: Tricks of the Trade, Springer LNCS 1524",
        "doi:10.1007/3-540-49430-8_2",
    ),
    _paper(
        "glorot2010",
        "Glorot & Bengio 2010",
        "X. Glorot, Y. Bengio",
        "Understanding the difficulty of training deep feedforward neural networks",
        "AISTATS, PMLR 9",
        url="https://proceedings.mlr.press/v9/glorot10a.html",
    ),
    _paper(
        "nair2010",
        "Nair & Hinton 2010",
        "V. Nair, G. E. Hinton",
        "Rectified Linear Units Improve Restricted Boltzmann Machines",
        "ICML",
        url="https://icml.cc/Conferences/2010/papers/432.pdf",
    ),
    _paper(
        "tieleman2012",
        "Tieleman & Hinton 2012",
        "T. Tieleman, G. E. Hinton",
        "Lecture 6e, RMSprop: Divide the gradient by a running average of its recent magnitude",
        "Neural Networks for Machine Learning, Coursera",
        url="https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf",
    ),
    _paper(
        "maas2013",
        "Maas, Hannun & Ng 2013",
        "A. L. Maas, A. Y. Hannun, A. Y. Ng",
        "Rectifier Nonlinearities Improve Neural Network Acoustic Models",
        "ICML Workshop on Deep Learning for Audio, Speech and Language Processing",
        url="https://ai.stanford.edu/~amaas/papers/relu_hybrid_icml2013_final.pdf",
    ),
    _paper(
        "sutskever2013",
        "Sutskever, Martens, Dahl & Hinton 2013",
        "I. Sutskever, J. Martens, G. Dahl, G. E. Hinton",
        "On the importance of initialization and momentum in deep learning",
        "ICML, PMLR 28",
        url="https://proceedings.mlr.press/v28/sutskever13.html",
    ),
    _paper(
        "saxe2014",
        "Saxe, McClelland & Ganguli 2014",
        "A. M. Saxe, J. L. McClelland, S. Ganguli",
        "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks",
        "ICLR",
        "arXiv:1312.6120",
    ),
    _paper(
        "he2015",
        "He, Zhang, Ren & Sun 2015",
        "K. He, X. Zhang, S. Ren, J. Sun",
        "Delving Deep into Rectifiers: Surpassing Human-Level Performance on ImageNet Classification",
        "ICCV",
        "arXiv:1502.01852",
    ),
    _paper(
        "kingma2015",
        "Kingma & Ba 2015",
        "D. P. Kingma, J. Ba",
        "Adam: A Method for Stochastic Optimization",
        "ICLR",
        "arXiv:1412.6980",
    ),
    _paper(
        "le2015",
        "Le, Jaitly & Hinton 2015",
        "Q. V. Le, N. Jaitly, G. E. Hinton",
        "A Simple Way to Initialize Recurrent Networks of Rectified Linear Units",
        "arXiv",
        "arXiv:1504.00941",
    ),
    _paper(
        "clevert2016",
        "Clevert, Unterthiner & Hochreiter 2016",
        "D.-A. Clevert, T. Unterthiner, S. Hochreiter",
        "Fast and Accurate Deep Network Learning by Exponential Linear Units (ELUs)",
        "ICLR",
        "arXiv:1511.07289",
    ),
    _paper(
        "hendrycks2016",
        "Hendrycks & Gimpel 2016",
        "D. Hendrycks, K. Gimpel",
        "Gaussian Error Linear Units (GELUs)",
        "arXiv",
        "arXiv:1606.08415",
    ),
    _paper(
        "mishkin2016",
        "Mishkin & Matas 2016",
        "D. Mishkin, J. Matas",
        "All you need is a good init",
        "ICLR",
        "arXiv:1511.06422",
    ),
    _paper(
        "poole2016",
        "Poole, Lahiri, Raghu, Sohl-Dickstein & Ganguli 2016",
        "B. Poole, S. Lahiri, M. Raghu, J. Sohl-Dickstein, S. Ganguli",
        "Exponential expressivity in deep neural networks through transient chaos",
        "NIPS",
        "arXiv:1606.05340",
    ),
    _paper(
        "balduzzi2017",
        "Balduzzi et al. 2017",
        "D. Balduzzi, M. Frean, L. Leary, J. P. Lewis, K. W.-D. Ma, B. McWilliams",
        "The Shattered Gradients Problem: If resnets are the answer, then what is the question?",
        "ICML",
        "arXiv:1702.08591",
    ),
    _paper(
        "klambauer2017",
        "Klambauer, Unterthiner, Mayr & Hochreiter 2017",
        "G. Klambauer, T. Unterthiner, A. Mayr, S. Hochreiter",
        "Self-Normalizing Neural Networks",
        "NIPS",
        "arXiv:1706.02515",
    ),
    _paper(
        "schoenholz2017",
        "Schoenholz, Gilmer, Ganguli & Sohl-Dickstein 2017",
        "S. S. Schoenholz, J. Gilmer, S. Ganguli, J. Sohl-Dickstein",
        "Deep Information Propagation",
        "ICLR",
        "arXiv:1611.01232",
    ),
    _paper(
        "brownlee2018",
        "Brownlee 2018",
        "J. Brownlee",
        "Why Initialize a Neural Network with Random Weights?",
        "Machine Learning Mastery",
        url="https://machinelearningmastery.com/why-initialize-a-neural-network-with-random-weights/",
    ),
    _paper(
        "zhao2022",
        "Zhao, Schäfer & Anandkumar 2022",
        "J. Zhao, F. Schäfer, A. Anandkumar",
        "ZerO Initialization: Initializing Neural Networks with only Zeros and Ones",
        "Transactions on Machine Learning Research",
        "arXiv:2110.12661",
    ),
    Reference(
        key="keras",
        cited="Keras",
        authors="Keras",
        title="Layer weight initializers",
        year=None,
        venue="documentation of version 3",
        url="https://keras.io/api/layers/initializers/",
    ),
    Reference(
        key="pytorch",
        cited="PyTorch",
        authors="PyTorch",
        title="torch.nn.Linear",
        year=None,
        venue="documentation",
        url="https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html",
    ),
    Reference(
        key="sklearn",
        cited="scikit-learn",
        authors="scikit-learn",
        title="sklearn.datasets",
        year=None,
        venue="documentation",
        url="https://scikit-learn.org/stable/api/sklearn.datasets.html",
    ),
)

registry: Mapping[str, Reference] = MappingProxyType({source.key: source for source in _SOURCES})
