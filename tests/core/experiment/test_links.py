"""What is in a link and is nobody's setting."""

import pytest

from nnviz import Experiment
from nnviz.core.experiment import field_names, links
from nnviz.lessons.course import course
from nnviz.ui.state import frame
from nnviz.ui.state.lesson_state import LessonPlace


@pytest.mark.parametrize("name", ["utm_source", "UTM_CAMPAIGN", "fbclid", "gclid", "ref", "mc_eid", "embed_options"])
def test_what_others_add_is_no_setting(name):
    assert links.settings({name: "1", f"amp;{name}": "2"}) == {}


def test_names_are_taken_as_they_were_meant():
    assert links.settings({"amp;amp;epochs": "5", "b_seed": "3"}) == {"epochs": "5", "b_seed": "3"}


def test_no_setting_of_ours_is_among_them():
    places = [
        LessonPlace(key, number, "") for key, lesson in course.items() for number in range(1, len(lesson.screens) + 1)
    ]
    ours = {parameter.name for place in places for parameter in place.parameters}
    assert ours
    ours |= {*field_names(), *frame.NAMES, "lesson", "screen", "guesses", "draw", "question", "answers"}
    assert [name for name in ours if not links.is_setting(name)] == []


@pytest.mark.parametrize(
    "query",
    [{"learning_rate": "1_0.5"}, {"epochs": "1_0"}, {"kernel_initializer": "constant(value=1_0)"}, {"noise": "0_1"}],
)
def test_a_number_with_underscores_is_refused_in_a_link(query):
    experiment, sentences = Experiment.from_query(query)
    assert experiment == Experiment()
    assert len(sentences) == 1
