"""A Parquet file as CSV: from standard input to standard output, as a process of its own with bounded memory.

A small Parquet file can unpack to any size, and says so itself at most. So it is never unpacked within the server.
"""

from __future__ import annotations

import io
import sys

MOST_MEMORY = 1_500_000_000  # bytes of address space, libraries included
REFUSED = 3  # exit code: the sentence stands in standard output


def main(rows: int, columns: int) -> int:
    """Write the table as CSV, or one sentence why not; returns the exit code."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    except (ImportError, ValueError, OSError):  # Windows has no such limit; nor may one be raised
        pass
    try:
        import pyarrow as pa
        import pyarrow.csv
        import pyarrow.parquet
    except ImportError:
        return _refuse("It is a Parquet file, which needs pyarrow to be read: save the table as CSV first.")
    file = pa.parquet.ParquetFile(io.BytesIO(sys.stdin.buffer.read()), page_checksum_verification=False)
    if file.metadata.num_rows > rows:
        return _refuse(f"It has more than {rows:,} rows: that is the most that can be read.")
    if len(file.schema_arrow) > columns:
        return _refuse(f"It has {len(file.schema_arrow):,} columns: at most {columns} can be read.")
    nested = [field.name for field in file.schema_arrow if pa.types.is_nested(field.type)]
    if nested:
        return _refuse("It has columns of lists or records: leave them out, or save the table as CSV first.")
    table = file.read(use_threads=False)
    plain = [
        array.dictionary_decode() if pa.types.is_dictionary(array.type) else array
        for array in (column.combine_chunks() for column in table.columns)
    ]
    plain = [array.cast(pa.string()) if pa.types.is_decimal(array.type) else array for array in plain]
    pa.csv.write_csv(pa.table(plain, names=table.column_names), sys.stdout.buffer)
    return 0


def _refuse(sentence: str) -> int:
    sys.stdout.write(sentence)
    return REFUSED


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
