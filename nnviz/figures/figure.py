"""What a drawing function hands back."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import plotly.graph_objects as go


@dataclass(frozen=True, eq=False)
class Figure:
    """A picture with its finding, its words for those who cannot see it, and its data.

    Attributes:
        name: a short name, for files and headings.
        title: the finding, as a sentence.
        alt: what the picture shows and finds, in plain words.
        plot: the Plotly figure, without a title.
        table: the data, a column a name, all of one length.
    """

    name: str
    title: str
    alt: str
    plot: go.Figure
    table: Mapping[str, np.ndarray] = field(default_factory=dict)

    def csv(self) -> str:
        """The data as CSV, a header line first."""
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(self.table)
        writer.writerows(zip(*(column.tolist() for column in self.table.values()), strict=True))
        return text.getvalue()
