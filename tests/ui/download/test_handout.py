"""A lesson on paper: what the students' copy keeps back, what the teacher's says, and that it stands alone."""

import re
from dataclasses import replace

import pytest

from nnviz.analysis.playground.diagnosis import diagnose
from nnviz.core.experiment import Experiment
from nnviz.core.training import train
from nnviz.figures.playground.loss import plot_loss
from nnviz.figures.style.figure import Figure
from nnviz.figures.style.film import Film
from nnviz.figures.style.template import new_plot
from nnviz.lessons.lesson import Lesson, LessonTask, Numbers, Pair, Reveal, Screen, Teaching
from nnviz.ui.download.handout import handout

ZEROS = Experiment(kernel_initializer="zeros", epochs=5, samples=60)
ADDRESS = "https://nnviz.example.org/lessons?lesson=zeros"


def measure(on_progress=None):
    return train(ZEROS)


def reveal(trace):
    return Reveal(1, diagnose(trace)[0].sentence, "Equal units get equal steps.\n\nSo they stay <equal>.")


def pictures(trace, palette):
    table = Numbers("Two numbers.", {"a": {"loss": "1 & 2"}})
    film = Film("film", "It moves.", "Bars change places until they stand in order.", "sorting", {}, ("one",))
    relief = Figure(
        "relief", "A hill.", "A landscape that one can turn about.", new_plot([{"type": "surface"}], palette)
    )
    return [plot_loss([trace], palette), table, film, Pair(ZEROS, Experiment()), relief]


SCREEN = Screen(
    key="still", title="Do zeros <learn>?", before="All weights are 0.\n\nWatch them.", question="What happens?",
    options=("They learn", "They stay"), measure=measure, reveal=reveal, pictures=pictures,
)  # fmt: skip
LESSON = Lesson(
    key="zeros", title="Zeros & ones", promise="You see units that never part.",
    screens=(SCREEN, replace(SCREEN, key="again", title="And again?")),
    task=LessonTask("Start from ones.", ZEROS, Experiment()), remember="Be different.", sources=("keras", "glorot2010"),
    teaching=Teaching("Say why.", 20, ("Who is first?",), (("It learns.", "It does not."),)),
)  # fmt: skip


@pytest.fixture(scope="module")
def copies():
    found = [screen.measure() for screen in LESSON.screens]
    return [handout(LESSON, found, ADDRESS, 4, teacher) for teacher in (False, True)]


def words(page):
    """The page without its scripts and style."""
    return re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)


def test_a_students_copy_asks_everything_before_it_tells_anything(copies):
    page = words(copies[0])
    before, after = page.split('<h2 class="page">What was measured</h2>')
    assert "<h1>Lesson 4: Zeros &amp; ones</h1>" in before
    assert before.count("What happens?") == after.count("What happens?") == 2
    assert before.count('<ul class="options">') == 2
    assert "Frozen." not in before
    assert "measured" not in re.findall(r'<ul class="options">.*?</ul>', before)[0]
    assert after.count('<p class="because">Measured: <b>They stay.</b> Frozen.') == 2
    assert "Start from ones." in before
    assert "Be different." in after


def test_a_students_copy_has_nothing_for_the_teacher(copies):
    assert "It does not." not in copies[0]
    assert "Who is first?" not in copies[0]


def test_a_teachers_copy_has_the_answers_in_place_and_the_notes(copies):
    page = words(copies[1])
    assert page.count("<li class=measured>They stay</li>") == 2
    assert "<b>20 minutes.</b>" in page
    for note in ("Say why.", "Who is first?", "It learns.", "It does not."):
        assert note in page
    assert "write" not in page


@pytest.mark.parametrize("teacher", [0, 1])
def test_words_stand_as_they_are_never_as_markup(copies, teacher):
    page = words(copies[teacher])
    assert "Do zeros &lt;learn&gt;?" in page
    assert "So they stay &lt;equal&gt;." in page
    assert "1 &amp; 2" in page


@pytest.mark.parametrize("teacher", [0, 1])
def test_pictures_that_stand_still_are_drawn_and_those_that_move_are_told(copies, teacher):
    page = copies[teacher]
    assert page.count("<figure ") == 2
    assert page.count("Bars change places until they stand in order.") == 2
    assert page.count("A landscape that one can turn about.") == 2
    assert f"{ADDRESS}&amp;screen=2" in page
    assert f'It is set up for you at <a href="{ADDRESS}&amp;screen=3">' in page


@pytest.mark.parametrize("teacher", [0, 1])
def test_it_asks_nothing_of_any_server(copies, teacher):
    page = copies[teacher]
    assert not re.search(r"<(link|img|iframe)\b|<script[^>]*\bsrc=|@import|url\(", words(page))
    assert page.count("Plotly.newPlot(") == 2 + page.split("<figure ")[1].count("Plotly.newPlot(") - 1
    assert page.count("plotly.js v") == 1, "the script is there once"


def test_the_same_lesson_gives_the_same_page(copies):
    found = [screen.measure() for screen in LESSON.screens]
    assert handout(LESSON, found, ADDRESS, 4) == copies[0]
