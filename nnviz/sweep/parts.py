"""What is finished of a sweep: a file for each portion, in a folder beside the output.

A file's name is the digest of all that its numbers depend on: the experiment with its seeds, and the versions that
trained it. So another sweep's files are never taken for this one's, and a sweep that was made wider finds those that
it shares. A file gets its name only when it is whole, and is read before it is believed.
"""

from __future__ import annotations

import errno
import hashlib
import json
import time
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from nnviz.command_line import written_at_once
from nnviz.core.experiment import Experiment
from nnviz.sweep.portion import is_portion, made_by, portion_of

LEFTOVER_SECONDS = 3600  # nobody takes so long to write a portion


class PortionFolder:
    """A folder of finished portions."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def prepare(self) -> None:
        """Make the folder, where there is none yet; clear it of what writers that were killed left long ago."""
        self.folder.mkdir(exist_ok=True)
        for leftover in self.folder.glob("*.tmp"):
            if time.time() - leftover.stat().st_mtime > LEFTOVER_SECONDS:
                leftover.unlink(missing_ok=True)

    def path(self, portion: Experiment) -> Path:
        """Where a portion is kept."""
        recipe = json.dumps([portion.to_json(), made_by()])
        return self.folder / f"{hashlib.sha256(recipe.encode()).hexdigest()[:32]}.parquet"

    def put(self, table: pa.Table) -> None:
        """Keep a portion that has been trained."""
        with written_at_once(self.path(portion_of(table))) as file:
            pq.write_table(table, file, write_page_checksum=True)

    def get(self, portion: Experiment) -> pa.Table | None:
        """The table of a portion; None where it is not there, or is not whole, or is not what its name says."""
        try:
            content = pa.BufferReader(self.path(portion).read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return None
        try:
            # Here, not in Arrow's threads: files are small, and a thread that still ends as Python does aborts it.
            table = pq.read_table(content, page_checksum_verification=True, use_threads=False, pre_buffer=False)
        except (pa.ArrowException, OSError):  # bytes that are no table, or not the ones that were written
            return None
        return table if is_portion(table, portion) else None

    def whole(self, portion: Experiment) -> pa.Table:
        """The table of a portion that is there; FileNotFoundError where it is not."""
        table = self.get(portion)
        if table is None:
            raise FileNotFoundError(errno.ENOENT, "has gone; the same command trains it again", str(self.path(portion)))
        return table

    def strangers(self, portions: Sequence[Experiment]) -> int:
        """How many files are of other sweeps, or of other versions."""
        own = {self.path(portion).name for portion in portions}
        return sum(path.name not in own for path in self.folder.glob("*.parquet"))
