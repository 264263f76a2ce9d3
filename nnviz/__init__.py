"""nnviz: see why a neural network must not start from equal weights, and what its start does to training."""

from nnviz.analysis import claims
from nnviz.analysis.playground.diagnosis import Diagnosis, diagnose
from nnviz.analysis.playground.units import effective_units
from nnviz.core import initializers
from nnviz.core.experiment import Experiment
from nnviz.core.trace import Trace, predict
from nnviz.core.training import train

__version__ = "0.1.0"

__all__ = [
    "Diagnosis",
    "Experiment",
    "Trace",
    "claims",
    "diagnose",
    "effective_units",
    "initializers",
    "predict",
    "train",
]
