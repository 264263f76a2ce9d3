"""What nnviz leans on within Streamlit and joblib is listed in one place, and still there."""

import pkgutil
import re
from importlib.metadata import version
from pathlib import Path

import pytest
import streamlit

from nnviz.ui.streamlit_insides import MARKUP, PYTHON

ROOT = Path(__file__).parents[2]
PLACE = "nnviz/ui/streamlit_insides.py"
_MARKUP = re.compile(r"""(?:data-testid="|\.)(st[A-Z][A-Za-z]+(?:-[A-Za-z]+)?)\b""")


@pytest.fixture(scope="module")
def bundle():
    """Streamlit's page as it is installed."""
    scripts = (Path(streamlit.__file__).parent / "static").rglob("*.js")
    return "\n".join(path.read_text(encoding="utf-8") for path in scripts)


def used():
    """Names of Streamlit's markup, and the files that use each."""
    files = [path for ending in ("*.css", "*.js", "*.py") for path in (ROOT / "nnviz").rglob(ending)]
    found = {}
    for path in files:
        for name in _MARKUP.findall(path.read_text(encoding="utf-8")):
            found.setdefault(name, []).append(path.relative_to(ROOT).as_posix())
    return found


def test_all_names_in_streamlit_s_page_that_are_used_are_listed_and_no_others():
    found = used()
    assert {name: places for name, places in found.items() if name not in MARKUP} == {}, f"to be listed in {PLACE}"
    assert MARKUP.keys() - found.keys() == set(), f"to be taken out of {PLACE}"


@pytest.mark.parametrize("name", MARKUP)
def test_streamlit_s_page_still_has_the_names(bundle, name):
    # A button's name is put together from its kind.
    spelt = "stBaseButton" if name == "stBaseButton-primary" else name
    assert re.search(rf"\b{spelt}\b", bundle), (
        f"Streamlit {version('streamlit')} has no {name} any more. It is used for: {MARKUP[name]}; see {PLACE}"
    )


@pytest.mark.parametrize("name", PYTHON)
def test_python_s_names_are_still_there(name):
    try:
        pkgutil.resolve_name(name)
    except (ImportError, AttributeError):
        pytest.fail(f"{name} is gone after an update. It is used for: {PYTHON[name]}; see {PLACE}")


def test_no_other_private_module_of_theirs_is_imported():
    files = [ROOT / "serve.py", ROOT / "app.py", *(ROOT / "nnviz").rglob("*.py")]
    private = re.compile(
        r"^\s*from ((?:streamlit|joblib|starlette|uvicorn|plotly)[\w.]*\._[\w.]*|streamlit\.(?!testing)[\w.]+)"
        r" import (\w+)",
        re.M,
    )
    found = {".".join(names) for path in files for names in private.findall(path.read_text(encoding="utf-8"))}
    assert found <= PYTHON.keys(), f"to be listed in {PLACE}"
