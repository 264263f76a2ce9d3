"""Script and style of the moving pictures as Streamlit's components take them, in its frame and its colours."""

from __future__ import annotations

from pathlib import Path

from nnviz.stage import loader

HERE = Path(__file__).parent


def script(name: str) -> str:
    """The script of a frame here, such as `stage.js`, with all that it imports."""
    return loader.script(HERE / name)


def style(name: str) -> str:
    """A style of the moving pictures, such as `stage.css`, in Streamlit's colours."""
    return loader.style(name) + (HERE / "theme.css").read_text(encoding="utf-8")
