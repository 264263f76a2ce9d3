"""Lesson 2: what its screens measure against known numbers, at the edges of its settings, and its task."""

import numpy as np
import pytest

from nnviz.core.training import train
from nnviz.figures.style.film import Film
from nnviz.figures.style.template import LIGHT
from nnviz.lessons.search import LESSON, measured
from tests.counting import calls_of
from tests.lessons.measuring import result_of

SCREENS = {screen.key: screen for screen in LESSON.screens}
MOST_CALLS = 500_000  # some seconds


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("valley", {"start": -5.0}),
        ("valley", {"start": 5.0}),
        ("crowd", {"landscape": "two_valleys"}),
        ("push", {"landscape": "himmelblau", "push": 5.0, "x": 5.12, "y": -5.12}),
        ("push", {"push": 0.0, "x": 0.0, "y": 0.0}),
        ("copies", {"mutation": 1.0, "tournament": 40}),
        ("copies", {"mutation": 0.0, "tournament": 1}),
    ],
)
def test_at_the_ends_of_its_settings_a_screen_answers_in_time(key, values):
    screen = SCREENS[key]
    settings = {parameter.name: parameter.default for parameter in screen.settings} | values
    for parameter in screen.settings:
        parameter.check(settings[parameter.name])
    results = []
    assert calls_of(lambda: results.append(screen.measure(*settings.values()))) < MOST_CALLS
    (result,) = results
    assert screen.reveal(result).right in range(len(screen.options))
    for picture in screen.pictures(result, LIGHT):
        assert "nan" not in picture.title.lower()
        if isinstance(picture, Film):
            assert all(len(panel["frames"]) == len(picture.captions) for panel in picture.data.get("panels", ()))


def test_the_walker_ends_on_the_floor_of_the_side_on_which_it_starts():
    for start, floor in ((0.5, -1.874), (1.5, 1.988), (-5.0, -1.874), (5.0, 1.988)):
        walk = measured.valley(start, 0)
        assert walk.points[0, -1, 0] == pytest.approx(floor, abs=0.05)
        assert measured.valley_says(walk).right == 1


def test_about_a_tenth_of_the_crowd_find_the_deepest_valley():
    """The exact share is .0982: of 1,000 walkers within 4 standard deviations, 38, of 98."""
    walk = result_of(measured.crowd, "rastrigin", 0)
    assert abs(int(walk.settled.sum()) - 98) < 38
    assert measured.crowd_says(walk).right == 2
    assert "29 walks" in measured.crowd_says(walk).why
    assert measured.crowd_says(measured.crowd("two_valleys", 0)).right == 1  # .4078 of the line


def test_a_push_that_fades_ends_lowest_where_there_are_dents_and_as_low_as_none_where_all_valleys_are_deepest():
    says = [measured.pushes_say(measured.pushes(key, 0.5, 3.2, -2.7, 0)).right for key in ("ackley", "himmelblau")]
    assert says == [2, 3]


def test_the_budget_says_that_it_depends_on_the_step():
    result = result_of(measured.budget, "rastrigin", 0.3, 0)
    assert measured.budget_says(result).right == 3
    film = SCREENS["budget"].pictures(result, LIGHT)[0]
    jumps = np.abs(np.diff(result.walks[1].points[0], axis=0)).max(axis=1)
    begins = film.data["panels"][1]["begins"]
    assert len(begins) == 19
    assert {int(frame) + 1 for frame in np.flatnonzero(jumps > 2.5)} <= set(begins)


def test_without_mutation_the_population_is_lost():
    says = measured.populations_say(result_of(measured.populations, 0.2, 8, 0))
    assert says.right == 2
    assert "Without mutation 0 of 100" in says.because


def test_the_restarts_are_the_known_ones():
    result = result_of(measured.restarting, 0)
    assert [result.needed(dims) for dims in (1, 2, 5)] == [29, 310, 328_831]
    assert measured.restarting_says(result).right == 2
    for dims, rate in result.tried.items():
        expected = 0.0981535**dims
        assert abs(rate.share - expected) < 4 * np.sqrt(expected / rate.runs)


def test_the_task_is_open_at_first_and_can_be_done():
    """XOR's stuck runs of this net end at ln(2) / 2, the others near 0."""
    task = LESSON.task
    finals = train(measured.XOR.replace(seed=0, restarts=8, snapshots=2)).train_loss[:, -1]
    stuck = np.abs(finals - np.log(2) / 2) < 0.01
    assert task.a.seed != task.b.seed == task.asked.default
    assert not stuck[[task.a.seed, task.b.seed]].any()
    for seed in (task.b.seed, int(np.flatnonzero(stuck)[0])):
        checked = task.check(seed)
        assert checked.done == stuck[seed]
        assert f"Seed {seed}:" in checked.sentence
