"""For teachers: what each lesson is for, and links for the classroom."""

from __future__ import annotations

from nnviz.ui import teacher

teacher.show()
