"""The headers that tell a browser what the app's pages may do, on every answer of the server."""

import base64
import hashlib
import re
from typing import TYPE_CHECKING

from nnviz.ui.server import index

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

FRAMES = "NNVIZ_FRAME_ANCESTORS"
"""The environment variable with the pages that may show the app in a frame, e.g. `self https://moodle.example`."""

_ORIGIN = re.compile(r"\*|https?://(\*\.)?[a-z0-9][a-z0-9.-]*(:\d+|:\*)?", re.IGNORECASE)


def content_security_policy(frames: str, html: str) -> str:
    """What the pages may load and run: what this server sends, and nothing from elsewhere.

    `blob:` scripts are the stage and the films, which Streamlit makes from text that came over its own connection;
    inline styles are Streamlit's and Plotly's. Neither eval nor an inline script beside those of the index runs.

    Args:
        frames: Pages that may show the app in a frame, separated by spaces: `self`, `none`, `*`, or origins.
        html: What every page begins with, whose inline scripts are let through by their hashes.

    Raises:
        ValueError: If `frames` holds anything else.
    """
    parents = [f"'{word}'" if word in ("self", "none") else word for word in frames.replace("'", "").split()]
    if not parents or not all(parent[0] == "'" or _ORIGIN.fullmatch(parent) for parent in parents):
        raise ValueError(
            f"{FRAMES} is {frames!r}; it must be self, none, * for everybody, "
            "or origins such as https://moodle.example, separated by spaces."
        )
    inline = " ".join(f"'sha256-{_sha256(script)}'" for script in re.findall(r"<script>(.*?)</script>", html, re.S))
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' blob: 'wasm-unsafe-eval' {inline}".rstrip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            f"frame-ancestors {' '.join(parents)}",
        ]
    )


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


class Headers:
    """ASGI middleware that adds the headers to every HTTP answer."""

    def __init__(self, app: "ASGIApp", frames: str) -> None:
        self._app = app
        policy = content_security_policy(frames, index.text())
        self._headers = [
            (b"content-security-policy", policy.encode()),
            (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
            (b"referrer-policy", b"same-origin"),
            (b"x-content-type-options", b"nosniff"),
        ]

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Pass the request on, and put the headers before what is answered."""

        async def send_with_headers(message: "Message") -> None:
            if message["type"] == "http.response.start":
                names = {name for name, _ in self._headers}
                kept = [(name, value) for name, value in message["headers"] if name.lower() not in names]
                message["headers"] = [*kept, *self._headers]
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
