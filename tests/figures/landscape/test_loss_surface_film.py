"""The film of a walk over two weights: its ground, its frames and its words."""

import json

import pytest

from nnviz.analysis.landscape.two_weights import two_weights
from nnviz.figures.landscape.loss_surface_film import loss_surface_film
from nnviz.figures.landscape.map_film import CELLS, LETTERS


@pytest.fixture(scope="module")
def ground():
    return two_weights([(0.5, -0.5)], steps=30)


def test_a_frame_for_each_step_where_the_walk_is(ground):
    film = loss_surface_film(ground, "A walk.", ("w", "v"))
    frames = film.data["panels"][0]["frames"]
    assert len(frames) == len(film.captions) == 31
    assert frames[0] == [[0.5, -0.5]]
    assert frames[-1][0] == pytest.approx(ground.paths[0].points[-1], abs=1e-4)
    assert film.captions[0].startswith("Step 0: weights 0.5 and −0.5, loss ")
    assert (film.scene, film.sets, film.title) == ("map", ("w", "v"), "A walk.")
    assert "goes from weights 0.5 and −0.5" in film.alt
    json.dumps(film.data, allow_nan=False)


def test_its_ground_is_that_of_the_loss(ground):
    """High where both weights have one sign, low where the walk ends; rows begin at the top."""
    heights = loss_surface_film(ground, "A walk.").data["heights"]
    assert len(heights) == CELLS**2
    high = [LETTERS.index(letter) for letter in (heights[CELLS - 1], heights[-CELLS])]
    low = [LETTERS.index(letter) for letter in (heights[0], heights[-1])]
    assert min(high) > len(LETTERS) - 5
    assert max(low) < len(LETTERS) / 2
