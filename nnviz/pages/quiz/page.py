"""The closing quiz."""

from __future__ import annotations

from nnviz.pages.quiz import question as quiz

quiz.play()
