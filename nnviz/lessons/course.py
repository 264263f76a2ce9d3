"""All lessons, in their order."""

from __future__ import annotations

from nnviz.lessons import chance, judging, seeds
from nnviz.lessons.lesson import Lesson

LESSONS: tuple[Lesson, ...] = (chance.LESSON, judging.LESSON, seeds.LESSON)

course = {lesson.key: lesson for lesson in LESSONS}
