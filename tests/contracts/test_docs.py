"""No text cites a file that is not there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXTS = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
_NAMED = re.compile(r"`((?:nnviz|tests|tools|deploy|docs|bench)/[\w./-]*\w)`")
_LINKED = re.compile(r"\]\((?!\w+:|#)([^)#]+)")


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.name)
def test_what_a_text_names_or_links_to_is_there(text):
    words = text.read_text(encoding="utf-8")
    missing = [name for name in _NAMED.findall(words) if not (ROOT / name).exists()]
    missing += [link for link in _LINKED.findall(words) if not (text.parent / link).exists()]
    assert not missing
