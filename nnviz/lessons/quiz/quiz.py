"""The closing quiz: which ten questions a draw asks, and each of them.

>>> len(plan(7))
10
>>> question(7, 0).text == question(7, 0).text
True
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nnviz.core.progress import Progress, part
from nnviz.core.registry import Parameter
from nnviz.lessons.quiz import chance, judging, networks, scale, zero
from nnviz.lessons.quiz.record import Question, Template

LENGTH = 10
MOST_DRAWS = 30  # of a template, most of which are clear at the first

DRAW = Parameter(name="draw", kind=int, default=None, low=1, high=999_999, none="none", label="draw")

TEMPLATES: tuple[Template, ...] = tuple(
    template for room in (chance, networks, zero, scale, judging) for template in room.TEMPLATES
)


def plan(draw: int) -> tuple[Template, ...]:
    """What a draw asks for: no template twice, and each lesson at least once.

    Args:
        draw: the draw's number.
    """
    generator = np.random.default_rng(draw)
    shuffled = [TEMPLATES[i] for i in generator.permutation(len(TEMPLATES))]
    first = list({template.lesson: template for template in shuffled}.values())
    rest = [template for template in shuffled if template not in first]
    chosen = [*first, *rest][:LENGTH]
    return tuple(chosen[i] for i in generator.permutation(LENGTH))


def question(draw: int, place: int, on_progress: Progress | None = None) -> Question:
    """One question of a draw, measured now; the same one for the same numbers.

    Args:
        draw: the draw's number.
        place: from 0 to `LENGTH` - 1.
        on_progress: called with the share done, from 0.0 to 1.0. What it raises stops the work and passes on.

    Raises:
        RuntimeError: no clear question was found in `MOST_DRAWS` tries, which no draw is known to come to.
    """
    report = on_progress or (lambda share: None)
    template = plan(draw)[place]
    for attempt in range(MOST_DRAWS):
        generator = np.random.default_rng((draw, place, attempt))
        made = template.make(generator, part(report, attempt, MOST_DRAWS))
        if made is not None and len(set(made.options)) == len(made.options):
            report(1.0)
            return _mixed(made, generator)
    raise RuntimeError(f"draw={draw}, place={place}: {template.label} found no clear question.")


def _mixed(made: Question, generator: np.random.Generator) -> Question:
    """The same question, its options in drawn order."""
    order = generator.permutation(len(made.options)).tolist()
    return replace(made, options=tuple(made.options[i] for i in order), right=order.index(made.right))
