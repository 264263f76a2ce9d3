"""What the commands share: an option for each field of an experiment, and how results are printed and saved."""

from __future__ import annotations

import argparse
import json
import math
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from nnviz.core.experiment import DEFAULT, FIELDS, field_text, parse_field

MOST_ROWS = 20


def add_field(parser: argparse.ArgumentParser, name: str, several: bool = False, default: object = None) -> None:
    """One option for one field of an experiment.

    Args:
        parser: to which it is added.
        name: of the field.
        several: whether the option takes several values.
        default: what the help names as the default; unless told, the experiment's.
    """
    default = field_text(name, getattr(DEFAULT, name)) if default is None else default
    parameter = FIELDS.get(name)
    if parameter:
        described = f"{parameter.label}: {parameter.note} {parameter.allowed[0].upper()}{parameter.allowed[1:]}."
    elif name == "hidden":
        described = "Widths of the hidden layers, such as 8 or 16,16, or none."
    else:
        described = 'An initializer, such as he_normal or "constant(value=0.5)".'
    parser.add_argument(
        f"--{name.replace('_', '-')}",
        dest=name,
        metavar="VALUE",
        nargs="+" if several else None,
        type=lambda text: _parse(name, text),
        default=argparse.SUPPRESS,
        help=f"{described} (default: {default})".replace("%", "%%"),
    )


def _parse(name: str, text: str) -> object:
    try:
        return parse_field(name, text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns aligned to the left, the last as wide as it likes."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for row in (head, *rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def print_json(record: dict[str, Any]) -> None:
    """The record as JSON; what is no number there, such as NaN, becomes null."""
    print(json.dumps(_jsonable(record), ensure_ascii=False, indent=2, allow_nan=False))


def _jsonable(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _jsonable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_jsonable(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


@contextmanager
def written_at_once(path: Path) -> Iterator[BinaryIO]:
    """A file to write to that takes the name `path` when all of it is on the disk, and goes if that fails."""
    place = path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with place.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        place.replace(path)
    except OSError as error:
        if error.filename is None:  # as where the disk is full
            error.filename = str(path)
        raise
    finally:
        place.unlink(missing_ok=True)
