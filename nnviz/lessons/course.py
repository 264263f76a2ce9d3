"""All lessons, in their order."""

from __future__ import annotations

from nnviz.lessons import chance, judging, methods, networks, scale, search, seeds, zero
from nnviz.lessons.lesson import Lesson

LESSONS: tuple[Lesson, ...] = (
    chance.LESSON,
    search.LESSON,
    networks.LESSON,
    zero.LESSON,
    scale.LESSON,
    methods.LESSON,
    judging.LESSON,
    seeds.LESSON,
)

course = {lesson.key: lesson for lesson in LESSONS}
