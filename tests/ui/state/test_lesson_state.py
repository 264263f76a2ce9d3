import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.lessons.course import LESSONS, course
from nnviz.ui.state.lesson_state import NAMES, LessonPlace, from_query, link_query, to_query

LESSON = LESSONS[0]
LAST = len(LESSON.screens) + 1


def test_no_query_is_the_list_of_lessons():
    assert from_query({}) == (LessonPlace(), [])


def test_the_names_in_the_link_are_no_screen_s_own():
    for lesson in LESSONS:
        own = {parameter.name for screen in lesson.screens for parameter in screen.settings}
        own |= {lesson.task.asked.name} if lesson.task.asked else set()
        assert own.isdisjoint((*NAMES, "present", "hide"))


def test_a_place_is_read_back_from_its_link():
    for lesson in LESSONS:
        for number in range(1, len(lesson.screens) + 2):
            place = from_query(link_query(lesson.key, number, "-1"))[0]
            assert (place.lesson, place.screen, place.guesses) == (lesson.key, number, "-1")
            assert from_query(to_query(place)) == (place, [])


def test_a_guess_goes_to_its_screen():
    place = LessonPlace(LESSON.key, 2).guessed(0)
    assert (place.guesses, place.guess) == ("-1", 0)
    assert LessonPlace(LESSON.key, 1, "-1").guess is None
    assert LessonPlace(LESSON.key, 1, "-1").guessed(1).guesses == "21"
    assert LessonPlace(LESSON.key, LAST, "1" * LAST).shown is None


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"lesson": "<b>"}, "there is no such lesson"),
        ({"lesson": LESSON.key, "screen": str(LAST + 1)}, f"must be a whole number from 1 to {LAST}"),
        ({"lesson": LESSON.key, "screen": "two"}, "must be a whole number"),
        ({"lesson": LESSON.key, "guesses": "9"}, "no answers to this lesson"),
        ({"lesson": LESSON.key, "guesses": "1" * 99}, "no answers to this lesson"),
        ({"lesson": LESSON.key, "surprise": "1"}, "there is no such setting here"),
    ],
)
def test_what_cannot_be_used_is_said(query, words):
    place, sentences = from_query(query)
    assert len(sentences) == 1
    assert words in sentences[0]
    assert from_query(to_query(place))[0] == place


@given(
    st.dictionaries(
        st.sampled_from([*NAMES, "seed", "x"]) | st.text(max_size=9),
        st.sampled_from([*course, "1", "2"]) | st.text(max_size=20) | st.lists(st.text(max_size=9), max_size=2),
        max_size=6,
    )
)
def test_any_link_opens_something(query):
    place, sentences = from_query(query)
    assert from_query(to_query(place)) == (place, [])
    assert all(sentences)
