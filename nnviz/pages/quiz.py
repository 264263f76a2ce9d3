"""The closing quiz."""

from __future__ import annotations

from nnviz.ui import quiz

quiz.play()
