"""What a screen says holds at every setting of its controls: its numbers are the measured ones, its words fit them.

For each screen `SAYS` has the numbers that its finding must hold, in their order, taken from the measurement by other
ways than the screen's own; `ONLY_IF` has words that may stand there only where a condition on the measurement holds.
"""

import itertools
import math
import re
from collections.abc import Callable
from time import process_time
from typing import Any

import numpy as np
import pytest

from nnviz.analysis.chance.repeats import WEIGHT
from nnviz.analysis.claims.chance import ONES
from nnviz.analysis.playground.baselines import guess_loss, line_loss
from nnviz.analysis.playground.diagnosis import diagnose
from nnviz.analysis.playground.functions import distinct_functions
from nnviz.core.training import train
from nnviz.lessons.course import LESSONS
from tests.lessons.measuring import defaults, result_of

RANDOM, FEW, ENOUGH_SECONDS = 50, 5, 6
MOST_WORDS = 125
SEEDS = {"seed", "own", "list"}  # settings that only draw: their ends are as good as any
SCREENS = {f"{lesson.key}.{screen.key}": screen for lesson in LESSONS for screen in lesson.screens}
Numbers = list[float]


def ends(parameter) -> list[Any]:
    """The values at which a setting is tried."""
    if parameter.choices:
        return list(parameter.choices)
    if parameter.name in SEEDS:
        return [parameter.default]
    return [parameter.low, parameter.high, *([None] if parameter.none else [])]


def at_random(screen, generator) -> tuple[Any, ...]:
    """Settings within their ranges; small reals as often as large ones."""
    drawn: list[Any] = []
    for parameter in screen.settings:
        if parameter.choices:
            drawn.append(parameter.choices[int(generator.integers(len(parameter.choices)))])
        elif parameter.none and generator.random() < 0.1:
            drawn.append(None)
        elif parameter.kind is int:
            drawn.append(int(generator.integers(parameter.low, parameter.high + 1)))
        elif parameter.low > 0:
            drawn.append(float(f"{np.exp(generator.uniform(np.log(parameter.low), np.log(parameter.high))):.3g}"))
        elif parameter.low == 0 and generator.random() < 0.5:
            drawn.append(float(f"{parameter.high * 10 ** generator.uniform(-6, 0):.3g}"))
        else:
            drawn.append(float(f"{generator.uniform(parameter.low, parameter.high):.3g}"))
    return tuple(drawn)


def printed(text: str) -> list[tuple[float, float]]:
    """Each number in a text with half a unit of its last digit."""
    plain = text.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")).replace("·10", "e")
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", plain)
    found = []
    for mantissa, exponent in re.findall(r"(-?\d+(?:\.\d+)?)(?:e(-?\d+))?", plain):
        power = int(exponent or 0)
        decimals = len(mantissa.partition(".")[2])
        found.append((float(mantissa) * 10.0**power, 0.5 * 10.0 ** (power - decimals)))
    return found


def last(trace) -> float:
    return float(trace.train_loss[0, -1])


def acts(trace) -> int:
    return int(distinct_functions(trace)[0, -1])


def moved(trace) -> list[int]:
    """How many numbers of a run ever moved, and how many there are."""
    arrays = [array[0] for array in (*trace.kernels, *trace.biases)]
    return [sum(int((a != a[:1]).any(axis=0).sum()) for a in arrays), sum(a[0].size for a in arrays)]


def hidden_moved(trace) -> float:
    return float(np.abs(trace.kernels[0][0, -1] - trace.kernels[0][0, 0]).max())


def middle(walks) -> Numbers:
    return [float(np.median(walk.heights[:, -1])) for walk in walks.values()]


def failed(runs) -> int:
    return int((~(runs.train_loss < 0.1)).sum())


def learned_at(scales, stddev) -> int:
    place = int(np.argmin(np.abs(scales.stddevs - stddev)))
    return int((scales.losses[place] < scales.guess / 4).sum())


def kinds_of(scales, *kinds) -> int:
    place = int(np.argmin(np.abs(scales.stddevs - 1)))
    return sum(kind in kinds for kind in scales.kinds[place])


