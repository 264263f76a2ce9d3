"""The file of a sweep: all its portions as one table, in the order of the cells and their seeds."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from nnviz.command_line import written_at_once
from nnviz.core.experiment import Experiment
from nnviz.sweep.grid import Grid, portions
from nnviz.sweep.parts import PortionFolder
from nnviz.sweep.portion import SCHEMA, made_by, of_cell, processor_of

WRITERS: Mapping[str, Callable[..., pq.ParquetWriter | pa_csv.CSVWriter]] = {
    ".parquet": pq.ParquetWriter,
    ".csv": pa_csv.CSVWriter,
}
ROWS_AT_ONCE = 100_000  # of a Parquet file's group of rows


@dataclass(frozen=True)
class Result:
    """What became of the runs of one cell.

    Attributes:
        cell: an experiment of one run, the first.
        runs: how many there are.
        trained: how many of them trained, by the rule of `nnviz.analysis.initializers.works`.
        median_loss: the median of their last training losses; infinity where most diverged.
        kinds: how often each kind of diagnosis was given, the commonest first.
        processors: the kinds of processor that trained them.
    """

    cell: Experiment
    runs: int
    trained: int
    median_loss: float
    kinds: Mapping[str, int]
    processors: frozenset[str]


def write(grid: Grid, parts: PortionFolder, out: Path) -> list[Result]:
    """Write the file from the finished portions, all at once: it is there whole, or as it was before.

    The same grid gives the same bytes, whoever trained it and in whichever order.

    Returns:
        What became of each cell.

    Raises:
        FileNotFoundError: a portion has gone.
        KeyError: a file of another kind than those of `WRITERS`.
    """
    results: list[Result] = []
    waiting: list[pa.Table] = []
    schema = SCHEMA.with_metadata({"nnviz": json.dumps(made_by())})
    with written_at_once(out) as file, WRITERS[out.suffix.lower()](file, schema) as writer:
        for cell in grid.cells:
            pieces = [parts.whole(portion) for portion in portions(cell, grid.seeds)]
            table = of_cell(pieces).replace_schema_metadata(schema.metadata)
            results.append(_result(cell, table, frozenset(map(processor_of, pieces))))
            waiting.append(table)
            if sum(table.num_rows for table in waiting) >= ROWS_AT_ONCE or cell is grid.cells[-1]:
                writer.write_table(pa.concat_tables(waiting).combine_chunks())
                waiting.clear()
    return results


def _result(cell: Experiment, table: pa.Table, processors: frozenset[str]) -> Result:
    losses = table["train_loss"].fill_null(np.inf).to_numpy()
    kinds = Counter(table["kind"].to_pylist()).most_common()
    trained = sum(table["trained"].to_pylist())
    return Result(cell, table.num_rows, trained, float(np.median(losses)), dict(kinds), processors)
