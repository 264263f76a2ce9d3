"""All lessons, in their order."""

from __future__ import annotations

from nnviz.lessons import chance, methods, networks, scale, searching, zero
from nnviz.lessons.lesson import Lesson

LESSONS: tuple[Lesson, ...] = (
    chance.LESSON,
    searching.LESSON,
    networks.LESSON,
    zero.LESSON,
    scale.LESSON,
    methods.LESSON,
)

course = {lesson.key: lesson for lesson in LESSONS}
