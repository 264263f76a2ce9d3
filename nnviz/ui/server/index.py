"""The HTML that every page of the app begins with: Streamlit's, told where the server is.

Streamlit's own looks for the server below the address of the page first, and finds nothing there: two errors on the
console of every page but the Playground, and two requests before the first that helps.
"""

import json
from functools import cache
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

_STREAMLITS = Path(st.__file__).parent / "static" / "index.html"
_HEAD = "<head>"
_PAGES = Path(__file__).parents[2] / "pages"
_AT_THE_BASE = {"playground"}


def base() -> str:
    """The path below which the app is served, without a slash at its end."""
    return f"/{(st.get_option('server.baseUrlPath') or '').strip('/')}".rstrip("/")


@cache
def text() -> str:
    """The HTML, with a script before Streamlit's own that says where the server is."""
    index = _STREAMLITS.read_text(encoding="utf-8")
    where = json.dumps(base() + "/").replace("<", "\\u003c")
    script = f"<script>window.__streamlit = {{ BACKEND_BASE_URL: new URL({where}, location.href).href }}</script>"
    return index.replace(_HEAD, _HEAD + script, 1)


def routes() -> list[Route]:
    """Where the pages are opened; whatever else is asked for, Streamlit answers."""
    names = sorted({script.parent.name for script in _PAGES.glob("*/page.py")} - _AT_THE_BASE)
    return [Route(f"{base()}/{name}", _show, methods=["GET"]) for name in ["", *names]]


async def _show(request: Request) -> HTMLResponse:
    return HTMLResponse(text(), headers={"Cache-Control": "no-cache"})
