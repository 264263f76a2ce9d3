"""Lesson 3, both dice: switched off together, and which of them matters more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from nnviz.analysis.chance.order import Order, order
from nnviz.analysis.chance.sources import Case, four_cases
from nnviz.analysis.words import count, number, percent, trimmed
from nnviz.core.experiment import Experiment
from nnviz.core.progress import Progress, part
from nnviz.figures.chance.order_shares import plot_order_shares
from nnviz.figures.style.template import Palette
from nnviz.lessons.lesson import Numbers, Picture, Reveal, Screen
from nnviz.lessons.networks.each import MOONS, RATE, ROWS, RUNS, final_losses

PAIRS = Experiment(samples=200, noise=0.3, hidden=(2,), learning_rate=0.1, batch_size=32, epochs=30)
STARTS, ORDERS = 8, 8
NAMED = {"start": "start", "order": "order", "pair": "pair of both"}
NAMES = {
    (False, False): "both fixed",
    (True, False): "other starts, one order",
    (False, True): "one start, other orders",
    (True, True): "both change",
}


# Both off.


def measure_cases(rows: int | None, rate: float, on_progress: Progress | None = None) -> tuple[Case, ...]:
    """Train all four cases."""
    return four_cases(MOONS.replace(batch_size=rows, learning_rate=rate), RUNS, on_progress)


def reveal_cases(cases: tuple[Case, ...]) -> Reveal:
    """How many different networks there are with both dice fixed."""
    fixed, starts, orders, both = cases
    no_order = ": a step that takes all rows leaves no order to draw" if orders.distinct == 1 else ""
    return Reveal(
        right=0 if fixed.distinct == 1 else 1 if fixed.distinct < RUNS else 2,
        because=(
            f"With both fixed, {RUNS} trainings gave {count(fixed.distinct, 'network')}, compared bit by bit. With "
            f"other starts {starts.distinct}, with other orders {orders.distinct}, with both {both.distinct}."
        ),
        why=(
            "There is no third die. Given the start and the order, each step is plain arithmetic, and the computer "
            "does the same sums the same way each time. What looks random about a result is drawn, and seeds decide "
            "what is drawn. The article is about the first die, the weights. With only that one fixed, "
            f"{count(orders.distinct, 'network')} came out{no_order}.\n\n"
            "One warning. Another computer, or another version of a library, may round differently. Then the last "
            "digits differ, and a long walk can turn that into another valley. Same bits need the same seeds and the "
            "same machine."
        ),
    )


def picture_cases(cases: tuple[Case, ...], palette: Palette) -> Sequence[Picture]:
    """The final losses of each case, and their spread in numbers."""
    named = {NAMES[each.starts, each.orders]: each for each in cases}
    stddevs = {
        name: {
            "different networks": str(each.distinct),
            "lowest loss": number(float(np.nanmin(each.losses))),
            "highest loss": number(float(np.nanmax(each.losses))),
            "spread": number(each.spread),
        }
        for name, each in named.items()
    }
    stddev = [number(each.spread) for each in cases]
    finding = (
        f"Spread of the final loss: {stddev[1]} by the start, {stddev[2]} by the order, {stddev[0]} with both fixed."
    )
    return final_losses(named, finding, palette), Numbers(f"{RUNS} runs of each case.", stddevs)


CASES_SCREEN = Screen(
    key="cases",
    title="Both switched off",
    before=(
        "Now both dice on one page. The start can be drawn anew for each training, or be the same every time. So can "
        "the order. That makes four cases. You have seen two of them.\n\n"
        f"Think of the case where both are fixed: the same start, the same order, {RUNS} trainings. Millions of small "
        "sums, each rounded to some 16 digits."
    ),
    question=f"With both fixed, how many different networks come out of {RUNS} trainings?",
    options=("One, the same to the last bit", "A few, since rounding errors creep in", f"{RUNS}: no two are alike"),
    measure=measure_cases,
    reveal=reveal_cases,
    pictures=picture_cases,
    settings=(ROWS, RATE),
)


# Which matters more.


@dataclass(frozen=True, eq=False)
class _Split:
    """Every start with every order, by gentle steps and by rough ones."""

    gentle: Order
    rough: Order


def measure_matters(rows: int | None, rate: float, on_progress: Progress | None = None) -> _Split:
    """Train every start with every order, twice."""
    rough = PAIRS.replace(batch_size=rows, learning_rate=rate)
    return _Split(
        order(PAIRS, STARTS, ORDERS, on_progress=part(on_progress, 0, 2)),
        order(rough, STARTS, ORDERS, on_progress=part(on_progress, 1, 2)),
    )


def reveal_matters(measurement: _Split) -> Reveal:
    """Which die decides."""
    gentle, rough = (
        {share.part: share.share for share in each.shares} for each in (measurement.gentle, measurement.rough)
    )
    largest = max(rough, key=lambda part: rough[part])
    words = {"start": "the start explains", "order": "the order explains", "pair": "only the pair of both explains"}
    first = max(gentle, key=lambda part: gentle[part])
    recipe = measurement.rough.experiment
    steps = f"{count(recipe.batch_rows, 'row')} a step and a learning rate of {trimmed(recipe.learning_rate)}"
    if largest == first:
        moral = f"Here the {NAMED[first]} explains most both times. Rougher steps, or gentler ones, may turn that."
    else:
        moral = "So neither die always matters more. It depends on the steps."
    return Reveal(
        right=("start", "order", "pair").index(largest),
        because=(
            f"With {steps}, {words[largest]} {percent(rough[largest])} of the differences in the final loss. By "
            f"gentle steps the start explains {percent(gentle['start'])}, the order {percent(gentle['order'])}."
        ),
        why=(
            f"To tell the dice apart, {STARTS} starts were each trained with {ORDERS} orders. If all runs from one "
            "start end alike, the start decides. If all runs with one order end alike, whatever their start, the order "
            "does.\n\n"
            "Short steps over many rows keep close to the true slope, so the walk stays near the way that its start "
            "laid out. Long steps over a few rows throw the walker about, so it may lose that way, and then the last "
            "few rows say where it comes to rest.\n\n"
            f"{moral} If you report a result, draw both anew."
        ),
    )


def picture_matters(measurement: _Split, palette: Palette) -> Sequence[Picture]:
    """The shares of start and order, by gentle steps and by rough ones."""
    gentle, rough = plot_order_shares(measurement.gentle, palette), plot_order_shares(measurement.rough, palette)
    return (
        replace(gentle, name="gentle", title=f"Gentle steps. {gentle.title}"),
        replace(rough, name="rough", title=f"Rough steps. {rough.title}"),
    )


MATTERS_SCREEN = Screen(
    key="matters",
    title="Which of the two matters more?",
    before=(
        f"Take {STARTS} starts and {ORDERS} orders, and train every start with every order: "
        f"{STARTS * ORDERS} networks. Then see what their final losses go by.\n\n"
        "We do this twice. Gentle: 32 rows a step, and a small learning rate of 0.1. Rough: one row a step, and a "
        "learning rate of 0.3, so that each single row pulls hard."
    ),
    question="With rough steps, what decides where a run ends?",
    options=("The start", "The order of the rows", "Neither by itself: only the two together"),
    measure=measure_matters,
    reveal=reveal_matters,
    pictures=picture_matters,
    settings=(
        replace(ROWS, default=1, label="rows a rough step"),
        replace(RATE, default=0.3, label="rough learning rate"),
    ),
)
