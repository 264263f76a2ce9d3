"""Every lesson keeps what the page and the reader rely on; each screen is measured once, as it first opens."""

from contextlib import suppress
from inspect import signature

import pytest
import textstat

from nnviz.analysis.references import registry as references
from nnviz.core import training
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.film import Film
from nnviz.figures.style.template import DARK, LIGHT
from nnviz.lessons.course import LESSONS, course
from nnviz.lessons.lesson import Numbers, Pair
from tests.counting import calls_of
from tests.lessons.measuring import defaults, measured

pytestmark = pytest.mark.slow

MOST_WORDS = 120
MOST_GRADE = 9

lessons = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
screens = pytest.mark.parametrize(
    ("lesson", "screen"),
    [(lesson, screen) for lesson in LESSONS for screen in lesson.screens],
    ids=[f"{lesson.key}-{screen.key}" for lesson in LESSONS for screen in lesson.screens],
)
MEASURED = {screen.measure: screen for lesson in LESSONS for screen in lesson.screens}  # some screens share one


def words(lesson):
    """All that one reads in a lesson, as it first opens: paragraphs and sentences, one a line."""
    yield from (lesson.promise, lesson.task.words, lesson.remember)
    for screen in lesson.screens:
        reveal = screen.reveal(measured(screen))
        yield from (screen.title, screen.before, screen.question, *screen.options, reveal.because, reveal.why)
    yield from (lesson.teaching.aim, *lesson.teaching.ask)
    for pair in lesson.teaching.wrong:
        yield from pair


def grade(texts):
    """Flesch and Kincaid's grade of reading: school years that one needs to follow the text."""
    lines = [line for text in texts for line in text.split("\n") if line]
    return textstat.flesch_kincaid_grade(" ".join(line if line[-1] in ".!?:" else f"{line}." for line in lines))


def test_keys_are_unique():
    assert len(course) == len(LESSONS)


@lessons
def test_a_first_year_student_can_read_it(lesson):
    assert grade(words(lesson)) <= MOST_GRADE


@lessons
def test_it_is_whole(lesson):
    keys = [screen.key for screen in lesson.screens]
    assert len(set(keys)) == len(keys) >= 2
    assert set(lesson.sources) <= references.keys()
    assert lesson.sources
    assert lesson.teaching.ask
    assert lesson.teaching.wrong
    assert (lesson.task.asked is None) == (lesson.task.check is None)
    assert lesson.task.a.restarts == lesson.task.b.restarts == 1


@screens
def test_few_words_before_something_moves(lesson, screen):
    assert len(screen.before.split()) <= MOST_WORDS
    assert 2 <= len(screen.options) <= 4
    assert len(set(screen.options)) == len(screen.options)
    assert list(signature(screen.measure).parameters)[-1] == "on_progress"
    assert len({parameter.name for parameter in screen.settings}) == len(screen.settings)


@screens
def test_the_measurement_answers_the_question(lesson, screen):
    reveal = screen.reveal(measured(screen))
    assert reveal.right in range(len(screen.options))
    assert any(letter.isdigit() for letter in reveal.because), "a finding has a number"
    assert len(reveal.why.split()) <= MOST_WORDS


@pytest.mark.parametrize("screen", MEASURED.values(), ids=(measure.__name__ for measure in MEASURED))
def test_it_is_measured_the_same_again(screen):
    shares = []
    again = screen.measure(*defaults(screen), on_progress=shares.append)
    assert screen.reveal(again) == screen.reveal(measured(screen))
    assert shares == sorted(shares)
    assert all(0 <= share <= 1 for share in shares)


@pytest.mark.parametrize("screen", MEASURED.values(), ids=(measure.__name__ for measure in MEASURED))
def test_a_reader_who_goes_on_does_not_wait_for_it(screen, monkeypatch):
    stopped, trained, run = [], [], training._run
    monkeypatch.setattr(training, "_run", lambda *arguments, **more: trained.append(1) or run(*arguments, **more))

    def stop(share):
        stopped.append(share)
        raise InterruptedError

    def measure():
        with suppress(InterruptedError):  # what takes milliseconds, and trains nothing, has no progress
            screen.measure(*defaults(screen), on_progress=stop)

    assert calls_of(measure) < 100_000
    assert stopped or not trained
    assert all(share < 0.2 for share in stopped)  # the rest is not done


@screens
@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda palette: palette.name)
def test_there_is_something_to_see(lesson, screen, palette):
    pictures = screen.pictures(measured(screen), palette)
    assert pictures
    names = [picture.name for picture in pictures if isinstance(picture, Figure | Film)]
    assert len(set(names)) == len(names)
    for picture in pictures:
        if isinstance(picture, Figure | Film):
            assert len(picture.alt.split()) >= 5
        if not isinstance(picture, Pair):
            assert picture.title
        if isinstance(picture, Film):
            assert picture.captions
            assert set(picture.sets) <= {parameter.name for parameter in screen.settings}
        if isinstance(picture, Numbers):
            assert len({tuple(column) for column in picture.columns.values()}) == 1
