"""What lessons and quiz measure, measured once for all tests that look at it."""

from functools import cache

from nnviz.lessons.quiz.quiz import LENGTH, question


@cache
def result_of(measure, *settings):
    """What a function of a lesson finds."""
    return measure(*settings)


def defaults(screen):
    """The screen's settings as it first opens."""
    return tuple(parameter.default for parameter in screen.settings)


def measured(screen):
    """What a screen measures as it first opens; screens that look at the same thing share it."""
    return result_of(screen.measure, *defaults(screen))


@cache
def asked(draw):
    """All questions of a quiz."""
    return [question(draw, place) for place in range(LENGTH)]
