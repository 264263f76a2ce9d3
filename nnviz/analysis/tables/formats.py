"""The rows of a file, whatever its format: separated texts, tables of Markdown, ARFF, JSON lines and Parquet."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from nnviz.analysis.tables import unpacking
from nnviz.analysis.tables.decoding import MOST_BYTES, TableError, check_size, decode
from nnviz.analysis.tables.dialects import MOST_CELL, SEPARATORS, Record, records, separator_of
from nnviz.analysis.words import count

MOST_ROWS = 20_000
COMMENTS = ("#", "%")
MOST_COLUMNS = 200
_MOST_UNPACKED = 4 * MOST_BYTES  # of a Parquet file, as CSV
_SECONDS = 30  # to unpack one
_LOOKED_AT = 60  # rows, to find how many cells they mostly have
_RULE = re.compile(r"(?=.*(?:--|==|:-|-:))[\s|+:=\-]+")
_TOLD = re.compile(r"sep=([,;|\t])\n")  # what some spreadsheets write
_PAGE = re.compile(r"<(?:!doctype|html|head|body|\?xml|svg)\b", re.IGNORECASE)
_ARFF = re.compile(r"^\s*@relation\b", re.IGNORECASE | re.MULTILINE)
_ATTRIBUTE = re.compile(r"""@attribute\s+('(?:[^'\\]|\\.)*'|"[^"]*"|[^\s{]+)\s*(.+)""", re.IGNORECASE)


@dataclass
class CellGrid:
    """The rows of a file.

    Attributes:
        rows: those that have anything in them.
        encoding, separator: how the file is to be read, as Python calls it.
        format: what separates its cells, or what the file is, in words.
        skipped: how many lines stand above the first row.
        header: whether its first row holds names; None where the format does not say.
        kinds: by index of a column, what the format says that it holds.
    """

    rows: list[Record]
    encoding: str
    separator: str
    format: str
    skipped: int = 0
    header: bool | None = None
    kinds: dict[int, str] = field(default_factory=dict)


def grid_of(given: bytes | str, encoding: str | None, sentences: list[str]) -> CellGrid:
    """The rows of a file.

    Args:
        given: its bytes, or a text.
        encoding: one of `decoding.ENCODINGS`; looked for unless told.
        sentences: gets one for each thing that was odd.

    Raises:
        TableError: there are none that can be used.
    """
    parquet = False
    if isinstance(given, bytes) and given.startswith(b"PAR1"):
        given, parquet = _unpacked(given), True
    text, encoding = decode(given, sentences, encoding, _MOST_UNPACKED if parquet else MOST_BYTES)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if parquet:
        return CellGrid(_bounded(records(text, ",")), encoding, ",", "from a Parquet file", header=True)
    if _PAGE.match(text.lstrip()[:200]):
        raise TableError("It is a web page or a drawing, not a table: copy the table from the page, and paste it.")
    if _ARFF.search(text[:MOST_CELL]) and text.lstrip()[:1] in ("%", "@"):
        return _arff(text, encoding)
    if text.lstrip()[:1] in ("{", "["):
        grid = _json(text, encoding)
        if grid:
            return grid
    told = _TOLD.match(text)
    if told:
        return _separated(text[told.end() :], told[1], encoding, 1, sentences)
    text = _bare(text)
    framed = _framed(text, encoding, sentences)
    return framed or _separated(text, separator_of(text), encoding, 0, sentences)


def _separated(text: str, separator: str, encoding: str, skipped: int, sentences: list[str]) -> CellGrid:
    """The rows of a text cut at a separator, with a word about quotation marks without a partner."""
    widths = Counter(len(row.cells) for row in islice(records(text, separator), _LOOKED_AT))
    width = widths.most_common(1)[0][0] if widths else 0
    rows = _bounded(records(text, separator, width))
    alone, spanning = [row for row in rows if row.alone], [row for row in rows if row.spans]
    if alone:
        marks = sum(row.alone for row in alone)
        have = "has no partner" if marks == 1 else "have no partner"
        sentences.append(f"{count(marks, 'quotation mark')} {have}, the first in line {alone[0].line:,}: left out.")
    if spanning:
        first = spanning[0]
        sentences.append(
            f"A cell in quotation marks spans lines {first.spans:,} to {first.line:,}: see whether they are rows of "
            "their own."
        )
    return CellGrid(rows, encoding, separator, f"separated by {SEPARATORS[separator]}", skipped)


def _bare(text: str) -> str:
    """The text without the sign of a comment before its names, as NumPy writes them: “# a b c”."""
    above = ""
    while text.startswith(COMMENTS):
        names, _, rest = text.partition("\n")
        bare = names.lstrip("".join(COMMENTS)).strip()
        if not rest.startswith(COMMENTS):
            candidate = f"{bare}\n{rest}"
            first, second = [*islice(records(candidate, separator_of(candidate)), 2), None, None][:2]
            same = first and second and bare[:1].isalnum() and len(first.cells) == len(second.cells) > 1
            return above + candidate if same else above + text
        above, text = f"{above}{names}\n", rest
    return above + text


def _bounded(rows: Iterable[Record]) -> list[Record]:
    """The rows, or a sentence why there is more than can be read."""
    kept: list[Record] = []
    for row in rows:
        if len(row.cells) > MOST_COLUMNS:
            if any(row.cells[MOST_COLUMNS:]):
                raise TableError(f"Line {row.line:,} has {len(row.cells):,} cells: at most {MOST_COLUMNS} can be read.")
            row = row._replace(cells=row.cells[:MOST_COLUMNS])
        longest = max(map(len, row.cells))
        if longest > MOST_CELL:
            raise TableError(
                f"A cell that ends in line {row.line:,} has {longest:,} characters: does a quotation mark never close?"
            )
        kept.append(row)
        if len(kept) > MOST_ROWS + 100:  # names, titles and footers are no rows of values
            raise TableError(f"It has more than {MOST_ROWS:,} rows: that is the most that can be read.")
    return kept


