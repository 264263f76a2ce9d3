"""The scripts and the styles of the moving pictures, each as the one file that a page takes."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
_IMPORT = re.compile(r'^import \{[^}]*\} from "(.+?)";\n', re.MULTILINE)


def script(entry: Path) -> str:
    """A module and all that it imports, one after the other: their top-level names must differ."""
    texts: dict[Path, str] = {}

    def add(path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        texts[path] = ""  # so that nothing is taken twice
        for imported in _IMPORT.findall(text):
            other = (path.parent / imported).resolve()
            if other not in texts:
                add(other)
        del texts[path]
        texts[path] = _IMPORT.sub("", text)

    add(entry.resolve())
    return "\n".join(texts.values())


def style(name: str) -> str:
    """A style, such as `stage.css`, with what all moving pictures share."""
    return "".join((HERE / part).read_text(encoding="utf-8") for part in (name, "controls.css"))
