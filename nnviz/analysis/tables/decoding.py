"""The text in a file of somebody's own, whatever its encoding: any bytes at all give a text, or one clear sentence."""

from __future__ import annotations

import codecs
import math
import re
import unicodedata
from collections import Counter

import charset_normalizer

from nnviz.analysis.words import count

MOST_BYTES = 5_000_000
ENCODINGS = {
    "utf-8": "UTF-8", "cp1252": "Latin-1", "cp1250": "Central European", "cp1251": "Cyrillic",
    "koi8_r": "Cyrillic, KOI8-R",
    "cp1253": "Greek", "cp1254": "Turkish", "cp1255": "Hebrew", "cp1256": "Arabic", "cp932": "Japanese, Shift-JIS",
    "euc_jp": "Japanese, EUC", "gb18030": "Chinese, GB", "big5": "Chinese, Big5", "cp949": "Korean",
    "mac_roman": "Mac Roman",
    "cp850": "DOS", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16, the other way round",
}  # fmt: skip
"""What a file can be told to be, by Python's name for it, with a label."""

_GUESSED = [name for name in ENCODINGS if name not in ("utf-8", "utf-16-le", "utf-16-be", "cp1255", "cp1256")]
_CALM = 0.1  # charset-normalizer's “chaos” up to which its “coherence” decides
_LOOKED_AT = 40_000  # bytes of words in other letters, to guess from
_LEAST_ODD = 4  # bytes beyond ASCII: fewer tell nothing
_OTHER_LETTERS = 2.0  # bytes beyond ASCII in a row, on average: less is a language of Latin letters with accents
_WORD = re.compile(rb"[^\x00-\x3f]*[\x80-\xff][^\x00-\x3f]*")
_SIGN_IN_WORD = re.compile(r"[^\W\d_][\xa1-\xbf\xd7\xf7\u2018-\u203a][^\W\d_]")  # what Latin-1 makes of other letters
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
    r"\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_UNNAMED = {
    "\x00": "NUL",
    "\x0b": "VERTICAL TAB",
    "\x0c": "FORM FEED",
    "\x1a": "END OF FILE",
    "\ufeff": "BYTE ORDER MARK",
}
_BOMS = (  # UTF-32's begins like UTF-16's
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_EXCEL = "In Excel or LibreOffice, choose “Save as” and “CSV UTF-8”, and bring that file."
_OTHER_FILES = {
    b"\xd0\xcf\x11\xe0": f"It is an old Excel workbook, not a CSV file. {_EXCEL}",
    b"%PDF": "It is a PDF, not a CSV file: save the table as CSV first.",
    b"\x89PNG": "It is a picture, not a CSV file.", b"\xff\xd8\xff": "It is a picture, not a CSV file.",
    b"GIF8": "It is a picture, not a CSV file.",
    b"\x1f\x8b": "It is a compressed file: unpack it, and bring the CSV file in it.",
    b"BZh": "It is a compressed file: unpack it, and bring the CSV file in it.",
    b"\xfd7zXZ": "It is a compressed file: unpack it, and bring the CSV file in it.",
    b"SQLite format 3": "It is a database, not a CSV file: save one of its tables as CSV first.",
    b"\x89HDF": "It is an HDF5 file: save the table as CSV first, in pandas with to_csv.",
    b"ARROW1": "It is an Arrow file: save the table as CSV or Parquet first.",
    b"\x93NUMPY": "It is a NumPy file: save the array as CSV first, with numpy.savetxt.",
    b"$FL2": "It is an SPSS file: save the table as CSV first.",
    b"<stata": "It is a Stata file: save the table as CSV first, with export delimited.",
}  # fmt: skip
_ODD_SHARE = 0.02  # of control characters in what is still taken for text, unless there are few kinds
_FEW_KINDS = 3
_NAMED = 6  # kinds of characters that a sentence names


class TableError(ValueError):
    """Why a file is no table that can be learned from, in one sentence."""


def check_size(size: int, most: int = MOST_BYTES) -> None:
    """TableError if a file of so many bytes is too large."""
    if size > most:
        raise TableError(f"It is {math.ceil(size / 1e5) / 10:,} MB: at most {most / 1e6:.0f} MB can be read.")


def decode(
    given: bytes | str, sentences: list[str], encoding: str | None = None, most: int = MOST_BYTES
) -> tuple[str, str]:
    """The text in a file, without characters that cannot be seen.

    Args:
        given: the file's bytes, or a text.
        sentences: gets one for each thing that was odd.
        encoding: one of `ENCODINGS`; looked for unless told.
        most: bytes.

    Returns:
        The text, and its encoding as Python calls it.

    Raises:
        TableError: it is too large, or no text.
    """
    if isinstance(given, str):
        given, encoding = given.encode("utf-8", "replace"), None  # half a character becomes a question mark
    check_size(len(given), most)
    if given.startswith(b"PK\x03\x04"):
        raise TableError(_archive(given))
    for beginning, sentence in _OTHER_FILES.items():
        if given.startswith(beginning):
            raise TableError(sentence)
    if encoding:
        text = given.decode(encoding, "replace")
    else:
        text, encoding = _text(given, sentences)
    unseen = Counter(_UNSEEN.findall(text))
    kinds = sum(sign < " " or "\x7f" <= sign < "\xa0" for sign in unseen)
    if unseen.total() > _ODD_SHARE * len(text) + 8 and kinds > _FEW_KINDS:
        raise TableError("It is not a text file, so there is no table to read in it.")
    if unseen:
        sentences.append(_left_out(unseen))
        text = _UNSEEN.sub("", text)
    return text, encoding


def _left_out(unseen: Counter[str]) -> str:
    """The sentence about characters that were left out, which names them."""
    named = [f"{_named(sign)} ({amount:,})" for sign, amount in unseen.most_common(_NAMED)]
    more = f", and {count(len(unseen) - _NAMED, 'more kind')}" if len(unseen) > _NAMED else ""
    were = "was" if unseen.total() == 1 else "were"
    return f"{count(unseen.total(), 'character')} that cannot be seen {were} left out: {', '.join(named)}{more}."


def _named(sign: str) -> str:
    name = _UNNAMED.get(sign) or unicodedata.name(sign, "CONTROL CHARACTER")
    return f"U+{ord(sign):04X} {name}"


def _archive(given: bytes) -> str:
    if b"xl/" in given[:4000] or b"xl/workbook" in given:
        return f"It is an Excel workbook, not a CSV file. {_EXCEL}"
    if b"opendocument.spreadsheet" in given[:200]:
        return f"It is a LibreOffice spreadsheet, not a CSV file. {_EXCEL}"
    return "It is a spreadsheet or an archive, not a CSV file: save the table as CSV first, or unpack it."


def _text(given: bytes, sentences: list[str]) -> tuple[str, str]:
    """The text and its encoding: as its first bytes say, as its zeros tell, UTF-8, or else the likeliest."""
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
        pass
    encoding = _likeliest(given)
    letters = "letters such as é and ü" if encoding == "cp1252" else "the letters"
    label = ENCODINGS[encoding]
    sentences.append(f"It is not UTF-8, so it was read as {label}: see whether {letters} are right.")
    if encoding == "cp1252":
        try:
            return given.decode(encoding), encoding  # what Windows calls so: Latin-1 with a few more signs
        except UnicodeDecodeError:
            return given.decode("latin-1"), "latin-1"
    return given.decode(encoding, "replace"), encoding


def _likeliest(given: bytes) -> str:
    """The encoding that charset-normalizer finds likeliest from words beyond ASCII; Latin-1 where they tell little."""
    words = (
        b" ".join(_WORD.findall(given[: 10 * _LOOKED_AT]))[:_LOOKED_AT] or b" ".join(_WORD.findall(given))[:_LOOKED_AT]
    )
    runs = re.findall(rb"[\x80-\xff]+", words)
    if sum(map(len, runs)) < _LEAST_ODD:
        return "cp1252"
    if sum(map(len, runs)) < _OTHER_LETTERS * len(runs) and not _SIGN_IN_WORD.search(words.decode("cp1252", "replace")):
        return "cp1252"
    latin = words.decode("cp1252", "replace")
    guesses = [guess for guess in charset_normalizer.from_bytes(words, cp_isolation=_GUESSED) if str(guess) != latin]
    calm = [guess for guess in guesses if guess.chaos <= _CALM]
    best = max(calm or guesses, key=lambda guess: (guess.coherence, -guess.chaos), default=None)
    return best.encoding if best else "cp1252"