SAYS: dict[str, Callable[..., Numbers]] = {
    "chance.twice": lambda r, *_: [r[0].comparisons, sum(move.kind == "swap" for move in r[0].moves)],
    "chance.race": lambda r, *_: [r.quick.comparisons, r.bubble.comparisons],
    "chance.bad-day": lambda r, *_: [r.quick.comparisons, r.bubble.comparisons, r.shuffled.comparisons],
    "chance.dice": lambda r, *_: [*(run.comparisons for run in r.runs), 190],
    "chance.many": lambda r, *_: [len(r), r.max(), r.min(), r.mean()],
    "chance.bought": lambda r, *_: [
        min(d.mean() for d in r.dice.values()), max(d.mean() for d in r.dice.values()),
        min(r.first.values()), max(r.first.values()),
    ],
    "search.push": lambda r, *_: [300, *middle(r)],
    "search.copies": lambda r, *_: [
        int(r["no mutation"].succeeded.sum()), 100, int(r["mutation"].succeeded.sum()), 95,
    ],
    "search.restarts": lambda r, *_: [math.ceil(math.log(0.05) / math.log1p(-(r.share**dims))) for dims in (5, 1, 2)],
    "networks.start": lambda r, *_: [int((r.losses < 0.25 * math.log(2)).sum()), 24, 0.25 * math.log(2)],
    "networks.order": lambda r, *_: (
        [24, r.losses.min()]
        if r.losses.min() == r.losses.max()
        else [int(np.isfinite(r.losses).sum()), np.nanmin(r.losses), np.nanmax(r.losses)]
    ),
    "networks.cases": lambda r, *_: [24, *(case.distinct for case in r)],
    "zero.zeros": lambda r, *_: [*moved(r.zeros), r.zeros.train_loss[0, 0]],
    "zero.equal": lambda r, *_: [
        *moved(r[0]), *([hidden_moved(r[0])] if hidden_moved(r[0]) else []), 8, acts(r[0]), acts(r[1]), last(r[0]),
        last(r[1]),
    ],
    "zero.parts": lambda r, *_: [*(r.cell(key).loss for key in ("random", "output", "hidden")), math.log(2)],
    "zero.flat": lambda r, *_: [
        last(r.zeros), 20, r.random.train_loss[:, -1].min(), r.random.train_loss[:, -1].max(), last(r.hidden),
    ],
    "zero.sigmoid": lambda r, *_: [*moved(r[1]), moved(r[0])[0], 8, last(r[1]), last(r[0])],
    "scale.small_positive": lambda r, *settings: [
        0, settings[0], r.losses[next(iter(r.losses))], r.line, r.guess, r.losses["Glorot uniform"], 7,
    ],
    "scale.level": lambda r, *settings: [settings[0], r.relu[2], 4 * settings[0], r.relu[4], r.relu[4] / r.relu[2]],
    "scale.much": lambda r, *_: [
        3, 1, kinds_of(r.scales, "diverged", "exploding"), kinds_of(r.scales, "dead"), learned_at(r.scales, 1),
    ],
    "scale.xor": lambda r, *settings: [
        0.05, learned_at(r, 0.05), 100, settings[0], 5, learned_at(r, 5), r.stddevs[
            int(np.argmax((r.losses < r.guess / 4).sum(axis=1)))
        ], (r.losses < r.guess / 4).sum(axis=1).max(),
    ],
    "methods.names": lambda r, *settings: [settings[0], settings[1], 15],
    "methods.defaults": lambda r, *settings: [
        24, {"momentum": 0.003, "adam": 0.001}[settings[1]], settings[0], r.traces["Keras"].train_loss[0, -1],
        r.traces["PyTorch"].train_loss[0, -1], math.log(10), r.traces["He"].train_loss[0, -1],
    ],
    "judging.one": lambda r, *_: [500 - failed(r), 500, 100 * (500 - failed(r)) / 500],
    "judging.mean": lambda r, *_: [
        int((np.abs(r.train_loss - r.train_loss.mean()) < r.train_loss.std(ddof=1) / 2).sum()), 500,
        r.train_loss.mean(), r.train_loss.std(ddof=1) / 2,
    ],
    "seeds.row": lambda r, *_: [100 * np.median(r.dropped), 50, r.kept, r.weights],
    "seeds.pairs": lambda r, *_: [
        r.asked.other.var(ddof=1) / r.asked.same.var(ddof=1), r.asked.same.std(ddof=1), r.asked.other.std(ddof=1),
    ],
    "seeds.special": lambda r, *_: [200, r.seed, *(1 + int((t.losses < t.own).sum()) for t in r.tasks.values())],
    "seeds.hair": lambda r, *_: [
        next(one for one in r.wild if one.change == WEIGHT).distance[0],
        next(one for one in r.wild if one.change == WEIGHT).distance[-1],
    ],
}  # fmt: skip

