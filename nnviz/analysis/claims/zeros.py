"""Zeros that are right: residual branches and low-rank factors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nnviz.analysis.claims.record import OFTEN_SAID, SEEDS, Claim, ClaimVerdict, Numbers, judge
from nnviz.analysis.depth.blocks import BLOCKS as DEEP_BLOCKS
from nnviz.analysis.depth.blocks import PLAIN as DEEP_PLAIN
from nnviz.analysis.initializers.works import SHARE_OF_GUESS
from nnviz.analysis.playground.baselines import guess_loss
from nnviz.analysis.playground.functions import distinct_functions
from nnviz.analysis.words import number
from nnviz.core.experiment import Experiment
from nnviz.core.finetuning import Finetuning, finetune
from nnviz.core.progress import Progress, part
from nnviz.core.trace import Trace, predict
from nnviz.core.training import train

TOPIC = "When a zero is right"
TURN = 60.0  # degrees between the base's data and those of the fine-tuning
RANK = 4

BASE = Experiment(batch_size=None, learning_rate=0.5, epochs=300, restarts=SEEDS, snapshots=2)
WIDE = BASE.replace(hidden=(128,), learning_rate=0.05)
RATES = tuple(2.0**power for power in range(-5, 5))
TUNED_STEPS = 100
BLOCKS = Experiment(
    hidden=(8, 8, 8), residual=True, branch_initializer="zeros", batch_size=None, learning_rate=0.1, epochs=500,
    restarts=SEEDS, snapshots=2,
)  # fmt: skip
SETTING = f"Two moons, then turned by {TURN:g} degrees; 8 tanh units, rank {RANK} on every kernel, {SEEDS} seeds."


def _tuned(
    base: Trace, run: int, down: str, up: str, epochs: int | None = None, learning_rate: float | None = None
) -> Finetuning:
    data = base.dataset.turned(TURN)
    return finetune(
        base, data, RANK, down, up, run=run, epochs=epochs, learning_rate=learning_rate, seed=run
    )  # fmt: skip


def _start(on_progress: Progress) -> Sequence[Numbers]:
    base, cases = train(BASE, on_progress), []
    for run in range(SEEDS):
        tuned = _tuned(base, run, "he_uniform", "zeros", epochs=1)
        rows = tuned.dataset.x_test
        cases.append({"furthest": float(np.abs(predict(tuned, rows, 0, 0) - predict(base, rows, run)).max())})
    return cases


def _decide_start(n: Numbers) -> ClaimVerdict:
    return judge(
        f"No probability differs from the base's by more than {number(n['furthest'])}.",
        confirmed=n["furthest"] == 0,
        refuted=n["furthest"] > 1e-6,
    )


def _both(on_progress: Progress) -> Sequence[Numbers]:
    base, cases = train(BASE, on_progress), []
    for run in range(SEEDS):
        tuned = _tuned(base, run, "zeros", "zeros")
        moved = float((tuned.first_moves >= 0).sum())
        fell = 1 - float(tuned.train_loss[0, -1]) / tuned.base_loss
        cases.append({"moved": moved, "factors": tuned.first_moves.size, "steps": float(tuned.steps[-1]), "fell": fell})
    return cases


def _decide_both(n: Numbers) -> ClaimVerdict:
    return judge(
        f"{n['moved']:.0f} of {n['factors']:.0f} factors moved within {n['steps']:,.0f} steps; the loss fell by "
        f"{number(100 * n['fell'])} %.",
        confirmed=n["moved"] == n["factors"],
        refuted=n["moved"] == 0,
    )


def _rate(on_progress: Progress) -> Sequence[Numbers]:
    base, cases = train(WIDE, part(on_progress, 0, 1 + SEEDS)), []
    for run in range(SEEDS):
        part(on_progress, 1 + run, 1 + SEEDS)(0.0)
        up_zero, down_zero = (
            _largest_stable(base, run, *factors) for factors in (("he_uniform", "zeros"), ("zeros", "he_uniform"))
        )
        cases.append({"up_zero": up_zero, "down_zero": down_zero})
    return cases


def _largest_stable(base: Trace, run: int, down: str, up: str) -> float:
    """The largest of `RATES` up to which each ends below the base's loss; 0 where none does."""
    largest = 0.0
    for rate in RATES:
        tuned = _tuned(base, run, down, up, epochs=TUNED_STEPS, learning_rate=rate)
        if not tuned.train_loss[0, -1] < tuned.base_loss:
            break
        largest = rate
    return largest


