"""nnviz: see why a neural network must not start from equal weights, and what its start does to training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nnviz.analysis import claims
from nnviz.analysis.playground.diagnosis import Diagnosis, diagnose
from nnviz.analysis.playground.functions import distinct_functions
from nnviz.analysis.playground.units import effective_units
from nnviz.analysis.tables.table import read_table
from nnviz.core import initializers
from nnviz.core.experiment import Experiment
from nnviz.core.finetuning import Finetuning, finetune
from nnviz.core.trace import Trace, predict
from nnviz.core.training import train

if TYPE_CHECKING:
    from nnviz.analysis.tables.rank import rank
    from nnviz.notebook import show

__version__ = "0.1.0"

__all__ = [
    "Diagnosis",
    "Experiment",
    "Finetuning",
    "Trace",
    "claims",
    "diagnose",
    "distinct_functions",
    "effective_units",
    "finetune",
    "initializers",
    "predict",
    "rank",
    "read_table",
    "show",
    "train",
]


def __getattr__(name: str) -> Any:
    """What is loaded only when it is asked for: scikit-learn's models and the pictures are slow to load."""
    if name == "rank":
        from nnviz.analysis.tables.rank import rank

        return rank
    if name == "show":
        from nnviz.notebook import show

        return show
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