Condition = Callable[..., bool]
ONLY_IF: dict[str, tuple[tuple[str, Condition], ...]] = {
    "chance.race": (
        (r"all those comparisons are saved", lambda r, *_: r.quick.comparisons < r.bubble.comparisons),
        (r"saved none", lambda r, *_: r.quick.comparisons == r.bubble.comparisons),
    ),
    "search.valley": ((r"the deepest place of all", lambda r, *_: bool(r.settled[0])),),
    "search.push": (
        (r"settle later", lambda r, *_: r["fading push"].settled.sum() > r["no push"].settled.sum()),
        (r"drives walkers out", lambda r, *_: r["steady push"].succeeded.sum() > r["steady push"].settled.sum()),
        (r"A push of 0", lambda r, *settings: settings[1] == 0),
        (r"A steady push|a steady push \d", lambda r, *settings: settings[1] > 0),
        (r"the push did harm", lambda r, *_: r["fading push"].settled.sum() < r["no push"].settled.sum()),
        (r"all of them end on the deepest", lambda r, *_: r["no push"].settled.all()),
        (r"none of them end on the deepest", lambda r, *_: not r["no push"].settled.any()),
    ),
    "search.copies": (
        (r"copies of one", lambda r, *_: (r["no mutation"].distinct[:, -1] == 1).all()),
        (r"Mutation keeps bringing", lambda r, *settings: settings[0] > 0),
        (r"keeps the search going", lambda r, *_: r["mutation"].succeeded.sum() > r["no mutation"].succeeded.sum()),
        (r"does harm", lambda r, *_: r["mutation"].succeeded.sum() < r["no mutation"].succeeded.sum()),
        (r"family takes over|win again and again", lambda r, *settings: settings[1] > 1),
    ),
    "networks.steps": (
        (r"never moved", lambda r, *_: not np.diff(r.paths[0].points, axis=0).any()),
        (r"The way down led", lambda r, *_: r.paths[0].loss[-1] < r.paths[0].loss[0]),
    ),
    "networks.start": (
        (r"found its way down|try fewer", lambda r, *_: (r.losses < 0.25 * math.log(2)).all()),
        (r"stuck|try more", lambda r, *_: not (r.losses < 0.25 * math.log(2)).all()),
    ),
    "networks.order": (
        (r"no die left|no order to draw", lambda r, *_: np.ptp(r.losses) == 0),
        (r"On a ridge", lambda r, *_: np.nanmax(r.losses) > np.nanmin(r.losses)),
        (r"though here to little", lambda r, *_: np.nanmax(r.losses) < 1.1 * np.nanmin(r.losses)),
    ),
    "networks.cases": ((r"leaves no order", lambda r, *_: r[2].distinct == 1),),
    "networks.matters": (
        (r"neither die always", lambda r, *_: largest(r.gentle) != largest(r.rough)),
        (r"both times", lambda r, *_: largest(r.gentle) == largest(r.rough)),
    ),
    "zero.zeros": (
        (r"nothing is learned", lambda r, *_: moved(r.zeros)[0] == 0),
        (r"to and fro", lambda r, *_: moved(r.zeros)[0] > 0),
        (r"went from", lambda r, *_: np.ptp(r.zeros.train_loss[0]) > 0),
    ),
    "zero.equal": (
        (r"updated all right", lambda r, *_: hidden_moved(r[0]) > 0),
        (r"not at all", lambda r, *_: hidden_moved(r[0]) == 0),
        (r"sets? its units free", lambda r, *_: acts(r[1]) == 8),
        (r"too little", lambda r, *_: last(r[1]) > 0.9 * line_loss(r[1].dataset)),
        (r"set some of them apart", lambda r, *_: 1 < acts(r[1]) < 8),
        (r"a curve", lambda r, *_: last(r[1]) < line_loss(r[1].dataset) - 0.02 * guess_loss(r[1].dataset)),
        (r"no better than a straight line", lambda r, *_: last(r[1]) > 0.9 * line_loss(r[1].dataset)),
        (r"A pinch of 0", lambda r, *settings: settings[1] == 0),
    ),
    "zero.step": (
        (r"equal in all digits|the next row finds them equal", lambda r, *_: r.apart == 0),
        (r"begins with another weight", lambda r, *settings: settings[1] != 0),
    ),
    "zero.parts": (
        (r"ReLU is flat at a sum of 0", lambda r, *_: False),  # it has a corner there
        (r"Zero weights out are fine", lambda r, *_: r.cell("output").loss < r.table.bar),
        (r"Zero biases do no harm", lambda r, *_: r.cell("random").loss < r.table.bar),
        (r"freezes either kind", lambda r, *_: not r.table.trained("zeros")),
        (r"So no pull gets through", lambda r, *_: r.cell("hidden").loss >= r.table.bar),
    ),
    "zero.flat": ((r"as good as any", lambda r, *_: last(r.zeros) <= 1.01 * r.random.train_loss[:, -1].max()),),
    "zero.sigmoid": (
        (r"still equal|stay clones", lambda r, *_: np.ptp(r[1].kernels[0][0, -1], axis=1).max() == 0),
        (r"cancel to exactly zero", lambda r, *_: moved(r[1])[0] == 0),
        (r"and they move too", lambda r, *_: hidden_moved(r[1]) > 0),
    ),
    "scale.small_positive": (
        (r"one opinion", lambda r, *_: r.losses[next(iter(r.losses))] > r.line - 0.02 * r.guess),
        (r"the network learned", lambda r, *_: r.losses[next(iter(r.losses))] < r.line - 0.02 * r.guess),
        (r"no better than a guess", lambda r, *_: list(r.losses.values())[1] > 0.95 * r.guess),
        (r"this size does\.", lambda r, *_: list(r.losses.values())[1] < r.line),
        (
            r"it gets worse",
            lambda r, *_: r.likeness[next(iter(r.likeness))][-1] > r.likeness[next(iter(r.likeness))][0],
        ),
    ),
    "scale.fading": (
        (r"deaf", lambda r, *_: level(r) < 1e-6),
        (r"hard of hearing", lambda r, *_: 1e-6 <= level(r) < 0.1),
        (r"can hear", lambda r, *_: 0.1 <= level(r) <= 10),
        (r"drowns", lambda r, *_: level(r) > 10),
    ),
    "scale.much": (
        (r"Here \d+ blew up|\d+ blew up and", lambda r, *_: kinds_of(r.scales, "diverged", "exploding") > 0),
        (r"Here \d+ went dead|and \d+ went dead\. T", lambda r, *_: kinds_of(r.scales, "dead") > 0),
        (r"did no harm", lambda r, *_: kinds_of(r.scales, "dead", "diverged", "exploding") == 0),
        (r"Dead means", lambda r, *_: r.ones_died or kinds_of(r.scales, "dead") > 0),
    ),
    "scale.xor": (
        (r"some fail", lambda r, *_: (r.losses < r.guess / 4).all(axis=1).sum() == 0),
        (r"luck may be all", lambda r, *_: abs(learned_at(r, 0.05) - learned_at(r, 5)) < 20),
        (r"scale matters more", lambda r, *_: learned_at(r, 0.05) != learned_at(r, 5)),
    ),
    "methods.defaults": (
        (r"Here both will do", lambda r, *_: r.learned("Keras") and r.learned("PyTorch")),
        (r"Here that was too little", lambda r, *_: not r.learned("PyTorch")),
    ),
    "methods.contest": (
        (r"Here one start won", lambda r, *_: len({each.best.initializer.key for each in r.values()}) == 1),
        (r"depends on the layers", lambda r, *_: all(len(each.tied) == 1 for each in r.values())),
        (r"too close to call", lambda r, *_: any(len(each.tied) > 1 for each in r.values())),
    ),
    "judging.one": (
        (r"seed 0, worked", lambda r, *_: r.train_loss[0] < 0.1),
        (r"do not stop just anywhere", lambda r, *_: failed(r) > 0),
    ),
    "judging.mean": (
        (r"poor picture", lambda r, *_: near_mean(r) < 0.19),
        (r"lies among the runs", lambda r, *_: near_mean(r) >= 0.19),
    ),
    "judging.lucky": (
        (r"flatters", lambda r, *_: r.against.successes > 0),
        (r"no seed at all", lambda r, *_: r.against.successes == 0),
    ),
    "judging.enough": ((r"narrows faster than that", lambda r, *_: not 0.03 < failed(r) / 500 < 0.97),),
    "seeds.hair": (
        (r"stays small, too", lambda r, *_: r.wild[0].distance[-1] < 1e-6),
        (r"steps are bold", lambda r, *settings: settings[0] > 1),
    ),
    "seeds.row": (
        (r"All rows go into each step", lambda r, *settings: settings[0] == 100),
        (r"another road", lambda r, *settings: settings[0] < 100),
    ),
    "seeds.pairs": ((r"helps little", lambda r, *_: r.asked.fewer < 1.5),),
}