def _framed(text: str, encoding: str, sentences: list[str]) -> CellGrid | None:
    """The rows of a table drawn with lines, as Markdown and databases write it; None for any other."""
    head = [line.strip() for line in text[:MOST_CELL].split("\n") if line.strip()][:5]
    if not any(_RULE.fullmatch(line) for line in head[1:3]) or not any("|" in line for line in head):
        return None
    rows = []
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.strip()
        if not line or _RULE.fullmatch(line):
            continue
        line = line[1:] if line.startswith("|") else line
        line = line[:-1] if line.endswith("|") and not line.endswith("\\|") else line
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)]
        if any(cells):
            rows.append(Record(number, cells))
    sentences.append("The lines that are drawn around its cells were left out.")
    return CellGrid(_bounded(rows), encoding, "|", "separated by bars")


def _unpacked(given: bytes) -> bytes:
    """A Parquet file as CSV, unpacked by another process."""
    check_size(len(given))
    command = [sys.executable, "-I", str(Path(unpacking.__file__)), str(MOST_ROWS), str(MOST_COLUMNS)]
    try:
        with subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            try:
                unpacked, _ = process.communicate(given, _SECONDS)
            finally:
                process.kill()
    except (OSError, subprocess.TimeoutExpired):
        raise TableError("It is a Parquet file that cannot be unpacked: save the table as CSV first.") from None
    if process.returncode == unpacking.REFUSED:
        raise TableError(unpacked.decode())
    if process.returncode:
        raise TableError("It is a Parquet file that cannot be unpacked: save the table as CSV first.")
    check_size(len(unpacked), _MOST_UNPACKED)
    return unpacked


def _arff(text: str, encoding: str) -> CellGrid:
    """The rows of Weka's format, whose header says what each column holds."""
    names: list[str] = []
    kinds: dict[int, str] = {}
    lines = text.split("\n")
    above = 0
    for line in lines:
        above += 1
        stripped = line.strip()
        if stripped.lower().startswith("@data"):
            break
        matched = _ATTRIBUTE.match(stripped)
        if matched:
            kind = matched[2].strip().lower()
            kinds[len(names)] = "number" if kind.startswith(("num", "real", "int")) else "category"
            if kind.startswith("date"):
                kinds[len(names)] = "date"
            names.append(matched[1].strip("'\"").replace("\\'", "'"))
    else:
        raise TableError("It is an ARFF file without a line “@data”, so there is no row of values in it.")
    rows = [Record(above, names)] if names else []
    for i, line in enumerate(lines[above:], start=above + 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("%"):
            continue
        if stripped.startswith("{"):
            raise TableError("It is a sparse ARFF file: save the table as CSV first.")
        mark = '"' if '"' in stripped and "'" not in stripped else "'"
        sign = "\t" if "\t" in stripped and "," not in stripped else ","
        try:
            cells = next(csv.reader([stripped], delimiter=sign, quotechar=mark, escapechar="\\", skipinitialspace=True))
        except (csv.Error, StopIteration):
            raise TableError(f"Line {i:,} of the ARFF file cannot be read.") from None
        rows.append(Record(i, [cell.strip() for cell in cells]))
        if len(rows) > MOST_ROWS + 1:
            break
    return CellGrid(_bounded(rows), encoding, ",", "from an ARFF file", header=bool(names), kinds=kinds)


def _json(text: str, encoding: str) -> CellGrid | None:
    """The rows of JSON lines, or of one list of records; None if it is no JSON at all."""
    stripped = text.strip()
    try:
        if stripped[0] == "[":
            found = [(i, record) for i, record in enumerate(_parsed(stripped), start=1)]
        else:
            found = []
            for i, line in enumerate(stripped.split("\n"), start=1):
                if line.strip():
                    found.append((i, _parsed(line)))
                if len(found) > MOST_ROWS:
                    raise TableError(f"It has more than {MOST_ROWS:,} rows: that is the most that can be read.")
    except RecursionError:
        raise TableError("It is JSON of records within records: save the table as CSV first.") from None
    except TableError:
        raise
    except ValueError:
        if stripped[0] == "{" and stripped[-1] == "}" and '"' in stripped[:100]:
            raise TableError("It is JSON, but not one record a line: save the table as CSV first.") from None
        return None
    if not found or not all(isinstance(record, dict) for _, record in found):
        raise TableError("It is JSON, but no list of records: save the table as CSV first.")
    names = list(dict.fromkeys(name for _, record in found for name in record))
    if len(names) > MOST_COLUMNS:
        raise TableError(f"Its records have {len(names):,} names: at most {MOST_COLUMNS} columns can be read.")
    if any(isinstance(value, (dict, list)) for _, record in found for value in record.values()):
        raise TableError("It is JSON of records within records: save the table as CSV first.")
    rows = [Record(i, [_json_cell(record.get(name)) for name in names]) for i, record in found]
    return CellGrid(
        _bounded([Record(0, names), *rows]) if names else [], encoding, ",", "from JSON records", header=True
    )


def _parsed(text: str) -> Any:
    """JSON with its numbers as they are written."""
    return json.loads(text, parse_float=str, parse_int=str, parse_constant=str)


def _json_cell(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value).strip()
