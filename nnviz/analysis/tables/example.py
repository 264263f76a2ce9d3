"""A real table to try with, as the text of a CSV file: with a column of texts, and with gaps made on purpose."""

from __future__ import annotations

import csv
import io

import numpy as np

from nnviz.core.datasets import registry

NAME = "the example: wines"
WORDS = ("pale", "medium", "deep")
GAP_EVERY = 9  # rows
ABOUT = (
    "178 wines from three growers, by their chemistry (Forina et al. 1991). To make it like a table from life, the "
    "colour was turned into words, and one figure in every ninth row was taken out."
)


def example() -> str:
    """The wines of scikit-learn, the grower last; the same text each time."""
    source = registry["wine"]
    x, y = source.make(source.rows or 0, 0.0, 0)
    colour = source.features.index("colour")
    words = np.searchsorted(np.quantile(x[:, colour], [1 / 3, 2 / 3]), x[:, colour])
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*source.features, "grower"])
    for row, (values, word, grower) in enumerate(zip(x, words, y, strict=True)):
        cells = [f"{value:g}" for value in values]
        cells[colour] = WORDS[word]
        if row % GAP_EVERY == 0:
            cells[(row // GAP_EVERY) % len(cells)] = ""
        writer.writerow([*cells, source.classes[grower]])
    return text.getvalue()
