"""Sentences about luck, stuck runs and blow-ups that are often said."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from nnviz.analysis.claims.record import OFTEN_SAID, Claim, ClaimVerdict, Numbers, judge
from nnviz.analysis.playground.activity import activity
from nnviz.analysis.training import train_all
from nnviz.analysis.words import number, percent
from nnviz.core import initializers
from nnviz.core.experiment import Experiment
from nnviz.core.progress import Progress, part
from nnviz.core.trace import Trace
from nnviz.core.training import train

TOPIC = "Symmetry and chance"

XOR = Experiment(
    dataset="xor", samples=8, noise=0.0, hidden=(2,), batch_size=None, learning_rate=0.5, epochs=5000, snapshots=2
)
SEEDS, SOLVED = 1000, 0.1
GOES_ON, AT_REST = 0.3, 0.03  # of the way that the weights made in the decade of steps before
GROUPS = 10  # of the seeds
LONG = XOR.replace(epochs=40_000, restarts=24, snapshots=30)
LEVEL = math.log(2) / 2  # where two corners share one answer
ONES = Experiment(
    hidden=(16, 16, 16), activation="relu", kernel_initializer=initializers.get("ones"), batch_size=None, snapshots=200
)
SIZES = (
    (3, 16, "float64"), (3, 64, "float64"), (5, 32, "float64"), (8, 64, "float32"), (16, 256, "float32"),
    (30, 64, "float32"), (30, 64, "float64"),
)  # fmt: skip
"""Layers, units, and the numbers that they are computed in."""
FIRST_STEPS = 10


def _guarantee(on_progress: Progress) -> list[Numbers]:
    (trace,) = train_all([XOR.replace(restarts=SEEDS)], on_progress)
    failed = (trace.train_loss[:, -1] > SOLVED).reshape(GROUPS, -1)
    return [
        {"runs": failed.shape[1], "all_runs": SEEDS, "all_failed": float(failed.sum()), "steps": XOR.total_steps}
        | {"failed": float(group.sum())}
        for group in failed
    ]


def _decide_guarantee(n: Numbers) -> ClaimVerdict:
    return judge(
        f"{n['all_failed']:.0f} of {n['all_runs']:,.0f} random starts still fail after {n['steps']:,.0f} steps: "
        f"{percent(n['all_failed'] / n['all_runs'])}. In a group of {n['runs']:.0f} it is {n['failed']:.0f}, by the "
        "median.",
        confirmed=n["failed"] == 0,
        refuted=n["failed"] / n["runs"] > 0.01,
    )


def _minimum(on_progress: Progress) -> list[Numbers]:
    """How each run that is stuck goes on: its loss, and the way that its weights make in a decade of steps."""
    trace = train(LONG, on_progress)
    moments = [int(np.searchsorted(trace.steps, trace.steps[-1] * share)) for share in (0.01, 0.1, 1.0)]
    stuck = np.flatnonzero(trace.train_loss[:, moments[1]] > SOLVED)
    return [
        _decades(trace, run, moments) | {"escaped": float(trace.train_loss[run, -1] < SOLVED)} for run in stuck.tolist()
    ]


def _decades(trace: Trace, run: int, moments: Sequence[int]) -> dict[str, float]:
    """The loss at the last two of three moments, and how far the weights went from each moment to the next."""
    first, middle, last = (np.concatenate([k[run, m].ravel() for k in trace.kernels]) for m in moments)
    return {
        "from_step": float(trace.steps[moments[1]]),
        "to_step": float(trace.steps[moments[2]]),
        "loss_before": float(trace.train_loss[run, moments[1]]),
        "loss_after": float(trace.train_loss[run, moments[2]]),
        "way_before": float(np.linalg.norm(middle - first)),
        "way_after": float(np.linalg.norm(last - middle)),
    }


def _decide_minimum(n: Numbers) -> ClaimVerdict:
    goes_on = n["way_after"] / n["way_before"] if n["way_before"] else 0.0  # to the last bit at rest
    return judge(
        f"From step {n['from_step']:,.0f} to {n['to_step']:,.0f} the loss fell from {n['loss_before']:.6f} to "
        f"{n['loss_after']:.6f}, and the weights went {number(n['way_after'])} on, after {number(n['way_before'])} "
        "in the "
        f"ten times shorter stretch before. They never come to rest: the loss falls for ever towards ln 2 / 2 = "
        f"{LEVEL:.6f}, and never below.",
        confirmed=goes_on < AT_REST,
        refuted=goes_on > GOES_ON and LEVEL < n["loss_after"] < n["loss_before"] and not n["escaped"],
    )


def _ones(on_progress: Progress) -> list[Numbers]:
    cases = []
    for i, (layers, units, dtype) in enumerate(SIZES):
        size = ONES.replace(hidden=(units,) * layers, dtype=dtype, epochs=FIRST_STEPS, snapshots=FIRST_STEPS + 1)
        trace = train(size, part(on_progress, i, len(SIZES)))
        finite = trace.diverged_at[0] < 0
        cases.append(
            {
                "diverged_at": float(trace.diverged_at[0]),
                "dead": max(layer.dead / layer.units for layer in activity(trace)) if finite else 0.0,
                "start_loss": float(trace.train_loss[0, 0]),
                "after_a_step": float(trace.train_loss[0, 1]),
            }
        )
    first = {f"small_{name}": cases[0][name] for name in ("start_loss", "after_a_step", "dead")}
    blown = sum(case["diverged_at"] >= 0 for case in cases)
    return [{"diverged_at": c["diverged_at"], "dead": c["dead"], "blown": blown} | first for c in cases]


def _decide_ones(n: Numbers) -> ClaimVerdict:
    layers, units, _ = SIZES[0]
    return judge(
        f"{layers} layers of {units} begin at loss {number(n['small_start_loss'])}, and one step later it is "
        f"{number(n['small_after_a_step'])} (ln 2 = {number(math.log(2))}): {percent(n['small_dead'])} of a layer's "
        "units "
        f"are dead. But of {len(SIZES)} sizes {n['blown']:.0f} leave what a number can hold.",
        confirmed=n["diverged_at"] >= 0,
        refuted=n["diverged_at"] < 0 and n["dead"] == 1,
    )


CLAIMS = (
    Claim(
        key="random_guarantees",
        label="A random start always works",
        statement="With a random start training succeeds.",
        note="A random start makes success possible, not certain: try several.",
        reference=OFTEN_SAID,
        setting=f"XOR, 2 tanh units, glorot_uniform, {SEEDS:,} seeds, {XOR.epochs:,} full batches; a loss above "
        f"{SOLVED:g} is a failure.",
        formula="confirmed: no seed of a group fails; refuted: more than 1 % do",
        topic=TOPIC,
        measure=_guarantee,
        decide=_decide_guarantee,
        seconds=2,
        cases="groups of seeds",
    ),
    Claim(
        key="local_minimum",
        label="Stuck in a local minimum",
        statement="A run that is stuck sits in a local minimum of the loss.",
        note="What looks like a pit is a slope without an end. That does not mean that waiting helps.",
        reference=OFTEN_SAID,
        setting=f"XOR, 2 tanh units, glorot_uniform, {LONG.restarts} seeds, {LONG.epochs:,} full batches; runs whose "
        f"loss stays above {SOLVED:g}.",
        formula=f"confirmed: in the last nine tenths of the steps the weights go less than {100 * AT_REST:.0f} % as "
        "far as "
        f"in the nine hundredths before, as at a minimum; refuted: over {100 * GOES_ON:.0f} % as far, while the loss "
        "falls "
        "and stays above ln 2 / 2",
        topic=TOPIC,
        measure=_minimum,
        decide=_decide_minimum,
        seconds=1.3,
        cases="stuck runs",
    ),
    Claim(
        key="ones_blow_up",
        label="Ones blow up",
        statement="Starting a deep ReLU network from ones makes its loss explode to infinity.",
        note="It hangs on the size. In a small network the first step is so large that a whole layer dies: the "
        "opposite of "
        "an explosion. A large one has left the numbers before it.",
        reference=OFTEN_SAID,
        setting="Two moons, ReLU, "
        + ", ".join(f"{layers} × {units} {dtype}" for layers, units, dtype in SIZES)
        + f" (layers × units), learning rate {ONES.learning_rate:g}, {FIRST_STEPS} full batches; nothing is drawn.",
        formula="confirmed: some step's loss is not finite; refuted: all are, and a whole layer is dead",
        topic=TOPIC,
        measure=_ones,
        decide=_decide_ones,
        seconds=2,
        cases="sizes",
    ),
)
