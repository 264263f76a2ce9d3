"""What the commands share: how options are read, streams that bear any text, and how results are printed and saved."""

from __future__ import annotations

import argparse
import errno
import io
import json
import math
import os
import secrets
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import numpy as np

from nnviz.core.experiment import DEFAULT, FIELDS, field_text, parse_field
from nnviz.core.registry import Parameter, meant, shorten

MOST_ROWS = 20


class _Once(argparse.Action):
    """Stores an option's value, as argparse does of itself, but refuses a second one, which would take its place."""

    def __call__(self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, *_: Any) -> None:
        given = namespace.__dict__.setdefault("given", set())
        if self.dest in given:
            raise argparse.ArgumentError(self, "is given twice")
        given.add(self.dest)
        setattr(namespace, self.dest, values)


class Parser(argparse.ArgumentParser):
    """argparse's, with mistakes told in one line and exit status 2."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.register("action", None, _Once)

    def error(self, message: str) -> NoReturn:
        """One line, and exit status 2."""
        tell(f"{self.prog}: {message}")
        sys.exit(2)

    def print_help(self, file: Any = None) -> None:
        """As argparse does, but what cannot be written is an OSError: argparse would pass it over."""
        print(self.format_help(), file=file, end="")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse does, but it knows all: what is left over is a mistake, told where its neighbours are known."""
        result, others = super().parse_known_args(args, namespace)
        if others:
            question = meant(others[0].partition("=")[0], self._option_string_actions)
            self.error(f"{shorten(others[0])}: there is no such option{f'; {question}' if question else '.'}")
        return result, others


def make_streams_sound() -> None:
    """Have the standard streams bear any character, with a `?` where their encoding lacks one, and be there at all.

    Of a stream that the shell closed, the next file that is opened would take the number, and what is printed to that
    number would go into the file.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 (stays open)
        elif isinstance(stream, io.TextIOWrapper) and mode == "w":
            stream.reconfigure(errors="replace")


def tell(message: str) -> None:
    """One line on stderr, where anybody listens there."""
    with suppress(OSError):
        print(message, file=sys.stderr, flush=True)


def give_up(stream: Any) -> None:
    """Drop what a stream could not write: Python would try again when it ends, and complain."""
    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


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
    if not text.strip():  # in a link that is none; here rather a variable of the shell's that is not set
        raise argparse.ArgumentTypeError(f"{name}='': must not be empty.")
    try:
        return parse_field(name, text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def whole(name: str, low: int, high: int) -> Callable[[str], object]:
    """Reads an option that is a whole number, for argparse."""
    parameter = Parameter(name=name, kind=int, default=low, low=low, high=high)

    def read(text: str) -> object:
        try:
            return parameter.parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return read


def word(text: str) -> str:
    """Reads an option that is any word, for argparse."""
    if not text.strip() or "\0" in text:
        raise argparse.ArgumentTypeError(f"{shorten(text)}: must be a word.")
    return text


def file_name(*endings: str) -> Callable[[str], Path]:
    """Reads an option that names a file with one of these endings, for argparse."""

    def read(text: str) -> Path:
        path = Path(text)
        if not text.strip() or "\0" in text:
            raise argparse.ArgumentTypeError(f"{shorten(text)}: must be the name of a file.")
        if path.suffix.lower() not in endings:
            raise argparse.ArgumentTypeError(f"{text}: must end in {' or '.join(endings)}.")
        return path

    return read


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns aligned to the left, the last as wide as it likes."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for row in (head, *rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def print_json(record: dict[str, Any]) -> None:
    """The record as JSON, in ASCII whatever the output's encoding; what is no number, such as NaN, becomes null."""
    print(json.dumps(_jsonable(record), indent=2, allow_nan=False))


def _jsonable(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _jsonable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_jsonable(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def check_place(path: Path) -> None:
    """See whether a file can be written there, before long work is done for it; what is there is not touched.

    Raises:
        OSError: it cannot; the error names this path.
    """
    try:
        target = Path(os.path.realpath(path))
        with suppress(FileNotFoundError):
            mode = target.stat().st_mode
            if stat.S_ISDIR(mode):
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            if not stat.S_ISREG(mode) or not os.access(target, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        with tempfile.TemporaryFile(dir=target.parent):
            pass
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


@contextmanager
def written_at_once(path: Path) -> Iterator[BinaryIO]:
    """A file to write to that takes the name `path` when all of it is on the disk, and goes if that fails.

    Raises:
        OSError: it cannot be written; the error names this path, unless it is about another file.
    """
    target = Path(os.path.realpath(path))  # a link stays one, and the file that it leads to is written
    place = target.with_name(f".nnviz-{secrets.token_hex(4)}.tmp")
    try:
        with place.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        place.replace(target)
    except OSError as error:
        if error.errno is None or error.filename not in (None, str(place)):
            raise
        raise OSError(error.errno, error.strerror, str(path)) from None
    finally:
        with suppress(OSError):
            place.unlink(missing_ok=True)
