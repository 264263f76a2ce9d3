"""What the film sends to the browser, and what it believes of what comes back. What is painted is tested there."""

import math
import re

import pytest

from nnviz.figures.style.film import Film
from nnviz.stage.loader import HERE
from nnviz.ui.components.assets import script
from nnviz.ui.components.film import click_of

NAMES = ("x", "y")


def picture(sets=NAMES):
    return Film("map", "A walker.", "A walker walks over a map.", "bars", {"lanes": []}, ("it starts", "it ends"), sets)


def test_a_click_is_a_place_in_the_pictures_own_numbers():
    assert click_of(picture(), {"click": [0.5, -2]}) == (0.5, -2.0)


@pytest.mark.parametrize(
    "click", [None, 1.0, "12", [], [1.0], [1.0, 2.0, 3.0], [1.0, "2"], [True, 1.0], [1.0, math.nan], [math.inf, 0.0]]
)
def test_what_is_no_place_is_no_click(click):
    assert click_of(picture(), {"click": click}) is None


def test_a_film_that_takes_no_click_has_none():
    assert click_of(picture(sets=()), {"click": []}) is None


def test_the_script_is_one_file_that_imports_nothing():
    text = script("film.js")
    assert not re.search(r"^import ", text, re.MULTILINE)
    assert text.count("export default") == 1


def test_every_drawing_is_in_the_script():
    for part in (HERE / "film").glob("*.js"):
        first = part.read_text(encoding="utf-8").splitlines()[0]
        assert first in script("film.js"), part.name
