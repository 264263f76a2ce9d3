"""The lessons' page, without a browser."""

import pytest

from nnviz.lessons.course import LESSONS, course
from nnviz.ui import page
from nnviz.ui.state.lesson_state import link_query
from tests.ui import apptest
from tests.ui.apptest import html, query, settled, texts

PAGE = page.script("lessons")
LESSON = course["zero"]


def opened(lesson="zero", screen=1, guesses="", **settings):
    return apptest.opened(PAGE, **link_query(lesson, screen, guesses), **settings)


def button(app, label):
    return next(button for button in app.button if label in button.label)


def test_the_list_names_every_lesson_and_its_promise():
    app = apptest.opened(PAGE)
    words = html(app)
    assert all(lesson.promise in words.replace("&#x27;", "'") for lesson in LESSONS)
    assert query(app) == {}


def test_nothing_is_shown_before_the_guess():
    app = opened()
    assert app.title[0].value == LESSON.screens[0].title
    assert len([b for b in app.button if b.key.startswith("option.")]) == len(LESSON.screens[0].options)
    assert not texts(app, "because")
    assert not app.get("plotly_chart")
    assert button(app, "Next").disabled


def test_a_guess_is_answered_by_a_measurement_and_stands_in_the_link():
    app = opened()
    settled(button(app, LESSON.screens[0].options[0]).click().run())
    assert query(app) == {"lesson": "zero", "guesses": "1"}
    words = html(app)
    assert "your guess" in words
    assert words.count('<li class="measured">') == 1
    assert ("You foresaw it." in words) != ("Not so." in words)
    assert not button(app, "Next").disabled
    assert not [b for b in app.button if b.key.startswith("option.")]


def test_next_and_back_keep_the_guesses():
    app = opened(guesses="1")
    settled(button(app, "Next").click().run())
    assert app.title[0].value == LESSON.screens[1].title
    assert query(app) == {"lesson": "zero", "screen": "2", "guesses": "1"}
    settled(button(app, "Back").click().run())
    assert query(app) == {"lesson": "zero", "guesses": "1"}


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_the_end_has_the_task_the_sentence_and_the_way_on(lesson):
    app = opened(lesson.key, len(lesson.screens) + 1)
    assert app.title[0].value == "Now you"
    assert lesson.remember in html(app).replace("&#x27;", "'")
    assert [link.proto.label for link in app.get("page_link")].count("Open in the Playground") == 1
    later = LESSONS[LESSONS.index(lesson) + 1 :]
    if later:
        settled(button(app, "Next lesson").click().run())
        assert query(app) == {"lesson": later[0].key}


@pytest.mark.parametrize("lesson", [lesson for lesson in LESSONS if lesson.task.asked], ids=lambda lesson: lesson.key)
def test_an_answer_to_the_task_is_tried(lesson):
    app = opened(lesson.key, len(lesson.screens) + 1)
    settled(button(app, "Check it").click().run())
    (found,) = texts(app, "because")
    assert ("That is it." in found) != ("Not yet." in found)


def test_a_mangled_link_is_answered_in_words():
    app = apptest.opened(PAGE, lesson="<script>", screen="x")
    assert "there is no such lesson" in texts(app, "remarks")[0]
    assert "<script>" not in html(app)