def _decide_rate(n: Numbers) -> ClaimVerdict:
    return judge(
        f"The largest stable rate is {number(n['up_zero'])} with B zero and {number(n['down_zero'])} with A zero.",
        confirmed=n["up_zero"] >= 1.5 * n["down_zero"],
        refuted=1.5 * n["up_zero"] <= n["down_zero"],
    )


def _deep(on_progress: Progress) -> Sequence[Numbers]:
    plain, blocks = (
        train(recipe.replace(restarts=SEEDS), part(on_progress, place, 2)).train_loss[:, -1]
        for place, recipe in enumerate((DEEP_PLAIN, DEEP_BLOCKS))
    )
    bar = SHARE_OF_GUESS * guess_loss(DEEP_PLAIN.load_dataset())
    layers = len(DEEP_PLAIN.hidden)
    return [
        {"layers": layers, "bar": bar, "plain": float(one), "blocks": float(other)}
        for one, other in zip(plain, blocks, strict=True)
    ]


def _decide_deep(n: Numbers) -> ClaimVerdict:
    return judge(
        f"At {n['layers']:.0f} layers the blocks end at loss {number(n['blocks'])}, plain layers at "
        f"{number(n['plain'])}; below {number(n['bar'])} a net counts as trained.",
        confirmed=n["blocks"] < n["bar"] <= n["plain"],
        refuted=n["blocks"] >= n["plain"],
    )


def _alike(on_progress: Progress) -> Sequence[Numbers]:
    trace = train(BLOCKS, on_progress)
    end = trace.at([len(trace.steps) - 1])
    least = np.min([distinct_functions(end, layer)[:, 0] for layer in range(1, len(BLOCKS.hidden))], axis=0)
    return [
        {"units": BLOCKS.hidden[0], "distinct": float(functions), "loss": float(loss)}
        for functions, loss in zip(least, trace.train_loss[:, -1], strict=True)
    ]


def _decide_alike(n: Numbers) -> ClaimVerdict:
    return judge(
        f"In every block at least {n['distinct']:.0f} of {n['units']:.0f} units end up as different functions; the "
        f"loss is {number(n['loss'])}.",
        confirmed=n["distinct"] <= 1,
        refuted=n["distinct"] > 0.5 * n["units"],
    )


def _wasted(on_progress: Progress) -> Sequence[Numbers]:
    base, cases = train(BASE, on_progress), []
    for run in range(SEEDS):
        equal, drawn = (_tuned(base, run, down, "zeros") for down in ("constant(value=0.5)", "he_uniform"))
        cases.append(
            {
                "rank": RANK,
                "equal": float(max(equal.effective_rank(pair)[-1] for pair in (0, 1))),
                "drawn": float(min(drawn.effective_rank(pair)[-1] for pair in (0, 1))),
                "equal_loss": float(equal.train_loss[0, -1]),
                "drawn_loss": float(drawn.train_loss[0, -1]),
            }
        )
    return cases


def _decide_wasted(n: Numbers) -> ClaimVerdict:
    return judge(
        f"With all of A equal, {n['rank']:.0f} directions act as {n['equal']:.0f}, drawn ones as {n['drawn']:.0f}; the "
        f"losses end at {number(n['equal_loss'])} and {number(n['drawn_loss'])}.",
        confirmed=n["equal"] == n["rank"],
        refuted=n["equal"] == 1 and n["drawn"] == n["rank"],
    )


