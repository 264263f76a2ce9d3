"""What the landscape's sentences say: numbers that are in the record, and nothing more."""

from dataclasses import replace

import numpy as np
import pytest

from nnviz.analysis.landscape import sentences as words
from nnviz.analysis.landscape.landscape import LossLandscape, LossLine, Path
from nnviz.core.experiment import Experiment

SHARES = np.linspace(0, 1, 3)


def path(run, loss, ground=None, outside=0.25):
    loss = np.array(loss)
    ground = loss if ground is None else np.array(ground)
    return Path(
        run, run + 7, np.array([0.0, 50.0, 200.0])[: len(loss)], np.zeros((len(loss), 2)), loss, ground, outside
    )


def line(one, other, *loss):
    ends = ("start", "end") if one == other else (f"run {one + 1}", f"run {other + 1}")
    return LossLine(ends, (one, other), 2.0 + other, SHARES, np.array(loss))


def found(paths, lines, loss=((1.0, 0.1, 1.0, 0.1),), kind="three_runs", **changes):
    experiment = Experiment().replace(**changes)
    loss = np.array(loss)
    return LossLandscape(experiment, kind, ("x", "y"), np.zeros(loss.shape[1]), np.zeros(loss.shape[0]), loss,
                     tuple(paths), tuple(lines), guess=np.log(2))  # fmt: skip


THREE = found(
    [path(0, [0.7, 0.2, 0.04]), path(1, [0.9, 0.3, 0.05], [0.4, 0.3, 0.05], 0.5), path(2, [0.8, 0.1, 0.09])],
    [line(0, 1, 0.04, 0.62, 0.05), line(0, 2, 0.04, 0.06, 0.09), line(1, 2, 0.05, 0.08, 0.09)],
)
ALONE = found([path(0, [0.7, 0.2, 0.04])], [line(0, 0, 0.7, 0.3, 0.04)], kind="own_path")


def test_where_the_runs_ended():
    assert words.where(THREE) == (
        "Three runs ended at loss 0.0400, 0.0500 and 0.0900, 3 to 4 apart. "
        "The picture holds 2 separate valleys below 0.173."
    )
    assert words.where(ALONE).startswith("The run ended at loss 0.0400. The picture holds 2 separate valleys")
    flat = replace(ALONE, loss=np.ones((2, 2)))
    assert words.where(flat).endswith("The picture holds no valley below 0.173.")
    assert words.where(replace(flat, loss=np.zeros((2, 2)))).endswith("one valley below 0.173.")


def test_which_lines_climb():
    assert words.barrier(THREE) == (
        "The straight line between 1 and 2 climbs to 0.620, from 0.0400 and 0.0500 at its ends."
    )
    two = replace(THREE, lines=(THREE.lines[0], line(0, 2, 0.04, 0.5, 0.09)))
    assert words.barrier(two) == "Straight lines from run to run climb to 0.620 (1 and 2) and 0.500 (1 and 3)."
    assert (
        words.barrier(replace(THREE, lines=THREE.lines[1:])) == "No straight line between them climbs above its ends."
    )
    assert words.barrier(replace(THREE, lines=THREE.lines[1:2])) == (
        "The straight line between them never climbs above its ends."
    )


def test_what_is_left_of_the_hills_once_units_are_matched():
    two = replace(THREE, lines=(THREE.lines[0], line(0, 2, 0.04, 0.5, 0.09)))
    level, hill = line(0, 1, 0.04, 0.045, 0.05), line(0, 2, 0.04, 0.3, 0.09)
    assert words.barrier(replace(two, matched=(level, replace(hill, loss=level.loss)))).endswith(
        "With units matched there is no hill: the highest loss is 0.0500."
    )
    assert words.barrier(replace(two, matched=(level, hill))).endswith(
        "With units matched the loss climbs to 0.300 (1 and 3); there is no hill between 1 and 2."
    )
    assert words.barrier(replace(two, matched=(hill,))).endswith(
        "With units matched the loss still climbs to 0.300 (1 and 3)."
    )
    assert "matched" not in words.barrier(two)


def test_how_much_closer_matching_brings_the_runs():
    closer = tuple(replace(line, distance=0.5) for line in THREE.lines[:2])
    told = words.matched(replace(THREE, lines=THREE.lines[:2], matched=closer))
    assert "renamed and flipped" in told
    assert told.endswith("it is then 0.500 and 0.500 away instead of 3 and 4.")
    relu = replace(THREE, matched=closer, experiment=THREE.experiment.replace(activation="relu"))
    assert "flipped" not in words.matched(relu)
    assert words.matched(replace(THREE, matched=THREE.lines)) == (
        "No renaming of units brings the runs closer to each other."
    )
    assert words.matched(ALONE) == ""


def test_whether_there_is_a_hill_between_start_and_end():
    assert "there is no hill: the loss goes from 0.700 to 0.0400" in words.barrier(ALONE)
    hill = replace(ALONE, lines=(line(0, 0, 0.7, 1.5, 0.04),))
    assert words.barrier(hill) == "Straight from its start (0.700) to its end (0.0400) the loss would climb to 1.50."


def test_a_trifle_is_no_climb():
    assert not words.climbs(line(0, 1, 0.05, 0.055, 0.05), 0.7)
    assert words.climbs(line(0, 1, 0.05, 0.06, 0.05), 0.7)


def test_how_much_lies_outside_and_how_far_off_the_ground_is():
    assert words.outside(THREE) == (
        "Of the paths of runs 1, 2 and 3, 25 %, 50 % and 25 % lie outside this plane (of squared distances to the "
        "end). The ground under a path is therefore not its own loss: the largest gap is at epoch 0, where run 2's "
        "loss was 0.900, over ground at 0.400."
    )
    assert words.outside(ALONE).endswith("The ground under a path is nowhere more than 0 off its own loss.")


def test_a_gap_that_is_no_number_is_passed_over():
    assert words.mismatch(path(0, [np.nan, 0.5, 0.5], [0.1, 0.2, 0.5])) == (pytest.approx(0.3), 1)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "10,321,920 ways"),
        ({"activation": "relu"}, "40,320 ways"),
        ({"hidden": (64,)}, "2.34·10¹⁰⁸ ways"),
        ({"hidden": (256, 256)}, "over 10³⁰⁰ ways"),
    ],
    ids=str,
)
def test_in_how_many_ways_a_network_can_be_written(changes, said):
    sentence = words.copies(found([], [], **changes))
    assert said in sentence
    assert ("flipping" in sentence) == ("activation" not in changes)


def test_without_units_there_is_nothing_to_rename():
    assert words.copies(found([], [], hidden=())) == ""
    assert words.copies(found([], [], hidden=(1,), activation="relu")) == ""


def test_the_plane_is_named_with_the_networks_dimensions():
    assert words.plane(THREE).startswith("The network has 33 weights and biases")
    assert "filter normalisation" in words.plane(replace(THREE, kind="scaled_random"))


def test_numbers_of_every_run():
    table = words.landscape_numbers(THREE)
    assert list(table) == ["run 1, seed 7", "run 2, seed 8", "run 3, seed 9"]
    assert table["run 2, seed 8"] == {
        "loss at the start": "0.900",
        "ground under the start": "0.400",
        "loss at the end": "0.0500",
        "share of the path outside the plane": "50 %",
        "largest difference of loss and ground": "0.500",
    }
