"""Sentences about luck, stuck runs and blow-ups that are often said."""

from __future__ import annotations

import math

import numpy as np

from nnviz.analysis.claims.record import OFTEN_SAID, Claim, ClaimVerdict, Numbers, judge
from nnviz.analysis.playground.activity import activity
from nnviz.analysis.training import train_all
from nnviz.analysis.words import count, number, percent
from nnviz.core import initializers
from nnviz.core.experiment import Experiment
from nnviz.core.progress import Progress

TOPIC = "Symmetry and chance"

XOR = Experiment(
    dataset="xor", samples=8, noise=0.0, hidden=(2,), batch_size=None, learning_rate=0.5, epochs=5000, snapshots=2
)
SEEDS, SOLVED = 1000, 0.1
LONG = XOR.replace(epochs=40_000, restarts=24, snapshots=30)
ONES = Experiment(
    hidden=(16, 16, 16), activation="relu", kernel_initializer=initializers.get("ones"), batch_size=None, snapshots=200
)
WILD = Experiment(
    hidden=(64,) * 10,
    activation="relu",
    kernel_initializer=initializers.get("random_normal(stddev=1)"),
    batch_size=None,
    learning_rate=1.0,
    epochs=20,
    snapshots=2,
)


def _guarantee(on_progress: Progress) -> Numbers:
    (trace,) = train_all([XOR.replace(restarts=SEEDS)], on_progress)
    failed = trace.train_loss[:, -1] > SOLVED
    return {"runs": SEEDS, "failed": float(failed.sum()), "steps": XOR.total_steps}


def _decide_guarantee(n: Numbers) -> ClaimVerdict:
    return judge(
        f"{n['failed']:.0f} of {n['runs']:,.0f} random starts still fail after {n['steps']:,.0f} steps: "
        f"{percent(n['failed'] / n['runs'])}.",
        confirmed=n["failed"] == 0,
        refuted=n["failed"] / n["runs"] > 0.01,
    )


def _minimum(on_progress: Progress) -> Numbers:
    (trace,) = train_all([LONG], on_progress)
    middle = int(np.searchsorted(trace.steps, trace.steps[-1] / 10))
    stuck = np.flatnonzero(trace.train_loss[:, middle] > SOLVED)
    before, after = trace.train_loss[stuck, middle], trace.train_loss[stuck, -1]
    largest = [
        np.max([np.abs(kernel[stuck, moment]).max(axis=(1, 2)) for kernel in trace.kernels], axis=0)
        for moment in (middle, -1)
    ]
    return {
        "stuck": len(stuck),
        "from_step": float(trace.steps[middle]),
        "to_step": float(trace.steps[-1]),
        "still_falling": float(((after < before) & (largest[1] > largest[0])).sum()),
        "gradient_left": float(trace.gradient_norms[stuck, -1].max(axis=1).min()),
        "loss_before": float(np.median(before)),
        "loss_after": float(np.median(after)),
        "weight_before": float(np.median(largest[0])),
        "weight_after": float(np.median(largest[1])),
    }


def _decide_minimum(n: Numbers) -> ClaimVerdict:
    return judge(
        f"{count(int(n['stuck']), 'stuck run')}: from step {n['from_step']:,.0f} to {n['to_step']:,.0f} the loss still "
        f"fell and a weight still grew in {n['still_falling']:.0f} of them (median loss {n['loss_before']:.6f} to "
        f"{n['loss_after']:.6f}, largest weight {number(n['weight_before'])} to {number(n['weight_after'])}). A "
        "minimum would hold them; this is a plateau that falls for ever slower.",
        confirmed=n["stuck"] > 0 and n["still_falling"] == 0,
        refuted=n["stuck"] > 0 and n["still_falling"] >= 0.9 * n["stuck"],
    )


def _ones(on_progress: Progress) -> Numbers:
    ones, wild = train_all([ONES, WILD], on_progress)
    dead = max(layer.dead / layer.units for layer in activity(ones))
    return {
        "start_loss": float(ones.train_loss[0, 0]),
        "end_loss": float(ones.train_loss[0, -1]),
        "diverged_at": float(ones.diverged_at[0]),
        "dead": dead,
        "wild_diverged_at": float(wild.diverged_at[0]),
    }


def _decide_ones(n: Numbers) -> ClaimVerdict:
    if n["diverged_at"] >= 0:
        ending = f"the loss left what a number can hold at step {n['diverged_at']:.0f}"
    else:
        ending = (
            f"the loss ends at {number(n['end_loss'])} (ln 2 = {number(math.log(2))}), with {percent(n['dead'])} of a "
            "layer's units dead"
        )
    wild = (
        f"Ten layers from N(0, 1) at learning rate {WILD.learning_rate:g} do overflow, at step "
        f"{n['wild_diverged_at']:.0f}."
        if n["wild_diverged_at"] >= 0
        else "Nor do ten layers from N(0, 1)."
    )
    return judge(
        f"It starts at loss {number(n['start_loss'])}, and {ending}. {wild}",
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
        formula="confirmed: no seed fails; refuted: more than 1 % do",
        topic=TOPIC,
        measure=_guarantee,
        decide=_decide_guarantee,
        seconds=3,
    ),
    Claim(
        key="local_minimum",
        label="Stuck in a local minimum",
        statement="A run that is stuck sits in a local minimum of the loss.",
        note="What looks like a pit is often a slope too gentle to see.",
        reference=OFTEN_SAID,
        setting=f"XOR, 2 tanh units, glorot_uniform, {LONG.restarts} seeds, {LONG.epochs:,} full batches; runs whose "
        f"loss stays above {SOLVED:g}.",
        formula="confirmed: in no stuck run do the loss still fall and a weight still grow; refuted: in nine tenths or "
        "more they do",
        topic=TOPIC,
        measure=_minimum,
        decide=_decide_minimum,
        seconds=4,
    ),
    Claim(
        key="ones_blow_up",
        label="Ones blow up",
        statement="Starting a deep ReLU network from ones makes its loss explode to infinity.",
        note="The first step is so large that a whole layer dies: the opposite of an explosion.",
        reference=OFTEN_SAID,
        setting=f"Two moons, {len(ONES.hidden)} ReLU layers of {ONES.hidden[0]} units, learning rate "
        f"{ONES.learning_rate:g}, {ONES.epochs} full batches; beside it {len(WILD.hidden)} layers of {WILD.hidden[0]}.",
        formula="confirmed: some step's loss is not finite; refuted: all are, and a whole layer is dead",
        topic=TOPIC,
        measure=_ones,
        decide=_decide_ones,
        seconds=0.3,
    ),
)
