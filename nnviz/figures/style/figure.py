"""What a drawing function hands back."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import plotly.graph_objects as go


@dataclass(frozen=True, eq=False)
class Figure:
    """A picture with its finding, its words for those who cannot see it, and its data.

    Attributes:
        name: a short name, for files and headings.
        title: the finding, as a sentence.
        alt: what the picture shows and finds, in plain words.
        spec: the Plotly figure as a dictionary of arrays, numbers and texts, without a title.
        table: the data, a column a name, all of one length.
    """

    name: str
    title: str
    alt: str
    spec: Mapping[str, Any]
    table: Mapping[str, np.ndarray] = field(default_factory=dict)

    @property
    def plot(self) -> go.Figure:
        """The Plotly figure, made anew each time.

        Plotly's check of every value takes four fifths of the time of drawing a page, so it is left to the tests.
        """
        return go.Figure(self.spec, _validate=False)

    def csv(self) -> str:
        """The data as CSV, a header line first."""
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(self.table)
        writer.writerows(zip(*(column.tolist() for column in self.table.values()), strict=True))
        return text.getvalue()
