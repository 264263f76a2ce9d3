"""The teacher's page, without a browser."""

import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest

from nnviz.lessons.course import LESSONS
from nnviz.pages.quiz import state as quiz_state
from nnviz.pages.teacher.plan import ROOMS, from_query
from nnviz.ui import page
from nnviz.ui.state import lesson_state
from nnviz.ui.state.state import Comparison
from tests.ui import apptest
from tests.ui.apptest import html, query, settled, texts

PAGE = page.script("teacher")
LESSON = LESSONS[0]


def opened(**given):
    return apptest.opened(PAGE, **given)


def links(app):
    """All anchors on the page: words -> query, one list for each word."""
    found = {}
    for where, words in re.findall(r'<a href="([^"]*)" target="_blank"[^>]*>([^<]*)</a>', html(app)):
        found.setdefault(words, []).append(dict(parse_qsl(urlsplit(unescape(where)).query)))
    return found


def told(app, place=-1):
    """What a link in a box says: its query."""
    return dict(parse_qsl(urlsplit(app.code[place].value).query))


def test_the_plan_has_every_lesson_with_its_aim_and_the_minutes_in_all():
    app = opened()
    words = html(app).replace("&#x27;", "'").replace("&quot;", '"')
    assert all(lesson.teaching.aim in words for lesson in LESSONS)
    total = sum(lesson.teaching.minutes for lesson in LESSONS)
    assert any(f"{total} minutes" in header.value for header in app.header)
    assert query(app) == {}


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_a_lesson_has_its_notes_and_a_link_to_each_state(lesson):
    app = opened(lesson=lesson.key)
    assert app.title[0].value == lesson.title
    words = html(app).replace("&#x27;", "'").replace("&quot;", '"')
    for note in (lesson.teaching.aim, *lesson.teaching.ask, *(text for pair in lesson.teaching.wrong for text in pair)):
        assert note in words
    found = links(app)
    screens = range(1, len(lesson.screens) + 1)
    for number, told_query in zip(screens, found["with the answer"], strict=True):
        place, sentences = lesson_state.from_query(told_query)
        assert not sentences
        assert (place.lesson, place.screen, place.guess) == (lesson.key, number, 0)
    for number, plain in zip([*screens, len(lesson.screens) + 1], found["open"], strict=True):
        place, sentences = lesson_state.from_query(plain)
        assert not sentences
        assert (place.screen, place.guesses) == (number, "")
    assert [shown.pop("present") for shown in found["projector"]] == ["1"] * (len(lesson.screens) + 1)
    assert found["projector"] == found["open"]
    (task,) = found["Playground"]
    assert Comparison.from_query(task) == (Comparison(lesson.task.a, lesson.task.b), [])


def test_an_unknown_lesson_opens_the_plan_with_a_sentence():
    app = opened(lesson="<b>", wings="2")
    (remarks,) = texts(app, "remarks")
    assert remarks.count("<p>") == 2
    assert "&lt;b&gt;" in remarks
    assert app.title[0].value == "The course, for teachers"


def test_any_link_is_read():
    assert from_query({"lesson": [LESSON.key]}) == (LESSON.key, [])
    assert from_query({}) == ("", [])


def test_the_class_gets_one_quiz_until_another_is_asked_for():
    app = opened()
    first = told(app, 0)
    assert quiz_state.from_query(first)[1] == []
    settled(app.run())
    assert told(app, 0) == first
    settled(next(button for button in app.button if button.label == "Other questions").click().run())
    assert told(app, 0) != first


def test_a_link_hides_what_was_chosen():
    app = opened()
    assert told(app) == {}
    settled(app.multiselect(key="teacher.hide.").set_value(["seed", "dataset"]).run())
    assert told(app) == {"hide": "seed,dataset"}
    settled(app.checkbox(key="teacher.present").check().run())
    assert told(app) == {"hide": "seed,dataset", "present": "1"}
    settled(app.checkbox(key="teacher.sidebar").check().run())
    assert told(app) == {"hide": "sidebar", "present": "1"}


def test_a_link_shows_the_preset_that_was_chosen():
    app = opened()
    preset = ROOMS[0].presets[2]
    settled(app.selectbox(key="teacher.preset.").set_value(preset.label).run())
    assert told(app) == dict(preset.query)


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.label)
def test_every_page_can_be_chosen_and_all_that_it_hides_is_known_there(room):
    app = opened()
    settled(app.selectbox(key="teacher.room").set_value(room.label).run())
    assert urlsplit(app.code[-1].value).path.strip("/.") == room.path
    assert set(room.names()) <= {*room.controls.fields, *room.controls.settings, "differ"}
    assert len({preset.label for preset in room.presets}) == len(room.presets)


def test_handouts_are_made_only_when_asked_for():
    app = opened(lesson=LESSON.key)
    assert not app.get("download_button")
