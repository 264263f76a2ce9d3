"""The text in a file of somebody's own, whatever its encoding: any bytes at all give a text, or one clear sentence."""

from __future__ import annotations

import codecs
import math
import re

from nnviz.analysis.words import count

MOST_BYTES = 5_000_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_BOMS = (  # UTF-32's begins like UTF-16's
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_OTHER_FILES = {
    b"PK\x03\x04": "a spreadsheet or an archive", b"\xd0\xcf\x11\xe0": "an old spreadsheet", b"%PDF": "a PDF",
    b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"\x1f\x8b": "a compressed file", b"PAR1": "a Parquet file",
    b"SQLite format 3": "a database",
}  # fmt: skip
_ODD_SHARE = 0.02  # of control characters in what is still taken for text


class TableError(ValueError):
    """Why a file is no table that can be learned from, in one sentence."""


def decode(given: bytes | str, sentences: list[str]) -> tuple[str, str]:
    """The text in a file, without characters that cannot be seen.

    Args:
        given: the file's bytes, or a text.
        sentences: gets one for each thing that was odd.

    Returns:
        The text, and its encoding as Python calls it.

    Raises:
        TableError: it is too large, or no text.
    """
    if isinstance(given, str):
        given = given.encode("utf-8", "replace")  # half a character, which no encoding has, becomes a question mark
    if len(given) > MOST_BYTES:
        raise TableError(
            f"It is {math.ceil(len(given) / 1e5) / 10:,} MB: at most {MOST_BYTES / 1e6:.0f} MB can be read."
        )
    for beginning, what in _OTHER_FILES.items():
        if given.startswith(beginning):
            raise TableError(f"It is {what}, not a CSV file: save the table as CSV first.")
    text, encoding = _text(given, sentences)
    odd = len(_CONTROL.findall(text))
    if odd > _ODD_SHARE * len(text) + 8:
        raise TableError("It is not a text file, so there is no table to read in it.")
    if odd:
        sentences.append(f"{count(odd, 'character')} that cannot be seen {'was' if odd == 1 else 'were'} left out.")
        text = _CONTROL.sub("", text)
    return text, encoding


def _text(given: bytes, sentences: list[str]) -> tuple[str, str]:
    """The text and its encoding: as its first bytes say, as its zeros tell, UTF-8, or else Latin-1."""
    for mark, encoding in _BOMS:
        if given.startswith(mark):
            try:
                return given.decode(encoding), encoding
            except UnicodeDecodeError:
                raise TableError(f"It says that it is {encoding.removesuffix('-sig').upper()}, but is not.") from None
    for encoding, zeros in (("utf-16-le", given[1::2]), ("utf-16-be", given[::2])):
        if 2 * zeros.count(0) > len(zeros) > 1:  # plain letters have one zero byte there
            try:
                return given.decode(encoding), encoding
            except UnicodeDecodeError:
                continue
    try:
        return given.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        sentences.append("It is not UTF-8, so it was read as Latin-1: see whether letters such as é and ü are right.")
    try:
        return given.decode("cp1252"), "cp1252"  # what Windows calls so: Latin-1 with a few more signs
    except UnicodeDecodeError:
        return given.decode("latin-1"), "latin-1"