def largest(order) -> str:
    return str(max(order.shares, key=lambda share: share.share).part)


def level(records) -> float:
    """What is left of a signal from the first spread, by the medians over seeds."""
    first, *_, end = np.median(next(iter(records.values())).activations, axis=0)
    return float(end / first)


def near_mean(runs) -> float:
    losses = runs.train_loss
    return float((np.abs(losses - losses.mean()) < losses.std(ddof=1) / 2).mean())


def hold_to_its_numbers(key: str, settings: tuple[Any, ...]) -> None:
    """Measure a screen and compare what it says."""
    screen = SCREENS[key]
    for parameter, value in zip(screen.settings, settings, strict=True):
        parameter.check(value)
    result = result_of(screen.measure, *settings)
    reveal = screen.reveal(result)
    text = f"{reveal.because}\n{reveal.why}"
    assert reveal.right in range(len(screen.options))
    assert not re.search(r"\bnan\b|\bNone of None|no number|\binf\b|\{|\}", text), text
    assert len(reveal.why.split()) <= MOST_WORDS, text
    if key in SAYS:
        found = printed(reveal.because)
        for (value, tolerance), expected in zip(found, SAYS[key](result, *settings), strict=False):
            assert abs(value - float(expected)) <= tolerance * 1.001 + 1e-12 * abs(value), (settings, expected, text)
        assert len(found) >= len(SAYS[key](result, *settings)), text
    for words, condition in ONLY_IF.get(key, ()):
        if re.search(words, text):
            assert condition(result, *settings), (settings, words, text)
    products_multiply_out(text)


