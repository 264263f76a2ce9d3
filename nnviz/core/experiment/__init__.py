"""The experiment: what is trained, on which data, and what it costs."""

from nnviz.core.experiment.experiment import DEFAULT, Experiment, field_names
from nnviz.core.experiment.fields import (
    FIELDS,
    LIKE_THE_KERNEL,
    MOST_LAYERS,
    MOST_SEED,
    MOST_UNITS,
    ExperimentError,
    field_text,
    parse_field,
)
from nnviz.core.experiment.own import OwnExperiment

__all__ = [
    "DEFAULT",
    "FIELDS",
    "LIKE_THE_KERNEL",
    "MOST_LAYERS",
    "MOST_SEED",
    "MOST_UNITS",
    "Experiment",
    "ExperimentError",
    "OwnExperiment",
    "field_names",
    "field_text",
    "parse_field",
]
