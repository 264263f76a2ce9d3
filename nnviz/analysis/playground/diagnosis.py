"""A plain-word verdict on each run, with the number that proves it.

The kinds, in the order in which they are tried; the first that fits is the verdict:

- **diverged**: some step's loss was not finite.
- **frozen**: no hidden kernel, branch kernel or bias differs by a bit from its start, at any snapshot.
- **dead**: at the end every unit of some hidden layer has slope 0 on every training row.
- **cloned**: at the end each hidden layer of two units or more is one unit, many times.
- **partly cloned**: some hidden layer has clones at the end, but not only.
- **saturated**: stuck, and in some hidden layer nine tenths of the answers sit on a flat end.
- **stuck**: settled, and either no better than a guess that knows nothing but the classes' shares, or far above
  what another start reached on the same data.
- **converged**: settled and not stuck, or the loss is below a tenth of the guess's.
- **learning**: still moving.

The yardstick is the guess's loss B: the entropy of the training classes (ln 2 for two equal ones), or the
variance of a real target. It is what the output bias alone can reach, so hidden units have done something only
as far as the loss lies below it. *Settled* means that the loss moved by less than B/50 in the last quarter of
training (of a loss above B: by less than a fiftieth of itself); *no better* means within B/20 of B, or above;
*far above* means higher by B/4 or more. The levels known in closed form bear this out: XOR's stuck ones lie at
0.5 B and 0.69 B, and its good runs near 0. Other starts are the other runs of the trace, and `best_loss` where the
caller knows more. A single run that settles below B is called converged, for nothing measured says that more can
be had; but where its loss is no lower than the best straight line's (logistic regression on data in the plane), the
sentence says so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from nnviz.analysis.playground.activity import Activity, activity
from nnviz.analysis.playground.units import effective_units
from nnviz.analysis.words import count, number, percent
from nnviz.core import activations
from nnviz.core.datasets import Dataset
from nnviz.core.notebook import html_table
from nnviz.core.trace import Trace

SETTLED = 0.02
NO_BETTER = 0.05
FAR_ABOVE = 0.25
LOW = 0.1
AS_A_LINE = 0.02
MOSTLY_SATURATED = 0.9

KINDS = (
    "diverged", "frozen", "dead", "cloned", "partly cloned", "saturated", "stuck", "converged", "learning",
)  # fmt: skip


@dataclass(frozen=True)
class Diagnosis:
    """A verdict on one run.

    Attributes:
        kind: one of `KINDS`.
        sentence: what happened, in one or two short sentences that carry the number.
        evidence: the numbers behind it, by name.
    """

    kind: str
    sentence: str
    evidence: Mapping[str, float] = field(hash=False)

    def _repr_html_(self) -> str:
        rows = [[name, number(value)] for name, value in self.evidence.items()]
        return f"<p><b>{escape(self.kind)}</b>: {escape(self.sentence)}</p>" + html_table(("evidence", ""), rows)


def diagnose(trace: Trace, best_loss: float = math.inf) -> list[Diagnosis]:
    """A verdict on each run.

    Args:
        trace: of a training.
        best_loss: the lowest final training loss that any other start reached on the same data, if known.

    Returns:
        One record a run, in the runs' order.
    """
    finals = trace.train_loss[:, -1]
    best = min([best_loss, *finals[np.isfinite(finals)]])
    layers = range(len(trace.experiment.hidden))
    effective = np.array([effective_units(trace, layer)[:, -1] for layer in layers], dtype=int)
    return [
        _Case(trace, run, effective[:, run].tolist() if layers else [], best).verdict() for run in range(len(finals))
    ]


def guess_loss(dataset: Dataset) -> float:
    """The training loss of the best guess that ignores the inputs: class entropy in nats, or the variance."""
    y = dataset.y_train
    if not dataset.class_names:
        return float(np.var(y))
    shares = np.bincount(y) / len(y)
    return float(-sum(share * math.log(share) for share in shares if share > 0))


@lru_cache(maxsize=32)
def line_loss(dataset: Dataset) -> float:
    """The training loss of the best straight line between two classes in the plane; NaN for other data."""
    if len(dataset.class_names) != 2 or len(dataset.feature_names) != 2:
        return math.nan
    line = LogisticRegression(C=1e6).fit(dataset.x_train, dataset.y_train)
    shares = line.predict_proba(dataset.x_train)
    return float(log_loss(dataset.y_train, shares))


class _Case:
    """One run, and what is known of it."""

    def __init__(self, trace: Trace, run: int, effective: list[int], best: float) -> None:
        self.trace, self.run, self.effective, self.best = trace, run, effective, best
        self.hidden = trace.experiment.hidden
        self.first, self.loss = float(trace.train_loss[run, 0]), float(trace.train_loss[run, -1])
        self.guess = guess_loss(trace.dataset)
        self.evidence: dict[str, float] = {"loss": self.loss, "guess_loss": self.guess}
        if self.hidden:
            self.evidence |= {"units": sum(self.hidden), "effective_units": sum(effective)}

    def verdict(self) -> Diagnosis:
        step = int(self.trace.diverged_at[self.run])
        if step >= 0:
            self.evidence = {"step": step}
            return self._say("diverged", f"Diverged at step {step:,}: the loss left what a number can hold.")
        if self.hidden and self._never_moved():
            acting = f": {self._acting()}" if sum(self.effective) < sum(self.hidden) else ""
            return self._say(
                "frozen",
                f"Frozen. No hidden weight moved in {self._epochs()}{acting}, the loss stays at {self._level()}.",
            )
        layers = activity(self.trace, self.run)
        for i, layer in enumerate(layers, 1):
            self.evidence |= {f"dead_{i}": layer.dead / layer.units, f"saturated_{i}": layer.saturated}
        if any(layer.dead == layer.units for layer in layers):
            return self._say("dead", f"Dead. {self._death()} The loss is {self._level()}.")
        wide = [i for i, width in enumerate(self.hidden) if width > 1]
        if wide and all(self.effective[i] == 1 for i in wide):
            one = "one" if len(self.hidden) == 1 else "one a layer"
            units = count(sum(self.hidden), "unit")
            loss = f"loss {self._level()}{self._line()}"
            return self._say("cloned", f"Cloned. {units} moved in lockstep, so they can do no more than {one}: {loss}.")
        if any(self.effective[i] < self.hidden[i] for i in wide):
            return self._say(
                "partly cloned", f"Partly cloned. {self._acting(True)}: loss {self._level()}{self._line()}."
            )
        return self._by_loss(layers)

    def _by_loss(self, layers: list[Activity]) -> Diagnosis:
        steps, losses = self.trace.steps, self.trace.train_loss[self.run]
        before = float(losses[np.searchsorted(steps, 0.75 * steps[-1], side="right") - 1])
        self.evidence["loss_before"] = before
        free = f"Free. {self._acting(True)}" if self.hidden else "No hidden layer, so no units to tell apart"
        if self.loss > LOW * self.guess and abs(before - self.loss) > SETTLED * max(self.guess, self.loss):
            moving = "falling" if self.loss < before else "moving"
            return self._say("learning", f"{free}; the loss is {self._level()} and still {moving}.")
        no_better = self.loss > (1 - NO_BETTER) * self.guess
        if no_better or self.loss - self.best >= FAR_ABOVE * self.guess:
            return self._stuck(layers, no_better)
        went = "fell to" if self.loss < self.first else "is"
        right = ""
        if self.trace.dataset.class_names:
            accuracy = float(self.trace.test_accuracy[self.run, -1])
            self.evidence["test_accuracy"] = accuracy
            right = f", {percent(accuracy)} right on unseen data"
        line = self._line() if self.hidden else ""
        return self._say("converged", f"{free}; the loss {went} {self._level()}{line}{right}.")

    def _stuck(self, layers: list[Activity], no_better: bool) -> Diagnosis:
        flattest = max(range(len(layers)), key=lambda i: layers[i].saturated, default=None)
        if flattest is not None and layers[flattest].saturated > MOSTLY_SATURATED:
            share, where = percent(layers[flattest].saturated), f"hidden layer {flattest + 1}"
            return self._say(
                "saturated",
                f"Saturated. {share} of the answers of {where} sit where {self._activation()} is flat, "
                f"so little gradient gets through: loss {self._level()}.",
            )
        if no_better:
            return self._say(
                "stuck", f"Stuck. After {self._epochs()} the loss is {self._level()}: no better than a guess."
            )
        self.evidence["best_loss"] = self.best
        return self._say(
            "stuck",
            f"Stuck. The loss settled at {self._level()}{self._line()}; another start reached {number(self.best)}.",
        )

    def _say(self, kind: str, sentence: str) -> Diagnosis:
        return Diagnosis(kind, sentence, self.evidence)

    def _never_moved(self) -> bool:
        hidden = (*self.trace.kernels[:-1], *self.trace.biases[:-1], *self.trace.branch_kernels)
        return all(bool((array[self.run] == array[self.run, :1]).all()) for array in hidden)

    def _epochs(self) -> str:
        done = float(self.trace.epochs[-1])
        return count(int(done), "epoch") if done.is_integer() else f"{number(done)} epochs"

    def _level(self) -> str:
        """The loss, with the name of its level where it is a known one."""
        if abs(self.loss - self.guess) > 0.005 * self.guess:
            return number(self.loss)
        classes = len(self.trace.dataset.class_names)
        if not classes:
            return f"{number(self.guess)}, the target's variance"
        if abs(self.guess - math.log(classes)) < 1e-9:
            return f"ln {classes} = {number(self.guess)}"
        return f"{number(self.guess)}, the entropy of the classes"

    def _activation(self) -> str:
        return activations.registry[self.trace.experiment.activation].label

    def _line(self) -> str:
        """A clause, where the loss is no lower than the best straight line's."""
        line = line_loss(self.trace.dataset)
        if line > LOW * self.guess and self.loss >= line - AS_A_LINE * self.guess:
            self.evidence["line_loss"] = line
            return f", no better than a straight line ({number(line)})"
        return ""

    def _acting(self, opens: bool = False) -> str:
        """How many units the layers have, and act as: "8 units act as 1"."""
        if len(self.hidden) == 1:
            return f"{count(self.hidden[0], 'unit')} act{'s' if self.hidden[0] == 1 else ''} as {self.effective[0]}"
        if len(self.hidden) <= 4:
            have, act = (" + ".join(map(str, sizes)) for sizes in (self.hidden, self.effective))
            return f"{'Layers' if opens else 'layers'} of {have} units act as {act}"
        return f"{count(sum(self.hidden), 'unit')} in {len(self.hidden)} layers act as {sum(self.effective)}"

    def _death(self) -> str:
        """When a whole layer came to lie on ReLU's flat side, and how large the step was that threw it there."""
        alive, dead = -1, len(self.trace.steps) - 1
        while dead - alive > 1:
            middle = (alive + dead) // 2
            alive, dead = (alive, middle) if self._dead_layer(middle) else (middle, dead)
        layer, units = self._dead_layer(dead) or (0, 0)
        who = f"all {units} units" if len(self.hidden) == 1 else f"all {units} units of hidden layer {layer + 1}"
        step = int(self.trace.steps[dead])
        self.evidence["dead_at_step"] = step
        if step == 0:
            return f"From the start {who} answer 0 to every row."
        if step - self.trace.steps[alive] > 1:
            return f"By step {step:,} {who} answered 0 to every row."
        arrays = self.trace.parameters
        moves = [np.square(array[self.run, dead] - array[self.run, alive], dtype=float).sum() for array in arrays]
        self.evidence["step_size"] = size = math.sqrt(sum(moves))
        return f"One step of size {number(size)} threw {who} to the flat side of {self._activation()}."

    def _dead_layer(self, moment: int) -> tuple[int, int] | None:
        """The first hidden layer that is dead at this snapshot, and its number of units."""
        for i, layer in enumerate(activity(self.trace, self.run, moment)):
            if layer.dead == layer.units:
                return i, layer.units
        return None
