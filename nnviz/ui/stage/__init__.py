"""The stage: both sides' trainings as a moving picture, drawn in the browser."""

from nnviz.ui.stage.stage import Moment, stage

__all__ = ["Moment", "stage"]