CLAIMS = (
    Claim(
        key="lora_start",
        label="LoRA starts at the base",
        statement="With B at zero, A B is zero at the start of training: the net begins as the one it builds on.",
        note="W₀ + A·0 is W₀, and so is what follows from it.",
        reference="hu2021",
        setting=SETTING,
        formula="confirmed: no output differs by a bit; refuted: one differs by more than 1e-6",
        topic=TOPIC,
        measure=_start,
        decide=_decide_start,
        seconds=0.7,
    ),
    Claim(
        key="lora_both_zero",
        label="Both factors zero",
        statement="Setting both A and B to zero is the safest start: training moves them soon enough.",
        note="Each waits for the other: A's gradient is multiplied by B, and B's by A.",
        reference=OFTEN_SAID,
        setting=SETTING,
        formula="confirmed: all factors move; refuted: none does",
        topic=TOPIC,
        measure=_both,
        decide=_decide_both,
        seconds=1.5,
    ),
    Claim(
        key="lora_rate",
        label="Which factor is zero",
        statement="Drawing A and leaving B at zero allows larger learning rates than the other way round.",
        note="What is zero moves first; from then on the drawn factor multiplies its steps.",
        reference="hayou2024",
        setting=f"Two moons, then turned by {TURN:g} degrees; 128 tanh units, rank {RANK}, {TUNED_STEPS} full batches, "
        f"he_uniform, rates in powers of 2, {SEEDS} seeds; stable: each smaller rate too ends below the base's loss.",
        formula="confirmed: B zero bears 1.5 times the rate or more; refuted: A zero does",
        topic=TOPIC,
        measure=_rate,
        decide=_decide_rate,
        seconds=12,
    ),
    Claim(
        key="zero_branches_deep",
        label="Zero branches, many layers",
        statement="With the last layer of each residual branch at zero, very deep nets train without normalisation.",
        note="Every block begins as the identity, so depth costs nothing at the start.",
        reference="zhang2019",
        setting=f"Two moons, {len(DEEP_PLAIN.hidden)} layers of {DEEP_PLAIN.hidden[0]} tanh units, glorot_uniform, "
        f"{DEEP_PLAIN.epochs} epochs, {SEEDS} seeds.",
        formula="confirmed: the blocks end below a quarter of a guess's loss and plain layers do not; refuted: the "
        "blocks end no lower",
        topic=TOPIC,
        measure=_deep,
        decide=_decide_deep,
        seconds=6,
    ),
    Claim(
        key="zero_last_layer",
        label="A zero last layer keeps units alike",
        statement="A last layer of zeros, as in DiT's blocks, leaves its units alike: weights must break symmetry.",
        note="The units that it multiplies differ, and so do its gradients.",
        reference=OFTEN_SAID,
        setting=f"Two moons, {BLOCKS.branches} residual blocks of {BLOCKS.hidden[0]} tanh units with V zero, "
        f"{BLOCKS.epochs} full batches, {SEEDS} seeds.",
        formula="confirmed: some block's units end as one function; refuted: in all more than half of them differ",
        topic=TOPIC,
        measure=_alike,
        decide=_decide_alike,
        seconds=1,
    ),
    Claim(
        key="lora_rank",
        label="Rank r gives r directions",
        statement="The rank decides how much low-rank factors can learn, whatever they start from.",
        note="Equal directions get equal gradients: symmetry again.",
        reference=OFTEN_SAID,
        setting=f"{SETTING[:-1]}; A all 0.5, beside he_uniform.",
        formula="confirmed: equal directions part; refuted: they act as 1, while drawn ones all differ",
        topic=TOPIC,
        measure=_wasted,
        decide=_decide_wasted,
        seconds=3,
    ),
)
