"""nnviz: see why a neural network must not start from equal weights, and what its start does to training."""

from nnviz.core import initializers
from nnviz.core.experiment import Experiment
from nnviz.core.trace import Trace, predict
from nnviz.core.training import train

__all__ = ["Experiment", "Trace", "initializers", "predict", "train"]
