"""The page on start and order: its controls, presets, and ways into the Playground."""

from __future__ import annotations

import numpy as np

from nnviz.analysis.chance.order import Order
from nnviz.core.experiment import MOST_SEED, Experiment
from nnviz.core.registry import Parameter
from nnviz.ui import page
from nnviz.ui.state.controls import Controls
from nnviz.ui.state.presets import Preset
from nnviz.ui.state.state import DEFAULT_A, Comparison

PAGE = page.script("order")


def _amount(name: str, label: str, note: str) -> Parameter:
    return Parameter(name=name, kind=int, default=20, low=2, high=40, label=label, note=note)


LAB = Controls(
    "order",
    Experiment(noise=0.3, hidden=(2,), learning_rate=0.1, epochs=20, snapshots=DEFAULT_A.snapshots),
    sections={
        "Training": ("batch_size", "learning_rate", "epochs", "optimizer"),
        "Network": ("hidden", "activation"),
        "Data": ("dataset", "samples", "noise", "data_seed"),
    },
    more=("output_initializer", "bias_initializer", "dtype"),
    settings=(
        _amount("starts", "starts", "How many weight seeds."),
        _amount("orders", "orders", "How many seeds for the order of rows."),
        Parameter(
            name="first_order", kind=int, default=0, low=0, high=MOST_SEED, label="first order's seed",
            note="Orders count on from it.",
        ),
    ),
)  # fmt: skip

PRESETS = (
    Preset("gentle steps", "32 rows a step, learning rate 0.1: does it matter in which order rows come?", {}),
    Preset(
        "one row a step, larger steps",
        "The last rows seen pull hard. Does the start still show?",
        {"batch_size": "1", "learning_rate": "0.3"},
    ),
    Preset(
        "larger still",
        "Learning rate 1. What is left that start or order explain by themselves?",
        {"batch_size": "1", "learning_rate": "1.0"},
    ),
    Preset(
        "8 units, one row a step",
        "More ways to fit the same points.",
        {"hidden": "8", "batch_size": "1", "learning_rate": "0.3"},
    ),
    Preset("full batch", "All rows in every step: is there an order at all?", {"batch_size": "none"}),
    Preset("all start from zeros", "No chance is left in the start.", {"kernel_initializer": "zeros"}),
)

METHOD = (
    "A start's share says how far the starts differ on average over all orders, an order's likewise; what is left "
    "belongs to the pair. None of it is noise: the same pair gives the same loss to the bit. Shares are of the "
    "variance of the loss's logarithm (two-way analysis of variance, both factors random). Their 95 % intervals are "
    "Weerahandi's (1993), from 4,000 draws of the variances. In simulations they held the true share in 93 to 98 % "
    "where starts and orders differ as a bell curve has it, but in 80 to 90 % where a few are far off the others."
)


def playground_query(order: Order, row: int, column: int) -> dict[str, str]:
    """A pair as the Playground's A; as B the best of all pairs, or the worst where A is the best."""
    losses = np.where(np.isnan(order.losses), np.inf, order.losses)
    best, worst = (divmod(int(find(losses)), losses.shape[1]) for find in (np.argmin, np.argmax))
    other = worst if (row, column) == best else best
    return Comparison(order.pair(row, column), order.pair(*other)).to_query()
