"""How far work of several parts has come."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[float], object]
"""Takes the share done, from 0.0 to 1.0. What it raises stops the work."""


def part(on_progress: Progress | None, index: int, parts: int) -> Progress:
    """The progress of one of several equal parts, counted from 0, told as that of the whole.

    >>> part(print, 1, 4)(0.5)
    0.375
    >>> part(None, 1, 4)(0.5)  # nobody wants to know
    """
    return lambda share: on_progress((index + share) / parts) if on_progress else None
