"""The quiz's page, without a browser."""

import pytest

from nnviz.lessons.course import course
from nnviz.lessons.quiz.quiz import LENGTH, plan
from nnviz.lessons.quiz.words import PROMPTS, graded
from nnviz.pages.quiz.state import END, Sitting, from_query, to_query
from nnviz.ui import page
from nnviz.ui.markup import plain
from tests.lessons.measuring import asked
from tests.ui import apptest
from tests.ui.apptest import html, query, settled, texts

PAGE = page.script("quiz")
DRAW = 4


def opened(**given):
    return apptest.opened(PAGE, **given)


def at(number, answers=""):
    return opened(**to_query(Sitting(DRAW, number, answers)))


def answers(wrong=()):
    """A right answer to each question of the draw, but for some."""
    right = enumerate(asked(DRAW), 1)
    return "".join(str((one.right + (place in wrong)) % len(one.options) + 1) for place, one in right)


def options(app):
    return [button for button in app.button if button.key.startswith("option.")]


def test_it_opens_with_a_word_and_draws_only_when_asked():
    app = opened()
    assert app.title[0].value == "Ten questions, drawn for you"
    assert query(app) == {}
    settled(app.button(key="quiz.begin").click().run())
    assert app.title[0].value == "Question 1 of 10"
    assert 1 <= int(query(app)["draw"]) <= 999_999


def test_two_visitors_get_different_questions():
    draws = {query(settled(opened().button(key="quiz.begin").click().run()))["draw"] for _ in range(2)}
    assert len(draws) == 2


def test_a_question_stands_there_without_its_answer():
    app = at(1)
    first = asked(DRAW)[0]
    assert len(options(app)) == len(first.options)
    assert first.text.rpartition("\n\n")[2] in texts(app, "question")[0].replace("&#x27;", "'")
    assert not texts(app, "because")
    assert "measured</span>" not in html(app)
    assert app.button(key="quiz.next").disabled


@pytest.mark.parametrize("off", [0, 1])
def test_an_answer_is_judged_by_what_was_measured_and_stands_in_the_link(off):
    first = asked(DRAW)[0]
    chosen = (first.right + off) % len(first.options)
    app = at(1)
    settled(options(app)[chosen].click().run())
    assert query(app) == {"draw": str(DRAW), "answers": str(chosen + 1)}
    words = html(app)
    assert f'role="status">{"Not so." if off else "Right."} ' in words
    assert words.count('<li class="measured">') == 1
    assert not options(app)
    settled(app.button(key="quiz.next").click().run())
    assert app.title[0].value == "Question 2 of 10"
    settled(app.button(key="quiz.back").click().run())
    assert app.title[0].value == "Question 1 of 10"
    assert not options(app), "the answer stands"


def test_every_question_can_be_answered_to_the_end():
    app = at(1)
    for place in range(LENGTH):
        settled(options(app)[asked(DRAW)[place].right].click().run())
        settled(app.button(key="quiz.next").click().run())
    assert app.title[0].value == graded(LENGTH)
    assert query(app) == {"draw": str(DRAW), "question": str(END), "answers": answers()}


def test_the_end_says_how_it_went_and_what_to_look_at_again():
    app = at(END, answers(wrong=(2, 5)))
    assert app.title[0].value == graded(8)
    listed = [button.label for button in app.button if button.key.startswith("quiz.list.")]
    assert [i for i, label in enumerate(listed, 1) if label.endswith("**not so**")] == [2, 5]
    missed = {plan(DRAW)[1].lesson, plan(DRAW)[4].lesson}
    assert "Worth another look" in [header.value for header in app.header]
    linked = [link.proto.label for link in app.get("page_link")]
    assert linked == [plain(lesson.title) for key, lesson in course.items() if key in missed]
    words = html(app).replace("&#x27;", "'")
    assert all(prompt in words and answer in words for prompt, answer in PROMPTS)
    settled(app.button(key="quiz.list.5").click().run())
    assert app.title[0].value == "Question 5 of 10"


def test_a_new_quiz_is_another_draw():
    app = at(END, answers())
    settled(app.button(key="quiz.next").click().run())
    assert app.title[0].value == "Question 1 of 10"
    assert query(app).keys() == {"draw"}
    assert query(app)["draw"] != str(DRAW)


def test_who_comes_back_finds_the_question_again():
    app = at(2, answers()[:1])
    app.session_state["away"] = True
    settled(app.run())
    for name in list(app.query_params):
        del app.query_params[name]
    app.session_state["away"] = False
    settled(app.run())
    assert app.title[0].value == "Question 2 of 10"
    assert query(app)["draw"] == str(DRAW)


def test_a_mangled_link_opens_with_sentences():
    app = opened(draw="<b>", question="99", answers="19x", wings="2")
    (remarks,) = texts(app, "remarks")
    assert remarks.count("<p>") == 4
    assert "&lt;b&gt;" in remarks
    assert app.title[0].value == "Ten questions, drawn for you"


def test_an_answer_that_the_question_does_not_have_is_asked_again():
    place = next(place for place in range(LENGTH) if len(asked(DRAW)[place].options) == 3)
    app = at(place + 1, "1" * place + "4")
    assert len(options(app)) == 3
    assert query(app).get("answers", "") == "1" * place


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Sitting()),
        ({"draw": "7"}, Sitting(7)),
        ({"draw": ["3", "7"], "question": "3", "answers": "12"}, Sitting(7, 3, "12")),
        ({"draw": "7", "question": "4", "answers": "12"}, Sitting(7, 1, "12")),
        ({"draw": "7", "question": "0", "answers": "12"}, Sitting(7, 1, "12")),
        ({"draw": "7", "answers": "5"}, Sitting(7)),
        ({"draw": "7", "answers": "1" * 11}, Sitting(7)),
        ({"draw": "0"}, Sitting()),
        ({"draw": "1000000"}, Sitting()),
        ({"answers": "1"}, Sitting()),
    ],
    ids=str,
)
def test_any_link_is_read(given, expected):
    assert from_query(given)[0] == expected


@pytest.mark.parametrize("sitting", [Sitting(), Sitting(7), Sitting(999_999, 11, "1234123412"), Sitting(1, 2, "4")])
def test_a_link_is_read_back(sitting):
    assert from_query(to_query(sitting)) == (sitting, [])
