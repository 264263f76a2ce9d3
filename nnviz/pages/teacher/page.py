"""For teachers: what each lesson is for, and links for the classroom."""

from __future__ import annotations

from nnviz.pages.teacher import plan as teacher

teacher.show()