def products_multiply_out(text: str) -> None:
    """Where a text says that something is a share of a share, the product stands there as the factors give it."""
    for first, whole, _, second, of, product in re.findall(
        r"fails in (\d+) of (\d+) cases, which is ([\d.]+) %\. Two in a row fail in (\d+) of (\d+) of those: "
        r"([\d.]+) %",
        text,
    ):
        ((value, tolerance),) = printed(product)
        assert abs(100 * int(first) * int(second) / int(whole) / int(of) - value) <= tolerance, text
    for share, again, product in re.findall(r"Two: ([\d.]+) % of ([\d.]+) %, which is ([\d.]+) %", text):
        ((value, tolerance),) = printed(product)
        assert abs(float(share) * float(again) / 100 - value) <= tolerance, text


keys = pytest.mark.parametrize("key", SCREENS)


@keys
def test_a_screen_says_what_it_measured_at_random_settings(key):
    hold_to_its_numbers(key, at_random(SCREENS[key], np.random.default_rng(2)))


@pytest.mark.slow
@keys
def test_a_screen_says_what_it_measured_at_the_corners_of_its_controls(key):
    screen = SCREENS[key]
    for settings in dict.fromkeys([defaults(screen), *itertools.product(*map(ends, screen.settings))]):
        hold_to_its_numbers(key, settings)


@pytest.mark.simulation
@keys
def test_a_screen_says_what_it_measured_at_many_random_settings(key):
    generator, began = np.random.default_rng(3), process_time()
    for tried in range(RANDOM if SCREENS[key].settings else 1):
        if tried >= FEW and process_time() - began > ENOUGH_SECONDS:
            break  # screens that train for seconds get fewer
        hold_to_its_numbers(key, at_random(SCREENS[key], generator))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.0613 and −4.71·10⁻⁵", [(0.0613, 5e-5), (-4.71e-5, 5e-8)]),
        ("1,000 of 66 %", [(1000.0, 0.5), (66.0, 0.5)]),
        ("0.06, 0.12", [(0.06, 0.005), (0.12, 0.005)]),
    ],
)
def test_numbers_are_read_with_their_rounding(text, expected):
    for (value, tolerance), (wanted, half) in zip(printed(text), expected, strict=True):
        assert (value, tolerance) == pytest.approx((wanted, half))


def test_the_verdict_of_ones_is_what_the_text_says():
    muchs = result_of(SCREENS["scale.much"].measure, 8)
    assert muchs.ones_died
    assert diagnose(train(ONES))[0].kind == "dead"
