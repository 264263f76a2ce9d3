"""The cases of zeros in a start: which part is zero, of which network, and how that is written in Python."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nnviz.core.experiment import DEFAULT, Experiment, field_names
from nnviz.core.initializers import Initializer

RANK = 3
TURN = 60.0  # degrees between the data that a fine-tuning's base was trained on and its own
PLAIN = Experiment(samples=401, batch_size=None, learning_rate=0.5, epochs=800, snapshots=100)
"""What is trained: two moons with one row more of one class, so that the output bias has something to learn."""
RESIDUAL = PLAIN.replace(hidden=(8, 8, 8), residual=True, learning_rate=0.1)


@dataclass(frozen=True)
class ZeroStart:
    """What is trained in a case: of a plain or residual net, or of a gain or factors on top of one.

    Attributes:
        key: a short name.
        label: the name on screen.
        note: what is zero, in a few words.
        recipe: of the networks.
        zeros: the layers, and branch kernels behind them, whose kernels are put to zero where no field says it.
        gain: what each block's branch is multiplied by, unit by unit, at the start; None: there is no gain.
        factors: what draws A and B; None: it is no fine-tuning.
    """

    key: str
    label: str
    note: str
    recipe: Experiment
    zeros: tuple[int, ...] = ()
    gain: float | None = None
    factors: tuple[str, str] | None = None


STARTS = (
    ZeroStart("all_zeros", "all zeros", "Every kernel and bias.", PLAIN.replace(kernel_initializer="zeros")),
    ZeroStart(
        "hidden_zero", "hidden kernel zero", "Output kernel drawn.",
        PLAIN.replace(kernel_initializer="zeros", output_initializer="glorot_uniform"),
    ),
    ZeroStart(
        "hidden_zero_relu", "hidden kernel zero, ReLU", "ReLU's slope at 0 is taken as 0.",
        PLAIN.replace(kernel_initializer="zeros", output_initializer="glorot_uniform", activation="relu"),
    ),
    ZeroStart("output_zero", "output kernel zero", "Hidden kernel drawn.", PLAIN.replace(output_initializer="zeros")),
    ZeroStart("biases_zero", "biases zero", "Kernels drawn.", PLAIN),
    ZeroStart(
        "no_hidden_layer", "no hidden layer, zeros", "A straight line.",
        PLAIN.replace(hidden=(), kernel_initializer="zeros"),
    ),
    ZeroStart(
        "two_in_a_row", "two zero layers in a row", "Second hidden and output kernel; the first drawn.",
        PLAIN.replace(hidden=(8, 8)), zeros=(1, 2),
    ),
    ZeroStart(
        "branch_last_zero", "last layer of each branch zero", "V zero, W drawn: a block starts as the identity.",
        RESIDUAL.replace(branch_initializer="zeros"),
    ),
    ZeroStart(
        "branch_first_zero_relu", "first layer of each branch zero, ReLU", "W zero. ReLU's slope at 0 is taken as 0.",
        RESIDUAL.replace(activation="relu"), zeros=(1, 2),
    ),
    ZeroStart("branch_first_zero", "first layer of each branch zero", "W zero, V drawn.", RESIDUAL, zeros=(1, 2)),
    ZeroStart("branch_both_zero", "both layers of each branch zero", "V and W zero.", RESIDUAL, zeros=(1, 2, 4, 5)),
    ZeroStart("gain_zero", "a gain of zero", "x + γ V φ(W x + b) with γ zero; V and W drawn.", RESIDUAL, gain=0.0),
    ZeroStart(
        "lora_up_zero", "LoRA, up zero", "B zero, A drawn: W₀ + A B starts at the base.", PLAIN,
        factors=("he_uniform", "zeros"),
    ),
    ZeroStart(
        "lora_down_zero", "LoRA, down zero", "A zero, B drawn.", PLAIN,
        factors=("zeros", "he_uniform"),
    ),
    ZeroStart(
        "lora_both_zero", "LoRA, both zero", "A and B zero.", PLAIN,
        factors=("zeros", "zeros"),
    ),
    ZeroStart(
        "lora_neither_zero", "LoRA, neither zero", "A and B drawn: the start is no longer the base.", PLAIN,
        factors=("he_uniform", "he_uniform"),
    ),
    ZeroStart(
        "lora_equal", "LoRA, all of A equal", f"B zero: {RANK} directions of A alike.", PLAIN,
        factors=("constant(value=0.5)", "zeros"),
    ),
)  # fmt: skip


def in_code(start: ZeroStart) -> str:
    """Lines of Python that train the case with the library; none for gains, which it does not have."""
    if start.gain is not None:
        return ""
    fields = {
        name: getattr(start.recipe, name)
        for name in field_names()
        if getattr(start.recipe, name) != getattr(DEFAULT, name)
    }
    recipe = f"nnviz.Experiment({', '.join(f'{name}={_literal(value)}' for name, value in fields.items())})"
    if start.factors is not None:
        down, up = start.factors
        arguments = f', down_initializer="{down}", up_initializer="{up}"'
        return (
            f"import nnviz\n\nbase = nnviz.train({recipe})\n"
            f"tuned = nnviz.finetune(base, base.dataset.turned({TURN:g}), rank={RANK}{arguments})\n"
            "print(tuned.first_moves, tuned.train_loss[0, -1], tuned.base_loss)\n"
        )
    if not start.zeros:
        return f"import nnviz\n\ntrace = nnviz.train({recipe})\nprint(trace.train_loss[0, -1])\n"
    kernels = " and ".join(f"views[{place}]" for place in start.zeros)
    layers = len(start.recipe.layer_sizes) - 1
    zeroed = "\n".join(f"views[{place}][{':-1' if place < layers else ':'}] = 0" for place in start.zeros)
    return (
        "import nnviz\nfrom nnviz.core.network import layer_views\n"
        "from nnviz.core.training import initial_parameters, train_from\n\n"
        f"experiment = {recipe}\nstart = initial_parameters(experiment, experiment.seed)\n"
        f"views = layer_views(start, experiment.layer_sizes, experiment.branches)  # {kernels} are put to zero\n"
        f"{zeroed}\ntrace = train_from(experiment, start[None])\nprint(trace.train_loss[0, -1])\n"
    )


def _literal(value: Any) -> str:
    return f'"{value}"' if isinstance(value, (str, Initializer)) else repr(value)
