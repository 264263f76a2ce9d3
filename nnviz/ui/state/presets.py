"""Pairs worth seeing, each a link to the Playground."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Preset:
    """A pair, and why to look at it.

    Attributes:
        label: A and B, in a few words.
        note: what to watch.
        query: the pair as `Comparison.to_query` writes it.
    """

    label: str
    note: str
    query: Mapping[str, str]


def _deep(layers: int, units: int) -> str:
    return ",".join([str(units)] * layers)


PRESETS = (
    Preset("zeros · random", "Do the units of A ever move?", {}),
    Preset(
        "constant · constant + a pinch",
        "A's units move as one. B's differ by a thousandth at first: when do they part?",
        {
            "dataset": "circles",
            "kernel_initializer": "constant(value=0.5)",
            "b_kernel_initializer": "perturbed",
        },
    ),
    Preset(
        "ordered 1/n to 1 · random",
        "A's weights are no accident, only different. Is different enough?",
        {"kernel_initializer": "ordered"},
    ),
    Preset(
        "Glorot · He, same seed",
        "The same draws at two scales. Which falls faster?",
        {"kernel_initializer": "glorot_uniform", "b_kernel_initializer": "he_uniform"},
    ),
    Preset(
        "seed 0 · seed 1",
        "The same initializer twice. How much is luck?",
        {"kernel_initializer": "glorot_uniform", "b_seed": "1"},
    ),
    Preset(
        "too small · right",
        "Different, but by very little, and through two layers. Does A get away?",
        {"hidden": "8,8", "kernel_initializer": "random_normal(stddev=0.001)"},
    ),
    Preset(
        "right · too large",
        "B's units answer −1 or 1 almost everywhere. What is left to learn with?",
        {
            "hidden": "8,8,8",
            "kernel_initializer": "glorot_uniform",
            "b_kernel_initializer": "random_normal(stddev=10.0)",
        },
    ),
    Preset(
        "sigmoid: zeros · random",
        "Sigmoid answers 0.5 to zero, so A does move. Do its units part?",
        {"activation": "sigmoid", "learning_rate": "1.0"},
    ),
    Preset(
        "all zeros · output zeros only",
        "B's hidden weights are random, its output weights zero. Is that enough?",
        {"b_output_initializer": "zeros"},
    ),
    Preset(
        "all zeros · random biases only",
        "All of B's weights are zero, only its biases are random. Is that enough?",
        {"b_kernel_initializer": "zeros", "b_bias_initializer": "random_normal(stddev=1.0)"},
    ),
    Preset(
        "deep ReLU: ones · He",
        "Watch A's first step.",
        {
            "hidden": _deep(4, 16),
            "activation": "relu",
            "kernel_initializer": "ones",
            "b_kernel_initializer": "he_normal",
        },
    ),
    Preset(
        "deep ReLU: far too large · He",
        "How many steps does A last?",
        {
            "hidden": _deep(6, 32),
            "activation": "relu",
            "kernel_initializer": "random_normal(stddev=1.0)",
            "b_kernel_initializer": "he_normal",
        },
    ),
    Preset(
        "deep ReLU: Glorot · He",
        "A factor of √2 a layer, over 16 layers. Which of the two learns?",
        {
            "hidden": _deep(16, 16),
            "activation": "relu",
            "learning_rate": "0.01",
            "epochs": "100",
            "kernel_initializer": "glorot_uniform",
            "b_kernel_initializer": "he_uniform",
        },
    ),
    Preset(
        "no hidden layer: zeros · random",
        "There are no units to tell apart. Do zeros harm?",
        {"dataset": "blobs", "hidden": "none"},
    ),
)
