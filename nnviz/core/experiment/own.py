"""An experiment on data that no registry knows: those of a visitor, or of a program."""

from __future__ import annotations

from dataclasses import dataclass, field

from nnviz.core.datasets import Dataset, Task
from nnviz.core.experiment.experiment import Experiment


@dataclass(frozen=True, kw_only=True)
class OwnExperiment(Experiment):
    """The recipe of a training on arrays of one's own; all that takes an experiment takes it.

    It is equal to another on the same `Dataset` object only. Its link and its JSON leave the data out, and so do its
    words, so that no log shows them. The fields that make and split a data set of the registry have no effect on it.

    Attributes:
        data: split and scaled: what the networks are trained on.

    Raises:
        ValueError: as `Experiment`, or fewer than 2 rows, or fewer rows than classes, in a half.

    >>> import numpy as np
    >>> x, y = np.array([[-1.0], [1.0]]), np.array([0, 1])
    >>> OwnExperiment(data=Dataset(x, y, x, y, ("height",), ("low", "high"))).layer_sizes
    (1, 8, 1)
    """

    data: Dataset = field(repr=False)

    @classmethod
    def of(cls, recipe: Experiment, data: Dataset) -> OwnExperiment:
        """The recipe on these data."""
        return cls(data=data, **{name: getattr(recipe, name) for name in Experiment.__dataclass_fields__})

    @property
    def source(self) -> None:
        """No record of the registry: the data are one's own."""
        return None

    @property
    def task(self) -> Task:
        """What a network takes in and what it is to answer."""
        return Task(features=self.data.feature_names, classes=self.data.class_names)

    @property
    def data_name(self) -> str:
        """What the data set is called in messages."""
        return "this table"

    @property
    def data_label(self) -> str:
        """What the data set is called on screen."""
        return "data of your own"

    @property
    def split_sizes(self) -> tuple[int, int]:
        """How many rows are trained on, and how many are held back."""
        return len(self.data.y_train), len(self.data.y_test)

    def load_dataset(self) -> Dataset:
        """The arrays that this experiment trains on."""
        return self.data
